"""Both worlds of a trial over files: two logs, a keyring, a sealed list of HPKE envelopes. Opened anew at each start.

A plan of acts of both worlds is done step by step. Who begins again looks into the logs and does what they don't have.
"""

import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache, cached_property
from itertools import chain
from pathlib import Path

from keys import stream
from live_trial import read_proderm
from sealed_lists import AT, KEYS, RING, seal
from sealed_lists import SPECIFICATION as SHORT

from myotis.conduct.act import Means
from myotis.conduct.acts.data.report_deviation import ReportDeviation
from myotis.conduct.acts.dosing.request_code_break import RequestCodeBreak
from myotis.conduct.acts.entry.randomize_subject import RandomizeSubject
from myotis.conduct.desk import open_desk
from myotis.conduct.roles import Role
from myotis.log.act import Act, User
from myotis.log.desk import TELL
from myotis.log.disk import Write
from myotis.log.entry import Entry
from myotis.log.file import FileStore
from myotis.log.messages import is_request
from myotis.log.store import Store
from myotis.log.subject_keys import FileSubjectKeys
from myotis.pharmacy.act import Means as PharmacyMeans
from myotis.pharmacy.acts.break_code import BreakCode
from myotis.pharmacy.acts.check_bag import CheckBag
from myotis.pharmacy.acts.prepare_bag import PrepareBag
from myotis.pharmacy.acts.recall_lot import RecallLot
from myotis.pharmacy.acts.register_list import ApproveList, RegisterList
from myotis.pharmacy.acts.release_bag import ReleaseBag
from myotis.pharmacy.code_break import break_code
from myotis.pharmacy.desk import open_pharmacy
from myotis.pharmacy.mail import Mail
from myotis.pharmacy.means import open_slots
from myotis.pharmacy.roles import Role as PharmacyRole
from myotis.protocol.trial import Trial
from myotis.randomize.approve import approve_list
from myotis.randomize.ledger import next_free_slot
from myotis.randomize.lists import make_list
from myotis.randomize.sealed import SealedList
from myotis.simulate.batch import VirtualTrial
from myotis.simulate.course import read_course
from myotis.simulate.driven.clock import VirtualClock, at_hour
from myotis.simulate.driven.dispensing import PharmacyPeople
from myotis.simulate.driven.people import find_person, find_pharmacist, open_both
from myotis.simulate.driven.site import SitePeople
from myotis.simulate.driven.worlds import Worlds
from myotis.simulate.life import Life
from myotis.simulate.luck import Luck
from myotis.simulate.streams import Streams
from myotis.simulate.subject import Subject

TRIAL: Trial = read_proderm()
DAY = date(2024, 3, 4)
MORNING = at_hour(DAY, 10)
"""When everybody is ready to be randomized, and the plan begins."""
INFUSED = 210
"""So many minutes later the infusion begins."""
LOGS = ("conduct.jsonl", "pharmacy.jsonl")
MOST_SUBJECTS = 203
"""So many subjects the largest of these trials has."""
SPECIFICATION = SHORT.model_copy(update={"places_per_stratum": 200})
PLAIN = make_list(TRIAL, SPECIFICATION, entropy=stream("worlds")(32))


@cache
def sealed_list() -> SealedList:
    """The list of all of these trials."""
    return seal(PLAIN)


@cache
def slot_opener(holder: str = "pharmacy") -> Callable[[str], str]:
    """What opens the slots of the list, which is approved, with somebody's key."""
    approval = approve_list(
        sealed_list(), TRIAL, SPECIFICATION, statistician=KEYS["statistician"], openers=[KEYS["pharmacy"]], keys=RING,
        at=AT,
    )  # fmt: skip
    return open_slots(sealed_list(), KEYS[holder], approval, RING)


@cache
def virtual_life() -> Life:
    """Whose subjects they are."""
    virtual = VirtualTrial.build(TRIAL, read_course("proderm"))
    return Life(virtual, Luck(Streams(5), only=0), MOST_SUBJECTS)


