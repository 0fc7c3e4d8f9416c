"""Worked cases of dosing over several cycles: the reduced dose of week 28, premedication, and who may not be told."""

from decimal import Decimal

import pytest
from courses import CourseTrial
from dosed_trial import S1, DosedTrial
from live_trial import CORE_SET, FACTS

from myotis.conduct.acts.data.correct_value import CorrectValue
from myotis.conduct.acts.dosing.change_dose import ChangeDose
from myotis.conduct.acts.dosing.check_readiness import GivenResult
from myotis.conduct.acts.dosing.record_infusion import Interruption, RecordInfusion, RunStep
from myotis.conduct.acts.entry.adjudicate_entry import AdjudicateEntry
from myotis.conduct.acts.entry.enroll_subject import EnrollSubject
from myotis.conduct.acts.entry.randomize_subject import RandomizeSubject
from myotis.conduct.acts.entry.screen_subject import ScreenSubject
from myotis.conduct.acts.safety.record_result import RecordResult
from myotis.conduct.acts.safety.report_adverse_event import ReportAdverseEvent
from myotis.conduct.acts.safety.report_pregnancy import ReportPregnancy
from myotis.conduct.doses import find_blind_infusion
from myotis.conduct.roles import Role
from myotis.errors import SettingError
from myotis.log.act import RefusalError
from myotis.protocol.read import read_trial
from myotis.terms.states import SubjectState as S


def report(live: DosedTrial) -> None:
    """A mild headache that begins now."""
    live.act(
        ReportAdverseEvent(
            subject=S1, term="headache", started=live.clock.now, severity="mild", serious=False, causality="related",
            action_taken="DOSE NOT CHANGED", outcome="RECOVERING/RESOLVING", aware_at=live.clock.now,
        ),
        Role.INVESTIGATOR,
    )  # fmt: skip


def premedicate(live: DosedTrial, visit: str, *, may: bool) -> object:
    """The first day of a cycle, with premedication; what the system says of it, before and after."""
    live.weigh(visit)
    live.order(visit)
    label = live.prepare(visit, "700")
    assert live.check(visit).answer("readiness")["may_premedicate"] is may
    return live.infuse(visit, label, "700", premedication=("acetaminophen",)).answer("premedicated_too_soon")


def test_premedication_is_a_deviation_until_two_cycles_in_a_row_had_infusional_events():
    live = CourseTrial()
    live.reach(S.ON_TREATMENT)
    report(live)
    # One cycle with an event: not two in a row yet.
    assert premedicate(live, "W4", may=False) == {"visit": "W4", "day": 1}
    assert [form.items["category"] for form in live.subject().all_of("deviation")] == ["forbidden_medication"]
    report(live)
    # Events after weeks 0 and 4: from week 8 on it is allowed.
    assert premedicate(live, "W8", may=True) is None


def test_an_event_more_than_72_hours_after_the_infusion_does_not_count():
    live = CourseTrial()
    live.reach(S.ON_TREATMENT)
    report(live)
    live.dose("W4")
    live.clock.move(days=5)
    report(live)
    assert premedicate(live, "W8", may=False) == {"visit": "W8", "day": 1}


