"""The pharmacy on cases worked by hand, with ProDERM's protocol."""

from datetime import date, datetime, timedelta
from fractions import Fraction

import pytest
from keys import key_of, stream
from live_pharmacy import LivePharmacy
from sealed_lists import AT, KEYS, RING, SPECIFICATION, TRIAL, plain_list, seal

from myotis.errors import SealError, SettingError
from myotis.keys.envelope import open_envelope, seal_envelope
from myotis.keys.records import SignedRecord
from myotis.log.act import RefusalError
from myotis.log.messages import NoticeWord, RequestWord
from myotis.log.store import StoreError
from myotis.pharmacy.acts.break_code import BreakCode, UnblindForReport
from myotis.pharmacy.acts.report_dispensing_error import ReportDispensingError
from myotis.pharmacy.amounts import split_volume
from myotis.pharmacy.cards import (
    make_cards,
    make_cards_of_allocated,
    open_card,
    render_card,
    render_card_index,
    write_cards,
)
from myotis.pharmacy.code_break import (
    WITHOUT_KEY,
    WITHOUT_LOG,
    AtSite,
    CycleGiven,
    break_code,
    break_code_alone,
    unblind_for_report,
)
from myotis.pharmacy.disclose import seal_for_dsmb
from myotis.pharmacy.means import allocate_by, open_slots, seal_arms_to
from myotis.pharmacy.reveal import reveal_treatments
from myotis.pharmacy.roles import Role
from myotis.pharmacy.vials import Vial, choose_vials
from myotis.randomize.approve import approve_list
from myotis.randomize.procedures.minimization import Minimization
from myotis.randomize.sealed import encode

IVIG, SALINE = "Immune globulin intravenous (human) 10 %", "Placebo (saline of the same volume)"
BOTH = pytest.mark.parametrize("arm", ["ivig", "placebo"])


def begin(arm="ivig", **options):
    live = LivePharmacy(arms={"slot1": arm, "slot2": "placebo"}, **options)
    live.randomize()
    return live


# Vials ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("volume", "stock", "chosen"),
    [
        # ProDERM's vials of 20, 50, 100, 200 and 300 mL (2 to 30 g at 100 g/L), plenty of each
        (705, {20: 9, 50: 9, 100: 9, 200: 9, 300: 9}, {300: 2, 200: 1}),  # 800: three vials; 720 would take four
        (700, {20: 9, 50: 9, 100: 9, 200: 9, 300: 9}, {300: 2, 100: 1}),  # three vials and nothing left over
        (610, {20: 9, 50: 9, 100: 9, 200: 9, 300: 9}, {300: 2, 20: 1}),
        (20, {20: 1, 300: 9}, {20: 1}),
        (705, {20: 36, 300: 0}, {20: 36}),  # 720
        (705, {20: 35}, None),  # 700
        (705, {}, None),
        (400, {300: 1, 200: 2}, {200: 2}),  # exactly, not 500
    ],
)
def test_as_few_vials_as_possible_then_as_little_left_over(volume, stock, chosen):
    vials = {Vial("octagam_10", "A", Fraction(size), date(2026, 1, 1)): count for size, count in stock.items()}
    found = choose_vials(vials, Fraction(volume))
    assert chosen == (found and {int(one.vial.volume_ml): one.number for one in found})


def test_of_one_size_the_lot_that_expires_first_is_taken_first():
    lots = {("B", date(2026, 3, 1)): 5, ("A", date(2026, 6, 1)): 5, ("C", date(2026, 1, 1)): 1}
    stock = {Vial("octagam_10", lot, Fraction(300), day): count for (lot, day), count in lots.items()}
    found = choose_vials(stock, Fraction(900))
    assert [(one.vial.lot, one.number) for one in found] == [("C", 1), ("B", 2)]


def test_a_cycle_is_split_into_days_that_add_up():
    # 71.3 kg: 142.6 g, 1426 mL over 3 days: 475.33 a day, to a tenth of a milliliter
    assert split_volume(Fraction(1426), 3) == (Fraction("475.4"), Fraction("475.3"), Fraction("475.3"))
    assert split_volume(Fraction(1410), 2) == (705, 705)


