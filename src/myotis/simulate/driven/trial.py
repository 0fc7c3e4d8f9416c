"""The driven road: virtual subjects through the acts of a live trial, from consent to the end, in the order of time.

The subjects are those of the fast road of the same seed. What a trial decides (who may enter, the dose, deterioration,
switch, gate) is decided here by the live system alone.
"""

import heapq
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from myotis.conduct.acts.course.complete_first_period import CompleteFirstPeriod
from myotis.conduct.acts.course.complete_study import CompleteStudy
from myotis.conduct.acts.course.confirm_switch import ConfirmSwitch
from myotis.conduct.acts.course.declare_lost import DeclareLost
from myotis.conduct.acts.course.discontinue_study import DiscontinueStudy
from myotis.conduct.acts.dosing.record_infusion import RecordInfusion
from myotis.conduct.acts.entry.randomize_subject import RandomizeSubject
from myotis.conduct.doses import find_blind_infusion
from myotis.conduct.roles import Role
from myotis.log.act import Act
from myotis.log.store import MemoryStore, Store
from myotis.pharmacy.treatment import find_treatment
from myotis.protocol.trial import Trial
from myotis.randomize.lists import AllocationList
from myotis.randomize.strata import list_strata
from myotis.simulate.allocation import draw_lists
from myotis.simulate.batch import VirtualTrial
from myotis.simulate.charts import Departure
from myotis.simulate.course import Course, read_course
from myotis.simulate.driven.clock import VirtualClock, VirtualEntropy, at_hour
from myotis.simulate.driven.closing import close_data
from myotis.simulate.driven.dispensing import PharmacyPeople
from myotis.simulate.driven.events import EventReports
from myotis.simulate.driven.site import SitePeople
from myotis.simulate.driven.worlds import Worlds
from myotis.simulate.life import Life
from myotis.simulate.luck import Luck
from myotis.simulate.streams import Streams
from myotis.simulate.subject import Subject
from myotis.terms.states import WITH_TREATMENT, SubjectState

SCREENING_DAYS: Final = 10
"""From consent to the first visit."""

MOMENT_OF_OPENING: Final = timedelta(days=60)
"""How long before the first visit the trial opens."""

BEFORE_INFUSION: Final = timedelta(minutes=30)
"""How long before its planned start a bag is made."""

LOST: Final = "LOST TO FOLLOW-UP"

REASONS: Final = {
    "ADVERSE EVENT": "adverse_event", "WITHDRAWAL BY SUBJECT": "withdrawal_by_subject",
    "LACK OF EFFICACY": "lack_of_efficacy", "PHYSICIAN DECISION": "physician_decision",
    "PROTOCOL DEVIATION": "protocol_deviation", "OTHER": "other",
}  # fmt: skip
"""The coded reason of each reason that a course names."""


class DrivenTrial(NamedTuple):
    """A virtual trial that was carried out: its worlds, and the stores with their logs."""

    worlds: Worlds
    conduct: Store
    pharmacy: Store


def drive_trial(
    trial: Trial,
    course: Course | None = None,
    *,
    seed: int,
    subjects: int | None = None,
    stores: tuple[Store, Store] | None = None,
    arms: dict[str, tuple[str, ...]] | None = None,
) -> DrivenTrial:
    """Carry out a virtual trial through the acts of both worlds.

    ``course``, ``seed`` and ``subjects`` as for ``simulate_trial``; ``stores`` are those of the blinded and the
    unblinded log, in memory if not said; ``arms`` are the arms of each stratum in the order of its slots, drawn as on
    the fast road if not said.

    >>> from myotis.protocol.read import read_trial
    >>> driven = drive_trial(read_trial("proderm"), seed=1, subjects=2)
    >>> sorted(state.state.value for state in driven.worlds.conduct.state.subjects.values())
    ['completed', 'study_discontinued']
    """
    course = course or read_course("proderm")
    count = course.subjects if subjects is None else subjects
    virtual, luck = VirtualTrial.build(trial, course), Luck(Streams(seed), only=0)
    life = Life(virtual, luck, count)
    conduct, pharmacy = stores or (MemoryStore(), MemoryStore())
    clock = VirtualClock(at_hour(course.enrollment.first_day, 8) - MOMENT_OF_OPENING)
    plain = _draw_list(virtual, luck, count, arms)
    worlds = Worlds(trial, plain, (conduct, pharmacy), clock, seed)
    _Drive(worlds, life).run()
    return DrivenTrial(worlds, conduct, pharmacy)


def _draw_list(
    virtual: VirtualTrial, luck: Luck, count: int, arms: dict[str, tuple[str, ...]] | None
) -> AllocationList:
    """The list that the fast road allocates from, long enough for everybody in one stratum."""
    trial = virtual.trial
    lists = draw_lists(luck, trial, virtual.procedure, count)
    drawn = arms or {
        name: tuple(trial.arms[position].id for position in row)
        for name, row in zip(list_strata(trial), lists, strict=True)
    }
    entropy = VirtualEntropy("allocation", luck.streams.seed)(32).hex()
    return AllocationList(
        trial=trial.trial.id, protocol_digest=trial.digest, specification_digest="0" * 64,
        procedure="permuted_blocks", usable_live=True, entropy=entropy, arms_by_stratum=drawn,
    )  # fmt: skip


