"""Delta adjustment and tipping points: imputed values made worse until the conclusion changes.

A delta is added to what was imputed after an event, before the analysis; what was observed stays. Over a grid of deltas
in the active and in the control arm the analysis is repeated, and the tipping point is where its p-value passes the
level of significance.

When to use: as the sensitivity analysis of a significant result: the reader judges whether deltas that overturn it are
plausible. Imputations stay the same over the grid, so nothing in it is chance.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from myotis.errors import StatisticsError
from myotis.statistics.bisection import bisect_limit
from myotis.statistics.imputation.effect import Analysis, estimate_imputed_effect
from myotis.statistics.imputation.imputed import ImputedTrial
from myotis.statistics.imputation.incomplete import IncompleteTrial
from myotis.statistics.imputation.pooled import PooledEffect
from myotis.statistics.imputation.resampling import Resampling
from myotis.statistics.imputation.rubin import RubinDegrees
from myotis.statistics.result import Numbers

DELTA: Final = "Cro S, Morris TP, Kenward MG, Carpenter JR, Stat Med 2020;39:2815-2842"
REFERENCES: Final = {"delta": DELTA, "tipping-point": DELTA}


def compute_delta(trial: IncompleteTrial, delta: ArrayLike, *, lag: ArrayLike) -> Numbers:
    """The sum of deltas [subject, visit] at each visit after the event, and 0 before it and without an event.

    ``delta[visit]``, or ``delta[arm, visit]`` for each arm its own, is what a visit adds; ``lag[visit]`` multiplies it
    by how long ago the event was: the first visit after it by ``lag[0]``, the next by ``lag[1]``. Visits add up: with
    ``lag`` 1, 0, 0 ... every visit after the event has the delta of the first; with 1, 1, 1 ... it grows by each
    visit's. A missing value without an event has none.

    >>> import numpy as np
    >>> from myotis.statistics.imputation.incomplete import IncompleteTrial
    >>> trial = IncompleteTrial(
    ...     outcome=np.zeros((3, 4)), arm=[0, 1, 1], covariates=np.empty((3, 0)), event=[4, 1, 2],
    ...     strategy="missing-at-random", reference=0,
    ... )
    >>> compute_delta(trial, [5, 6, 7, 8], lag=[1, 2, 3, 4]).tolist()
    [[0.0, 0.0, 0.0, 0.0], [0.0, 6.0, 20.0, 44.0], [0.0, 0.0, 7.0, 23.0]]
    """
    visits = trial.outcome.shape[1]
    each, scale = np.asarray(delta, dtype=float), np.asarray(lag, dtype=float)
    fits = each.shape in {(visits,), (trial.arms, visits)} and scale.shape == (visits,)
    if not fits or not (np.isfinite(each).all() and np.isfinite(scale).all()):
        raise StatisticsError("expected finite deltas [visit] or [arm, visit], and as many lags as visits")
    since = np.arange(visits) - trial.event[:, None]
    scaled = np.where(since >= 0, scale[np.maximum(since, 0)], 0.0)
    return np.asarray(np.cumsum(scaled * np.broadcast_to(each, (trial.arms, visits))[trial.arm], axis=1))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TippingGrid:
    """The effect and its p-value [active delta, control delta], and where the conclusion tips.

    ``tipping_delta[control delta]`` is the delta of the active arm, of those in the range asked about the one nearest
    to 0, at which the p-value passes the level of significance; NaN where it passes it nowhere in the range.
    """

    active_delta: Numbers
    control_delta: Numbers
    estimate: Numbers
    lower: Numbers
    upper: Numbers
    p_value: Numbers
    tipping_delta: Numbers
    alpha: float
    method: str
    reference: str


def compute_tipping_grid(
    imputed: ImputedTrial,
    analyze: Analysis,
    *,
    active: int,
    control: int,
    active_delta: ArrayLike,
    control_delta: ArrayLike,
    lag: ArrayLike,
    method: RubinDegrees | Resampling | str,
    level: float,
) -> TippingGrid:
    """Repeat the analysis with each delta in the active and each in the control arm.

    ``active_delta[a]`` and ``control_delta[c]`` rise; each is what every visit adds for the subjects of its arm
    (numbers ``active`` and ``control``), and ``lag[visit]`` makes of it what imputed values after an event are shifted
    by, as in `compute_delta`: 1, 0, 0 ... for the delta itself at each of them, 1, 1, 1 ... for one more each visit.
    ``analyze``, ``method`` and ``level`` are those of `myotis.statistics.imputation.effect.estimate_imputed_effect`,
    and a p-value below 1 - level is significant.
    Between two points of the grid where the conclusion changes, the tipping point is searched to the last digits; a
    grid so coarse that the conclusion changes twice between two points misses both. Analyses run one after the other.

    Raises StatisticsError for arms that the trial hasn't, deltas that don't rise, a trial without imputed values
    after an event (there is nothing to shift), and what the analysis raises.

    >>> from myotis.statistics.continuous.ancova import fit_ancova
    >>> from myotis.statistics.imputation.incomplete import IncompleteTrial
    >>> from myotis.statistics.imputation.conditional_mean import impute_with_jackknife
    >>> rng = np.random.default_rng(3)
    >>> outcome = rng.normal(size=(20, 2)) + rng.normal(size=(20, 1)) + [[0], [3]] * 10
    >>> outcome[[1, 5, 9], 1] = np.nan
    >>> event = np.where(np.isnan(outcome[:, 1]), 1, 2)
    >>> trial = IncompleteTrial(
    ...     outcome=outcome, arm=[0, 1] * 10, covariates=np.empty((20, 0)), event=event, strategy="missing-at-random",
    ...     reference=0,
    ... )
    >>> def analyze(completed):
    ...     none = completed.covariates
    ...     return fit_ancova(
    ...         completed.outcome[..., -1], completed.arm == 1, covariates=none, factors=none,
    ...         slopes="shared", variance="model-based", weights="equal", level=0.95,
    ...     ).difference
    >>> grid = compute_tipping_grid(
    ...     impute_with_jackknife(trial, covariance_by_arm=False), analyze, active=1, control=0,
    ...     active_delta=[-12, -8, -4, 0], control_delta=[0], lag=[1, 0], method="jackknife", level=0.95,
    ... )
    >>> (grid.p_value[:, 0] < 0.05).tolist()
    [False, False, False, True]
    >>> bool(-4 < grid.tipping_delta[0] < 0)
    True
    """
    first, second = _take_deltas(active_delta), _take_deltas(control_delta)
    _check_arms(imputed, active, control)

    def estimate(a: float, c: float) -> PooledEffect:
        each = np.zeros((imputed.trial.arms, imputed.trial.outcome.shape[1]))
        each[active], each[control] = a, c
        delta = compute_delta(imputed.trial, each, lag=lag)
        return estimate_imputed_effect(imputed, analyze, method=method, level=level, delta=delta)

    effects = [[estimate(a, c) for c in second] for a in first]
    p_value = _collect(effects, lambda effect: effect.test.p_value)
    alpha = 1 - level

    def is_significant(a: Numbers, c: Numbers) -> NDArray[np.bool_]:
        p = [estimate(float(x), float(y)).test.p_value for x, y in zip(a, c, strict=True)]
        return np.asarray(np.less(p, alpha), dtype=bool)

    return TippingGrid(
        active_delta=first,
        control_delta=second,
        estimate=_collect(effects, lambda effect: effect.estimate.estimate),
        lower=_collect(effects, lambda effect: effect.estimate.lower),
        upper=_collect(effects, lambda effect: effect.estimate.upper),
        p_value=p_value,
        tipping_delta=_find_tipping(first, second, p_value < alpha, is_significant),
        alpha=alpha,
        method=effects[0][0].estimate.method,
        reference=REFERENCES["tipping-point"],
    )


def _collect(effects: list[list[PooledEffect]], pick: Callable[[PooledEffect], Numbers]) -> Numbers:
    return np.array([[pick(effect) for effect in row] for row in effects], dtype=float)


def _check_arms(imputed: ImputedTrial, active: int, control: int) -> None:
    trial = imputed.trial
    if active == control or not {active, control} <= set(range(trial.arms)):
        raise StatisticsError(f"arms {active} and {control} can't be compared; expected two arms of the trial")
    compared = np.isin(trial.arm, [active, control])
    if not (imputed.missing & trial.after_event)[compared].any():
        raise StatisticsError("no value of these arms is imputed after an event, so there is nothing to shift")


def _take_deltas(deltas: ArrayLike) -> Numbers:
    values = np.asarray(deltas, dtype=float)
    if values.ndim != 1 or not values.size or not np.isfinite(values).all() or (np.diff(values) <= 0).any():
        raise StatisticsError("expected finite deltas that rise, one at least")
    return values


def _find_tipping(
    first: Numbers,
    second: Numbers,
    significant: NDArray[np.bool_],
    is_significant: Callable[[Numbers, Numbers], NDArray[np.bool_]],
) -> Numbers:
    """The active delta nearest to 0 at which the conclusion changes, for each control delta; NaN where it doesn't."""
    changes = significant[:-1] != significant[1:]
    middle = (first[:-1] + first[1:]) / 2
    at = (
        np.where(changes, np.abs(middle)[:, None], np.inf).argmin(axis=0) if len(middle) else np.zeros(second.size, int)
    )
    found = np.full(second.size, np.nan)
    columns = np.flatnonzero(changes.any(axis=0))
    low = at[columns]
    ends = np.where(significant[low, columns], (first[low], first[low + 1]), (first[low + 1], first[low]))
    found[columns] = bisect_limit(lambda a: is_significant(a, second[columns]), *ends)
    return found
