"""From the order of a dose to its infusion. Doses are worked by hand: 2.0 g/kg, 100 g/L; 70 kg: 140 g, 1,400 mL."""

from datetime import timedelta
from decimal import Decimal

import pytest
from dosed_trial import S1, DosedTrial
from live_trial import CORE_SET, WORSE

from myotis.conduct.acts.data.correct_value import CorrectValue
from myotis.conduct.acts.dosing.cancel_dose import CancelDose
from myotis.conduct.acts.dosing.hold_dosing import HoldDosing
from myotis.conduct.acts.dosing.receive_notice import ReceiveNotice
from myotis.conduct.acts.dosing.record_infusion import RunStep
from myotis.conduct.acts.dosing.request_code_break import RequestCodeBreak
from myotis.conduct.acts.dosing.resume_dosing import ResumeDosing
from myotis.conduct.bags import BagStatus
from myotis.conduct.roles import Role
from myotis.log.act import RefusalError
from myotis.log.messages import FIELDS, NoticeWord
from myotis.terms.states import SubjectState


@pytest.fixture
def live():
    trial = DosedTrial()
    trial.randomize()
    trial.weigh("W0")
    return trial


def test_an_order_plans_the_dose_by_weight_for_the_site_and_asks_the_pharmacy(live):
    receipt = live.order("W0", days=4)
    plan = receipt.answer("dose_plan")
    assert (plan["dose_g"], plan["volume_ml"], plan["volume_per_day_ml"]) == ("140", "1400", "350")
    # Risks are not known yet, so the lower cap of 0.03 mL/kg/min holds: 0.7, 1.4, 2.1 mL/min.
    assert plan["at_risk"] == "unknown"
    assert [step["rate_ml_per_min"] for step in plan["steps"]] == ["0.7", "1.4", "2.1", "2.1"]
    (asked,) = live.ask("prepare_dose")
    assert set(asked) == FIELDS["prepare_dose"]
    assert asked["order"] == "101-001/W0/1"
    assert (asked["weight_kg"], asked["dose_g"], asked["volume_ml"], asked["days"]) == ("70", "140", "1400", 4)


def test_a_dose_is_not_ordered_without_the_weight_that_was_seen_or_over_days_that_the_protocol_does_not_allow():
    live = DosedTrial()
    live.randomize()
    with pytest.raises(RefusalError, match="the weight at W0 is not recorded"):
        live.order("W0")
    live.weigh("W0")
    live.act(
        CorrectValue(subject=S1, form="weight/W0", item="weight_kg", value="71", saw=1), Role.COORDINATOR, reason="read"
    )
    with pytest.raises(RefusalError) as refused:
        live.order("W0", days=6)
    assert [fault.what for fault in refused.value.faults] == [
        "weight/W0 has changed since version 1", "a cycle is not split over 6 days",
    ]  # fmt: skip


def test_an_order_is_replaced_in_the_version_that_was_seen_and_the_pharmacy_cancels_the_first(live):
    live.order("W0")
    with pytest.raises(RefusalError, match="changed since version 0"):
        live.order("W0", days=3)
    live.order("W0", days=3, saw=1)
    assert live.ask("cancel_dose") == [{"order": "101-001/W0/1"}]
    assert [one["order"] for one in live.ask("prepare_dose")] == ["101-001/W0/1", "101-001/W0/2"]


def test_a_cancelled_order_is_not_infused_and_not_cancelled_twice(live):
    live.order("W0")
    label = live.prepare("W0", "700")
    live.check("W0")
    live.act(CancelDose(subject=S1, visit="W0", saw=1, why="postponed"), Role.INVESTIGATOR)
    assert live.ask("cancel_dose") == [{"order": "101-001/W0/1"}]
    with pytest.raises(RefusalError, match="no dose is ordered for W0"):
        live.infuse("W0", label, "700")
    with pytest.raises(RefusalError, match="cancelled or given already"):
        live.act(CancelDose(subject=S1, visit="W0", saw=2, why="postponed"), Role.INVESTIGATOR)


def test_an_order_is_changed_by_an_act_and_not_by_a_correction(live):
    live.order("W0")
    with pytest.raises(RefusalError, match="days was acted on"):
        live.act(
            CorrectValue(subject=S1, form="dose_order/W0", item="days", value=3, saw=1), Role.INVESTIGATOR, reason="x"
        )
    with pytest.raises(RefusalError, match="dose_g was acted on"):
        live.act(
            CorrectValue(subject=S1, form="dose_order/W0", item="dose_g", value="9", saw=1),
            Role.INVESTIGATOR,
            reason="x",
        )


def test_a_corrected_weight_makes_the_open_order_one_to_look_at_again(live):
    live.order("W0")
    correction = CorrectValue(subject=S1, form="weight/W0", item="weight_kg", value="75", saw=1)
    told = live.act(correction, Role.COORDINATOR, reason="read again")
    assert told.answer("order_outdated") == {"visit": "W0", "order": "101-001/W0/1"}
    assert live.order("W0", saw=1, saw_weight=2).answer("dose_plan")["dose_g"] == "150"


