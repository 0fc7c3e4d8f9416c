import pytest
from live_trial import CORE_SET, FACTS, WORSE, LiveTrial

from myotis.conduct.acts.data.correct_value import CorrectValue
from myotis.conduct.acts.entry.enroll_subject import EnrollSubject
from myotis.conduct.acts.entry.screen_subject import ScreenSubject
from myotis.conduct.acts.visits.record_assessment import RecordAssessment
from myotis.conduct.acts.visits.record_visit import RecordVisit
from myotis.conduct.roles import Role
from myotis.log.act import RefusalError
from myotis.terms.states import SubjectState


def test_a_subject_comes_in_and_is_randomized_without_learning_anything():
    live = LiveTrial()
    live.randomize()
    subject = live.subject()
    assert subject.state == SubjectState.RANDOMIZED
    assert subject.stratum == ("moderate",)
    told = [entry.get("what") for entry in subject.told if "investigator" in entry.get("to")]
    assert told == ["eligibility", "eligibility", "deterioration", "allocation"]


def test_enrollment_names_the_criteria_that_are_not_met():
    live = LiveTrial()
    live.consent()
    live.act(ScreenSubject(subject="101-001", facts=FACTS | {"age": "17"}), Role.COORDINATOR)
    with pytest.raises(RefusalError, match=r"I3, I5"):
        live.act(EnrollSubject(subject="101-001"), Role.INVESTIGATOR)


def test_deterioration_at_two_visits_in_a_row_is_told_when_signed_and_to_no_assessor():
    live = LiveTrial()
    live.randomize()
    assert live.assess("W4", WORSE).told == ()
    assert live.subject().last_told("deterioration") == {"W0": "not_evaluable", "W4": "suspected"}
    live.assess("W8", WORSE)
    assert live.subject().last_told("deterioration")["W8"] == "confirmed"


def test_a_correction_needs_a_reason_and_the_version_that_was_seen_and_takes_signatures_off():
    live = LiveTrial()
    live.randomize()
    new = CorrectValue(subject="101-001", form="core_set/W0", item="mmt8", value="112", saw=1)
    with pytest.raises(RefusalError, match="no reason"):
        live.act(new, Role.EFFICACY_ASSESSOR)
    live.act(new, Role.EFFICACY_ASSESSOR, reason="read again from the source")
    form = live.subject().find("core_set", "W0")
    assert (form.items["mmt8"], form.version, form.signed) == ("112", 2, False)
    with pytest.raises(RefusalError, match="changed since version 1"):
        live.act(new, Role.EFFICACY_ASSESSOR, reason="again")


def test_a_result_off_the_grid_or_range_is_refused_with_all_others():
    live = LiveTrial()
    live.enroll()
    live.act(RecordVisit(subject="101-001", visit="W0", day=live.today), Role.COORDINATOR)
    bad = CORE_SET | {"mmt8": "151", "haq": "x", "smell": "3"}
    with pytest.raises(RefusalError) as refused:
        live.act(RecordAssessment(subject="101-001", visit="W0", kind="core_set", results=bad), Role.EFFICACY_ASSESSOR)
    assert [fault.column for fault in refused.value.faults] == ["mmt8", "haq", "smell"]