@BOTH
def test_a_bag_has_the_volume_and_the_time_of_use_that_the_other_arm_would_have(arm):
    live = begin(arm)
    bag = live.release(live.order("W0", days=2, kg="70.5"))
    # 2 g/kg x 70.5 kg = 141 g = 1410 mL, half of it a day; prepared at 09:00, usable for 8 hours
    assert (bag.volume_ml, bag.use_by.isoformat()) == (705, "2024-01-08T17:00:00+00:00")
    entry = next(entry for entry in live.store.read() if entry.act == "prepare_bag")
    if arm == "ivig":
        assert entry.get("grams") == "70.5"
        assert entry.get("left_over_ml") == "95"  # 300 + 300 + 200 - 705
    else:
        assert entry.get("grams") is None
        assert entry.get("left_over_ml") == "295"  # one container of 1000


# The switch and the gate ---------------------------------------------------------------------------------------------


@BOTH
def test_a_switch_goes_to_the_other_treatment_from_its_visit_on(arm):
    live = begin(arm)
    first, other = ("octagam_10", "saline") if arm == "ivig" else ("saline", "octagam_10")
    assert [live.give_cycle(visit)[0].holds for visit in ("W0", "W4")] == [first, first]
    assert live.switch("W8") == []
    assert [live.give_cycle(visit)[0].holds for visit in ("W8", "W12")] == [other, other]
    (notice,) = live.notices(NoticeWord.SWITCH_IN_EFFECT)
    assert notice.fields == {}
    (found,) = live.switch("W12")
    assert "one switch a subject" in str(found.faults[0])


@pytest.mark.parametrize(
    ("arm", "switch", "confirmed", "since_switch", "enters", "case"),
    [
        # (a) placebo, and immune globulin without confirmed deterioration, go on
        ("placebo", None, (), (), True, "all_others"),
        ("ivig", None, (), (), True, "all_others"),
        ("placebo", "W8", ("W8",), (), True, "all_others"),  # switched, and well since
        # (b) switched to immune globulin and again confirmed on it
        ("placebo", "W8", ("W8", "W16"), ("W16",), False, "again_after_switch"),
        # (c) immune globulin from the start, with confirmed deterioration
        ("ivig", None, ("W12",), (), False, "on_immune_globulin"),
        ("ivig", "W8", ("W8",), (), False, "on_immune_globulin"),
        # (d) placebo with deterioration confirmed at week 16 itself
        ("placebo", None, ("W16",), (), True, "placebo_at_gate"),
        # the treatment of the first dose counts, whatever was confirmed
        ("placebo", None, ("W12",), (), True, "all_others"),
    ],
)
def test_the_gate_by_what_was_given(arm, switch, confirmed, since_switch, enters, case):
    live = begin(arm)
    for visit in ("W0", "W4", "W8", "W12"):
        if visit == switch:
            assert live.switch(visit) == []
        live.give_cycle(visit, days=2)
    before = len(live.notices())
    assert live.gate(confirmed, since_switch) == []
    assert (live.subject().enters_extension, live.subject().gate_case) == (enters, case)
    words = [notice.word for notice in live.notices()]
    word = NoticeWord.ENTER_EXTENSION if enters else NoticeWord.LEAVE_TREATMENT
    assert (len(words) - before, words.count(word)) == (1, 1)
    if enters:
        assert live.give_cycle("W16")[0].holds == "octagam_10"


def test_the_gate_looks_at_what_was_really_given_not_at_the_arm():
    # Randomized to immune globulin, every bag of the first cycle filled with saline: began on placebo.
    live = begin("ivig")
    for bag in live.give_cycle("W0"):
        live.act(ReportDispensingError(label=bag.label, holds="saline"), Role.PHARMACIST, reason="wrong shelf")
    assert live.gate(("W12",)) == []
    assert (live.subject().enters_extension, live.subject().gate_case) == (True, "all_others")


def test_the_gate_that_nobody_can_decide_is_left_to_people():
    live = begin("ivig")  # nothing was given, deterioration confirmed: leave if on immune globulin, enter if on placebo
    (found,) = live.gate(("W12",))
    assert "the protocol's cases can't tell" in str(found.faults[0])


# Breaking the code ---------------------------------------------------------------------------------------------------


def test_right_after_a_switch_the_code_break_shows_what_was_given_and_what_comes():
    live = begin("placebo")
    for visit in ("W0", "W4"):
        live.give_cycle(visit)
    live.switch("W8")
    live.request(RequestWord.BREAK_CODE, request=17)
    act = BreakCode(
        subject="101-001", asked="101-001/code-break/1", asked_by="investigator-101", told=("investigator-101",)
    )
    shown = break_code(live.desk, act, live.user(Role.CODE_BREAK_DESK), open_sealed=live.arms.__getitem__)
    assert shown.arm == "Placebo"
    assert shown.given == (CycleGiven("W0", (SALINE,)), CycleGiven("W4", (SALINE,)))
    assert shown.in_effect == IVIG
    assert (shown.at_site, shown.sealed_list_agrees, shown.not_included) == ((), True, ())
    assert "Placebo" not in repr(shown)
    (notice,) = live.notices(NoticeWord.CODE_BROKEN)
    assert notice.fields == {"request": "101-001/code-break/1"}
    with pytest.raises(RefusalError, match="not shown again"):
        break_code(live.desk, act, live.user(Role.CODE_BREAK_DESK), open_sealed=None)
    (kept,) = live.state.code_breaks
    assert (kept.subject, kept.by, kept.told) == ("101-001", "code_break_desk", ("investigator-101",))