def test_a_subject_who_is_not_ready_is_not_infused_and_the_open_items_are_named(live):
    live.order("W0")
    label = live.prepare("W0", "700")
    told = live.check("W0", well_hydrated=False, pulse=None, results={}).answer("readiness")
    assert told["ready"] is False
    # The participant can't become pregnant by her demographics, so that the test is not asked for.
    assert told["open"] == [
        {"item": "hydration", "problem": "failed"}, {"item": "pulse", "problem": "missing"},
        {"item": "hemoglobin", "problem": "missing"}, {"item": "creatinine", "problem": "missing"},
    ]  # fmt: skip
    with pytest.raises(RefusalError, match=r"not ready: hydration \(failed\), pulse \(missing\)"):
        live.infuse("W0", label, "700")
    with pytest.raises(RefusalError, match="changed since version 0"):
        live.check("W0")
    assert live.check("W0", saw=1).answer("readiness")["ready"] is True


def test_at_risk_the_rate_is_capped_and_a_rate_above_it_is_recorded_as_a_deviation(live):
    live.order("W0")
    label = live.prepare("W0", "700")
    risks = {factor.id: factor.id == "diabetes" for factor in live.trial.conduct.readiness.risk_factors}
    told = live.check("W0", risk_factors=risks).answer("readiness")
    assert told["at_risk"] == "yes"
    # 0.01, 0.02, 0.03 and then no more than 0.03 mL/kg/min, times 70 kg.
    assert [step["rate_ml_per_min"] for step in told["steps"]] == ["0.7", "1.4", "2.1", "2.1"]
    steps = tuple(RunStep(rate_ml_per_min=Decimal(rate), minutes=Decimal(minutes))
                  for rate, minutes in (("2.1", 200), ("2.8", 100)))  # fmt: skip
    told = live.infuse("W0", label, "700", steps=steps)
    assert told.answer("rate_exceeded") == {"visit": "W0", "day": 1}
    (deviation,) = live.subject().all_of("deviation")
    assert deviation.items == {"category": "dose", "important": True, "visit": "W0"}


def test_without_risk_the_full_rate_is_no_deviation(live):
    live.order("W0")
    label = live.prepare("W0", "700")
    assert live.check("W0").answer("readiness")["steps"][-1]["rate_ml_per_min"] == "2.8"
    steps = (RunStep(rate_ml_per_min=Decimal("2.8"), minutes=Decimal(250)),)
    assert live.infuse("W0", label, "700", steps=steps).answer("rate_exceeded") is None


def test_the_first_infusion_begins_treatment_and_the_pharmacy_hears_of_it(live):
    live.order("W0")
    label = live.prepare("W0", "700")
    live.check("W0")
    live.infuse("W0", label, "700")
    assert live.subject().state == SubjectState.ON_TREATMENT
    assert live.desk.state.bags[label].status == BagStatus.USED
    (asked,) = live.ask("infused")
    assert set(asked) == FIELDS["infused"]
    assert (asked["label"], asked["visit"], asked["volume_ml"]) == (label, "W0", "700")


def test_only_a_bag_that_may_be_used_is_infused(live):
    live.order("W0")
    used, stopped, old = (live.prepare("W0", "700", hours=hours) for hours in (8, 20, 1))
    live.check("W0")
    live.infuse("W0", used, "700")
    live.hear(NoticeWord.DO_NOT_USE, label=stopped)
    live.check("W0", 2)
    for label, reason in (("9", "not one for this order"), (used, "used already"), (stopped, "said not to use"),
                          (old, "past its time of use")):  # fmt: skip
        with pytest.raises(RefusalError, match=reason):
            live.infuse("W0", label, "700", 2)
    with pytest.raises(RefusalError, match="no such day"):
        live.infuse("W0", live.prepare("W0", "700"), "700", 3)


def test_less_than_the_bag_needs_a_reason_and_more_cannot_be(live):
    live.order("W0")
    label = live.prepare("W0", "700", hours=20)
    live.check("W0")
    with pytest.raises(RefusalError, match="the reason does not fit the volume"):
        live.infuse("W0", label, "650")
    with pytest.raises(RefusalError, match="more was infused than the bag holds"):
        live.infuse("W0", label, "701")
    live.infuse("W0", label, "650", why_incomplete="subject")


