"""What orders, checks, holds and notices are refused for, each by its reason."""

from datetime import timedelta
from decimal import Decimal

import pytest
from courses import CourseTrial
from dosed_trial import S1
from live_trial import CORE_SET, WORSE

from myotis.conduct.acts.course.complete_first_period import CompleteFirstPeriod
from myotis.conduct.acts.dosing.change_dose import ChangeDose
from myotis.conduct.acts.dosing.check_readiness import GivenResult
from myotis.conduct.acts.dosing.hold_dosing import HoldDosing
from myotis.conduct.acts.dosing.receive_notice import ReceiveNotice
from myotis.conduct.acts.visits.record_assessment import RecordAssessment
from myotis.conduct.doses import find_blind_infusion, find_highest_rate, plan_dose
from myotis.conduct.roles import Role
from myotis.errors import SettingError
from myotis.log.act import RefusalError
from myotis.log.messages import NoticeWord
from myotis.protocol.read import read_trial
from myotis.terms.states import SubjectState as S


@pytest.fixture
def live():
    trial = CourseTrial()
    trial.reach(S.RANDOMIZED)
    trial.weigh("W0")
    return trial


def test_an_order_lies_ahead_and_its_cycle_has_not_begun(live):
    with pytest.raises(RefusalError, match="the planned start has passed"):
        live.order("W0", planned=live.clock.now - timedelta(hours=1))
    live.dose("W0")
    with pytest.raises(RefusalError, match="the cycle of W0 has begun"):
        live.order("W0", saw=1)


@pytest.mark.parametrize(("visit", "reason"), [("SCR", "SCR is no visit with a dose"), ("U1", "U1 is no visit")])
def test_an_order_is_for_a_planned_visit_of_the_treatment_period(live, visit, reason):
    with pytest.raises(RefusalError, match=reason):
        live.order(visit)


def test_in_the_extension_no_dose_of_the_first_period_is_ordered():
    live = CourseTrial()
    live.reach(S.IN_EXTENSION)
    with pytest.raises(RefusalError, match="W12 lies before the extension"):
        live.order("W12")
    with pytest.raises(RefusalError, match="W40 has no infusion"):
        live.do(ChangeDose, to="reduced", from_visit="W40", judgment="stable")


def test_an_infusion_does_not_start_before_randomization(live):
    live.order("W0")
    label = live.prepare("W0", "700")
    live.check("W0")
    with pytest.raises(RefusalError, match="not randomized by then"):
        live.infuse("W0", label, "700", started=live.clock.now - timedelta(days=30))


def test_a_check_has_results_of_the_past_and_is_open():
    live = CourseTrial()
    live.reach(S.RANDOMIZED)
    live.weigh("W0")
    later = {"hemoglobin": GivenResult(value=Decimal(100), collected=live.clock.now + timedelta(hours=1))}
    with pytest.raises(RefusalError, match="the sample lies in the future"):
        live.check("W0", results=later)
    # Without an order there is no plan to tell of.
    assert "steps" not in live.check("W0").answer("readiness")
    live.freeze("readiness/W0/1")
    with pytest.raises(RefusalError, match="readiness/W0/1 is frozen"):
        live.check("W0", saw=1)


@pytest.mark.parametrize(
    ("role", "fields", "reason"),
    [
        (Role.INVESTIGATOR, {"scope": "subject"}, "not said whose dosing"),
        (Role.SPONSOR, {"scope": "site"}, "not said whose dosing"),
        (Role.SPONSOR, {"scope": "trial", "site": "101"}, "not said whose dosing"),
        (Role.SPONSOR, {"scope": "subject", "subject": S1}, "is not this role's"),
        (Role.SPONSOR, {"scope": "site", "site": "103"}, "no such site"),
    ],
)
def test_a_hold_names_what_it_is_about_and_nothing_else(live, role, fields, reason):
    with pytest.raises(RefusalError, match=reason):
        live.act(HoldDosing(**fields, why="other"), role)


def test_the_pharmacy_answers_once_and_with_a_time_that_is_one():
    live = CourseTrial()
    live.reach(S.SWITCH_EFFECTIVE)
    with pytest.raises(RefusalError, match="was answered already"):
        live.hear(NoticeWord.SWITCH_IN_EFFECT)
    live.weigh("W8")
    live.order("W8")
    values = {"order": "101-001/W8/1", "label": "7", "volume_ml": "700"}
    for use_by in ("tomorrow", "2024-03-04T20:00:00"):
        notice = ReceiveNotice(subject=S1, id="x", word=NoticeWord.BAG_READY, values=values | {"use_by": use_by})
        with pytest.raises(RefusalError, match="no time with an offset"):
            live.act(notice, Role.PHARMACY_LINK)


def test_the_gate_waits_for_the_signature_of_who_assessed():
    live = CourseTrial()
    live.reach(S.ON_TREATMENT)
    live.visit("W16")
    live.do(RecordAssessment, Role.EFFICACY_ASSESSOR, visit="W16", kind="core_set", results=CORE_SET)
    with pytest.raises(RefusalError) as refused:
        live.do(CompleteFirstPeriod)
    assert [fault.what for fault in refused.value.faults] == [
        "core_set/W16 is not signed",
        "core_set/W16 is not frozen",
    ]


def test_a_bag_for_an_order_that_was_replaced_is_not_used(live):
    live.order("W0")
    label = live.prepare("W0", "700")
    live.order("W0", days=3, saw=1)
    live.check("W0")
    with pytest.raises(RefusalError, match="not one for this order"):
        live.infuse("W0", label, "700")


def test_a_bag_of_another_subject_is_not_used(live):
    live.randomize("101-002")
    live.weigh("W0", name="101-002")
    live.order("W0", name="101-002")
    other = live.prepare("W0", "700", name="101-002")
    live.order("W0")
    live.check("W0")
    with pytest.raises(RefusalError, match="not one for this order"):
        live.infuse("W0", other, "700")


def test_no_dose_is_planned_without_a_weight_or_an_infusion():
    live = CourseTrial()
    live.reach(S.RANDOMIZED)
    with pytest.raises(SettingError, match="the weight is not recorded"):
        plan_dose(live.trial, live.subject(), "W0", 2, at_risk=False)
    reclaiim = read_trial("reclaiim")
    assert find_highest_rate(reclaiim, "W1", Decimal(70), at_risk=None) is None
    bare = reclaiim.model_copy(
        update={
            "treatments": tuple(t.model_copy(update={"infusion": None, "imitates": None}) for t in reclaiim.treatments)
        }
    )
    with pytest.raises(SettingError, match="does not say how doses are infused"):
        find_blind_infusion(bare, "W1")


def test_a_switch_is_indicated_while_dosing_is_held_and_found_when_it_resumes():
    live = CourseTrial()
    live.reach(S.ON_TREATMENT)
    live.assess("W4", WORSE)
    live.do(HoldDosing, scope="subject", why="infection")
    live.assess("W8", WORSE)
    assert (live.subject().state, live.subject().standing) == (S.DOSING_HELD, S.SWITCH_INDICATED)
