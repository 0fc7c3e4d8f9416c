"""Reference-based imputation: what is taken to happen to a subject after an intercurrent event.

A subject's outcomes at the visits have a mean and a covariance under its own arm, and under the reference arm. The
strategy joins them at the event to the distribution from which missing values are imputed. ``event`` is the number,
from 0, of the first visit after the event; the number of visits where there was none. Leading axes are draws or trials.

When to use: as the assumption about subjects who stop treatment and leave. Missing at random supposes that they go on
as treated; jump to reference, that the benefit is lost at once; copy reference, that they were like the reference from
the start, and keep of a good course what correlation keeps; copy increments, that what was gained is kept. The plan
names the strategy for each kind of event.
"""

from collections.abc import Callable
from enum import StrEnum
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from myotis.errors import StatisticsError
from myotis.statistics.result import Numbers

CARPENTER_2013 = "Carpenter JR, Roger JH, Kenward MG, J Biopharm Stat 2013;23:1352-1371"


class Strategy(StrEnum):
    """What is assumed of a subject's outcomes after an intercurrent event."""

    MISSING_AT_RANDOM = "missing-at-random"
    """They go on as those of the own arm (MAR)."""
    JUMP_TO_REFERENCE = "jump-to-reference"
    """Their mean is the reference's from the event on (J2R)."""
    COPY_REFERENCE = "copy-reference"
    """Mean and covariance are the reference's from the start (CR)."""
    COPY_INCREMENTS = "copy-increments-in-reference"
    """From the own mean before the event on, the mean changes as the reference's does (CIR)."""
    LAST_MEAN = "last-mean-carried-forward"
    """The own mean before the event is kept (LMCF)."""


REFERENCES: Final = dict.fromkeys(Strategy, CARPENTER_2013)


class VisitDistribution(NamedTuple):
    """The mean [..., visit] and the covariance [..., visit, visit] of a subject's outcomes."""

    mean: Numbers
    covariance: Numbers


def compute_marginal(
    own_mean: ArrayLike,
    own_covariance: ArrayLike,
    reference_mean: ArrayLike,
    reference_covariance: ArrayLike,
    *,
    event: int,
    strategy: Strategy | str,
) -> VisitDistribution:
    """Mean [..., visit] and covariance [..., visit, visit] of a subject's outcomes under a strategy.

    Without an event (``event`` is the number of visits) they are the own arm's, whatever the strategy. Where the event
    lies before the first visit, jump to reference and copy increments are the reference, and last mean carried
    forward has no mean to carry: StatisticsError. Raised too for shapes that don't fit and an event that is no visit.

    >>> answer = compute_marginal(
    ...     [10.0, 20.0, 30.0], 4 * np.eye(3), [5.0, 8.0, 9.0], np.eye(3), event=2, strategy="jump-to-reference"
    ... )
    >>> answer.mean.tolist(), np.diag(answer.covariance).tolist()
    ([10.0, 20.0, 9.0], [4.0, 4.0, 1.0])
    """
    own = VisitDistribution(np.asarray(own_mean, dtype=float), np.asarray(own_covariance, dtype=float))
    reference = VisitDistribution(
        np.asarray(reference_mean, dtype=float), np.asarray(reference_covariance, dtype=float)
    )
    visits = own.mean.shape[-1]
    square = (visits, visits)
    fits = own.covariance.shape[-2:] == square == reference.covariance.shape[-2:] and reference.mean.shape[-1] == visits
    if not fits or not 0 <= event <= visits:
        raise StatisticsError(
            "the strategy can't be applied; expected means [..., visit], covariances [..., visit, visit] and an event "
            "from 0 to the number of visits"
        )
    return own if event == visits else MARGINALS[Strategy(strategy)](own, reference, event)


def _miss_at_random(own: VisitDistribution, reference: VisitDistribution, event: int) -> VisitDistribution:
    del reference, event
    return own


def _jump_to_reference(own: VisitDistribution, reference: VisitDistribution, event: int) -> VisitDistribution:
    return VisitDistribution(_join(own.mean, reference.mean, event), _join_covariances(own, reference, event))


def _copy_reference(own: VisitDistribution, reference: VisitDistribution, event: int) -> VisitDistribution:
    del own, event
    return reference


def _copy_increments(own: VisitDistribution, reference: VisitDistribution, event: int) -> VisitDistribution:
    if event == 0:
        return reference
    last = slice(event - 1, event)
    shifted = reference.mean + own.mean[..., last] - reference.mean[..., last]
    return VisitDistribution(_join(own.mean, shifted, event), _join_covariances(own, reference, event))


def _carry_last_mean(own: VisitDistribution, reference: VisitDistribution, event: int) -> VisitDistribution:
    del reference
    if event == 0:
        raise StatisticsError(
            "last mean carried forward needs a visit before the event; an event lies before the first"
        )
    return VisitDistribution(_join(own.mean, own.mean[..., event - 1 : event], event), own.covariance)


MARGINALS: dict[Strategy, Callable[[VisitDistribution, VisitDistribution, int], VisitDistribution]] = {
    Strategy.MISSING_AT_RANDOM: _miss_at_random,
    Strategy.JUMP_TO_REFERENCE: _jump_to_reference,
    Strategy.COPY_REFERENCE: _copy_reference,
    Strategy.COPY_INCREMENTS: _copy_increments,
    Strategy.LAST_MEAN: _carry_last_mean,
}


def _join(before: Numbers, after: Numbers, event: int) -> Numbers:
    return np.where(np.arange(before.shape[-1]) < event, before, after)


def _join_covariances(own: VisitDistribution, reference: VisitDistribution, event: int) -> Numbers:
    """The own covariance before the event, and the reference's regression of what follows on what went before."""
    mine, theirs = np.broadcast_arrays(own.covariance, reference.covariance)
    before, after = slice(None, event), slice(event, None)
    weights = np.linalg.solve(theirs[..., before, before], theirs[..., before, after])
    turned = np.swapaxes(weights, -1, -2)
    joined = theirs.copy()
    joined[..., before, before] = mine[..., before, before]
    joined[..., before, after] = mine[..., before, before] @ weights
    joined[..., after, before] = turned @ mine[..., before, before]
    joined[..., after, after] += turned @ (mine - theirs)[..., before, before] @ weights
    return joined