def test_a_notice_is_taken_once_with_its_fields_and_as_an_answer_only(live):
    order = live.order("W0") and live.subject().find("dose_order", "W0").items["order"]
    values = {"order": order, "label": "123456", "volume_ml": "700", "use_by": "2024-01-08T20:00:00+00:00"}
    notice = ReceiveNotice(subject=S1, id="a", word=NoticeWord.BAG_READY, values=values)
    live.act(notice, Role.PHARMACY_LINK)
    length = len(live.store.read())
    with pytest.raises(RefusalError, match="received already"):
        live.act(notice, Role.PHARMACY_LINK)
    assert len(live.store.read()) == length
    assert live.desk.state.notice_ids == {"a"}
    for wrong, reason in (
        (ReceiveNotice(subject=S1, id="b", word=NoticeWord.BAG_READY, values=values | {"arm": "x"}), "other fields"),
        (ReceiveNotice(subject=S1, id="b", word=NoticeWord.BAG_READY, values=values), "a bag with the label already"),
        (ReceiveNotice(subject=S1, id="b", word=NoticeWord.ENTER_EXTENSION, values={}), "nothing that was asked"),
        (ReceiveNotice(subject=S1, id="b", word=NoticeWord.SWITCH_IN_EFFECT, values={}), "nothing that was asked"),
        (ReceiveNotice(subject=S1, id="b", word=NoticeWord.NOT_IN_STOCK, values={"order": "9"}), "no such order"),
        (ReceiveNotice(subject=S1, id="b", word=NoticeWord.CODE_BROKEN, values={"request": "9"}), "not asked for"),
    ):
        with pytest.raises(RefusalError, match=reason):
            live.act(wrong, Role.PHARMACY_LINK)


def test_dosing_is_held_by_who_may_and_subjects_keep_their_state_where_a_site_or_the_trial_is_held(live):
    live.dose("W0")
    live.weigh("W4")
    for scope, site in (("site", "101"), ("trial", None)):
        with pytest.raises(RefusalError, match="is not this role's"):
            live.act(HoldDosing(scope=scope, site=site, why="safety_signal"), Role.INVESTIGATOR)
        live.act(HoldDosing(scope=scope, site=site, why="safety_signal"), Role.SPONSOR)
        assert live.subject().state == SubjectState.ON_TREATMENT
        with pytest.raises(RefusalError, match="dosing is held"):
            live.order("W4")
        with pytest.raises(RefusalError, match="it is so already"):
            live.act(HoldDosing(scope=scope, site=site, why="safety_signal"), Role.SPONSOR)
        live.act(ResumeDosing(scope=scope, site=site), Role.SPONSOR)
    live.act(HoldDosing(scope="subject", subject=S1, why="adverse_event"), Role.INVESTIGATOR)
    assert live.subject().state == SubjectState.DOSING_HELD
    with pytest.raises(RefusalError, match="of another site"):
        live.act(ResumeDosing(scope="subject", subject=S1), Role.INVESTIGATOR, "102")
    live.act(ResumeDosing(scope="subject", subject=S1), Role.INVESTIGATOR)
    assert live.subject().state == SubjectState.ON_TREATMENT
    live.order("W4")


def test_an_infusion_that_had_started_before_a_hold_is_entered_after_it_and_a_later_one_is_not(live):
    live.order("W0")
    label = live.prepare("W0", "700")
    live.check("W0")
    started = live.clock.now
    live.clock.move(hours=2)
    live.act(HoldDosing(scope="subject", subject=S1, why="adverse_event"), Role.INVESTIGATOR)
    with pytest.raises(RefusalError, match="not to be dosed then"):
        live.infuse("W0", label, "700")
    live.infuse(
        "W0", label, "200", started=started, stopped=started + timedelta(hours=2), why_incomplete="adverse_event"
    )
    assert (live.subject().state, live.subject().standing) == (SubjectState.DOSING_HELD, SubjectState.ON_TREATMENT)


def test_a_dose_waits_for_a_switch_that_is_indicated(live):
    live.dose("W0")
    live.assess("W4", WORSE)
    live.assess("W8", WORSE)
    live.weigh("W8")
    with pytest.raises(RefusalError, match="hangs on the switch"):
        live.order("W8")


def test_the_code_is_broken_for_a_reason_and_the_log_keeps_only_that_it_was(live):
    live.dose("W0")
    request = RequestCodeBreak(subject=S1, why="medical_emergency")
    with pytest.raises(RefusalError, match="no reason"):
        live.act(request, Role.INVESTIGATOR)
    live.act(request, Role.INVESTIGATOR, reason="anaphylaxis")
    assert live.ask("break_code") == [{"request": "101-001/code-break/1"}]
    assert live.subject().code_broken is False
    live.hear(NoticeWord.CODE_BROKEN, request="101-001/code-break/1")
    assert live.subject().code_broken is True


def test_the_extension_has_no_dose_before_the_pharmacy_says_that_the_subject_enters(live):
    live.dose("W0")
    live.assess("W16", CORE_SET)
    live.weigh("W16")
    with pytest.raises(RefusalError, match="has not entered the extension"):
        live.order("W16")
    with pytest.raises(RefusalError, match="W40 has no infusion"):
        live.weigh("W40") or live.order("W40")
