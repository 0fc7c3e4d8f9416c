"""Reveal: both logs joined into the arms as randomized and as treated, by period, and what each bag held.

The logs say the same thing twice, of two sources; where they don't, that is listed. The site's log is read by the names
of its acts, as entries; nothing here knows how the site works.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final, NamedTuple

import polars as pl

from myotis.datasets.treatments import ARMS, GIVEN
from myotis.log.entry import Entry
from myotis.pharmacy.catalog import ACTS
from myotis.pharmacy.disagreements import Disagreement, find_disagreements
from myotis.pharmacy.dispensary import Dispensary
from myotis.pharmacy.site_log import SiteInfusion, read_site_log
from myotis.pharmacy.treatment import find_visit
from myotis.protocol.design import Epoch
from myotis.protocol.trial import Trial

BETWEEN: Final = "; "


class RevealedTreatments(NamedTuple):
    """ARMS and GIVEN (``datasets/treatments.py``), and where the logs disagree."""

    arms: pl.DataFrame
    given: pl.DataFrame
    disagreements: tuple[Disagreement, ...]


def reveal_treatments(
    conduct: Iterable[Entry], pharmacy: Iterable[Entry], trial: Trial, *, as_of: datetime | None = None
) -> RevealedTreatments:
    """Join both logs. ``as_of``: only what had been recorded by then.

    GIVEN has a row for each bag that either log says was infused (or, of treatment at home, dispensed), with what it
    held; bags that the pharmacy does not know are among the disagreements only. ARMS has a row for each subject of the
    pharmacy's log and each period from the first dose on.

    >>> from myotis.protocol.read import read_trial
    >>> from myotis.simulate.driven.trial import drive_trial
    >>> trial = read_trial("proderm")
    >>> driven = drive_trial(trial, seed=1, subjects=1)
    >>> revealed = reveal_treatments(driven.conduct.read(), driven.pharmacy.read(), trial)
    >>> revealed.arms["EPOCH"].to_list(), revealed.disagreements
    (['First Period', 'Extension Period'], ())
    """
    dispensary = Dispensary(trial, ACTS)
    for entry in _until(pharmacy, as_of):
        dispensary.apply(entry)
    site = read_site_log(_until(conduct, as_of))
    infused = _join(site.infusions, dispensary)
    disagreements = tuple(find_disagreements(site, dispensary))
    return RevealedTreatments(_build_arms(dispensary, infused), _build_given(dispensary, infused), disagreements)


def _until(entries: Iterable[Entry], as_of: datetime | None) -> list[Entry]:
    if as_of is None:
        return list(entries)
    return [entry for entry in entries if datetime.fromisoformat(entry.recorded) <= as_of]


def _join(site: Sequence[SiteInfusion], dispensary: Dispensary) -> list[SiteInfusion]:
    """The infusions of either log, each bag of a subject once, in the order of their time."""
    told = (
        SiteInfusion(one.subject, one.visit, one.label, one.started, one.volume_ml)
        for card in dispensary.subjects.values() for one in card.infusions
    )  # fmt: skip
    known = {(one.subject, one.label): one for one in [*told, *site]}  # the site's own words over what it told
    return sorted(known.values(), key=lambda one: (one.subject, _sort_time(one.started), one.label))


def _sort_time(text: str) -> tuple[float, str]:
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        return 0.0, text
    return (when.timestamp() if when.tzinfo else 0.0), text


def name_subject(trial: Trial, subject: str) -> str:
    """The unique identifier of a subject (USUBJID)."""
    return f"{trial.trial.id}-{subject}"


def _build_given(dispensary: Dispensary, infused: Sequence[SiteInfusion]) -> pl.DataFrame:
    trial = dispensary.trial
    names = {treatment.id: treatment.label for treatment in trial.treatments}
    rows = []
    for one in infused:
        bag = dispensary.bags.get(one.label)
        if bag is None:
            continue
        visit = find_visit(trial, one.visit) or trial.visit(bag.visit)
        rows.append({
            "STUDYID": trial.trial.id, "USUBJID": name_subject(trial, one.subject), "LABEL": one.label,
            "TREATMENT": names[bag.holds], "VISITNUM": visit.number, "VISIT": visit.label,
        })  # fmt: skip
    return pl.DataFrame(rows, schema=GIVEN.empty().schema)


def _build_arms(dispensary: Dispensary, infused: Sequence[SiteInfusion]) -> pl.DataFrame:
    trial = dispensary.trial
    labels = {arm.id: arm.label for arm in trial.arms}
    starts = {arm.treatment: arm for arm in reversed(trial.arms)}
    names = {treatment.id: treatment.label for treatment in trial.treatments}
    held: dict[tuple[str, str], list[str]] = {}
    for one in infused:
        if bag := dispensary.bags.get(one.label):
            visit = find_visit(trial, one.visit) or trial.visit(bag.visit)
            period = held.setdefault((one.subject, visit.epoch), [])
            if bag.holds not in period:
                period.append(bag.holds)
    rows = []
    for card in sorted(dispensary.subjects.values(), key=lambda card: card.id):
        for epoch in _list_periods(trial):
            treatments = held.get((card.id, epoch.id), [])
            actual = starts.get(treatments[0]) if treatments else None
            rows.append({
                "STUDYID": trial.trial.id, "USUBJID": name_subject(trial, card.id), "EPOCH": epoch.label,
                "ARMCD": card.arm, "ARM": labels[card.arm], "ACTARMCD": actual and actual.id,
                "ACTARM": actual and actual.label,
                "ACTTRT": BETWEEN.join(names[one] for one in treatments) or None,
            })  # fmt: skip
    return pl.DataFrame(rows, schema=ARMS.empty().schema)


def _list_periods(trial: Trial) -> list[Epoch]:
    """The epochs from that of the first dose on."""
    ids = [epoch.id for epoch in trial.epochs]
    return list(trial.epochs[ids.index(trial.visit(trial.baseline_visit).epoch) :])