class _Drive:
    """What happens next is on a heap, by time."""

    def __init__(self, worlds: Worlds, life: Life) -> None:
        self.worlds = worlds
        self.trial = worlds.trial
        self.life = life
        self.site = SitePeople(worlds)
        self.pharmacy = PharmacyPeople(worlds)
        self.events = EventReports(self.site, self._at)
        self.heap: list[tuple[datetime, int, Callable[[], None]]] = []
        self.counted = 0

    def run(self) -> None:
        subjects = self.life.subjects
        self.worlds.open(sorted({subject.site for subject in subjects}))
        self.pharmacy.fill_stock(self.worlds.clock.now.date())
        for subject in subjects:
            self._at(at_hour(subject.first_day - timedelta(days=SCREENING_DAYS), 9), self._admit, subject)
            self._at(at_hour(subject.first_day, 8), self._visit, subject, 0)
        while self.heap:
            when, _, happen = heapq.heappop(self.heap)
            self.worlds.clock.move_to(when)
            happen()
        close_data(self.site, subjects)

    def _at(self, when: datetime, happen: Callable[..., None], *about: object) -> None:
        self.counted += 1
        heapq.heappush(self.heap, (when, self.counted, lambda: happen(*about)))

    def _admit(self, subject: Subject) -> None:
        self.site.admit(subject, self.life.find_facts(subject))

    def _visit(self, subject: Subject, position: int) -> None:
        visit, day = self.life.visits[position], self.life.date_of(subject, position)
        recordings = self.life.hold_visit(subject, position)
        if recordings is None:
            self.site.miss_visit(subject, visit, day)
        else:
            weight = self.life.weigh(subject, position) if "weight" in visit.activities else None
            self.site.hold_visit(subject, visit, day, recordings, weight)
        if position == 0:
            self.site.act(RandomizeSubject(subject=subject.name), Role.COORDINATOR, subject)
            self.worlds.exchange_mail()
        self._decide(subject, position)
        if self.site.file(subject).standing in (*WITH_TREATMENT, SubjectState.RANDOMIZED):
            self._treat(subject, position, is_there=recordings is not None)
            self._go_on(subject, position)

    def _decide(self, subject: Subject, position: int) -> None:
        """What follows from the visit before any dose: the switch, the end of the first period and the gate."""
        visit = self.life.visits[position]
        if self.site.file(subject).standing == SubjectState.SWITCH_INDICATED:
            self.site.act(ConfirmSwitch(subject=subject.name), Role.INVESTIGATOR, subject)
            self.worlds.exchange_mail()
        if position == self.life.virtual.rules.extension_at:
            self.site.freeze_visit(subject, visit)
            self.site.act(CompleteFirstPeriod(subject=subject.name), Role.INVESTIGATOR, subject)
            self.worlds.exchange_mail()
            if self.site.file(subject).state == SubjectState.TREATMENT_DISCONTINUED:
                self._leave(subject, Departure(self.worlds.clock.now.date(), "LACK OF EFFICACY", visit.epoch))

    def _treat(self, subject: Subject, position: int, *, is_there: bool) -> None:
        visit = self.life.visits[position]
        card = self.worlds.pharmacy.state.subjects[subject.name]
        self.life.assign(subject, position, find_treatment(self.trial, card, visit.id))
        if not is_there or "infusion" not in visit.activities:
            return
        self.life.infuse(subject, position)
        infusion = find_blind_infusion(self.trial, visit.id)
        planned = self.site.order_dose(subject, visit, reduced=self.life.takes_lower_dose(subject, infusion, visit))
        self.worlds.exchange_mail()
        for day in range(infusion.days[0]):
            ready = planned - BEFORE_INFUSION + timedelta(days=day)
            self._at(ready, self._infuse, subject, position, day + 1)
        self.events.expect(subject, self.life.describe_events(subject, position))

    def _infuse(self, subject: Subject, position: int, day: int) -> None:
        visit = self.life.visits[position]
        self.pharmacy.make_bag(self.pharmacy.find_order(subject.name, visit.id), day)
        self.worlds.exchange_mail()
        self.site.check_readiness(subject, visit, day)
        rate = self.life.find_rate(self.life.date_of(subject, position))
        infusion = self.site.begin_infusion(subject, visit, day, rate)
        self._at(infusion.stopped, self._end_infusion, subject, infusion)

    def _end_infusion(self, subject: Subject, infusion: RecordInfusion) -> None:
        self.site.act(infusion, Role.COORDINATOR, subject)
        self.worlds.exchange_mail()

    def _go_on(self, subject: Subject, position: int) -> None:
        """To the next visit, or out of the trial before it."""
        if position + 1 == len(self.life.visits):
            self.site.act(CompleteStudy(subject=subject.name), Role.INVESTIGATOR, subject)
            return
        departure = self.life.pass_time(subject, position + 1)
        if departure is None:
            self._at(at_hour(self.life.date_of(subject, position + 1), 8), self._visit, subject, position + 1)
        else:
            self._at(at_hour(departure.when, 21), self._leave, subject, departure)

    def _leave(self, subject: Subject, departure: Departure) -> None:
        self.events.end(subject, departure)
        if departure.reason == LOST:
            last = subject.last_visit or self.life.visits[0]
            contact = self.life.date_of(subject, self.life.visits.index(last))
            act: Act = DeclareLost(subject=subject.name, last_contact=contact, attempts=3)
        else:
            act = DiscontinueStudy.model_validate({"subject": subject.name, "why": REASONS[departure.reason]})
        self.site.act(act, Role.INVESTIGATOR, subject)