def test_a_bag_that_is_out_and_an_error_are_shown_too():
    live = begin("ivig")
    used = live.give_cycle("W0")
    live.act(ReportDispensingError(label=used[1].label, holds="saline"), Role.PHARMACIST, reason="wrong shelf")
    out = live.release(live.order("W4"))
    act = BreakCode(subject="101-001", asked_by="dr", told=("dr", "emergency room"))
    user = live.user(Role.CODE_BREAK_DESK)
    with pytest.raises(SettingError, match="needs its reason"):
        break_code(live.desk, act, user, open_sealed=None)
    shown = break_code(live.desk, act, user, open_sealed=None, reason="the site's system is down; thrombosis")
    assert shown.given == (CycleGiven("W0", (IVIG, SALINE)),)
    assert shown.at_site == (AtSite(out.label, "W4", IVIG),)
    assert (shown.not_included, shown.sealed_list_agrees) == (WITHOUT_KEY, None)


def test_a_request_is_answered_for_its_own_subject_only():
    live = begin()
    live.randomize("101-002", "slot2")
    live.request(RequestWord.BREAK_CODE, "101-002", request="101-002/code-break/1")
    act = BreakCode(subject="101-001", asked="101-002/code-break/1", asked_by="dr", told=("dr",))
    with pytest.raises(RefusalError, match="another subject"):
        break_code(live.desk, act, live.user(Role.CODE_BREAK_DESK), open_sealed=None)
    with pytest.raises(RefusalError, match="knows no such subject"):
        break_code(
            live.desk, act.model_copy(update={"subject": "x"}), live.user(Role.CODE_BREAK_DESK), open_sealed=None
        )


def test_nothing_is_shown_where_nothing_could_be_recorded(monkeypatch):
    live = begin()

    def fail(*_):
        raise StoreError("the disk is full")

    monkeypatch.setattr(live.store, "transaction", fail)
    act = BreakCode(subject="101-001", asked="101-001/code-break/1", asked_by="dr", told=("dr",))
    with pytest.raises(StoreError):
        break_code(live.desk, act, live.user(Role.CODE_BREAK_DESK), open_sealed=None)
    shown = break_code_alone(TRIAL, "101-001", "slot1", live.arms.__getitem__)
    assert (shown.arm, shown.not_included) == ("IVIG", WITHOUT_LOG)


@BOTH
def test_the_site_hears_received_of_an_expedited_report_whatever_the_arm(arm):
    live = begin(arm)
    live.give_cycle("W0")
    act = UnblindForReport(subject="101-001", report="7")
    shown = unblind_for_report(
        live.desk, act, live.user(Role.SAFETY_UNBLINDER), open_sealed=None, reason="fatal, unexpected, related"
    )
    assert shown.given == (CycleGiven("W0", (IVIG if arm == "ivig" else SALINE,)),)
    (notice,) = live.notices(NoticeWord.RECEIVED)
    assert notice.fields == {"report": "7"}


# A sealed list, cards, minimization ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def sealed():
    return seal(plain_list())


@pytest.fixture(scope="module")
def approval(sealed):
    return approve_list(
        sealed, TRIAL, SPECIFICATION, statistician=KEYS["statistician"], openers=[KEYS["pharmacy"]], keys=RING, at=AT
    )


def test_slots_of_an_approved_list_open_to_what_the_list_holds(sealed, approval):
    opens = open_slots(sealed, KEYS["pharmacy"], approval, RING)
    arms = plain_list().arms_by_stratum["moderate"]
    assert [opens(slot.slot_id) for slot in sealed.slots_by_stratum["moderate"][:8]] == list(arms[:8])
    with pytest.raises(SealError, match="isn't approved"):
        open_slots(sealed, KEYS["pharmacy"], None, RING)
    forged = SignedRecord.sign(KEYS["list_maker"], approval.kind, approval.record)
    with pytest.raises(SealError, match="not with that of a statistician"):
        open_slots(sealed, KEYS["pharmacy"], forged, RING)


