from datetime import UTC, datetime

import pytest
from live_trial import CORE_SET, MORNING, WORSE, LiveTrial
from safety_cases import PLAIN

from myotis.conduct.acts.data.answer_query import AnswerQuery
from myotis.conduct.acts.data.close_query import CloseQuery
from myotis.conduct.acts.data.correct_value import CorrectValue
from myotis.conduct.acts.data.freeze_form import FreezeForm
from myotis.conduct.acts.data.lock_trial import LockTrial
from myotis.conduct.acts.data.raise_query import RaiseQuery
from myotis.conduct.acts.data.sign_form import SignForm
from myotis.conduct.acts.data.unfreeze_form import UnfreezeForm
from myotis.conduct.acts.safety.report_adverse_event import ReportAdverseEvent
from myotis.conduct.acts.trial.assign_role import AssignRole
from myotis.conduct.acts.visits.record_assessment import RecordAssessment
from myotis.conduct.acts.visits.record_visit import RecordVisit
from myotis.conduct.acts.visits.record_weight import RecordWeight
from myotis.conduct.roles import Role
from myotis.conduct.view import view_study
from myotis.log.act import RefusalError
from myotis.protocol.read import read_trial
from myotis.terms.states import SubjectState

S = "101-001"
BETTER = {"physician_global": "2.0", "patient_global": "3.0", "mmt8": "140", "haq": "0.75", "extramuscular": "1.0"}


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


def told(live, role, name=S):
    view = view_study(live.desk.state, live.user(role)).subject(name)
    return {word.what: word.answer for word in view.told}


def test_a_frozen_form_is_neither_corrected_nor_queried_until_it_is_unfrozen_with_a_reason(live):
    live.act(FreezeForm(subject=S, forms={"core_set/W0": 1}), Role.DATA_MANAGER)
    new = CorrectValue(subject=S, form="core_set/W0", item="mmt8", value="112", saw=1)
    assert refusal(live, new, Role.EFFICACY_ASSESSOR, reason="misread") == ("need", "core_set/W0 is frozen")
    ask = RaiseQuery(subject=S, form="core_set/W0", concern="unclear")
    assert refusal(live, ask, Role.MONITOR) == ("need", "core_set/W0 is frozen")
    assert refusal(live, UnfreezeForm(subject=S, form="core_set/W0"), Role.DATA_MANAGER)[1] == "no reason is given"
    live.act(UnfreezeForm(subject=S, form="core_set/W0"), Role.DATA_MANAGER, reason="the source says otherwise")
    live.act(new, Role.EFFICACY_ASSESSOR, reason="misread")
    again = UnfreezeForm(subject=S, form="core_set/W0")
    assert refusal(live, again, Role.DATA_MANAGER, reason="x")[1] == "the form is not frozen"


def test_freezing_says_everything_that_is_missing(live):
    live.go_to("W4")
    live.act(RecordVisit(subject=S, visit="W4", day=live.today), Role.COORDINATOR)
    live.act(RecordAssessment(subject=S, visit="W4", kind="core_set", results=WORSE), Role.EFFICACY_ASSESSOR)
    live.act(SignForm(subject=S, form="core_set/W4", saw=1, meaning="reviewed"), Role.INVESTIGATOR)
    live.act(RaiseQuery(subject=S, form="core_set/W4", concern="unclear"), Role.MONITOR)
    live.act(FreezeForm(subject=S, forms={"visit/W0": 1}), Role.DATA_MANAGER)
    forms = {"core_set/W4": 1, "core_set/W0": 9, "visit/W0": 1, "core_set/W8": 1}
    kind, said = refusal(live, FreezeForm(subject=S, forms=forms), Role.DATA_MANAGER)
    assert kind == "need"
    assert said.split("; ") == [
        "query 1 on core_set/W4 is open", "core_set/W4 is not signed", "core_set/W0 has changed since version 9",
        "visit/W0 is frozen already", "core_set/W8 is not recorded",
    ]  # fmt: skip
    assert refusal(live, FreezeForm(subject=S, forms={}), Role.DATA_MANAGER)[1] == "no form is named"