def test_the_dose_is_halved_from_week_28_on_for_a_stable_subject_and_goes_back():
    live = CourseTrial()
    live.reach(S.IN_EXTENSION)
    change = {"to": "reduced", "judgment": "stable"}
    with pytest.raises(RefusalError, match="allows no reduced dose there"):
        live.do(ChangeDose, from_visit="W24", **change)
    with pytest.raises(RefusalError, match="don't go together"):
        live.do(ChangeDose, to="reduced", judgment="worsened", from_visit="W28")
    live.do(ChangeDose, from_visit="W28", **change)
    # 80 kg: 2.0 g/kg are 160 g, 1.0 g/kg are 80 g in 800 mL.
    for visit, grams in (("W24", "160"), ("W28", "80"), ("W32", "80")):
        live.weigh(visit, "80")
        plan = live.order(visit).answer("dose_plan")
        assert plan["dose_g"] == grams
    assert live.ask("prepare_dose")[-1]["volume_ml"] == "800"
    with pytest.raises(RefusalError, match="ordered or given there"):
        live.do(ChangeDose, to="full", judgment="worsened", from_visit="W32")
    live.do(ChangeDose, to="full", judgment="worsened", from_visit="W36")
    with pytest.raises(RefusalError, match="the dose is full already"):
        live.do(ChangeDose, to="full", judgment="worsened", from_visit="W36")
    live.weigh("W36", "80")
    assert live.order("W36").answer("dose_plan")["dose_g"] == "160"
    correction = CorrectValue(subject=S1, form="dose_change/1", item="to", value="full", saw=1)
    with pytest.raises(RefusalError, match="to was acted on"):
        live.act(correction, Role.INVESTIGATOR, reason="wrong")


def test_the_pregnancy_test_is_one_a_cycle_and_a_positive_one_forbids_the_dose():
    live = DosedTrial()
    live.consent()
    live.act(
        CorrectValue(subject=S1, form="demographics", item="can_become_pregnant", value=True, saw=1),
        Role.COORDINATOR, reason="asked again",
    )  # fmt: skip
    live.act(ScreenSubject(subject=S1, facts=FACTS), Role.COORDINATOR)
    live.act(AdjudicateEntry(subject=S1, facts={"adjudicated_active": True}), Role.ENTRY_ADJUDICATOR)
    live.act(EnrollSubject(subject=S1), Role.INVESTIGATOR)
    live.assess("W0", CORE_SET)
    live.act(RandomizeSubject(subject=S1), Role.COORDINATOR)
    live.weigh("W0")
    live.order("W0")
    assert live.check("W0", pregnancy_test=None).answer("readiness")["open"] == [
        {"item": "pregnancy_test", "problem": "missing"}
    ]
    live.check("W0", saw=1)
    label = live.prepare("W0", "700")
    live.infuse("W0", label, "700")
    live.clock.move(hours=18)
    # The second day needs no test of its own; the one of the first day counts.
    assert live.check("W0", 2, pregnancy_test=None).answer("readiness")["ready"] is True
    live.weigh("W4")
    live.order("W4")
    assert live.check("W4", pregnancy_test="positive").answer("readiness")["open"] == [
        {"item": "pregnancy_test", "problem": "failed"}
    ]
    with pytest.raises(RefusalError, match="a pregnancy is recorded"):
        live.order("W4", saw=1)
    with pytest.raises(RefusalError, match=r"not ready: pregnancy_test \(failed\)"):
        live.infuse("W4", live.prepare("W4", "700"), "700")


def test_a_pregnancy_that_goes_on_forbids_an_order():
    live = CourseTrial()
    live.reach(S.RANDOMIZED)
    live.weigh("W0")
    live.act(ReportPregnancy(subject=S1, whose="subject", aware_at=live.clock.now), Role.INVESTIGATOR)
    with pytest.raises(RefusalError, match="a pregnancy is recorded"):
        live.order("W0")


def test_the_laboratory_s_result_counts_and_of_two_the_later_one():
    live = CourseTrial()
    live.reach(S.RANDOMIZED)
    live.weigh("W0")
    # Limits: hemoglobin of at least 80 g/L, creatinine of at most 177 umol/L, within 35 days.
    sent = {"subject": S1, "at": "W0"}
    live.act(RecordResult(**sent, analyte="hemoglobin", value="79", collected=live.clock.now), Role.LABORATORY)
    live.act(RecordResult(**sent, analyte="creatinine", value="177", collected=live.clock.now), Role.LABORATORY)
    told = live.check("W0", results={}).answer("readiness")
    assert told["open"] == [{"item": "hemoglobin", "problem": "failed"}]
    live.clock.move(hours=2)
    later = {"hemoglobin": GivenResult(value=Decimal(80), collected=live.clock.now)}
    assert live.check("W0", saw=1, results=later).answer("readiness")["ready"] is True
    live.clock.move(days=36)
    assert {item["item"] for item in live.check("W0", saw=2, results=later).answer("readiness")["open"]} == {
        "hemoglobin", "creatinine"
    }  # fmt: skip


