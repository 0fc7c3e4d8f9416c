"""The acts of the unblinded world: what they are given to decide on, and what many of them have in common."""

from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import datetime
from typing import Any, Final, NamedTuple

from myotis.errors import Fault
from myotis.log.act import Act, Told, User
from myotis.log.entry import Entry
from myotis.log.messages import FIELDS, NoticeWord
from myotis.log.store import Entropy
from myotis.pharmacy.dispensary import SITE, Dispensary, Order, SubjectCard
from myotis.protocol.conduct import Preparation
from myotis.protocol.trial import Trial

NOTICE_ID_BYTES: Final = 16

Totals = Mapping[str, Mapping[str, Mapping[str, int]]]
"""How many subjects each arm has, by factor and level."""


class Means(NamedTuple):
    """What the pharmacy can do.

    ``entropy`` gives random bytes, for labels and the ids of notices. ``open_slot``: the arm in a sealed slot, by the
    pharmacy's private key; None where there is no sealed list. ``allocate``: the arm of a new subject by minimization,
    given how many subjects each arm has by factor and level, and the subject's level of each factor; None where
    subjects are allocated from a list. ``seal_arm``: an arm sealed to the code-break key, given the subject and the
    arm, where there is no sealed slot; None where the code can then be broken with this log only.
    ``list_blinded_people``: who acts in the blinded world, or ever did.
    """

    entropy: Entropy
    open_slot: Callable[[str], str] | None = None
    allocate: Callable[[Totals, Mapping[str, str]], str] | None = None
    seal_arm: Callable[[str, str], str] | None = None
    list_blinded_people: Callable[[], Collection[str]] = tuple


class Scene(NamedTuple):
    """What an act is given: the dispensary as it stands, who acts, and when."""

    dispensary: Dispensary
    trial: Trial
    user: User
    occurred: datetime
    now: datetime
    means: Means

    def subject(self, name: str) -> SubjectCard:
        """The subject of a name; the desk has seen to it that there is one."""
        return self.dispensary.subjects[name]

    @property
    def preparation(self) -> Preparation:
        """How doses are prepared; acts of preparation are refused where the protocol does not say."""
        assert self.trial.conduct is not None
        assert self.trial.conduct.preparation is not None
        return self.trial.conduct.preparation

    def notify(self, word: NoticeWord, subject: str, inputs: Any = None, **fields: Any) -> Told:
        """A notice to the site, with exactly the fields that its word has, under a random id."""
        assert set(fields) == FIELDS[word], f"{word} has other fields"
        answer = {"id": self.means.entropy(NOTICE_ID_BYTES).hex(), "fields": fields}
        return Told(word, answer, "pharmacy", inputs, (SITE,), subject)


class PharmacyAct(Act):
    """An act of the unblinded world."""


class SubjectAct(PharmacyAct):
    """An act about a subject."""

    subject: str


class RequestAct(SubjectAct):
    """An act that deals with a request of the blinded world; each is dealt with once."""

    request: int
    """The number of the request's entry in the blinded log."""
    request_digest: str | None = None
    """The digest of that entry; None where the act is a person's. A log that was put back to an older copy gives the
    same number to another request."""

    def find_obstacles(self, scene: Scene) -> Iterator[Fault]:
        """The request was not dealt with, and nothing else stands in the way."""
        if self.request in scene.dispensary.taken:
            yield Fault(what=f"request {self.request} was dealt with already", expected="a new request")
        else:
            yield from self.find_misfits(scene)

    def find_misfits(self, scene: Scene) -> Iterator[Fault]:  # noqa: ARG002
        """What makes it impossible to do what is asked."""
        yield from ()

    @classmethod
    def apply(cls, dispensary: Dispensary, entry: Entry) -> None:
        """The request is dealt with."""
        dispensary.taken[entry.get("request")] = entry.get("request_digest")
        cls.apply_request(dispensary, entry)

    @classmethod
    def apply_request(cls, dispensary: Dispensary, entry: Entry) -> None:
        """What else follows."""
        raise NotImplementedError


class LabelAct(PharmacyAct):
    """An act on a bag, named by its label."""

    label: str

    @property
    def outcome(self) -> str:
        """The outcome by which the table of moves tells bags apart; empty where the act has one only."""
        return ""

    def find_obstacles(self, scene: Scene) -> Iterator[Fault]:
        """There is such a bag, and it is where the act can be done."""
        bag = scene.dispensary.bags.get(self.label)
        if bag is None:
            yield Fault(what="there is no bag with the label", expected="the label of a bag", column="label")
        elif not bag.can(self.name, self.outcome):
            what = f"a bag that is {bag.state} does not allow it"
            yield Fault(what=what, expected="a bag in another state", column="label")
        else:
            yield from self.find_misfits(scene)

    def find_misfits(self, scene: Scene) -> Iterator[Fault]:  # noqa: ARG002
        """What else stands in the way."""
        yield from ()


def find_order(scene: Scene, order: str, subject: str) -> Order | None:
    """The open order of a subject; None where there is none."""
    found = scene.dispensary.orders.get(order)
    return found if found and found.subject == subject and not found.cancelled else None
