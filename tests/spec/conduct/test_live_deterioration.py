"""Sequences of assessments, signatures and corrections in ProDERM, and what the site is told of each: by hand.

The published rule: deterioration at two consecutive visits, from signed assessments; a switch at most once, indicated
at week 8 or 12; at week 16 it leads to the gate of the extension in place of a switch. Baseline is ``CORE_SET``;
``WORSE`` is worse by every limb (physician 5 to 7.5, MMT-8 110 to 80, extramuscular 4 to 6.5), so a visit with it
meets the definition and one with ``CORE_SET`` does not.
"""

from datetime import timedelta

import pytest
from live_trial import CORE_SET, MORNING, WORSE, LiveTrial

from myotis.conduct.acts.data.correct_value import CorrectValue
from myotis.conduct.acts.data.sign_form import SignForm
from myotis.conduct.acts.visits.record_assessment import RecordAssessment
from myotis.conduct.acts.visits.record_visit import RecordVisit
from myotis.conduct.roles import Role
from myotis.terms.states import SubjectState

NAME = "101-001"


@pytest.fixture
def live():
    trial = LiveTrial()
    trial.randomize()
    trial.begin_treatment()
    return trial


def words(live):
    """What was said of the switch, and of deterioration last."""
    subject = live.subject()
    switch = [(e.get("what"), e.get("answer")) for e in subject.told if str(e.get("what")).startswith("switch")]
    return switch, subject.last_told("deterioration")


def record(live, visit, results):
    """A visit with a core set that nobody has signed."""
    live.go_to(visit)
    live.act(RecordVisit(subject=NAME, visit=visit, day=live.today), Role.COORDINATOR)
    live.act(RecordAssessment(subject=NAME, visit=visit, kind="core_set", results=results), Role.EFFICACY_ASSESSOR)


def correct(live, visit, results):
    """Correct every item of a core set that differs; the version after it."""
    form = live.subject().find("core_set", visit)
    for item, value in results.items():
        if form.items[item] != value:
            act = CorrectValue(subject=NAME, form=f"core_set/{visit}", item=item, value=value, saw=form.version)
            live.act(act, Role.EFFICACY_ASSESSOR, reason="read again from the source")
    return form.version


def test_suspected_at_week_4_and_confirmed_at_week_8_indicates_the_switch(live):
    live.assess("W4", WORSE)
    assert words(live) == ([], {"W0": "not_evaluable", "W4": "suspected"})
    record(live, "W8", WORSE)
    assert words(live)[0] == []  # recorded is not signed: nothing is said while somebody is typing
    live.sign("core_set/W8")
    switch, status = words(live)
    assert switch == [("switch_indicated", {"visit": "W8"})]
    assert status == {"W0": "not_evaluable", "W4": "suspected", "W8": "confirmed"}
    assert live.subject().state == SubjectState.SWITCH_INDICATED


def test_weeks_8_and_12_indicate_the_switch_too(live):
    live.assess("W4", CORE_SET)
    live.assess("W8", WORSE)
    live.assess("W12", WORSE)
    assert words(live)[0] == [("switch_indicated", {"visit": "W12"})]


def test_an_unsigned_week_4_does_not_count(live):
    record(live, "W4", WORSE)
    live.assess("W8", WORSE)
    assert words(live) == ([], {"W0": "not_evaluable", "W4": "not_evaluable", "W8": "suspected"})


def test_a_late_signature_of_week_4_confirms_at_week_8(live):
    record(live, "W4", WORSE)
    live.assess("W8", WORSE)
    live.sign("core_set/W4")
    assert words(live)[0] == [("switch_indicated", {"visit": "W8"})]
    assert live.subject().state == SubjectState.SWITCH_INDICATED


def test_a_late_signature_after_week_12_is_too_late_for_the_switch_of_week_8(live):
    record(live, "W4", WORSE)
    live.assess("W8", WORSE)
    live.assess("W12", CORE_SET)
    live.sign("core_set/W4")
    switch, status = words(live)
    assert switch == [("switch_missed", {"visit": "W8"})]
    assert status["W12"] == "confirmed"  # confirmed once is confirmed for good
    assert live.subject().state == SubjectState.ON_TREATMENT