@cache
def begin_subjects(count: int) -> tuple[Subject, ...]:
    """The same subjects each time, who all come on one day."""
    return tuple(virtual_life().subjects[:count])


class FileWorlds(Worlds):
    """Both worlds over the files of a folder, as after a start of both systems; ``write`` writes both logs."""

    def __init__(
        self, folder: Path, *, clock: Callable[[], datetime] | None = None, write: Write = os.write, sync: bool = False
    ) -> None:
        self.trial = TRIAL
        self.clock = clock or VirtualClock(MORNING)  # type: ignore[assignment]
        self.keyring = FileSubjectKeys(folder / "keyring.json")  # type: ignore[assignment]
        self.stores: tuple[Store, ...] = tuple(FileStore(folder / name, sync=sync, write=write) for name in LOGS)
        slots = Means(take_slot=lambda stratum, taken: next_free_slot(sealed_list(), stratum, taken))
        more = {"clock": self.clock, "entropy": os.urandom}
        self.conduct = open_desk(TRIAL, self.stores[0], slots, keyring=self.keyring, **more)
        means = PharmacyMeans(os.urandom, slot_opener(), list_blinded_people=lambda: self.conduct.state.roles)
        keys = FileSubjectKeys(folder / "pharmacy-keyring.json")
        self.pharmacy = open_pharmacy(TRIAL, self.stores[1], means, keyring=keys, **more)
        self.mail = Mail(self.pharmacy, self.stores[0])
        self.site, self.dispensing = SitePeople(self), PharmacyPeople(self)

    def begin(self, subjects: Iterable[Subject]) -> None:
        """Open both worlds, and bring every subject to the day of its randomization."""
        subjects = tuple(subjects)
        open_both(self.conduct, self.pharmacy, sorted({one.site for one in subjects}))
        digest = sealed_list().digest
        self.pharmacy.carry_out(RegisterList(list_digest=digest), find_pharmacist(PharmacyRole.LIST_MAKER))
        self.pharmacy.carry_out(ApproveList(list_digest=digest), find_pharmacist(PharmacyRole.STATISTICIAN))
        self.dispensing.fill_stock(DAY)
        life = virtual_life()
        for subject in subjects:
            self.site.admit(subject, life.find_facts(subject))
            self.site.hold_visit(subject, life.visits[0], DAY, subject.baseline, life.weigh(subject, 0))

    def pharmacist(self, act: Act, *, second: bool = False) -> None:
        """An act of a pharmacist."""
        self.pharmacy.carry_out(act, find_pharmacist(PharmacyRole.PHARMACIST, second=second))


def begin_folder(folder: Path, count: int) -> None:
    """The files of a trial with so many subjects who can be randomized."""
    FileWorlds(folder, clock=VirtualClock(at_hour(DAY, 8) - timedelta(days=1))).begin(begin_subjects(count))


def name_entries(entries: Iterable[Entry]) -> Counter[str]:
    """How often each thing was done: the act with its subject, the word with what it is about."""
    return Counter(
        f"{entry.act} {entry.subject} {entry.get('what') or entry.get('word') or entry.get('day') or ''}".strip()
        for entry in entries
    )


@dataclass(frozen=True)
class Step:
    """A step of the plan: what it leaves in one of the logs (nothing: mail, which is exchanged each time), when on the
    day it is done, and how."""

    leaves: str
    log: int
    minutes: int
    do: Callable[[FileWorlds], object]


