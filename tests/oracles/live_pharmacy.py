"""A live pharmacy for tests: a desk with its people, a blinded log that a test writes requests into, stock."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from live_trial import MORNING, Clock, RepeatableEntropy

from myotis.errors import SealError
from myotis.log.act import Receipt, User
from myotis.log.desk import SYSTEM, TELL
from myotis.log.entry import Draft
from myotis.log.messages import PHARMACY, NoticeWord, RequestWord
from myotis.log.store import MemoryStore, Store
from myotis.log.subject_keys import MemorySubjectKeys
from myotis.pharmacy.act import Means, PharmacyAct
from myotis.pharmacy.acts.assign_role import AssignRole
from myotis.pharmacy.acts.check_bag import CheckBag
from myotis.pharmacy.acts.open_pharmacy import OpenPharmacy
from myotis.pharmacy.acts.prepare_bag import PrepareBag
from myotis.pharmacy.acts.receive_stock import ReceiveStock
from myotis.pharmacy.acts.register_list import ApproveList, RegisterList
from myotis.pharmacy.acts.release_bag import ReleaseBag
from myotis.pharmacy.bags import Bag
from myotis.pharmacy.desk import open_pharmacy
from myotis.pharmacy.dispensary import Notice, SubjectCard, pending_notices
from myotis.pharmacy.mail import Mail, Refused
from myotis.pharmacy.roles import Role
from myotis.protocol.read import read_trial
from myotis.protocol.trial import Trial
from myotis.rules.deterioration import CONFIRMED
from myotis.terms.study_time import elapsed_days
from myotis.terms.units import Quantity

TRIAL = read_trial("proderm")
EXPIRES = date(2026, 12, 31)
SECOND = User("second", Role.PHARMACIST.value)
"""A second pharmacist, who checks."""


@dataclass
class LivePharmacy:
    """A pharmacy with stock; ``arms`` says what each sealed slot holds."""

    arms: dict[str, str] = field(default_factory=lambda: {"slot1": "ivig", "slot2": "placebo"})
    trial: Trial = TRIAL
    store: Store = field(default_factory=MemoryStore)
    conduct: Store = field(default_factory=MemoryStore)
    clock: Clock = field(default_factory=Clock)
    stocked: bool = True
    blinded_people: tuple[str, ...] = ("investigator-101",)

    def __post_init__(self) -> None:
        self.means = Means(
            RepeatableEntropy("means"), open_slot=self._open, list_blinded_people=lambda: self.blinded_people
        )
        self.desk = open_pharmacy(
            self.trial,
            self.store,
            self.means,
            clock=self.clock,
            entropy=RepeatableEntropy("desk"),
            keyring=MemorySubjectKeys(),
        )
        self.mail = Mail(self.desk, self.conduct)
        if not self.store.read():
            self._begin()

    def _open(self, slot: str) -> str:
        if slot not in self.arms:
            raise SealError("the list has no such slot")
        return self.arms[slot]

    def _begin(self) -> None:
        self.act(OpenPharmacy(protocol_digest=self.trial.digest), Role.ADMINISTRATOR)
        for role in Role:
            if role not in {Role.SYSTEM, Role.ADMINISTRATOR}:
                self.act(AssignRole(person=role.value, assigned=role), Role.ADMINISTRATOR)
        self.act(AssignRole(person=SECOND.id, assigned=Role.PHARMACIST), Role.ADMINISTRATOR)
        self.act(RegisterList(list_digest="d"), Role.LIST_MAKER)
        self.act(ApproveList(list_digest="d"), Role.STATISTICIAN)
        if self.stocked:
            for size in ("2 g", "5 g", "10 g", "20 g", "30 g"):
                self.receive("octagam_10", "A1", size, 400)
            for size in ("250 mL", "500 mL", "1000 mL"):
                self.receive("saline", "N1", size, 400)

    def receive(self, product: str, lot: str, size: str, count: int, expires: date = EXPIRES) -> Receipt:
        """Vials come in."""
        amount = Quantity.parse(size, ("g", "mL"))
        act = ReceiveStock(product=product, lot=lot, size=amount, count=count, expires=expires)
        return self.act(act, Role.PHARMACIST)

    def user(self, role: Role) -> User:
        """The person who holds a role."""
        return SYSTEM if role == Role.SYSTEM else User(role.value, role.value)

    def act(self, act: PharmacyAct, role: Role, **options: Any) -> Receipt:
        """Carry out an act in a role."""
        return self.desk.carry_out(act, self.user(role), **options)

    def write(self, act: str, subject: str, role: str = "coordinator", **values: Any) -> int:
        """Write an entry into the blinded log; the answer is its number."""
        with self.conduct.transaction(self.clock, RepeatableEntropy("conduct")) as transaction:
            draft = Draft(
                act=act, by=role, role=role, occurred=self.clock(), values=values, protocol="1", protocol_digest="",
                subject=subject,
            )  # fmt: skip
            return transaction.append(draft).number

    def ask(self, word: RequestWord, subject: str = "101-001", **fields: Any) -> int:
        """The blinded world asks something."""
        return self.write(TELL, subject, "system", what=word.value, answer=fields, to=[PHARMACY])

    def request(self, word: RequestWord, subject: str = "101-001", **fields: Any) -> list[Refused]:
        """The same, and the mail is taken."""
        self.ask(word, subject, **fields)
        return self.mail.take_requests()

    def must(self, word: RequestWord, subject: str, **fields: Any) -> None:
        """A request that is dealt with, whatever else waits."""
        number = self.ask(word, subject, **fields)
        assert number not in {refused.request.number for refused in self.mail.take_requests()}

    def randomize(self, subject: str = "101-001", slot: str = "slot1") -> None:
        """A subject is randomized, in both logs."""
        self.write("randomize_subject", subject, slot=slot, stratum=["moderate"])
        self.must(RequestWord.OPEN_SLOT, subject, slot=slot, stratum=["moderate"])

    def order(self, visit: str, subject: str = "101-001", days: int = 2, kg: str = "70.5") -> str:
        """An order at a visit, for the morning in two hours; the answer is its id."""
        self.go_to(visit)
        order = f"{subject}/{visit}/{len(self.state.orders)}"
        dose = 2 * Decimal(kg)
        self.must(
            RequestWord.PREPARE_DOSE, subject, order=order, visit=visit, weight_kg=kg, dose_g=str(dose),
            volume_ml=str(10 * dose), days=days, planned=(self.clock() + timedelta(hours=2)).isoformat(),
        )  # fmt: skip
        return order

    def prepare(self, order: str, day: int = 1, **options: Any) -> Bag:
        """Prepare a bag; the answer is the bag."""
        before = set(self.state.bags)
        subject = self.state.orders[order].subject
        self.act(PrepareBag(subject=subject, order=order, day=day, **options), Role.PHARMACIST)
        (label,) = set(self.state.bags) - before
        return self.state.bags[label]

    def release(self, order: str, day: int = 1) -> Bag:
        """Prepare, check and release a bag."""
        planned = self.state.orders[order].planned[day - 1]
        self.clock.now = max(self.clock.now, planned - timedelta(hours=2))
        bag = self.prepare(order, day)
        self.desk.carry_out(CheckBag(label=bag.label, passed=True), SECOND)
        self.act(ReleaseBag(label=bag.label), Role.PHARMACIST)
        return bag

    def infuse(self, bag: Bag, *, told: bool = True, subject: str | None = None) -> None:
        """The bag is infused, in the blinded log and (``told``) by request in the pharmacy's."""
        who = subject or bag.subject
        volume = str(float(bag.volume_ml))
        times = {"started": self.clock().isoformat(), "stopped": (self.clock() + timedelta(hours=6)).isoformat()}
        self.write("record_infusion", who, visit=bag.visit, day=bag.day, label=bag.label, volume_ml=volume, **times)
        if told:
            self.must(RequestWord.INFUSED, who, label=bag.label, visit=bag.visit, volume_ml=volume, **times)

    def give_cycle(self, visit: str, subject: str = "101-001", days: int = 2) -> list[Bag]:
        """A whole cycle, from its order to its infusions."""
        order = self.order(visit, subject, days)
        bags = []
        for day in range(1, days + 1):
            bags.append(self.release(order, day))
            self.infuse(bags[-1])
        return bags

    def switch(self, visit: str = "W8", subject: str = "101-001") -> list[Refused]:
        """A switch is confirmed by the site."""
        self.go_to(visit)
        return self.request(RequestWord.RESOLVE_SWITCH, subject, visit=visit)

    def gate(
        self, confirmed: tuple[str, ...] = (), since_switch: tuple[str, ...] = (), subject: str = "101-001"
    ) -> list[Refused]:
        """The gate at week 16 is asked for, after deterioration that visits confirmed."""
        self.go_to("W16")
        return self.request(
            RequestWord.DECIDE_EXTENSION, subject, visit="W16",
            deterioration=dict.fromkeys(confirmed, CONFIRMED), since_switch=dict.fromkeys(since_switch, CONFIRMED),
        )  # fmt: skip

    def go_to(self, visit: str) -> None:
        """Move the clock to the planned day of a visit, unless it is later."""
        days = elapsed_days(self.trial.visit(visit).day)
        self.clock.now = max(self.clock.now, MORNING + timedelta(days=days))

    @property
    def state(self) -> Any:
        """The dispensary."""
        return self.desk.state

    def subject(self, name: str = "101-001") -> SubjectCard:
        """A subject as the pharmacy knows it."""
        return self.state.subjects[name]

    def notices(self, word: NoticeWord | None = None) -> list[Notice]:
        """The pending notices, or those of a word."""
        return [notice for notice in pending_notices(self.state) if word is None or notice.word == word]