def test_each_card_opens_its_own_slot_with_the_code_break_key_and_tells_nothing_without(sealed, tmp_path):
    cards = list(make_cards(sealed))
    paths = write_cards(tmp_path / "cards", TRIAL.trial.id, cards)
    arms = plain_list().arms_by_stratum
    opened = [open_card(path.read_text(encoding="utf-8"), KEYS["code_break"]) for path in paths]
    assert opened == [arm for stratum in sealed.slots_by_stratum for arm in arms[stratum]]
    pages = [path.read_text(encoding="utf-8") for path in paths]
    assert len({len(card.sealed) for card in cards}) == 1
    assert not any("ivig" in page or "placebo" in page for page in pages)
    with pytest.raises(SealError, match="can't be opened"):
        open_card(pages[0], KEYS["pharmacy"])
    with pytest.raises(SealError, match="can't be opened"):  # a seal that was moved to another card
        open_card(pages[0].replace(cards[0].sealed, cards[1].sealed), KEYS["code_break"])
    with pytest.raises(SealError, match="no code-break card"):
        open_card("<html></html>", KEYS["code_break"])
    with pytest.raises(SealError, match="can't be names of files"):
        write_cards(tmp_path, "x", [cards[0]._replace(id="../x")])
    empty = render(cards[0], seal_envelope(KEYS["code_break"].public, b"[]", cards[0].context))
    with pytest.raises(SealError, match="holds no arm"):
        open_card(empty, KEYS["code_break"])


def render(card, envelope):
    return render_card("x", card._replace(sealed=encode(envelope)))


def test_minimization_allocates_here_and_leaves_a_card_for_code_break():
    live = LivePharmacy(stocked=False)
    options = Minimization(weights={"gda": 1}, imbalance="range", probability=1)
    key = key_of("code_break")
    live.desk.world.means = live.means._replace(
        open_slot=None, allocate=allocate_by(options, TRIAL, stream("drawn")),
        seal_arm=seal_arms_to(key.public, TRIAL.trial.id, stream("nonce")),
    )  # fmt: skip
    for number in range(10):
        assert live.request(RequestWord.ALLOCATE, f"101-{number:03}", stratum=["mild"]) == []
    # With a coin that always prefers the smaller arm, numbers never differ by more than one.
    assert live.state.totals == {"gda": {"mild": {"ivig": 5, "placebo": 5}}}
    assert [notice.fields for notice in live.notices(NoticeWord.ALLOCATED)] == [{}] * 10
    cards = list(make_cards_of_allocated(live.state))
    assert [open_card(render_card("x", card), key) for card in cards] == [live.subject(card.id).arm for card in cards]
    assert len({len(card.sealed) for card in cards}) == 1
    index = render_card_index(live.state)
    assert all(card.id in index for card in cards)
    assert "ivig" not in index
    refused = [
        live.request(RequestWord.ALLOCATE, "101-100", stratum=["purple"])[-1],
        live.request(RequestWord.OPEN_SLOT, "101-101", slot="slot1", stratum=["mild"])[-1],
    ]
    assert ["other factors or levels" in str(refused[0].faults), "no slots are opened" in str(refused[1].faults)] == [
        True, True,
    ]  # fmt: skip


# What is revealed ----------------------------------------------------------------------------------------------------


def test_both_logs_join_into_arms_by_period_and_bags():
    live = begin("placebo")
    live.write("randomize_subject", "101-003", slot="slot3", stratum=["mild"])  # never came to the pharmacy
    bags = live.give_cycle("W0") + live.give_cycle("W4")
    live.switch("W8")
    bags += live.give_cycle("W8") + live.give_cycle("W12")
    live.gate(("W8",))
    bags += live.give_cycle("W16")
    revealed = reveal_treatments(live.conduct.read(), live.store.read(), TRIAL)
    assert revealed.arms.rows() == [
        ("ProDERM", "ProDERM-101-001", "First Period", "placebo", "Placebo", "placebo", "Placebo",
         f"{SALINE}; {IVIG}"),
        ("ProDERM", "ProDERM-101-001", "Extension Period", "placebo", "Placebo", "ivig", "IVIG", IVIG),
    ]  # fmt: skip
    assert revealed.given.height == 10
    first = revealed.given.row(0, named=True)
    assert first == {"STUDYID": "ProDERM", "USUBJID": "ProDERM-101-001", "LABEL": bags[0].label, "TREATMENT": SALINE,
                     "VISITNUM": 0.0, "VISIT": "Week 0"}  # fmt: skip
    assert revealed.given["TREATMENT"].to_list() == [SALINE] * 4 + [IVIG] * 6
    assert [(one.kind, one.subject) for one in revealed.disagreements] == [("randomized_in_one_log", "101-003")]