class Plan:
    """Two subjects of one stratum: both are randomized and get an order and a bag, the first its infusion, words and a
    code break; the lot of the second one's bag is recalled."""

    @cached_property
    def subjects(self) -> tuple[Subject, Subject]:
        """The first two subjects of the stratum that comes twice first."""
        first, *others = begin_subjects(4)
        return first, next(one for one in others if one.levels == first.levels)

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        """The steps in their order."""
        one, two = self.subjects
        return tuple(self._list_steps(one, two))

    def _list_steps(self, one: Subject, two: Subject) -> Iterator[Step]:
        for subject, start in ((one, 0), (two, 20)):
            yield from self._randomize_and_order(subject, start)
        for subject, start in ((one, 150), (two, 160)):
            yield from self._make_bag(subject, start)
        yield Step(f"check_readiness {one.name} 1", 0, 200, lambda w: w.site.check_readiness(one, visit_of(w), 1))
        yield Step(f"record_infusion {one.name} 1", 0, INFUSED, lambda w: infuse(w, one))
        yield Step("", 0, 1000, Worlds.exchange_mail)
        yield Step(f"report_deviation {one.name} {DAY}", 0, 1010, lambda w: report(w, one))
        yield Step(f"request_code_break {one.name}", 0, 1020, lambda w: ask(w, one))
        yield Step("", 0, 1025, Worlds.exchange_mail)
        yield Step(f"break_code {one.name}", 1, 1030, lambda w: show(w, one))
        yield Step("recall_lot None", 1, 1040, lambda w: recall(w, two))
        yield Step("", 0, 1050, Worlds.exchange_mail)

    def _randomize_and_order(self, subject: Subject, start: int) -> Iterator[Step]:
        name = subject.name
        yield Step(f"randomize_subject {name}", 0, start, lambda w: w.site.act(
            RandomizeSubject(subject=name), Role.COORDINATOR, subject))  # fmt: skip
        yield Step("", 0, start + 5, Worlds.exchange_mail)
        yield Step(
            f"order_dose {name}", 0, start + 10, lambda w: w.site.order_dose(subject, visit_of(w), reduced=False)
        )
        yield Step("", 0, start + 15, Worlds.exchange_mail)

    def _make_bag(self, subject: Subject, start: int) -> Iterator[Step]:
        name = subject.name
        yield Step(f"prepare_bag {name} 1", 1, start, lambda w: w.pharmacist(
            PrepareBag(subject=name, order=order_of(w, subject).id, day=1)))  # fmt: skip
        yield Step("check_bag", 1, start + 2, lambda w: w.pharmacist(
            CheckBag(label=label_of(w, subject), passed=True), second=True))  # fmt: skip
        yield Step("release_bag", 1, start + 4, lambda w: w.pharmacist(ReleaseBag(label=label_of(w, subject))))
        yield Step("", 0, start + 6, Worlds.exchange_mail)

    def is_done(self, worlds: FileWorlds, step: Step) -> bool:
        """Do the logs have it? Acts on bags name the label alone, so the bag tells."""
        if not step.leaves:
            return False
        if step.leaves in {"check_bag", "release_bag"}:
            subject = self.subjects[step.minutes >= 160]
            labels = {label_of(worlds, subject)}
            return any(e.act == step.leaves and e.get("label") in labels for e in worlds.stores[1].read())
        return bool(name_entries(worlds.stores[step.log].read())[step.leaves])

    def carry_out(self, worlds: FileWorlds, acknowledge: Callable[[int], object], clock: Callable[..., object]) -> None:
        """Do what the logs don't have. ``clock`` is set for each step, done or not."""
        for number, step in enumerate(self.steps):
            clock(MORNING + timedelta(minutes=step.minutes))
            if not self.is_done(worlds, step):
                step.do(worlds)
            acknowledge(number)


def visit_of(worlds: FileWorlds):
    """The visit of the day."""
    return worlds.trial.visit(worlds.trial.baseline_visit)


def order_of(worlds: FileWorlds, subject: Subject):
    """The pharmacy's order of a subject."""
    return worlds.dispensing.find_order(subject.name, visit_of(worlds).id)


