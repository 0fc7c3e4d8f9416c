"""A trial of one measure over visits with missing values, and the same trial completed."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from myotis.errors import StatisticsError
from myotis.statistics.imputation.reference_based import Strategy
from myotis.statistics.result import Numbers

Whole = NDArray[np.intp]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class IncompleteTrial:
    """One measure over visits, with missing values and intercurrent events.

    ``outcome[subject, visit]`` has NaN where it is missing. ``arm[subject]`` are whole numbers from 0, and
    ``covariates[subject, covariate]`` complete numbers known at baseline (without covariates an array whose last axis
    is empty). ``event[subject]`` is the number, from 0, of the first visit after the intercurrent event, and the
    number of visits where there was none. ``strategy`` is one for all subjects or one for each; it matters for those
    with an event. ``reference`` is the arm that strategies refer to, its own included.

    A value observed after an event whose strategy is not missing at random is no evidence of how the arm would go on:
    the imputation model does not see it, but it stays in the data, and values missing beside it are imputed given it.
    A value that is not to be used at all is set to NaN before. Raises StatisticsError for what can't be.
    """

    outcome: Numbers
    arm: Whole
    covariates: Numbers
    event: Whole
    strategy: str | NDArray[np.str_]
    reference: int

    def __post_init__(self) -> None:
        """Refuse what can't be, and hold arrays whatever was given."""
        outcome, covariates = np.asarray(self.outcome, dtype=float), np.asarray(self.covariates, dtype=float)
        arm, event = np.asarray(self.arm), np.asarray(self.event)
        _check_shapes(outcome, arm, covariates, event)
        strategies = np.array([Strategy(name).value for name in np.atleast_1d(np.asarray(self.strategy, dtype=str))])
        if strategies.shape not in {(1,), arm.shape}:
            raise StatisticsError("expected one strategy, or one for each subject")
        if not (arm == self.reference).any():
            raise StatisticsError(f"no subject is in the reference arm {self.reference}; expected the number of an arm")
        for name, value in (("outcome", outcome), ("arm", arm), ("covariates", covariates), ("event", event)):
            object.__setattr__(self, name, value)
        object.__setattr__(self, "strategy", np.broadcast_to(strategies, arm.shape))

    @property
    def arms(self) -> int:
        """How many arms there are."""
        return int(self.arm.max()) + 1

    @property
    def after_event(self) -> NDArray[np.bool_]:
        """Whether a visit [subject, visit] lies after the subject's event."""
        return np.asarray(np.arange(self.outcome.shape[1]) >= self.event[:, None])

    @property
    def modeled(self) -> Numbers:
        """The outcome that the imputation model sees: NaN also after events that are not missing at random."""
        hidden = self.after_event & np.not_equal(self.strategy, Strategy.MISSING_AT_RANDOM.value)[:, None]
        return np.where(hidden, np.nan, self.outcome)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CompletedTrials:
    """Completed data sets for an analysis, one or many at once.

    ``outcome[..., subject, visit]``, ``arm[..., subject]``, ``covariates[..., subject, covariate]``; ``subject[...,
    subject]`` is the number that each has in the incomplete trial: resampled data sets lack some or hold some twice.
    """

    outcome: Numbers
    arm: Whole
    covariates: Numbers
    subject: Whole


def take_subjects(trial: IncompleteTrial, completed: Numbers, subject: Whole) -> CompletedTrials:
    """The subjects [..., subject] of completed[..., subject of the trial, visit]."""
    return CompletedTrials(
        outcome=np.take_along_axis(completed, subject[..., None], axis=-2),
        arm=trial.arm[subject],
        covariates=trial.covariates[subject],
        subject=subject,
    )


def _check_shapes(outcome: Numbers, arm: Whole, covariates: Numbers, event: Whole) -> None:
    fits = outcome.ndim == 2 and covariates.ndim == 2 and arm.shape == event.shape == outcome.shape[:1]
    fits = fits and covariates.shape[0] == len(arm) > 0 and arm.dtype.kind in "iu" and event.dtype.kind in "iu"
    if not fits or np.isinf(outcome).any() or not np.isfinite(covariates).all():
        raise StatisticsError(
            "this is no trial; expected outcome [subject, visit] (NaN: missing), arm and event [subject] as whole "
            "numbers, and covariates [subject, covariate], finite and none missing"
        )
    if not np.isin(np.arange(arm.max() + 1), arm).all() or arm.min() < 0:
        raise StatisticsError("an arm has no subjects; expected arms numbered 0, 1, ... without a gap")
    if event.min() < 0 or event.max() > outcome.shape[1]:
        raise StatisticsError(f"an event is no visit; expected 0 to {outcome.shape[1]} (no event)")
