"""An act: something that a person does and answers for. Carried out, it becomes an entry of a log."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

from pydantic import BaseModel, ConfigDict

from myotis.errors import Fault, MyotisError
from myotis.log.entry import Entry


class User(NamedTuple):
    """Who acts, in which role, and at which site (None: the role has no site)."""

    id: str
    role: str
    site: str | None = None


class Act(BaseModel):
    """The base of every act: its fields are what the entry says, its methods what it needs and what follows.

    ``free_text`` names the fields that hold a person's words, sealed under the key of the subject; ``keys`` those that
    say which record is meant and don't change with a correction.
    """

    # An act that can't be made says where and why not, and never what was typed: that may be a patient's value.
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    name: ClassVar[str]
    free_text: ClassVar[frozenset[str]] = frozenset()
    keys: ClassVar[tuple[str, ...]] = ()
    needs_reason: ClassVar[bool] = False
    takes_reason: ClassVar[bool] = True
    """False for acts whose reason could hold what the act itself seals."""

    @property
    def sealed_fields(self) -> frozenset[str]:
        """The fields of this act that hold free text."""
        return self.free_text

    @property
    def about(self) -> str | None:
        """The subject that the act concerns; None where it concerns none."""
        return getattr(self, "subject", None)

    def find_obstacles(self, scene: Any) -> Iterator[Fault]:  # noqa: ARG002
        """What stands in the way of the act, beside who may do it and when: every fault, none where nothing does."""
        yield from ()

    def add_values(self, scene: Any) -> dict[str, Any]:  # noqa: ARG002
        """What the system adds to the entry, such as the number of a new record."""
        return {}

    def tell(self, scene: Any, entry: Entry) -> Iterator["Told"]:  # noqa: ARG002
        """What the system says because of the act, now that the state has taken in its entry."""
        yield from ()

    @classmethod
    def apply(cls, state: Any, entry: Entry) -> None:
        """What an entry of this act does to the state of its log."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Told:
    """Something that the system says because of an act, which becomes an entry of its own.

    ``what`` is a coded word, ``answer`` JSON, ``rule`` the rule that found it, ``inputs`` what the rule was given (its
    digest is kept), ``to`` the roles that are told.
    """

    what: str
    answer: Any
    rule: str
    inputs: Any
    to: tuple[str, ...]
    subject: str | None = None


class RefusalError(MyotisError):
    """An act that was not carried out, with everything that stands in its way. Nothing was written.

    ``kind``: ``role`` (who may), ``state`` (not now), or ``need`` (something is missing, wrong or stale).
    """

    def __init__(self, act: str, kind: str, faults: Iterable[Fault]) -> None:
        self.act = act
        self.kind = kind
        self.faults = tuple(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))


def find_refusal(act: Act, questions: Iterable[tuple[str, Iterable[Fault]]]) -> RefusalError | None:
    """The refusal by the first question that has an answer; None where none has.

    Each question is its kind (``RefusalError.kind``) and its faults. A later one is asked only where the earlier ones
    find nothing, so its faults may come from a generator that takes their answers for granted.
    """
    for kind, asked in questions:
        if faults := tuple(asked):
            return RefusalError(act.name, kind, faults)
    return None


class Receipt(NamedTuple):
    """What an act leaves behind: the number of its entry, and what the system told the user."""

    number: int
    told: tuple[Told, ...]

    def answer(self, what: str) -> Any:
        """What was told under a word; None where nothing was."""
        return next((told.answer for told in self.told if told.what == what), None)
