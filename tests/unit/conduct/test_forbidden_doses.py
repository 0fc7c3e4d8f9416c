"""Doses that the protocol forbids and that were once let through; the state machine of the live trial found them."""

from datetime import timedelta
from decimal import Decimal

import pytest
from dosed_trial import S1, DosedTrial
from live_trial import CORE_SET, FACTS, WORSE

from myotis.conduct.acts.course.complete_first_period import CompleteFirstPeriod
from myotis.conduct.acts.course.confirm_switch import ConfirmSwitch
from myotis.conduct.acts.data.freeze_form import FreezeForm
from myotis.conduct.acts.dosing.hold_dosing import HoldDosing
from myotis.conduct.acts.dosing.resume_dosing import ResumeDosing
from myotis.conduct.acts.entry.screen_subject import ScreenSubject
from myotis.conduct.acts.visits.record_visit import RecordVisit
from myotis.conduct.acts.visits.record_weight import RecordWeight
from myotis.conduct.roles import Role
from myotis.conduct.study import FormKey
from myotis.log.act import RefusalError
from myotis.log.messages import NoticeWord


@pytest.fixture
def live():
    trial = DosedTrial()
    trial.randomize()
    trial.weigh("W0")
    return trial


def record_late(live, label, started, visit="W0", **options):
    return live.infuse(visit, label, "700", started=started, stopped=started + timedelta(hours=4), **options)


@pytest.mark.parametrize("scope", ["subject", "site", "trial"])
def test_an_infusion_during_a_hold_that_has_ended_is_refused(live, scope):
    """A hold that was lifted since was forgotten."""
    live.order("W0")
    label = live.prepare("W0", "700")
    live.check("W0")
    named = {"subject": {"subject": S1}, "site": {"site": "101"}, "trial": {}}[scope]
    role = Role.INVESTIGATOR if scope == "subject" else Role.SPONSOR
    live.clock.move(hours=1)
    live.act(HoldDosing(scope=scope, why="infection", **named), role)
    live.clock.move(hours=1)
    in_hold = live.clock.now
    live.clock.move(hours=1)
    live.act(ResumeDosing(scope=scope, **named), role)
    live.clock.move(hours=4)
    with pytest.raises(RefusalError, match="not to be dosed then"):
        record_late(live, label, in_hold)
    record_late(live, label, in_hold + timedelta(hours=1))


def test_an_infusion_before_its_bag_was_prepared_is_refused(live):
    live.order("W0")
    live.check("W0")
    before = live.clock.now
    live.clock.move(hours=5)
    label = live.prepare("W0", "700")
    with pytest.raises(RefusalError, match="not prepared by then"):
        record_late(live, label, before)


def test_readiness_is_checked_before_the_infusion_and_not_after_it(live):
    live.order("W0")
    label = live.prepare("W0", "700")
    started = live.clock.now
    live.clock.move(hours=5)
    live.check("W0")
    with pytest.raises(RefusalError, match="checked after the start"):
        record_late(live, label, started)


def test_no_bag_is_given_between_the_confirmation_of_a_switch_and_its_effect(live):
    """The bag was made before the pharmacy knew of the switch, so it holds the treatment before it."""
    live.dose("W0")
    live.assess("W4", WORSE)
    live.weigh("W8")
    live.order("W8")
    label = live.prepare("W8", "700")
    live.assess("W8", WORSE)
    live.check("W8")
    started = live.clock.now
    live.act(ConfirmSwitch(subject=S1), Role.INVESTIGATOR)
    live.clock.move(hours=1)
    with pytest.raises(RefusalError, match="not in effect yet"):
        record_late(live, label, live.clock.now, "W8")
    live.hear(NoticeWord.SWITCH_IN_EFFECT)
    effective = live.clock.now
    with pytest.raises(RefusalError, match="not in effect yet"):
        record_late(live, label, started, "W8")
    record_late(live, label, effective, "W8")


def test_a_bag_that_is_stopped_before_the_word_that_it_is_ready_came_is_not_used(live):
    """Notices travel in the order of their random ids."""
    live.order("W0")
    live.check("W0")
    live.hear(NoticeWord.DO_NOT_USE, label="100001")
    label = live.prepare("W0", "700")
    assert label == "100001"
    with pytest.raises(RefusalError, match="said not to use"):
        record_late(live, label, live.clock.now)


def test_nothing_is_recorded_at_a_visit_that_was_missed(live):
    live.go_to("W4")
    live.act(RecordVisit(subject=S1, visit="W4", day=live.today, held="missed"), Role.COORDINATOR)
    with pytest.raises(RefusalError, match="was missed"):
        live.act(RecordWeight(subject=S1, visit="W4", weight_kg=Decimal(70)), Role.COORDINATOR)


def test_what_is_left_of_the_first_periods_orders_is_cancelled_with_it(live):
    live.dose("W0")
    live.weigh("W12")
    live.order("W12")
    live.assess("W16", CORE_SET)
    live.freeze("core_set/W16")
    live.act(CompleteFirstPeriod(subject=S1), Role.INVESTIGATOR)
    assert live.ask("cancel_dose") == [{"order": f"{S1}/W12/1"}]
    assert "cancelled" in live.subject().find("dose_order", "W12").items


def test_an_order_that_is_frozen_is_not_replaced(live):
    live.order("W0")
    live.freeze("dose_order/W0")
    with pytest.raises(RefusalError, match="is frozen"):
        live.order("W0", saw=1)
    assert live.subject().forms[FormKey.parse("dose_order/W0")].frozen


def test_screening_that_is_frozen_takes_no_facts():
    live = DosedTrial()
    live.consent()
    live.act(ScreenSubject(subject=S1, facts=FACTS), Role.COORDINATOR)
    live.act(FreezeForm(subject=S1, forms={"screening": 1}), Role.DATA_MANAGER)
    with pytest.raises(RefusalError, match="is frozen"):
        live.act(ScreenSubject(subject=S1, facts={"age": "53"}), Role.COORDINATOR)
