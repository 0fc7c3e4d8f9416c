"""What imputed values are drawn from: as missing at random, or in reference to another arm after a discontinuation."""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from myotis.statistics.imputation.joint_normal import JointNormalImputation
from myotis.statistics.imputation.multivariate_normal import draw_conditional
from myotis.statistics.imputation.reference_based import Strategy, compute_marginal

Numbers = NDArray[np.float64]

STRATEGIES: Final = {
    "missing_at_random": Strategy.MISSING_AT_RANDOM,
    "jump_to_reference": Strategy.JUMP_TO_REFERENCE,
    "copy_reference": Strategy.COPY_REFERENCE,
    "copy_increments_in_reference": Strategy.COPY_INCREMENTS,
}
"""The strategy of statistics by the name that the plan gives it."""


class Departures(NamedTuple):
    """Who is imputed in reference to an arm: ``event[subject]`` is the number of the first visit after the event (the
    number of visits where there was none)."""

    event: NDArray[np.intp]
    strategy: Strategy
    reference: int


def impute_departures(
    generator: np.random.Generator,
    values: Numbers,
    arm: NDArray[np.intp],
    drawn: JointNormalImputation,
    departures: Departures,
) -> Numbers:
    """The completed datasets [imputation, subject, visit, measure], those with an event drawn anew.

    ``values[subject, visit, measure]`` are NaN where missing. Each subject's mean and covariance over all visits and
    measures are joined at the event, and what is missing is drawn given all that the subject has: a measure's mean
    follows its own course, and the covariance joins all measures of the visits before with all of those after.
    """
    subjects, visits, measures = values.shape
    completed = drawn.completed.reshape(-1, subjects, visits, measures).copy()
    happened = departures.event < visits
    for own in np.unique(arm[happened]):
        for event in np.unique(departures.event[happened & (arm == own)]):
            members = np.flatnonzero((arm == own) & (departures.event == event))
            mean, covariance = _join(drawn, int(own), members, int(event), departures, (visits, measures))
            noise = generator.standard_normal(mean.shape)
            flat = values[members].reshape(len(members), -1)
            answer = draw_conditional(flat, mean, covariance, noise)
            completed[:, members] = answer.reshape(-1, len(members), visits, measures)
    return completed


def _join(
    drawn: JointNormalImputation,
    own: int,
    members: NDArray[np.intp],
    event: int,
    departures: Departures,
    shape: tuple[int, int],
) -> tuple[Numbers, Numbers]:
    """Mean [imputation, subject, visit x measure] and covariance [imputation, ...] under the strategy."""
    visits, measures = shape
    reference, strategy = departures.reference, departures.strategy
    courses = [
        drawn.means[:, arm, members].reshape(-1, len(members), visits, measures).swapaxes(-1, -2)
        for arm in (own, reference)
    ]  # each measure's course by itself; covariances don't matter to the mean
    unused = np.eye(visits)
    mean = compute_marginal(courses[0], unused, courses[1], unused, event=event, strategy=strategy).mean
    whole = compute_marginal(
        drawn.means[:, own, members], drawn.covariance[:, own],
        drawn.means[:, reference, members], drawn.covariance[:, reference],
        event=event * measures, strategy=strategy,
    )  # fmt: skip
    return mean.swapaxes(-1, -2).reshape(len(mean), len(members), -1), whole.covariance