def label_of(worlds: FileWorlds, subject: Subject) -> str:
    """The label of the bag of a subject; empty where none was prepared."""
    card = worlds.pharmacy.state.subjects.get(subject.name)
    labels = [label for order in card.orders for label in worlds.pharmacy.state.orders[order].labels] if card else []
    return labels[0] if labels else ""


def infuse(worlds: FileWorlds, subject: Subject) -> None:
    """The bag is infused, and recorded when it has run through; begun at the same time whoever records it."""
    worlds.clock.now = MORNING + timedelta(minutes=INFUSED)
    infusion = worlds.site.begin_infusion(subject, visit_of(worlds), 1, None)
    worlds.clock.move_to(infusion.stopped)
    worlds.site.act(infusion, Role.COORDINATOR, subject)


def report(worlds: FileWorlds, subject: Subject) -> None:
    """Words about a subject, which are sealed under its key."""
    act = ReportDeviation(
        subject=subject.name, category="other", important=False, day=DAY, description="came two hours late"
    )
    worlds.site.act(act, Role.INVESTIGATOR, subject)


def ask(worlds: FileWorlds, subject: Subject) -> None:
    """The investigator asks for the code to be broken."""
    user = find_person(Role.INVESTIGATOR, subject.site)
    worlds.conduct.carry_out(RequestCodeBreak(subject=subject.name, why="other"), user, reason="has a fever")


def show(worlds: FileWorlds, subject: Subject) -> None:
    """It is broken."""
    (asked,) = [name for name, of in worlds.pharmacy.state.code_requests.items() if of == subject.name]
    act = BreakCode(subject=subject.name, asked=asked, asked_by="investigator", told=("investigator",))
    desk: User = find_pharmacist(PharmacyRole.CODE_BREAK_DESK)
    shown = break_code(worlds.pharmacy, act, desk, open_sealed=slot_opener("code_break"))
    assert shown.sealed_list_agrees


def recall(worlds: FileWorlds, subject: Subject) -> None:
    """The lot that a subject's bag was prepared from is recalled."""
    vial = worlds.pharmacy.state.bags[label_of(worlds, subject)].vials[0].vial
    worlds.pharmacist(RecallLot(product=vial.product, lot=vial.lot))


def count_all(worlds: FileWorlds) -> Counter[str]:
    """How often each thing is in either log."""
    counts: Counter[str] = Counter()
    for name, store in zip(LOGS, worlds.stores, strict=True):
        for what, count in name_entries(store.read()).items():
            counts[f"{name}: {what}"] += count
    return counts


def find_disagreements(worlds: FileWorlds) -> Iterator[str]:
    """Where the two logs and the list say different things: slots out of their order, arms, notices, requests."""
    study, dispensary = worlds.conduct.state, worlds.pharmacy.state
    for stratum, taken in study.allocated.items():
        ids = sealed_list().ids_by_stratum[stratum]
        if tuple(taken) != ids[: len(taken)]:
            yield f"the slots of {stratum} are not the next ones"
        arms = dict(zip(ids, PLAIN.arms_by_stratum[stratum], strict=True))
        cards = {card.slot: card.arm for card in dispensary.subjects.values() if card.slot in arms}
        if cards != {slot: arms.get(slot) for slot in taken}:
            yield f"the pharmacy has other slots or arms of {stratum}"
    slots = [file.slot for file in study.subjects.values() if file.slot]
    if len(slots) != len(set(slots)) or sorted(slots) != sorted(chain.from_iterable(study.allocated.values())):
        yield "two subjects have one slot"
    if dispensary.pending:
        yield "a notice is not delivered"
    if dispensary.taken != {entry.number: entry.digest for entry in worlds.stores[0].read() if is_request(entry)}:
        yield "a request waits, or was never made"
    told = [e.get("answer")["id"] for e in worlds.stores[1].read() if e.act == TELL and "site" in e.get("to")]
    heard = [e.get("id") for e in worlds.stores[0].read() if e.act == "receive_notice"]
    if sorted(told) != sorted(heard):
        yield "notices of one log are not those of the other"
