"""What the pharmacy's log amounts to: subjects with their treatments, orders, bags, stock, notices."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final, NamedTuple, Protocol

from myotis.log.act import User
from myotis.log.desk import TELL
from myotis.log.entry import Entry
from myotis.log.messages import NoticeWord
from myotis.pharmacy.bags import Bag
from myotis.pharmacy.roles import MACHINES
from myotis.pharmacy.vials import Taken, Vial
from myotis.protocol.trial import Trial

SITE: Final = "site"
"""Whom notices are told to."""


class Notice(NamedTuple):
    """What the site is let know: a random id that tells no order, a coded word, the subject, the fields of the word."""

    id: str
    word: NoticeWord
    subject: str
    fields: Mapping[str, Any]


class Infusion(NamedTuple):
    """A bag that the site says it infused, wholly or in part."""

    subject: str
    visit: str
    label: str
    started: str
    stopped: str
    volume_ml: str


class CodeBreak(NamedTuple):
    """That a subject's treatment was shown to somebody: to whom, in which role acted who showed it, when."""

    subject: str
    act: str
    by: str
    told: tuple[str, ...]
    occurred: str
    entry: int


@dataclass(slots=True)
class Order:
    """An order of the site: one cycle of one subject, a bag for each of its days."""

    id: str
    subject: str
    visit: str
    weight_kg: Decimal
    dose_g: Decimal
    volumes_ml: tuple[Fraction, ...]
    """The volume of each day."""
    planned: tuple[datetime, ...]
    """When the infusion of each day is planned."""
    cancelled: bool = False
    labels: list[str] = field(default_factory=list)
    """Every bag that was made for it."""


@dataclass(slots=True)
class SubjectCard:
    """What the pharmacy knows of a subject."""

    id: str
    arm: str
    levels: tuple[str, ...] = ()
    """The level of each factor of stratification."""
    slot: str | None = None
    """The sealed slot; None where the pharmacy allocated."""
    sealed_arm: str | None = None
    """The arm sealed to the code-break key, where there is no slot."""
    switched_from: str | None = None
    """The visit from which on the alternate treatment is given."""
    enters_extension: bool | None = None
    """What the gate decided; None before it."""
    gate_case: str | None = None
    infusions: list[Infusion] = field(default_factory=list)
    """What the site says was infused, in the order of saying."""
    orders: list[str] = field(default_factory=list)


class AppliesEntry(Protocol):
    """What knows what its entries do to the dispensary."""

    @classmethod
    def apply(cls, dispensary: "Dispensary", entry: Entry) -> None:
        """Take in an entry of this act."""
        ...


class Dispensary:
    """The state of the pharmacy's log. It changes by entries alone."""

    def __init__(self, trial: Trial, acts: Mapping[str, type[AppliesEntry]]) -> None:
        self.trial = trial
        self.acts = acts
        self.opened = False
        self.roles: dict[str, set[str]] = {}
        """The roles that each person holds."""
        self.list_digest: str | None = None
        """The digest of the sealed list that slots are opened from."""
        self.list_made_by: str | None = None
        self.list_approved = False
        self.slots: set[str] = set()
        """The slots that were opened."""
        self.subjects: dict[str, SubjectCard] = {}
        self.orders: dict[str, Order] = {}
        self.bags: dict[str, Bag] = {}
        self.totals: dict[str, dict[str, dict[str, int]]] = {}
        """How many subjects each arm has, by factor and level."""
        self.stock: dict[Vial, int] = {}
        """How many vials there are, used ones taken away."""
        self.blocked: dict[tuple[str, str], str] = {}
        """Lots (product, lot) that nothing is taken from: ``quarantined`` or ``recalled``."""
        self.taken: dict[int, str | None] = {}
        """The requests that were dealt with, by the number of their entry in the blinded log, with its digest."""
        self.code_requests: dict[str, str] = {}
        """The subject of each code break that the site asks for, until it is answered."""
        self.answered: set[str] = set()
        """The code breaks that were answered: what was shown once is not shown again."""
        self.code_breaks: list[CodeBreak] = []
        self.pending: dict[str, Notice] = {}
        """The notices that are not known to be delivered, by their ids."""

    def apply(self, entry: Entry) -> None:
        """Take in the next entry of the log."""
        if entry.act == TELL:
            self._take_word(entry)
        elif entry.act in self.acts:
            self.acts[entry.act].apply(self, entry)

    def _take_word(self, entry: Entry) -> None:
        if SITE in (entry.get("to") or ()):
            answer = entry.get("answer")
            notice = Notice(answer["id"], NoticeWord(entry.get("what")), str(entry.subject), answer["fields"])
            self.pending[notice.id] = notice

    def holds(self, user: User) -> bool:
        """Does a person hold the role that it acts in? Programs hold theirs by themselves."""
        return user.role in MACHINES or user.role in self.roles.get(user.id, set())

    def subject_of(self, entry: Entry) -> SubjectCard:
        """The subject of an entry."""
        assert entry.subject is not None, "an entry of an act about a subject names it"
        return self.subjects[entry.subject]

    def bags_of(self, order: Order, day: int) -> Iterator[Bag]:
        """Every bag that was made for a day of an order."""
        return (bag for label in order.labels if (bag := self.bags[label]).day == day)

    def add_subject(self, card: SubjectCard) -> None:
        """A subject who was allocated."""
        self.subjects[card.id] = card
        if card.slot:
            self.slots.add(card.slot)
        for factor, level in zip(self.trial.randomization.factors, card.levels, strict=False):
            arms = self.totals.setdefault(factor.id, {}).setdefault(level, {})
            arms[card.arm] = arms.get(card.arm, 0) + 1

    def usable(self, product: str, on: date) -> dict[Vial, int]:
        """The vials of a product that may be used up to a day: not blocked, not expired by then."""
        return {
            vial: count for vial, count in self.stock.items()
            if vial.product == product and count and vial.expires >= on and (product, vial.lot) not in self.blocked
        }  # fmt: skip

    def take_vials(self, vials: tuple[Taken, ...]) -> None:
        """Take vials out of the stock."""
        for taken in vials:
            self.stock[taken.vial] -= taken.number


def pending_notices(dispensary: Dispensary) -> list[Notice]:
    """The notices that have not been delivered yet, in the order of the log: a bag is ready before it must not be used.

    That order is the same whatever the arms; the ids tell none.
    """
    return list(dispensary.pending.values())
