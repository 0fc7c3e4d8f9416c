"""Bags: what was prepared for one day of a cycle, what became of it, and the moves between the two."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from fractions import Fraction
from itertools import product
from typing import Final

from myotis.pharmacy.vials import Taken


class BagState(StrEnum):
    """Where a bag stands."""

    PREPARED = "prepared"
    CHECKED = "checked"
    RELEASED = "released"
    INFUSED = "infused"
    RETURNED = "returned"
    DISCARDED = "discarded"
    STOPPED = "stopped"
    """Not to be used: recalled, spoiled, wrong, or no longer wanted."""


S = BagState

LIVE: Final = (S.PREPARED, S.CHECKED, S.RELEASED)
"""Bags that may still be infused."""

STOPPING: Final = ("recall_lot", "report_excursion", "report_dispensing_error", "cancel_order", "resolve_switch")
"""Acts that stop bags."""

MOVES: Final[Mapping[tuple[BagState, str, str], BagState]] = {
    (S.PREPARED, "check_bag", "passed"): S.CHECKED,
    (S.PREPARED, "check_bag", "failed"): S.DISCARDED,
    (S.CHECKED, "release_bag", ""): S.RELEASED,
    (S.PREPARED, "discard_bag", ""): S.DISCARDED,
    (S.CHECKED, "discard_bag", ""): S.DISCARDED,
    (S.RELEASED, "return_bag", ""): S.RETURNED,
    (S.STOPPED, "return_bag", ""): S.RETURNED,
    **{(state, act, ""): S.STOPPED for state, act in product(LIVE, STOPPING)},
    # What was infused was infused, whatever should have been: `reveal` lists what should not have been.
    **{(state, "take_infusion", ""): S.INFUSED for state in S},
}
"""Every move of a bag: its state, the act, the outcome where the act has several, and the state after it."""


@dataclass(slots=True)
class Bag:
    """A bag, known by the random number on its label."""

    label: str
    subject: str
    order: str
    visit: str
    day: int
    blinded: bool
    """Whether the treatments of its cycle are blinded."""
    assigned: str
    """The treatment that it should hold."""
    volume_ml: Fraction
    vials: tuple[Taken, ...]
    prepared_by: str
    prepared_at: datetime
    use_by: datetime
    holds: str = ""
    """The treatment that it does hold; another one than assigned after a dispensing error."""
    state: BagState = S.PREPARED
    checked_by: str | None = None
    released_at: datetime | None = None
    before_infusion: BagState | None = None
    """Where the bag stood when the pharmacy heard that it was infused."""
    errors: list[int] = field(default_factory=list)
    """The entries that report a dispensing error of the bag."""

    def __post_init__(self) -> None:
        self.holds = self.holds or self.assigned

    @property
    def live(self) -> bool:
        """May it still be infused?"""
        return self.state in LIVE

    def move(self, act: str, outcome: str = "") -> None:
        """Move as the table says. Raises ValueError where it knows no such move: an act let it through."""
        target = MOVES.get((self.state, act, outcome))
        if target is None:
            raise ValueError(f"a bag that is {self.state} has no move by {act} {outcome}".strip())
        if act == "take_infusion" and self.state != S.INFUSED:
            self.before_infusion = self.state
        self.state = target

    def can(self, act: str, outcome: str = "") -> bool:
        """Has the table such a move?"""
        return (self.state, act, outcome) in MOVES
