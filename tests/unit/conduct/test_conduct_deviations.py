from datetime import timedelta

import pytest
from live_trial import CORE_SET, LiveTrial

from myotis.conduct.act import Scene
from myotis.conduct.acts.data.correct_value import CorrectValue
from myotis.conduct.acts.data.guess_treatment import GuessTreatment
from myotis.conduct.acts.data.report_deviation import ReportDeviation
from myotis.conduct.acts.entry.report_wrong_stratum import ReportWrongStratum
from myotis.conduct.acts.visits.record_visit import RecordVisit
from myotis.conduct.deviations import tell_deviations
from myotis.conduct.roles import Role
from myotis.conduct.study import Form, FormKey
from myotis.conduct.view import view_study
from myotis.log.act import RefusalError, Told
from myotis.terms.states import SubjectState

S = "101-001"


@pytest.fixture
def live():
    trial = LiveTrial()
    trial.randomize()
    trial.begin_treatment()
    return trial


def refusal(live, act, role, **options):
    with pytest.raises(RefusalError) as refused:
        live.act(act, role, **options)
    return refused.value.kind, "; ".join(fault.what for fault in refused.value.faults)


def deviations(live):
    return [form.items for form in live.subject().all_of("deviation")]


def dose_today(live):
    """A first dose, as far as the calendar asks for it. It is set, not entered."""
    now = live.clock.now.isoformat()
    live.subject().forms[FormKey("infusion", ("1",))] = Form(
        key=FormKey("infusion", ("1",)), act="record_infusion", by="x", role="coordinator", items={"started": now},
        entry=0, first_entry=0, occurred=now, protocol="", protocol_digest="",
    )  # fmt: skip


def test_people_report_deviations_with_a_category_and_numbers_go_on(live):
    act = ReportDeviation(subject=S, category="dose", important=False, day=live.today, visit="W0")
    live.act(act, Role.COORDINATOR)
    live.act(act, Role.MONITOR)
    assert [form.key.which for form in live.subject().all_of("deviation")] == [("1",), ("2",)]


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"day": timedelta(days=1)}, "lies in the future"),
        ({"visit": "W4"}, "the visit W4 is not recorded"),
        ({"category": "other"}, "not said what happened"),
    ],
)
def test_what_is_refused_of_a_deviation(live, change, why):
    values = {"subject": S, "category": "dose", "important": True, "day": live.today} | change
    if isinstance(values["day"], timedelta):
        values["day"] = live.today + values["day"]
    assert why in refusal(live, ReportDeviation(**values), Role.MONITOR)[1]


def test_a_visit_out_of_its_window_is_a_deviation_until_its_date_is_corrected(live):
    dose_today(live)
    live.go_to("W4")
    live.clock.move(days=5)
    live.act(RecordVisit(subject=S, visit="W4", day=live.today), Role.COORDINATOR)
    assert deviations(live) == [{"category": "visit_out_of_window", "important": False, "visit": "W4"}]
    live.clock.move(days=1)
    later = live.today.isoformat()
    live.act(CorrectValue(subject=S, form="visit/W4", item="day", value=later, saw=1), Role.COORDINATOR, reason="read")
    assert len(deviations(live)) == 1  # still out of it: said once
    day = (live.today - timedelta(days=2)).isoformat()  # day 33: the window of W4 ends there
    live.act(CorrectValue(subject=S, form="visit/W4", item="day", value=day, saw=2), Role.COORDINATOR, reason="typed")
    assert deviations(live)[0]["withdrawn"] is True
    late = live.today.isoformat()
    live.act(CorrectValue(subject=S, form="visit/W4", item="day", value=late, saw=3), Role.COORDINATOR, reason="no")
    assert [items.get("withdrawn", False) for items in deviations(live)] == [True, False]


def test_a_visit_within_its_window_is_none(live):
    dose_today(live)
    live.go_to("W4")
    live.clock.move(days=4)
    live.act(RecordVisit(subject=S, visit="W4", day=live.today), Role.COORDINATOR)
    assert deviations(live) == []


def correct_baseline(live, value, saw=1):
    act = CorrectValue(subject=S, form="core_set/W0", item="physician_global", value=value, saw=saw)
    return live.act(act, Role.EFFICACY_ASSESSOR, reason="misread")


