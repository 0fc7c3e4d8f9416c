"""Both worlds together: a virtual trial is driven, then the pharmacy's less usual acts meet the site's own log."""

from datetime import timedelta

import polars as pl
import pytest

from myotis.conduct.acts.dosing.request_code_break import RequestCodeBreak
from myotis.conduct.roles import Role as SiteRole
from myotis.conduct.snapshot.take import take_snapshot
from myotis.derive.datasets import derive_datasets
from myotis.log.messages import UNASKED
from myotis.log.separation import find_people, find_shared_people
from myotis.pharmacy.acts.break_code import BreakCode
from myotis.pharmacy.code_break import break_code
from myotis.pharmacy.reveal import reveal_treatments
from myotis.pharmacy.roles import Role
from myotis.protocol.read import read_trial
from myotis.randomize.unseal import open_slot
from myotis.simulate.driven.people import find_person, find_pharmacist
from myotis.simulate.driven.trial import drive_trial

TRIAL = read_trial("proderm")


@pytest.fixture(scope="module")
def driven():
    return drive_trial(TRIAL, seed=3, subjects=6)


def test_what_both_logs_reveal_makes_the_blinded_snapshot_an_open_one(driven):
    revealed = reveal_treatments(driven.conduct.read(), driven.pharmacy.read(), TRIAL)
    assert revealed.disagreements == ()
    snapshot = take_snapshot(driven.conduct.read(), TRIAL).tables
    assert revealed.given.height == snapshot["EC"].height > 0
    opened = derive_datasets({**snapshot, "ARMS": revealed.arms, "GIVEN": revealed.given}, TRIAL)["ADSL"]
    slots = {
        f"ProDERM-{entry.subject}": open_slot(driven.worlds.sealed, entry.get("slot"), driven.worlds.keys["escrow"])
        for entry in driven.conduct.read() if entry.act == "randomize_subject"
    }  # fmt: skip
    labels = {arm.id: arm.label for arm in TRIAL.arms}
    assert dict(opened.select("USUBJID", "TRT01P").iter_rows()) == {name: labels[arm] for name, arm in slots.items()}
    assert opened.filter(pl.col("TRT01P") != pl.col("TRT01A")).height == 0


def test_nobody_acts_in_both_worlds(driven):
    assert find_shared_people(driven.conduct.read(), driven.pharmacy.read()) == []
    assert len(find_people(driven.pharmacy.read())) > 3


def test_a_code_break_goes_from_the_site_to_the_desk_and_comes_back_without_a_treatment(driven):
    worlds, desk = driven.worlds, find_pharmacist(Role.CODE_BREAK_DESK)
    name = next(iter(worlds.conduct.state.subjects))
    investigator = find_person(SiteRole.INVESTIGATOR, worlds.conduct.state.subjects[name].site)
    worlds.clock.move_to(worlds.clock.now + timedelta(hours=1))
    worlds.conduct.carry_out(
        RequestCodeBreak(subject=name, why="medical_emergency"), investigator, reason="stroke in the night"
    )
    worlds.exchange_mail()
    (asked,) = worlds.pharmacy.state.code_requests
    act = BreakCode(subject=name, asked=asked, asked_by=investigator.id, told=(investigator.id,))
    shown = break_code(
        worlds.pharmacy, act, desk,
        open_sealed=lambda slot: open_slot(worlds.sealed, slot, worlds.keys["code_break"]),
    )  # fmt: skip
    assert shown.sealed_list_agrees
    assert shown.given
    length = len(driven.conduct.read())
    worlds.exchange_mail()
    assert worlds.conduct.state.subjects[name].code_broken
    back = [entry.known for entry in driven.conduct.read()[length:]]
    assert [values["word"] for values in back if "word" in values] == ["code_broken"]
    words = [treatment.label for treatment in TRIAL.treatments] + [one.id for one in (*TRIAL.treatments, *TRIAL.arms)]
    assert not any(word in str(back) for word in words)
    # asked for by telephone, while the site's system was down
    again = BreakCode(subject=name, asked_by=investigator.id, told=(investigator.id,))
    break_code(worlds.pharmacy, again, desk, open_sealed=None, reason="the site's system is down")
    worlds.exchange_mail()
    assert driven.conduct.read()[-1].get("answer") == {"request": UNASKED}