def test_a_visit_is_frozen_with_all_of_its_forms_or_not_at_all(live):
    left_out = FreezeForm(subject=S, forms={"core_set/W0": 1}, visit="W0")
    assert refusal(live, left_out, Role.DATA_MANAGER)[1] == "visit/W0 is left out"
    too_many = FreezeForm(subject=S, forms={"core_set/W0": 1, "visit/W0": 1, "screening": 2}, visit="W0")
    assert refusal(live, too_many, Role.DATA_MANAGER)[1] == "screening is no open form of W0"
    live.freeze("W0")
    weight = RecordWeight(subject=S, visit="W0", weight_kg="70")
    assert refusal(live, weight, Role.COORDINATOR) == ("need", "the visit W0 is frozen")


def test_tis_and_response_are_told_when_week_16_is_frozen_and_not_before(live):
    """TIS by the published table (Aggarwal 2017): physician 5 to 2 is 30 % (17.5 points), patient 30 % (7.5), MMT-8 30
    of 150 is 20 % (20), HAQ 0.75 of 3 is 25 % (7.5), extramuscular 30 % (15), CK 8 of 15 limits is 53 % (7.5)."""
    enzymes = {"ck": "2000", "ck_uln": "200"}
    better = enzymes | {"ck": "400"}
    live.act(RecordAssessment(subject=S, visit="W0", kind="enzymes", results=enzymes), Role.COORDINATOR)
    live.act(SignForm(subject=S, form="enzymes/W0", saw=1), Role.INVESTIGATOR)
    for visit in ("W4", "W8", "W12"):
        live.assess(visit, CORE_SET)
    live.act(RecordAssessment(subject=S, visit="W12", kind="enzymes", results=enzymes), Role.COORDINATOR)
    live.assess("W16", BETTER)
    live.act(RecordAssessment(subject=S, visit="W16", kind="enzymes", results=better), Role.COORDINATOR)
    live.act(SignForm(subject=S, form="enzymes/W16", saw=1), Role.INVESTIGATOR)
    live.act(FreezeForm(subject=S, forms={"core_set/W16": 1, "visit/W16": 1}), Role.DATA_MANAGER)
    assert not {"tis", "response"} & set(told(live, Role.INVESTIGATOR))  # the enzymes are still open
    live.act(FreezeForm(subject=S, forms={"enzymes/W16": 1}), Role.DATA_MANAGER)
    heard = told(live, Role.INVESTIGATOR)
    assert heard["tis"]["W16"] == 17.5 + 7.5 + 20 + 7.5 + 15 + 7.5
    assert heard["tis"]["W4"] is None  # no enzyme was measured
    assert heard["tis"]["W12"] is None  # nobody has signed the enzymes
    assert heard["response"] == {"visit": "W16", "response": "yes"}
    assert not {"tis", "response"} & set(told(live, Role.EFFICACY_ASSESSOR))


def test_a_confirmed_deterioration_rules_out_a_response(live):
    for visit, results in {"W4": WORSE, "W8": WORSE, "W12": CORE_SET, "W16": BETTER}.items():
        live.assess(visit, results)
    live.freeze("W16")
    assert told(live, Role.MONITOR)["response"]["response"] == "no"


def test_a_week_16_that_was_missed_leaves_the_response_unknown(live):
    for visit in ("W4", "W8", "W12"):
        live.assess(visit, CORE_SET)
    live.go_to("W16")
    live.act(RecordVisit(subject=S, visit="W16", day=live.today, held="missed"), Role.COORDINATOR)
    live.freeze("W16")
    assert told(live, Role.MONITOR)["response"]["response"] == "unknown"


def test_reclaiim_is_told_its_response_by_its_own_rule_through_the_same_acts():
    """A responder has a TIS of 20 at week 25 and at week 17 or 21, completed the treatment and had no rescue."""
    live = LiveTrial(trial=read_trial("reclaiim"))
    live.consent()
    subject = live.subject()
    enzymes = {"ck": "2000", "ck_uln": "200"}
    for visit in ("W1", "W5", "W9", "W13", "W17", "W21", "W25"):
        live.assess(visit, CORE_SET if visit in {"W1", "W17"} else BETTER)
        live.act(RecordAssessment(subject=S, visit=visit, kind="enzymes", results=enzymes), Role.COORDINATOR)
        live.act(SignForm(subject=S, form=f"enzymes/{visit}", saw=1), Role.INVESTIGATOR)
    live.freeze("W25")
    assert told(live, Role.MONITOR)["tis"] | {"W5": 67.5, "W17": 0.0, "W25": 67.5} == told(live, Role.MONITOR)["tis"]
    assert told(live, Role.MONITOR)["response"] == {"visit": "W25", "response": "unknown"}  # not completed yet
    subject.state = SubjectState.FIRST_PERIOD_COMPLETED
    live.act(UnfreezeForm(subject=S, form="enzymes/W25"), Role.DATA_MANAGER, reason="to look again")
    live.freeze("W25")
    assert told(live, Role.MONITOR)["response"]["response"] == "yes"
    subject.state = SubjectState.TREATMENT_DISCONTINUED
    live.act(UnfreezeForm(subject=S, form="enzymes/W25"), Role.DATA_MANAGER, reason="to look again")
    live.freeze("W25")
    assert told(live, Role.MONITOR)["response"]["response"] == "no"


