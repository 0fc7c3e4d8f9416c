"""What is known of the subjects of simulated trials once they are over: arrays that published figures are taken of."""

from typing import NamedTuple

import numpy as np

from myotis.protocol.design import Visit
from myotis.protocol.trial import Trial
from myotis.simulate.analyses import settle_outcomes
from myotis.simulate.batch import Batch, VirtualTrial, simulate_batch
from myotis.simulate.calibration.event_marks import MarkedEvents, mark_events
from myotis.simulate.luck import Luck
from myotis.simulate.outcomes import Outcomes, score_batch
from myotis.simulate.recordings import Forms
from myotis.simulate.streams import BATCH, Streams
from myotis.simulate.truth import Numbers
from myotis.terms.missing import MISSING, YES
from myotis.terms.rule import Steps
from myotis.terms.study_time import DAYS_PER_WEEK

GROUP, COMPARATOR = 0, 1


class ObservedTrials(NamedTuple):
    """Arrays [subject, trial], and by assessment visit [subject, trial, row]."""

    virtual: VirtualTrial
    side: Steps
    """`GROUP` or `COMPARATOR` of the plan's first estimand."""
    outcomes: Outcomes
    day: Steps
    """By row: the study day of the visit, if it is held."""
    measured: dict[str, Numbers]
    """By measure and row: the value in its unit; NaN where it is missing."""
    left: Steps
    """The position of the visit before which the subject left; MISSING of who did not."""
    reason: Steps
    given: Steps
    """[subject, trial, position of the visit]: the treatment given; MISSING where none was."""
    events: MarkedEvents | None
    """None where the course has no adverse events."""

    @property
    def trial(self) -> Trial:
        """The protocol."""
        return self.virtual.trial

    def find_row(self, week: int) -> int:
        """The row of the assessment visit at a week; raises KeyError where there is none."""
        for row, visit in enumerate(self.trial.assessment_visits):
            if visit.day == _find_day(week):
                return row
        raise KeyError(f"an assessment in week {week}")

    def find_visit(self, week: int) -> int:
        """The position of the visit at a week; raises KeyError where there is none."""
        for position, visit in enumerate(self.virtual.visits):
            if visit.day == _find_day(week):
                return position
        raise KeyError(f"a visit in week {week}")

    def has_switched(self, week: int) -> Steps:
        """[subject, trial]: was there a switch at or before a week?"""
        return np.asarray(self.outcomes.switch_day <= _find_day(week))

    def stays_until(self, week: int) -> Steps:
        """[subject, trial]: had nobody left, and no gate been closed to the subject, before the visit of a week?

        At the gate itself one is still there: it is asked at the end of that visit.
        """
        visit = self.find_visit(week)
        at_gate = (self.left == visit) & (self.reason == len(self.virtual.course.discontinuation))
        return np.asarray((self.left == MISSING) | (self.left > visit) | at_gate)

    def responds(self, threshold: int, week: int, *, without_deterioration: bool) -> Steps:
        """[subject, trial]: is TIS at or above a threshold, by the plan's estimand where it has one for the visit?

        Raises KeyError where it is to be without deterioration, and the plan has no such response.
        """
        visit = self.trial.assessment_visits[self.find_row(week)]
        variable = "response" if without_deterioration else "tis_at_least"
        planned = [one for one in self.trial.plan.estimands if one.variable == variable and one.visit == visit.id]
        reached = self.trial.response.tis_at_least
        exact = [one for one in planned if threshold == (reached if without_deterioration else one.threshold)]
        if exact:
            visits = [one.id for one in self.trial.assessment_visits]
            return np.asarray(settle_outcomes(self.outcomes, visits, exact[0], self.trial).response == YES)
        if without_deterioration:
            raise KeyError(f"a planned response by a TIS of {threshold} in week {week}")
        return np.asarray(self.outcomes.tis[..., self.find_row(week)] >= threshold)


def observe_trials(virtual: VirtualTrial, seed: int, batch: int, subjects: int) -> ObservedTrials:
    """Simulate a batch of trials to their end."""
    luck, trial = Luck(Streams(seed, batch)), virtual.trial
    simulated = simulate_batch(virtual, luck, subjects)
    visits = trial.assessment_visits
    outcomes = score_batch(virtual, simulated, BATCH, [visit.id for visit in visits])
    lives, shape = simulated.lives, (subjects, BATCH)
    names, estimand = [arm.id for arm in trial.arms], trial.plan.estimands[0]
    positions = [virtual.visits.index(visit) for visit in visits]
    day = 1 + lives.came[:, positions] - lives.came[:, :1]
    return ObservedTrials(
        virtual=virtual,
        side=np.where(outcomes.arm == names.index(estimand.group), GROUP, COMPARATOR),
        outcomes=outcomes,
        day=day.reshape(*shape, -1),
        measured=_read_measures(virtual, simulated, visits, shape),
        left=lives.left.reshape(shape),
        reason=lives.reason.reshape(shape),
        given=lives.given.reshape(*shape, -1),
        events=mark_events(virtual, luck, lives) if virtual.course.adverse_events else None,
    )


def _read_measures(
    virtual: VirtualTrial, simulated: Batch, visits: tuple[Visit, ...], shape: tuple[int, int]
) -> dict[str, Numbers]:
    x = simulated.lives.x[:, : len(visits)]
    return {
        name: np.where(x[..., column] == MISSING, np.nan, x[..., column] / steps).reshape(*shape, -1)
        for name, column, _, steps in Forms(virtual.trial, virtual.course).list_places()
    }


def _find_day(week: int) -> int:
    return 1 + week * DAYS_PER_WEEK
