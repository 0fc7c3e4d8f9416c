"""Laws of the pharmacy: the site can't tell arms from what it is let know; labels never repeat; stock is never short;
bags move as the table says; as few vials as any way to choose them."""

from datetime import date
from fractions import Fraction
from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st
from live_pharmacy import SECOND, LivePharmacy
from live_trial import RepeatableEntropy

from myotis.log.act import RefusalError
from myotis.log.desk import TELL
from myotis.log.messages import FIELDS, RequestWord
from myotis.pharmacy.acts.check_bag import CheckBag
from myotis.pharmacy.acts.prepare_bag import PrepareBag
from myotis.pharmacy.acts.recall_lot import ClearLot, Lot, RecallLot, ReportExcursion
from myotis.pharmacy.acts.release_bag import ReleaseBag
from myotis.pharmacy.acts.report_dispensing_error import ReportDispensingError
from myotis.pharmacy.acts.report_shortage import ReportShortage
from myotis.pharmacy.acts.return_bag import DiscardBag, ReturnBag
from myotis.pharmacy.bags import MOVES, BagState
from myotis.pharmacy.dispensary import SITE
from myotis.pharmacy.labels import draw_label
from myotis.pharmacy.roles import Role
from myotis.pharmacy.vials import Vial, choose_vials

SUBJECTS = ("101-001", "101-002")
VISITS = ("W0", "W4", "W8", "W12")
LOTS = {"octagam_10": ("A1", "A2"), "saline": ("N1", "N2")}

STEPS = st.lists(
    st.tuples(
        st.sampled_from(
            ["order", "supply", "supply", "prepare", "check", "release", "infuse", "return", "discard", "cancel",
             "switch", "recall", "warm", "clear", "error", "shortage", "wait", "fail"]
        ),
        st.integers(0, 7),
    ),
    min_size=8,
    max_size=30,
)  # fmt: skip