def test_what_can_not_be_is_refused_at_the_check_and_what_is_odd_is_asked_about():
    live = CourseTrial()
    live.reach(S.RANDOMIZED)
    live.weigh("W0")
    with pytest.raises(RefusalError) as refused:
        live.check("W0", temperature=Decimal(45), risk_factors={"smoking": True},
                   results={"igg": GivenResult(value=Decimal(9), collected=live.clock.now)})  # fmt: skip
    assert [fault.column for fault in refused.value.faults] == ["smoking", "igg", "temperature"]
    live.check("W0", systolic=70, diastolic=80)
    assert [query.item for query in live.desk.state.unsettled_queries(S1)] == ["systolic"]


def test_an_infusion_has_its_times_in_order_and_steps_that_give_its_volume():
    live = CourseTrial()
    live.reach(S.RANDOMIZED)
    live.weigh("W0")
    live.order("W0")
    label = live.prepare("W0", "700")
    live.check("W0")
    start = live.clock.now
    live.clock.move(hours=6)
    times = [start.replace(hour=hour) for hour in (9, 10, 11, 15)]
    infusion = {"subject": S1, "visit": "W0", "day": 1, "label": label, "volume_ml": Decimal(700), "started": times[0]}
    pause = Interruption(stopped=times[2], resumed=times[1], why="line")
    with pytest.raises(RefusalError, match="don't follow one another"):
        live.act(RecordInfusion(**infusion, stopped=times[3], interruptions=(pause,)), Role.COORDINATOR)
    with pytest.raises(RefusalError, match="stopped before it started"):
        live.act(RecordInfusion(**infusion, stopped=times[0]), Role.COORDINATOR)
    with pytest.raises(RefusalError, match="ends in the future"):
        live.act(RecordInfusion(**infusion, stopped=start.replace(hour=16)), Role.COORDINATOR)
    steps = (RunStep(rate_ml_per_min=Decimal(2), minutes=Decimal(100)),)
    live.act(RecordInfusion(**infusion, stopped=times[3], steps=steps), Role.COORDINATOR)
    assert [query.item for query in live.desk.state.unsettled_queries(S1)] == ["steps"]
    correction = CorrectValue(subject=S1, form="infusion/W0/1", item="label", value="1", saw=1)
    with pytest.raises(RefusalError, match="label was acted on"):
        live.act(correction, Role.COORDINATOR, reason="wrong")


def test_efficacy_assessors_are_told_nothing_of_doses_and_see_none_of_their_forms():
    live = CourseTrial()
    live.reach(S.ON_TREATMENT)
    about_doses = [e for e in live.subject().told if e.get("what") in {"dose_plan", "readiness", "bag_ready"}]
    assert about_doses
    assert not any(Role.EFFICACY_ASSESSOR in entry.get("to") for entry in about_doses)


def test_blinded_dosing_is_impossible_where_the_arms_are_infused_in_different_ways():
    trial = read_trial("proderm")
    active, placebo = trial.treatments
    other = active.infusion.model_copy(update={"days": (1, 5)})
    placebo = placebo.model_copy(update={"imitates": None, "infusion": other})
    trial = trial.model_copy(update={"treatments": (active, placebo)})
    with pytest.raises(SettingError, match="blinded dosing is impossible"):
        find_blind_infusion(trial, "W4")
    # From the gate on everybody is given the same.
    assert find_blind_infusion(trial, "W16") == active.infusion
    live = CourseTrial(trial=trial)
    live.reach(S.RANDOMIZED)
    live.weigh("W0")
    with pytest.raises(RefusalError, match="blinded dosing is impossible"):
        live.order("W0")
