"""The lives of the subjects of one virtual trial, for a road that decides by itself what is given to whom.

Whatever happens to a subject is what happens on the fast road with the same seed: the same functions, the same luck.
Nothing is decided here that a trial decides: treatment, switch and gate come from outside.
"""

from myotis.simulate.batch import VirtualTrial, arrive, endow, enroll_subjects
from myotis.simulate.charts import Charts, Departure
from myotis.simulate.lives import Lives
from myotis.simulate.luck import Luck, draw_luck, name_luck
from myotis.simulate.nature import LifeLuck, attend, flare_up, follow_infusions, leave, record_visit, recover
from myotis.simulate.recordings import Recording
from myotis.simulate.subject import Subject


class Life(Charts):
    """What becomes of each subject of one trial, visit by visit."""

    def __init__(self, virtual: VirtualTrial, luck: Luck, count: int) -> None:
        arrived = enroll_subjects(virtual, luck, count, "interpreted")
        lives = Lives.begin(count, virtual.truth, len(virtual.visits) - 1)
        arrive(lives, arrived, slice(None), virtual.truth)
        endow(lives, virtual, luck)
        super().__init__(virtual, luck, lives, arrived.stratum)
        self._luck_of_all = draw_luck(luck, count, name_luck(virtual.visits, virtual.truth, virtual.course))
        self._names = [treatment.id for treatment in virtual.trial.treatments]

    def pass_time(self, subject: Subject, position: int) -> Departure | None:
        """From the visit before to this one: treatment works, a flare may begin; or the subject leaves."""
        truth, life, chance = self.virtual.truth, self._life(subject), self._chance(subject)
        leave(truth, life, position)
        if life.present[0] == 0:
            return self.find_departure(subject, position)
        recover(truth, life, position)
        flare_up(truth, chance, life, position)
        return None

    def hold_visit(self, subject: Subject, position: int) -> list[Recording] | None:
        """What a visit records of the measures that its schedule has; None where it is missed."""
        truth, life, chance = self.virtual.truth, self._life(subject), self._chance(subject)
        if position:
            attend(truth, chance, life, position)
        if life.held[0, position] == 0:
            return None
        subject.last_visit = self.visits[position]
        if position:
            record_visit(truth, chance, life, position)
        return self.read_measures(subject, position)

    def assign(self, subject: Subject, position: int, treatment: str) -> None:
        """What the subject is given from a visit on, unless it is what it was given before."""
        number = self._names.index(treatment)
        life = self._life(subject)
        if position == 0 or life.treatment[0] != number:
            life.treatment[0], life.since[0] = number, position

    def infuse(self, subject: Subject, position: int) -> None:
        """The infusion of a visit is given; adverse events may follow it (`describe_events`)."""
        life = self._life(subject)
        life.given[0, position] = life.treatment[0]
        follow_infusions(self.virtual.truth, self._chance(subject), life, position)

    def _life(self, subject: Subject) -> Lives:
        return self.lives.cut(subject.number, subject.number + 1)

    def _chance(self, subject: Subject) -> LifeLuck:
        return self._luck_of_all.cut(subject.number, subject.number + 1)
