"""Who may do what in the pharmacy, what each act needs, and what follows from it."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from live_pharmacy import SECOND, LivePharmacy
from live_trial import Clock, RepeatableEntropy

from myotis.errors import Fault, SettingError
from myotis.log.act import RefusalError, User
from myotis.log.messages import NoticeWord, RequestWord
from myotis.log.store import MemoryStore
from myotis.log.subject_keys import MemorySubjectKeys
from myotis.pharmacy.act import Means
from myotis.pharmacy.acts.assign_role import AssignRole, RevokeRole
from myotis.pharmacy.acts.check_bag import CheckBag
from myotis.pharmacy.acts.confirm_delivery import ConfirmDelivery
from myotis.pharmacy.acts.open_pharmacy import OpenPharmacy
from myotis.pharmacy.acts.prepare_bag import PrepareBag, VialsTaken
from myotis.pharmacy.acts.recall_lot import ClearLot, Lot, RecallLot, ReportExcursion
from myotis.pharmacy.acts.receive_stock import CountStock
from myotis.pharmacy.acts.register_list import ApproveList, RegisterList
from myotis.pharmacy.acts.release_bag import ReleaseBag
from myotis.pharmacy.acts.report_dispensing_error import ReportDispensingError
from myotis.pharmacy.acts.report_shortage import ReportShortage
from myotis.pharmacy.acts.return_bag import DiscardBag, ReturnBag
from myotis.pharmacy.acts.seal_for_dsmb import SealForDsmb
from myotis.pharmacy.acts.set_aside_request import SetAsideRequest
from myotis.pharmacy.bags import MOVES, BagState
from myotis.pharmacy.catalog import ACTS, REQUESTS
from myotis.pharmacy.desk import PharmacyWorld, open_pharmacy
from myotis.pharmacy.dispensary import Dispensary
from myotis.pharmacy.labels import draw_label
from myotis.pharmacy.permissions import MAY, may
from myotis.pharmacy.roles import Role
from myotis.protocol.read import read_trial

TRIAL = read_trial("proderm")
W0 = datetime(2024, 1, 8, 9, 0, tzinfo=UTC)


@pytest.fixture
def live():
    pharmacy = LivePharmacy()
    pharmacy.randomize()
    return pharmacy


def refused(match):
    return pytest.raises(RefusalError, match=match)


def test_every_act_has_its_row_of_roles_and_every_request_its_act():
    assert set(MAY) == set(ACTS)
    assert set(REQUESTS) == set(RequestWord)
    assert all(MAY[name] for name in ACTS)


BY_ROLE = {
    Role.ADMINISTRATOR: "open_pharmacy assign_role revoke_role",
    Role.LIST_MAKER: "register_list",
    Role.STATISTICIAN: "approve_list",
    Role.PHARMACIST: """prepare_bag check_bag release_bag return_bag discard_bag receive_stock count_stock recall_lot
        report_excursion clear_lot report_dispensing_error report_shortage set_aside_request""",
    Role.CODE_BREAK_DESK: "break_code",
    Role.SAFETY_UNBLINDER: "unblind_for_report",
    Role.DSMB_STATISTICIAN: "seal_for_dsmb",
    Role.SYSTEM: """open_slot allocate_by_minimization take_order cancel_order take_infusion resolve_switch
        decide_extension take_code_request confirm_delivery""",
}
"""Who does what, role by role: the table of the code the other way round."""


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("name", sorted(ACTS))
def test_each_cell_of_the_table_of_roles(name, role):
    act = ACTS[name].model_construct(subject="101-001")
    assert may(act, role.value) == (name in BY_ROLE[role].split())
    if name not in BY_ROLE[role].split():
        state = Dispensary(TRIAL, ACTS)
        state.roles["x"] = {role.value}
        refusal = PharmacyWorld(TRIAL, Means(bytes)).refuse(state, act, User("x", role.value), W0, W0)
        assert refusal.kind == "role"


def test_the_pharmacy_is_opened_once_under_its_protocol():
    live = LivePharmacy()
    with refused("open already"):
        live.act(OpenPharmacy(protocol_digest=live.trial.digest), Role.ADMINISTRATOR)
    fresh = LivePharmacy(store=type(live.store)(), stocked=False)
    assert fresh.state.roles[Role.ADMINISTRATOR] == {Role.ADMINISTRATOR}


def test_who_acts_in_the_blinded_world_gets_no_role():
    live = LivePharmacy()
    with refused("acts in the blinded world"):
        live.act(AssignRole(person="investigator-101", assigned=Role.PHARMACIST), Role.ADMINISTRATOR)


def test_roles_are_of_people_are_held_until_revoked_and_one_administrator_stays():
    live = LivePharmacy()
    with refused("role of a program"):
        live.act(AssignRole(person="eve", assigned=Role.SYSTEM), Role.ADMINISTRATOR)
    live.act(RevokeRole(person="pharmacist", revoked=Role.PHARMACIST), Role.ADMINISTRATOR)
    with refused("does not hold the role"):
        live.receive("saline", "N2", "250 mL", 1)
    with refused("nobody would be left"):
        live.act(RevokeRole(person="pharmacy_administrator", revoked=Role.ADMINISTRATOR), Role.ADMINISTRATOR)
    with refused("does not hold"):
        live.act(RevokeRole(person="pharmacist", revoked=Role.PHARMACIST), Role.ADMINISTRATOR)


def test_no_slot_is_opened_from_a_list_that_is_not_approved_or_twice():
    live = LivePharmacy()
    live.act(RegisterList(list_digest="e"), Role.LIST_MAKER)
    (found,) = live.request(RequestWord.OPEN_SLOT, slot="slot1", stratum=["moderate"])
    assert "not approved" in str(found.faults[0])
    with refused("another digest"):
        live.act(ApproveList(list_digest="d"), Role.STATISTICIAN)
    live.act(ApproveList(list_digest="e"), Role.STATISTICIAN)
    assert live.mail.take_requests() == []
    assert live.subject().arm == "ivig"
    (found,) = live.request(RequestWord.OPEN_SLOT, "101-002", slot="slot1", stratum=["moderate"])
    assert "another subject" in str(found.faults[0])
    (*_, found) = live.request(RequestWord.OPEN_SLOT, "101-003", slot="slot9", stratum=["moderate"])
    assert "no such slot" in str(found.faults[0])


def test_who_made_the_list_does_not_approve_it():
    live = LivePharmacy()
    live.act(AssignRole(person="list_maker", assigned=Role.STATISTICIAN), Role.ADMINISTRATOR)
    live.act(RegisterList(list_digest="e"), Role.LIST_MAKER)
    with refused("same person"):
        live.desk.carry_out(ApproveList(list_digest="e"), User("list_maker", Role.STATISTICIAN.value))
    with refused("registered already"):
        live.act(RegisterList(list_digest="e"), Role.LIST_MAKER)


def test_an_order_whose_dose_is_not_the_one_by_weight_is_refused(live):
    order = {"order": "1", "visit": "W0", "days": 2, "planned": live.clock().isoformat()}
    (found,) = live.request(RequestWord.PREPARE_DOSE, weight_kg="70.5", dose_g="282", volume_ml="2820", **order)
    assert "by weight" in str(found.faults[0])
    (_, found) = live.request(RequestWord.PREPARE_DOSE, weight_kg="70.5", dose_g="141", volume_ml="1400", **order)
    assert "don't go together" in str(found.faults[0])
    live.act(SetAsideRequest(subject="101-001", request=found.request.number), Role.PHARMACIST, reason="asked anew")
    assert len(live.mail.take_requests()) == 1


def test_a_bag_is_prepared_checked_by_another_and_released(live):
    bag = live.prepare(live.order("W0"))
    assert bag.assigned == "octagam_10"
    assert bag.use_by == W0 + timedelta(hours=8)
    with refused("same person"):
        live.act(CheckBag(label=bag.label, passed=True), Role.PHARMACIST)
    with refused("prepared does not allow"):
        live.act(ReleaseBag(label=bag.label), Role.PHARMACIST)
    live.desk.carry_out(CheckBag(label=bag.label, passed=True), SECOND)
    live.act(ReleaseBag(label=bag.label), Role.PHARMACIST)
    (notice,) = live.notices()
    assert notice.word == NoticeWord.BAG_READY
    assert notice.fields == {
        "order": bag.order, "label": bag.label, "volume_ml": "705", "use_by": "2024-01-08T17:00:00.000000+00:00",
    }  # fmt: skip


def test_a_bag_that_fails_its_check_is_discarded_and_another_is_made(live):
    order = live.order("W0")
    bag = live.prepare(order)
    with refused("a bag for the day already"):
        live.prepare(order)
    live.desk.carry_out(CheckBag(label=bag.label, passed=False), SECOND)
    assert live.state.bags[bag.label].state == BagState.DISCARDED
    assert live.prepare(order).label != bag.label


def test_a_bag_is_not_prepared_for_a_time_at_which_it_could_not_be_used(live):
    order = live.order("W0")
    with refused("could not be used any more"):
        live.prepare(order, day=2)  # planned in 26 hours, usable for 8
    with refused("no such day"):
        live.prepare(order, day=3)
    with refused("no such open order"):
        live.act(PrepareBag(subject="101-001", order="?"), Role.PHARMACIST)


def test_the_pharmacist_may_take_other_vials_that_hold_the_volume(live):
    order = live.order("W0")
    few = VialsTaken(lot="A1", volume_ml=Decimal(300), count=2)
    for taken in ((few,), (VialsTaken(lot="A9", volume_ml=Decimal(300), count=3),), (few, few)):
        with refused("not in stock, or do not hold"):
            live.prepare(order, taken=taken)
    bag = live.prepare(order, taken=(VialsTaken(lot="A1", volume_ml=Decimal(50), count=15),))
    assert [(one.vial.volume_ml, one.number) for one in bag.vials] == [(50, 15)]


def test_release_is_refused_too_early_and_too_late(live):
    live.go_to("W8")
    planned = live.clock() + timedelta(hours=20)
    live.request(RequestWord.PREPARE_DOSE, order="1", visit="W8", weight_kg="70.5", dose_g="141", volume_ml="1410",
                 days=2, planned=planned.isoformat())  # fmt: skip
    live.clock.move(hours=12)  # 8 hours before: the first moment
    bag = live.prepare("1")
    live.desk.carry_out(CheckBag(label=bag.label, passed=True), SECOND)
    with refused("too early"):
        live.act(ReleaseBag(label=bag.label), Role.PHARMACIST, occurred=live.clock() - timedelta(seconds=1))
    live.clock.move(hours=8, seconds=1)
    with refused("may not be used any more"):
        live.act(ReleaseBag(label=bag.label), Role.PHARMACIST)
    live.act(DiscardBag(label=bag.label, because="past_use"), Role.PHARMACIST)
    assert live.state.bags[bag.label].state == BagState.DISCARDED


def test_a_switch_stops_bags_that_were_made_before_it_and_the_site_hears_so(live):
    order = live.order("W8")
    bag = live.release(order)
    assert live.switch() == []
    assert live.state.bags[bag.label].state == BagState.STOPPED
    assert [notice.fields for notice in live.notices(NoticeWord.DO_NOT_USE)] == [{"label": bag.label}]
    assert [notice.fields for notice in live.notices(NoticeWord.SWITCH_IN_EFFECT)] == [{}]
    assert live.prepare(order).assigned == "saline"


def test_a_bag_of_a_cycle_before_the_switch_stays(live):
    bag = live.release(live.order("W4"))
    live.switch("W8")
    assert live.state.bags[bag.label].state == BagState.RELEASED


def test_a_second_switch_is_refused(live):
    assert live.switch() == []
    (found,) = live.switch("W12")
    assert "switched already" in str(found.faults[0])


def test_cancelling_an_order_stops_its_bags(live):
    order = live.order("W0")
    bag = live.release(order)
    assert live.request(RequestWord.CANCEL_DOSE, order=order) == []
    assert live.state.bags[bag.label].state == BagState.STOPPED
    assert [notice.fields for notice in live.notices(NoticeWord.DO_NOT_USE)] == [{"label": bag.label}]
    (found,) = live.request(RequestWord.CANCEL_DOSE, order=order)
    assert "no such open order" in str(found.faults[0])


def test_a_bag_comes_back_and_is_not_given_out_again(live):
    bag = live.release(live.order("W0"))
    live.act(ReturnBag(label=bag.label), Role.PHARMACIST)
    with refused("returned does not allow"):
        live.act(ReturnBag(label=bag.label), Role.PHARMACIST)
    with refused("no bag with the label"):
        live.act(ReturnBag(label="0"), Role.PHARMACIST)


def test_stock_goes_down_with_each_bag_and_is_counted(live):
    bag = live.prepare(live.order("W0"))  # 705 mL: 300 + 300 + 100 + … as few as possible
    taken = {one.vial.volume_ml: one.number for one in bag.vials}
    assert taken == {300: 2, 200: 1}
    left = {vial.volume_ml: count for vial, count in live.state.stock.items() if vial.product == "octagam_10"}
    assert left == {20: 400, 50: 400, 100: 400, 200: 399, 300: 398}
    with refused("not explained"):
        live.act(CountStock(product="octagam_10", lot="A1", volume_ml=Decimal(300), counted=397), Role.PHARMACIST)
    count = CountStock(product="octagam_10", lot="A1", volume_ml=Decimal(300), counted=397, explanation="broken")
    number = live.act(count, Role.PHARMACIST).number
    assert live.store.read()[number].get("expected") == 398
    with refused("no such vials"):
        live.act(CountStock(product="saline", lot="A1", volume_ml=Decimal(300), counted=0), Role.PHARMACIST)


def test_only_products_and_sizes_of_the_protocol_come_in(live):
    for product, size in (("octagam_10", "3 g"), ("octagam_10", "30 mL"), ("saline", "2 g"), ("aspirin", "2 g")):
        with refused("no such product and size"):
            live.receive(product, "X1", size, 1)
    with refused("has expired"):
        live.receive("saline", "X1", "250 mL", 1, W0.date() - timedelta(days=1))
    with refused("another expiry"):
        live.receive("saline", "N1", "250 mL", 1, W0.date())


def test_the_site_hears_no_where_either_product_is_short():
    for arm in ("ivig", "placebo"):
        live = LivePharmacy(arms={"slot1": arm}, stocked=False)
        live.randomize()
        live.receive("octagam_10", "A1", "30 g", 10)
        order = live.order("W0")
        assert [notice.fields for notice in live.notices(NoticeWord.NOT_IN_STOCK)] == [{"order": order}]
        with refused("not enough in stock"):
            live.prepare(order)
        live.act(ReportShortage(subject="101-001", order=order), Role.PHARMACIST)
        live.receive("saline", "N1", "1000 mL", 10)
        with refused("there is enough"):
            live.act(ReportShortage(subject="101-001", order=order), Role.PHARMACIST)
        assert live.prepare(order).assigned == {"ivig": "octagam_10", "placebo": "saline"}[arm]


def test_vials_are_taken_up_to_their_last_day(live):
    live.receive("octagam_10", "B1", "30 g", 4, W0.date())
    assert "B1" in {one.vial.lot for one in live.prepare(live.order("W0")).vials}
    live.clock.move(days=1)
    assert {one.vial.lot for one in live.prepare(live.order("W0")).vials} == {"A1"}


def test_a_recall_stops_every_blinded_bag_and_lists_who_was_given_the_lot(live):
    live.randomize("101-002", "slot2")
    used = live.give_cycle("W0")
    mine, other = live.release(live.order("W4")), live.release(live.order("W4", "101-002"))
    told = live.act(RecallLot(product="octagam_10", lot="A1"), Role.PHARMACIST).answer("infused_bags")
    assert told == {bag.label: "101-001" for bag in used}
    stopped = {notice.fields["label"] for notice in live.notices(NoticeWord.DO_NOT_USE)}
    assert stopped == {mine.label, other.label}
    with refused("not enough in stock"):
        live.prepare(mine.order)
    with refused("recalled already"):
        live.act(RecallLot(product="octagam_10", lot="A1"), Role.PHARMACIST)
    with refused("no such lot"):
        live.act(RecallLot(product="octagam_10", lot="Z"), Role.PHARMACIST)
    with refused("quarantined or recalled"):
        live.receive("octagam_10", "A1", "30 g", 1)


def test_in_the_open_extension_a_recall_stops_the_bags_of_the_lot_only(live):
    live.give_cycle("W0")
    assert live.gate() == []
    live.receive("octagam_10", "B1", "30 g", 40, W0.date() + timedelta(days=200))
    early = live.release(live.order("W16"))
    assert {one.vial.lot for one in early.vials if one.vial.volume_ml == 300} == {"B1"}
    live.act(RecallLot(product="saline", lot="N1"), Role.PHARMACIST)
    assert live.state.bags[early.label].state == BagState.RELEASED
    live.act(RecallLot(product="octagam_10", lot="B1"), Role.PHARMACIST)
    assert live.state.bags[early.label].state == BagState.STOPPED


def test_an_excursion_quarantines_lots_and_stops_what_was_made_since(live):
    bag = live.release(live.order("W0"))
    live.clock.move(hours=1)
    warm = ReportExcursion(began=live.clock(), lots=(Lot("octagam_10", "A1"),), highest_c=Decimal(31))
    live.act(warm, Role.PHARMACIST)
    assert live.state.bags[bag.label].state == BagState.RELEASED  # it was made before
    with refused("not enough"):
        live.prepare(
            bag.order,
            day=2,
        ) if False else live.prepare(live.order("W0", "101-001"))
    live.act(ClearLot(product="octagam_10", lot="A1", decision="usable"), Role.PHARMACIST, reason="within stability")
    with refused("not in quarantine"):
        live.act(ClearLot(product="octagam_10", lot="A1", decision="usable"), Role.PHARMACIST, reason="again")
    live.act(ReportExcursion(began=live.clock(), labels=(bag.label,), highest_c=Decimal(31)), Role.PHARMACIST)
    assert [notice.fields for notice in live.notices(NoticeWord.DO_NOT_USE)] == [{"label": bag.label}]
    with refused("nothing is named"):
        live.act(ReportExcursion(began=live.clock(), lowest_c=Decimal(-2)), Role.PHARMACIST)
    with refused("no temperature"):
        live.act(ReportExcursion(began=live.clock(), labels=("0",)), Role.PHARMACIST)


def test_a_destroyed_lot_is_gone(live):
    live.act(ReportExcursion(began=live.clock(), lots=(Lot("saline", "N1"),), highest_c=Decimal(51)), Role.PHARMACIST)
    live.act(ClearLot(product="saline", lot="N1", decision="destroyed"), Role.PHARMACIST, reason="boiled")
    assert {count for vial, count in live.state.stock.items() if vial.product == "saline"} == {0}


def test_a_dispensing_error_changes_what_was_given_and_stops_a_bag_that_is_out(live):
    used = live.give_cycle("W0", days=2)
    error = ReportDispensingError(label=used[0].label, holds="saline")
    live.act(error, Role.PHARMACIST, reason="found at reconciliation")
    assert live.state.bags[used[0].label].holds == "saline"
    assert live.notices(NoticeWord.DO_NOT_USE) == []
    with refused("known to hold"):
        live.act(error, Role.PHARMACIST, reason="again")
    out = live.release(live.order("W4"))
    live.act(ReportDispensingError(label=out.label, holds="saline"), Role.PHARMACIST, reason="wrong shelf")
    assert [notice.fields for notice in live.notices(NoticeWord.DO_NOT_USE)] == [{"label": out.label}]
    with refused("no such treatment"):
        live.act(ReportDispensingError(label=out.label, holds="aspirin"), Role.PHARMACIST, reason="x")


def test_nothing_is_prepared_after_week_16_before_the_gate_decides(live):
    live.give_cycle("W0")
    order = live.order("W16")
    with refused("the gate at W16 is not decided"):
        live.prepare(order)
    assert live.gate(confirmed=("W8",)) == []  # on immune globulin: leaves
    with refused("leaves treatment at W16"):
        live.prepare(order)
    (found,) = live.gate()
    assert "decided already" in str(found.faults[0])


def test_a_request_is_dealt_with_once_by_whatever_mail(live):
    order = live.order("W0")
    again = type(live.mail)(live.desk, live.conduct)
    assert again.take_requests() == []
    assert list(live.state.orders) == [order]
    assert len([entry for entry in live.store.read() if entry.act == "take_order"]) == 1


def test_a_request_that_must_wait_holds_up_no_other_and_is_tried_again():
    live = LivePharmacy()
    (found,) = live.request(RequestWord.RESOLVE_SWITCH, "101-009", visit="W8")  # not allocated yet
    assert "knows no such subject" in str(found.faults[0])
    live.arms["slot9"] = "placebo"
    live.ask(RequestWord.OPEN_SLOT, "101-009", slot="slot9", stratum=["mild"])
    assert [one.request.word for one in live.mail.take_requests()] == [RequestWord.RESOLVE_SWITCH]
    assert live.mail.take_requests() == []
    assert live.subject("101-009").switched_from == "W8"


def test_a_request_with_undeclared_fields_is_refused(live):
    (found,) = live.request(RequestWord.RESOLVE_SWITCH, visit="W8", remark="placebo, I think")
    assert [fault.column for fault in found.faults] == ["remark"]
    assert "placebo" not in str(found.faults)


def test_a_notice_is_delivered_once_though_the_mail_stops_in_between(live):
    live.switch()
    received = {}

    def stop(notice):
        received[notice.id] = notice
        raise RuntimeError("the power went")

    with pytest.raises(RuntimeError):
        live.mail.deliver_notices(stop)
    assert len(live.notices()) == 1
    assert live.mail.deliver_notices(lambda notice: received.setdefault(notice.id, notice)) == []
    assert len(received) == 1
    assert live.notices() == []
    assert live.mail.deliver_notices(stop) == []


def test_a_notice_that_is_refused_stays_and_holds_up_no_other(live):
    bag = live.release(live.order("W8"))
    live.switch()
    received = []

    def receive(notice):
        if notice.word == NoticeWord.DO_NOT_USE:
            raise RefusalError("receive_notice", "need", [Fault(what="no", expected="yes")])
        received.append(notice.word)

    (kept,) = live.mail.deliver_notices(receive)
    assert kept.notice.fields == {"label": bag.label}
    assert received == [NoticeWord.BAG_READY, NoticeWord.SWITCH_IN_EFFECT]
    assert live.notices() == [kept.notice]


def test_labels_come_from_one_pool_and_none_is_left_in_the_end():
    used = set()
    for _ in range(10):
        used.add(draw_label(RepeatableEntropy(str(len(used))), 1, used))
    assert used == set("0123456789")
    with pytest.raises(Exception, match="every label"):
        draw_label(RepeatableEntropy(), 1, used)


def test_sealing_for_the_board_is_the_statisticians():
    live = LivePharmacy()
    with refused("may not"):
        live.act(SealForDsmb(as_of=live.clock(), copy_digest="d"), Role.PHARMACIST)


def test_bags_move_between_states_as_the_table_says_only():
    reached = set(MOVES.values()) | {BagState.PREPARED}
    assert reached == set(BagState)
    assert {act for _, act, _ in MOVES} <= set(ACTS)


@pytest.mark.parametrize("arm", ["igpro20", "placebo"])
def test_treatment_at_home_of_another_trial_is_prepared_by_the_same_acts(arm):
    live = LivePharmacy(trial=read_trial("reclaiim"), arms={"slot1": arm}, stocked=False)
    live.receive("igpro20_sc", "A1", "10 g", 5)
    live.receive("igpro20_sc", "A1", "4 g", 5)
    live.receive("albumin", "N1", "50 mL", 5)
    live.must(RequestWord.OPEN_SLOT, "101-001", slot="slot1", stratum=[])
    planned = (live.clock() + timedelta(hours=100)).isoformat()
    # 0.5 g/kg x 70 kg = 35 g, 175 mL of 20 %: three vials of 10 g and two of 4 g hold 38 g
    live.must(RequestWord.PREPARE_DOSE, "101-001", order="1", visit="W1", weight_kg="70", dose_g="35",
              volume_ml="175", days=1, planned=planned)  # fmt: skip
    bag = live.prepare("1")
    assert (bag.volume_ml, bag.use_by) == (175, live.clock() + timedelta(hours=840))
    assert sum(one.number for one in bag.vials) == 4
    live.desk.carry_out(CheckBag(label=bag.label, passed=True), SECOND)
    live.act(ReleaseBag(label=bag.label), Role.PHARMACIST)  # within 168 hours of the planned time
    live.infuse(bag)
    live.go_to("W25")
    live.must(RequestWord.DECIDE_EXTENSION, "101-001", visit="W25", deterioration={}, since_switch={})
    assert live.subject().enters_extension
    (found,) = live.request(RequestWord.RESOLVE_SWITCH, visit="W9")
    assert "no switch" in str(found.faults[0])


def test_a_protocol_that_does_not_say_how_doses_are_prepared_opens_no_pharmacy():
    with pytest.raises(SettingError, match=r"add \[conduct.preparation\]"):
        PharmacyWorld(TRIAL.model_copy(update={"conduct": None}), Means(bytes))


ORDER = {"order": "1", "visit": "W0", "weight_kg": "70.5", "dose_g": "141", "volume_ml": "1410", "days": 2,
         "planned": "2024-01-08T11:00:00+00:00"}  # fmt: skip


@pytest.mark.parametrize(
    ("word", "fields", "why"),
    [
        (RequestWord.PREPARE_DOSE, ORDER | {"visit": "W99"}, "no planned visit W99"),
        (RequestWord.PREPARE_DOSE, ORDER | {"planned": ["2024-01-08T11:00:00+00:00"] * 3}, "don't fit the days"),
        (RequestWord.PREPARE_DOSE, ORDER | {"weight_kg": "70.6"}, "not the one by weight"),
        (RequestWord.PREPARE_DOSE, ORDER | {"dose_g": "70.5"}, "don't go together"),
        (RequestWord.PREPARE_DOSE, ORDER | {"planned": "2024-01-08T11:00:00"}, "fields that it should not have"),
        (RequestWord.CANCEL_DOSE, {"order": "?"}, "no such open order"),
        (RequestWord.RESOLVE_SWITCH, {"visit": "W99"}, "no planned visit W99"),
        (RequestWord.DECIDE_EXTENSION, {"visit": "W12", "deterioration": {}, "since_switch": {}}, "no gate at W12"),
        (RequestWord.DECIDE_EXTENSION, {"visit": "W16", "deterioration": {"W8": 7}, "since_switch": {}}, "statuses"),
        (RequestWord.DECIDE_EXTENSION, {"visit": "W16", "deterioration": {"X": 2}, "since_switch": {}}, "the statuses"),
        (RequestWord.ALLOCATE, {"stratum": ["mild"]}, "allocated already"),
        (RequestWord.OPEN_SLOT, {"slot": "slot2", "stratum": ["mild"]}, "allocated already"),
    ],
)  # fmt: skip
def test_a_request_that_can_t_be_is_refused_for_its_reason(live, word, fields, why):
    before = len(live.store.read())
    (found,) = live.request(word, **fields)
    assert why in str(found.faults)
    assert len(live.store.read()) == before


def test_the_reduced_dose_is_a_dose_by_weight_too(live):
    live.must(RequestWord.PREPARE_DOSE, "101-001", **(ORDER | {"dose_g": "70.5", "volume_ml": "705"}))
    (found,) = live.request(RequestWord.PREPARE_DOSE, **ORDER)
    assert "known already" in str(found.faults[0])


def test_an_act_does_what_was_done_already_for_no_request_and_no_notice(live):
    number = live.ask(RequestWord.RESOLVE_SWITCH, visit="W8")
    live.mail.take_requests()
    with refused("dealt with already"):
        live.act(SetAsideRequest(subject="101-001", request=number), Role.PHARMACIST, reason="x")
    with refused("no such notice"):
        live.act(ConfirmDelivery(notice="0"), Role.SYSTEM)
    with refused("no bag with the label"):
        live.act(ReportDispensingError(label="0", holds="saline"), Role.PHARMACIST, reason="x")


def test_a_pharmacy_is_opened_under_the_protocol_it_was_given_only_and_by_nobody_blinded():
    desk = open_pharmacy(
        TRIAL, MemoryStore(), Means(RepeatableEntropy(), list_blinded_people=lambda: ["ann"]),
        clock=Clock(), entropy=RepeatableEntropy(), keyring=MemorySubjectKeys(),
    )  # fmt: skip
    ann = User("ann", Role.ADMINISTRATOR.value)
    with refused("another digest") as refusal:
        desk.carry_out(OpenPharmacy(protocol_digest="x"), ann)
    assert "acts in the blinded world" in str(refusal.value)
    desk.carry_out(OpenPharmacy(protocol_digest=TRIAL.digest), User("eve", Role.ADMINISTRATOR.value))
    desk.carry_out(AssignRole(person="eve", assigned=Role.LIST_MAKER), User("eve", Role.ADMINISTRATOR.value))
    with refused("no slots are opened"):
        desk.carry_out(RegisterList(list_digest="d"), User("eve", Role.LIST_MAKER.value))


def test_a_slot_that_holds_no_arm_of_the_trial_is_refused_and_its_content_not_said(live):
    live.arms["slot3"] = "secret arm"
    (found,) = live.request(RequestWord.OPEN_SLOT, "101-003", slot="slot3", stratum=["mild"])
    assert "no arm of the protocol" in str(found.faults)
    assert "secret" not in str(found.faults)


def test_a_table_of_bags_lets_no_act_through_that_it_has_not(live):
    bag = live.prepare(live.order("W0"))
    with pytest.raises(ValueError, match="a bag that is prepared has no move by return_bag"):
        bag.move("return_bag")