def test_what_the_logs_do_not_agree_on_is_listed():
    live = begin("ivig")
    live.randomize("101-002", "slot2")
    mine, other = live.release(live.order("W0")), live.release(live.order("W0", "101-002"))
    live.infuse(mine, subject="101-002")  # exchanged at the bedside
    live.write("record_infusion", "101-002", visit="W0", day=2, label=other.label, volume_ml="705", started="x")
    unchecked = live.prepare(live.order("W4"))
    live.infuse(unchecked)
    live.write("record_infusion", "101-001", visit="W8", day=1, label="999999", volume_ml="705", started="x")
    found = reveal_treatments(live.conduct.read(), live.store.read(), TRIAL).disagreements
    assert {(one.kind, one.subject, one.label) for one in found} == {
        ("other_subject", "101-002", mine.label), ("unlike_assigned", "101-002", mine.label),
        ("infused_in_one_log", "101-002", other.label), ("never_released", "101-001", unchecked.label),
        ("infused_in_one_log", "101-001", "999999"), ("unknown_label", "101-001", "999999"),
    }  # fmt: skip
    assert "no bag with the label" in str(next(one for one in found if one.kind == "unknown_label"))


def test_a_corrected_label_is_the_one_that_counts():
    live = begin()
    (bag, _) = live.give_cycle("W0")
    form = {"form": "infusion/W0/1", "item": "label"}
    live.write("correct_value", "101-001", **form, value="000000")
    wrong = reveal_treatments(live.conduct.read(), live.store.read(), TRIAL).disagreements
    assert {one.kind for one in wrong} == {"unknown_label", "infused_in_one_log"}
    live.write("correct_value", "101-001", **form, value=bag.label)
    assert reveal_treatments(live.conduct.read(), live.store.read(), TRIAL).disagreements == ()


def test_a_stopped_bag_too_much_of_it_an_error_and_a_bag_twice_are_listed():
    live = begin()
    order = live.order("W0")
    bag = live.release(order)
    live.request(RequestWord.CANCEL_DOSE, order=order)
    live.infuse(bag)
    live.act(ReportDispensingError(label=bag.label, holds="saline"), Role.PHARMACIST, reason="found later")
    live.write("record_infusion", "101-001", visit="W0", day=2, label=bag.label, volume_ml="705.1", started="x")
    found = reveal_treatments(live.conduct.read(), live.store.read(), TRIAL).disagreements
    assert {one.kind for one in found} == {
        "stopped_before", "error_reported", "unlike_assigned", "recorded_twice", "more_than_held"
    }  # fmt: skip


def test_another_slot_or_visit_in_the_logs_is_listed():
    live = LivePharmacy()
    live.write("randomize_subject", "101-001", slot="slot2", stratum=["moderate"])
    live.request(RequestWord.OPEN_SLOT, slot="slot1", stratum=["moderate"])
    bag = live.release(live.order("W0"))
    live.write("record_infusion", "101-001", visit="W4", day=1, label=bag.label, volume_ml="705", started="x")
    live.request(RequestWord.INFUSED, label=bag.label, visit="W0", started="x", stopped="y", volume_ml="705")
    found = reveal_treatments(live.conduct.read(), live.store.read(), TRIAL).disagreements
    assert {one.kind for one in found} == {"other_slot", "other_visit"}


def test_the_boards_copy_is_as_of_its_time_and_only_the_statistician_opens_it():
    live = begin("placebo")
    live.give_cycle("W0")
    cut = live.clock() + timedelta(minutes=1)
    live.go_to("W4")
    live.give_cycle("W4")
    key = key_of("dsmb")
    copy = seal_for_dsmb(
        live.desk, live.user(Role.DSMB_STATISTICIAN), live.conduct.read(), cut,
        lambda content: seal_envelope(key.public, content, "dsmb"),
    )  # fmt: skip
    text = open_envelope(key, copy, "dsmb").decode()
    assert ('"VISIT":"Week 0"' in text, '"VISIT":"Week 4"' in text) == (True, False)
    entry = live.store.read()[-1]
    assert entry.act == "seal_for_dsmb"
    assert datetime.fromisoformat(entry.get("as_of")) == cut
    with pytest.raises(RefusalError, match="may not"):
        seal_for_dsmb(live.desk, live.user(Role.PHARMACIST), live.conduct.read(), cut, lambda content: content)