def test_a_wrong_stratum_keeps_its_slot_and_the_right_one_stands_beside_it(live):
    """Bands of the physician's global activity: mild below 4 cm, moderate below 7 cm, severe from 7 cm."""
    slot = live.subject().slot
    act = ReportWrongStratum(subject=S)
    assert "the one that the baseline says" in refusal(live, act, Role.COORDINATOR, reason="?")[1]
    correct_baseline(live, "7.0")
    assert live.subject().last_told("stratum_agrees") is False
    assert "no reason" in refusal(live, act, Role.COORDINATOR)[1]
    live.act(act, Role.COORDINATOR, reason="the scale was read from the wrong end")
    subject = live.subject()
    assert (subject.stratum, subject.right_stratum, subject.slot) == (("moderate",), ("severe",), slot)
    assert deviations(live) == [{"category": "wrong_stratum", "important": True}]
    assert live.desk.state.allocated == {"moderate": [slot]}
    assert "the one that the baseline says" in refusal(live, act, Role.COORDINATOR, reason="again")[1]


def test_a_correction_within_the_stratum_is_none(live):
    correct_baseline(live, "6.9")
    assert live.subject().last_told("stratum_agrees") is True
    assert deviations(live) == []


def test_who_is_not_randomized_is_in_no_stratum():
    live = LiveTrial()
    live.enroll()
    assert "not randomized" in refusal(live, ReportWrongStratum(subject=S), Role.MONITOR, reason="?")[1]


def guess(live, guesser="investigator", role=Role.INVESTIGATOR, **values):
    act = {"subject": S, "guesser": guesser, "moment": "early", "guess": "ivig", "sure": "somewhat"} | values
    return live.act(GuessTreatment(**act), role)


def test_each_guesses_once_at_each_time_and_only_the_data_manager_sees_it(live):
    guess(live)
    guess(live, "efficacy_assessor", Role.EFFICACY_ASSESSOR, guess="placebo", sure="strongly")
    guess(live, "participant", Role.COORDINATOR, guess="do_not_know", sure=None)
    with pytest.raises(RefusalError, match="recorded already"):
        guess(live, guess="placebo")
    shown = {
        role: [f.key for f in view_study(live.desk.state, live.user(role)).subject(S).forms if "guess" in f.key]
        for role in (Role.INVESTIGATOR, Role.COORDINATOR, Role.EFFICACY_ASSESSOR, Role.MONITOR, Role.DATA_MANAGER)
    }
    assert [role for role, keys in shown.items() if keys] == [Role.DATA_MANAGER]


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ({"guesser": "participant"}, "does not record the guess"),
        ({"guess": "saline"}, "no arm"),
        ({"sure": None}, "how sure"),
        ({"guess": "do_not_know"}, "how sure"),
        ({"moment": "end_of_first_period"}, "W16 is not recorded"),
        ({"moment": "end_of_treatment"}, "does not fit"),
    ],
)
def test_what_is_refused_of_a_guess(live, values, why):
    with pytest.raises(RefusalError, match=why):
        guess(live, **values)


def test_a_guess_has_its_time(live):
    for visit in ("W4", "W8", "W12", "W16"):
        live.assess(visit, CORE_SET)
    with pytest.raises(RefusalError, match="W16 was held"):
        guess(live)
    guess(live, moment="end_of_first_period")
    live.subject().state = SubjectState.TREATMENT_DISCONTINUED
    with pytest.raises(RefusalError, match="does not fit"):
        guess(live, "efficacy_assessor", Role.EFFICACY_ASSESSOR, moment="end_of_first_period")
    guess(live, moment="end_of_treatment")


def test_who_knows_does_not_guess(live):
    live.subject().code_broken = True
    with pytest.raises(RefusalError, match="was disclosed"):
        guess(live)
    live.subject().code_broken = False
    live.subject().state, live.subject().resumes_in = SubjectState.DOSING_HELD, SubjectState.IN_EXTENSION
    with pytest.raises(RefusalError, match="extension is known"):
        guess(live)


def test_a_visit_may_be_entered_late_and_not_be_later_than_the_end(live):
    live.go_to("W4")
    subject = live.subject()
    subject.state = SubjectState.LOST
    subject.history.append((live.clock.now.isoformat(), subject.state))
    live.clock.move(days=3)
    late = RecordVisit(subject=S, visit="W4", day=live.today)
    assert refusal(live, late, Role.COORDINATOR) == ("need", "the study had ended for the subject")
    live.act(late.model_copy(update={"day": live.today - timedelta(days=3)}), Role.COORDINATOR)


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("rate_exceeded", {"category": "dose", "important": True, "visit": "W4"}),
        ("premedicated_too_soon", {"category": "forbidden_medication", "important": False, "visit": "W4"}),
        ("deterioration", None),
    ],
)
def test_words_of_the_system_that_are_deviations(live, word, expected):
    told = Told(word, {"visit": "W4", "day": 2}, "rules.dose", {}, (), S)
    scene = Scene(live.desk.state, live.trial, live.user(Role.COORDINATOR), live.clock(), live.clock(), live.means)
    assert [one.answer for one in tell_deviations(scene, told)] == ([expected] if expected else [])
