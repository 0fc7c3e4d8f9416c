"""The outcomes of courses that are laid out as grid steps: TIS, deterioration and response, rule after rule."""

from collections.abc import Sequence
from typing import NamedTuple, Self

import numpy as np

from myotis.instruments.tis import TisScores, TisSettings, score_courses
from myotis.instruments.tis_rule import TIS, TIS_HIGH, TIS_LOW
from myotis.protocol.trial import Trial
from myotis.rules import deterioration, response
from myotis.terms.missing import MISSING
from myotis.terms.rule import Steps


class Outcomes(NamedTuple):
    """What the rules find, by row of the courses: the scores, the deterioration status, and the fields of response."""

    scores: TisScores
    deterioration: Steps
    response: Steps


class OutcomeRules(NamedTuple):
    """A trial's rules as integers, for courses whose rows are given visits.

    ``deterioration`` and ``response`` are None where the trial does not define them for these settings and visits.
    """

    settings: TisSettings
    deterioration: deterioration.DeteriorationLimits | None
    response: response.ResponseLimits | None

    @classmethod
    def of_trial(cls, trial: Trial, settings: TisSettings, visits: Sequence[str]) -> Self:
        """The rules of a trial for settings that may be others than its own, and visits by id, the baseline first."""
        if settings.criteria != trial.tis.criteria:
            return cls(settings, None, None)
        definition = trial.deterioration
        limits = deterioration.deterioration_limits(definition, settings) if definition else None
        return cls(settings, limits, response.response_limits(trial, visits))

    def apply(self, x: Steps, offsets: Steps, facts: Steps) -> Outcomes:
        """The outcomes of ``x[row, column]``, laid out as ``score_courses`` takes it; ``facts[row]`` are whether the
        period was completed and whether rescue was needed (YES, NO, UNKNOWN)."""
        scores = score_courses(x, offsets, self.settings)
        found = np.full((len(x), deterioration.FIELD_COUNT), MISSING, dtype=np.int64)
        if self.deterioration:
            deterioration.deterioration_course.run(x, offsets, self.deterioration, found)
        status = found[:, deterioration.STATUS]
        answer = np.zeros((len(x), response.FIELD_COUNT), dtype=np.int64)
        if self.response:
            asked = np.column_stack([scores.fields[:, [TIS, TIS_LOW, TIS_HIGH]], status, facts])
            response.response_course.run(asked, offsets, self.response, answer)
        return Outcomes(scores, status, answer)
