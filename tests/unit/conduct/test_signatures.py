"""A signature says who, when and what it means, and belongs to one version of one form."""

import json

import pytest
from live_trial import LiveTrial

from myotis.conduct.acts.data.correct_value import CorrectValue
from myotis.conduct.acts.data.sign_form import SignForm
from myotis.conduct.roles import Role
from myotis.log.act import RefusalError
from myotis.log.check import check_log

S = "101-001"
FORM = "core_set/W0"


@pytest.fixture
def live():
    trial = LiveTrial()
    trial.randomize()
    return trial


def test_a_signature_says_who_signed_when_and_what_it_means(live):
    live.clock.move(hours=2)
    live.act(SignForm(subject=S, form=FORM, saw=1, meaning="reviewed"), Role.INVESTIGATOR)
    last = live.subject().find("core_set", "W0").signatures[-1]
    assert (last.by, last.role, last.meaning, last.version) == ("investigator-101", "investigator", "reviewed", 1)
    assert last.occurred == "2024-01-08T11:00:00.000000+00:00"
    entry = live.store.read()[last.entry]
    assert (entry.act, entry.get("form"), entry.get("saw"), entry.get("meaning")) == ("sign_form", FORM, 1, "reviewed")
    assert (entry.by, entry.recorded) == ("investigator-101", last.occurred)


def test_a_signature_is_of_the_version_that_was_seen_and_falls_with_it(live):
    change = CorrectValue(subject=S, form=FORM, item="mmt8", value="112", saw=1)
    live.act(change, Role.EFFICACY_ASSESSOR, reason="read again from the source")
    assert not live.subject().find("core_set", "W0").signed
    with pytest.raises(RefusalError, match="changed since version 1"):
        live.sign(FORM)
    live.sign(FORM, saw=2)
    assert live.subject().find("core_set", "W0").signed
    with pytest.raises(RefusalError, match="bears this signature already"):
        live.sign(FORM, saw=2)


@pytest.mark.parametrize(("name", "value"), [("form", "core_set/W4"), ("saw", 2), ("meaning", "approved")])
def test_a_signature_that_was_moved_to_another_record_is_found(live, name, value):
    lines = [entry.write_line() for entry in live.store.read()]
    number = next(entry.number for entry in live.store.read() if entry.act == "sign_form")
    signed = json.loads(lines[number])
    assert signed["values"][name][1] != value
    signed["values"][name][1] = value
    lines[number] = json.dumps(signed, sort_keys=True, separators=(",", ":")) + "\n"
    assert [(one.entry, f"'{name}'" in one.what) for one in check_log(lines)] == [(number, True)]