class Course:
    """One pharmacy through a list of steps; what a step is about is chosen by number, never by arm."""

    def __init__(self, arms):
        self.live = LivePharmacy(arms=dict(zip(("slot1", "slot2"), arms, strict=True)), stocked=False)
        self.refused = []
        self.bags = []
        self.orders = []
        for lot in LOTS["octagam_10"]:
            self.live.receive("octagam_10", lot, "30 g", 500)
        for lot in LOTS["saline"]:
            self.live.receive("saline", lot, "500 mL", 500)
        for subject, slot in zip(SUBJECTS, ("slot1", "slot2"), strict=True):
            self.live.randomize(subject, slot)

    def run(self, steps):
        for kind, number in steps:
            before = {label: bag.state for label, bag in self.live.state.bags.items()}
            try:
                getattr(self, "do_" + kind)(number)
                self.refused.append(None)
            except RefusalError as refusal:
                self.refused.append((refusal.kind, str(refusal)))
            self.check_state(before)
        return self

    def check_state(self, before):
        state = self.live.state
        assert all(count >= 0 for count in state.stock.values())
        for label, was in before.items():
            now = state.bags[label].state
            assert now == was or (was, now) in {(source, target) for (source, *_), target in MOVES.items()}

    def pick(self, among, number):
        return among[number % len(among)] if among else None

    def do_order(self, number):
        visit = VISITS[number // 2]
        self.orders.append(self.live.order(visit, SUBJECTS[number % 2]))

    def do_prepare(self, number):
        if order := self.pick(self.orders, number):
            known = self.live.state.orders[order]
            self.live.clock.now = max(self.live.clock.now, known.planned[0])
            labels = set(self.live.state.bags)
            self.live.act(PrepareBag(subject=known.subject, order=order), Role.PHARMACIST)
            self.bags += set(self.live.state.bags) - labels

    def do_supply(self, number):
        """An order and its first bag, on to the site."""
        self.do_order(number)
        self.do_prepare(len(self.orders) - 1)
        self.do_check(len(self.bags) - 1)
        self.do_release(len(self.bags) - 1)

    def do_check(self, number):
        if label := self.pick(self.bags, number):
            self.live.desk.carry_out(CheckBag(label=label, passed=True), SECOND)

    def do_fail(self, number):
        if label := self.pick(self.bags, number):
            self.live.desk.carry_out(CheckBag(label=label, passed=False), SECOND)

    def do_release(self, number):
        if label := self.pick(self.bags, number):
            self.live.act(ReleaseBag(label=label), Role.PHARMACIST)

    def do_infuse(self, number):
        if label := self.pick(self.bags, number):
            self.live.infuse(self.live.state.bags[label])

    def do_return(self, number):
        if label := self.pick(self.bags, number):
            self.live.act(ReturnBag(label=label), Role.PHARMACIST)

    def do_discard(self, number):
        if label := self.pick(self.bags, number):
            self.live.act(DiscardBag(label=label, because="damaged"), Role.PHARMACIST)

    def do_cancel(self, number):
        if order := self.pick(self.orders, number):
            self.live.request(RequestWord.CANCEL_DOSE, self.live.state.orders[order].subject, order=order)

    def do_switch(self, number):
        self.live.switch(("W8", "W12")[number // 4], SUBJECTS[number % 2])

    def do_recall(self, number):
        product_id = list(LOTS)[number % 2]
        self.live.act(RecallLot(product=product_id, lot=LOTS[product_id][number // 2 % 2]), Role.PHARMACIST)

    def do_warm(self, number):
        product_id = list(LOTS)[number % 2]
        lots = (Lot(product_id, LOTS[product_id][number // 2 % 2]),)
        labels = tuple(self.bags[: number // 4])
        began = self.live.clock()
        self.live.act(ReportExcursion(began=began, lots=lots, labels=labels, highest_c=30), Role.PHARMACIST)

    def do_clear(self, number):
        product_id = list(LOTS)[number % 2]
        act = ClearLot(product=product_id, lot=LOTS[product_id][number // 2 % 2], decision="usable")
        self.live.act(act, Role.PHARMACIST, reason="stable")

    def do_error(self, number):
        if label := self.pick(self.bags, number):
            other = {"octagam_10": "saline", "saline": "octagam_10"}[self.live.state.bags[label].holds]
            self.live.act(ReportDispensingError(label=label, holds=other), Role.PHARMACIST, reason="wrong shelf")

    def do_shortage(self, number):
        if order := self.pick(self.orders, number):
            subject = self.live.state.orders[order].subject
            self.live.act(ReportShortage(subject=subject, order=order), Role.PHARMACIST)

    def do_wait(self, number):
        self.live.clock.move(hours=number)

    @property
    def heard(self):
        """Everything that the site is told, as it stands in the log, in its order, with its times."""
        return [
            (entry.subject, entry.get("what"), entry.get("answer"), entry.occurred, entry.recorded)
            for entry in self.live.store.read() if entry.act == TELL and SITE in entry.get("to")
        ]  # fmt: skip


@settings(max_examples=600, deadline=None)
@given(STEPS, st.sampled_from(list(product(("ivig", "placebo"), repeat=2))))
def test_pharmacies_that_differ_only_in_arms_tell_the_site_the_same_to_the_byte(steps, arms):
    """Up to the gate, which is a declared disclosure and not among the steps. Ids and labels are equal too, since
    both draw them from the same bytes."""
    swapped = tuple("placebo" if arm == "ivig" else "ivig" for arm in arms)
    first, second = Course(arms).run(steps), Course(swapped).run(steps)
    assert first.heard == second.heard
    assert first.refused == second.refused
    for _, what, answer, *_ in first.heard:
        assert set(answer["fields"]) == FIELDS[what]
        assert not any(arm in str(answer) for arm in ("ivig", "placebo", "saline", "octagam"))


@settings(max_examples=40, deadline=None)
@given(STEPS)
def test_a_pharmacy_read_anew_from_its_log_is_the_same(steps):
    course = Course(("ivig", "placebo")).run(steps)
    fresh = LivePharmacy(arms=course.live.arms, store=course.live.store)
    for name in ("bags", "orders", "subjects", "stock", "blocked", "pending", "taken", "roles", "totals"):
        assert getattr(fresh.state, name) == getattr(course.live.state, name)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32))
def test_labels_never_repeat(seed):
    entropy, used = RepeatableEntropy(str(seed)), set()
    for _ in range(80):
        label = draw_label(entropy, 2, used)
        assert label not in used
        assert len(label) == 2
        used.add(label)


@settings(max_examples=600, deadline=None)
@given(
    st.dictionaries(st.sampled_from([2, 5, 10, 20, 30]), st.integers(0, 3), min_size=1),
    st.integers(1, 120),
)  # fmt: skip
def test_no_way_to_choose_vials_takes_fewer_or_leaves_less(stock, volume):
    vials = {Vial("p", "A", Fraction(size), date(2026, 1, 1)): count for size, count in stock.items()}
    found = choose_vials(vials, Fraction(volume))
    ways = [
        (sum(counts), sum(size * count for size, count in zip(stock, counts, strict=True)) - volume)
        for counts in product(*(range(count + 1) for count in stock.values()))
    ]
    best = min((way for way in ways if way[1] >= 0), default=None)
    if found is None:
        assert best is None
        return
    number = sum(one.number for one in found)
    assert (number, sum(one.vial.volume_ml * one.number for one in found) - volume) == best
    assert all(one.number <= vials[one.vial] for one in found)


def test_every_state_of_a_bag_is_reached_by_a_course():
    steps = [("order", 0), ("prepare", 0), ("check", 0), ("release", 0), ("infuse", 0)]
    assert {bag.state for bag in Course(("ivig", "placebo")).run(steps).live.state.bags.values()} == {BagState.INFUSED}