def test_a_missed_week_8_breaks_the_run(live):
    live.assess("W4", WORSE)
    live.go_to("W8")
    live.act(RecordVisit(subject=NAME, visit="W8", day=live.today, held="missed"), Role.COORDINATOR)
    live.assess("W12", WORSE)
    assert words(live) == (
        [], {"W0": "not_evaluable", "W4": "suspected", "W8": "not_evaluable", "W12": "suspected"}
    )  # fmt: skip


def test_a_correction_that_confirms_afterwards_shows_a_missed_switch_as_a_deviation(live):
    live.assess("W4", WORSE)
    live.assess("W8", CORE_SET)
    live.assess("W12", CORE_SET)
    version = correct(live, "W8", WORSE)
    assert words(live)[0] == []  # an unsigned correction decides nothing
    live.sign("core_set/W8", saw=version)
    assert words(live)[0] == [("switch_missed", {"visit": "W8"})]
    deviation = live.subject().find("deviation", "1")
    assert deviation.items == {"category": "switch_missed", "important": True, "visit": "W8"}
    assert live.subject().state == SubjectState.ON_TREATMENT
    live.sign("core_set/W8", saw=correct(live, "W8", WORSE | {"mmt8": "79"}))
    assert (len(words(live)[0]), len(live.subject().all_of("deviation"))) == (1, 1)  # said once


def test_a_correction_at_the_last_signed_visit_is_still_in_time(live):
    live.assess("W4", WORSE)
    live.assess("W8", CORE_SET)
    live.sign("core_set/W8", saw=correct(live, "W8", WORSE))
    assert words(live)[0] == [("switch_indicated", {"visit": "W8"})]


def test_a_later_correction_does_not_take_the_switch_back(live):
    live.assess("W4", WORSE)
    live.assess("W8", WORSE)
    version = correct(live, "W4", CORE_SET)
    assert live.subject().state == SubjectState.SWITCH_INDICATED
    live.sign("core_set/W4", saw=version)
    switch, status = words(live)
    assert switch == [("switch_indicated", {"visit": "W8"})]
    assert status == {"W0": "not_evaluable", "W4": "none", "W8": "suspected"}  # the rule says so now
    assert live.subject().state == SubjectState.SWITCH_INDICATED  # what was decided stands
    live.assess("W12", WORSE)
    assert words(live)[0] == [("switch_indicated", {"visit": "W8"})]  # and is not indicated a second time


def test_a_correction_of_the_baseline_moves_every_visit(live):
    live.assess("W4", WORSE)
    live.assess("W8", CORE_SET | {"extramuscular": "5.5"})  # worse by 1.5 cm: none
    live.sign("core_set/W0", saw=correct(live, "W0", CORE_SET | {"extramuscular": "3.5"}))  # now 2.0 cm
    assert words(live)[0] == [("switch_indicated", {"visit": "W8"})]


def test_deterioration_confirmed_at_week_16_goes_to_the_gate_and_not_to_a_switch(live):
    live.assess("W4", CORE_SET)
    live.assess("W8", CORE_SET)
    live.assess("W12", WORSE)
    live.assess("W16", WORSE)
    switch, status = words(live)
    assert (switch, status["W16"]) == ([], "confirmed")
    assert live.subject().all_of("deviation") == []


def test_who_was_off_treatment_at_the_confirming_visit_has_missed_no_switch(live):
    live.assess("W4", WORSE)
    subject = live.subject()
    subject.state = SubjectState.TREATMENT_DISCONTINUED
    subject.history.append(((MORNING + timedelta(days=40)).isoformat(), subject.state))
    live.assess("W8", WORSE)
    switch, status = words(live)
    assert (switch, status["W8"]) == ([], "confirmed")


def test_who_stopped_after_the_confirming_visit_has_missed_it(live):
    record(live, "W4", WORSE)
    live.assess("W8", WORSE)
    live.clock.move(days=10)
    subject = live.subject()
    subject.state = SubjectState.TREATMENT_DISCONTINUED
    subject.history.append((live.clock.now.isoformat(), subject.state))
    live.sign("core_set/W4")
    assert words(live)[0] == [("switch_missed", {"visit": "W8"})]


def test_a_review_by_the_investigator_is_no_signature_of_the_author(live):
    record(live, "W4", WORSE)
    live.assess("W8", WORSE)
    review = SignForm(subject=NAME, form="core_set/W4", saw=1, meaning="reviewed")
    live.act(review, Role.INVESTIGATOR)
    assert words(live)[0] == []