def end(live, state=SubjectState.COMPLETED):
    """The subject is done. It is set, not entered."""
    live.subject().state = state


def test_the_trial_is_locked_once_all_is_frozen_or_excused(live):
    live.act(RaiseQuery(subject=S, form="demographics", concern="unclear"), Role.MONITOR)
    kind, said = refusal(live, LockTrial(exceptions={"101-001 nothing": "no_answer"}), Role.DATA_MANAGER)
    assert kind == "need"
    assert said.split("; ") == [
        "101-001 is not done with treatment", "101-001 consent/1 is not frozen", "101-001 core_set/W0 is not frozen",
        "101-001 demographics is not frozen", "101-001 screening is not frozen", "101-001 visit/W0 is not frozen",
        "101-001 nothing needs no exception", "query 1 is open",
    ]  # fmt: skip
    end(live)
    live.freeze("W0")
    live.act(FreezeForm(subject=S, forms={"consent/1": 1, "screening": 2}), Role.DATA_MANAGER)
    live.act(LockTrial(exceptions={"101-001 demographics": "no_answer"}), Role.DATA_MANAGER)
    assert live.desk.state.locked
    assert all(form.locked for form in live.subject().forms.values())


def test_a_locked_trial_takes_no_data_and_still_access(live):
    end(live)
    live.freeze("W0")
    live.act(FreezeForm(subject=S, forms={"consent/1": 1, "screening": 2, "demographics": 1}), Role.DATA_MANAGER)
    live.act(LockTrial(), Role.DATA_MANAGER)
    for act, role in [
        (UnfreezeForm(subject=S, form="demographics"), Role.DATA_MANAGER),
        (CorrectValue(subject=S, form="demographics", item="age", value=53, saw=1), Role.COORDINATOR),
        (SignForm(subject=S, form="core_set/W0", saw=1), Role.EFFICACY_ASSESSOR),
        (RaiseQuery(subject=S, form="demographics", concern="unclear"), Role.MONITOR),
        (LockTrial(), Role.DATA_MANAGER),
    ]:
        assert refusal(live, act, role, reason="too late") == ("state", "the trial is locked")
    live.act(AssignRole(person="auditor", assigned=Role.MONITOR), Role.ADMINISTRATOR)
    live.clock.now = datetime(2024, 4, 1, tzinfo=UTC)
    over = PLAIN | {"outcome": "RECOVERED/RESOLVED"}  # it is not said since when: a soft check asks
    live.act(ReportAdverseEvent(**over), Role.COORDINATOR)
    assert live.subject().find("adverse_event", "1").locked is False
    live.act(AnswerQuery(subject=S, query=1, answer="not_available"), Role.COORDINATOR)
    live.act(CloseQuery(subject=S, query=1), Role.DATA_MANAGER)
    assert all(form.locked for form in live.subject().forms.values() if form.key.form != "adverse_event")


def test_assessors_hear_of_response_once_the_trial_is_locked(live):
    for visit in ("W4", "W8", "W12", "W16"):
        live.assess(visit, CORE_SET)
    for visit in ("W0", "W4", "W8", "W12", "W16"):
        live.freeze(visit)
    assert "response" not in told(live, Role.EFFICACY_ASSESSOR)
    end(live)
    live.act(FreezeForm(subject=S, forms={"consent/1": 1, "screening": 2, "demographics": 1}), Role.DATA_MANAGER)
    live.act(LockTrial(), Role.DATA_MANAGER)
    assert told(live, Role.EFFICACY_ASSESSOR)["response"] == {"visit": "W16", "response": "no"}
    assert live.clock.now > MORNING
