"""The imputation model: the mixed model for repeated measures, each arm and covariate with an effect at each visit.

The covariance of the visits is unstructured, estimated by REML, the same for all arms or each arm's own. Models are
fitted one after the other.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from myotis.errors import StatisticsError
from myotis.statistics.imputation.incomplete import IncompleteTrial, Whole
from myotis.statistics.imputation.multivariate_normal import draw_conditional, impute_conditional_mean
from myotis.statistics.imputation.reference_based import Strategy, compute_marginal
from myotis.statistics.mixed_model.fit import fit_mixed_model
from myotis.statistics.result import Numbers


class Parameters(NamedTuple):
    """Draws or estimates of the model: coefficients[..., visit, predictor] and covariance[..., arm, visit, visit]."""

    coefficients: Numbers
    covariance: Numbers


def build_predictors(trial: IncompleteTrial, arm: Whole) -> Numbers:
    """A 0/1 column for each arm and the covariates, less their means in the trial: [subject, predictor]."""
    dummies = np.equal(arm[:, None], np.arange(trial.arms)).astype(float)
    return np.concatenate([dummies, trial.covariates - trial.covariates.mean(axis=0)], axis=1)


def check_trial(trial: IncompleteTrial) -> None:
    """Raise StatisticsError where the model can't be estimated because an arm has no value at a visit."""
    seen = ~np.isnan(trial.modeled)
    for arm in range(trial.arms):
        empty = np.flatnonzero(~seen[np.equal(trial.arm, arm)].any(axis=0))
        if empty.size:
            raise StatisticsError(
                f"arm {arm} has no value at visit {empty[0]} that the imputation model may use (values after an event "
                "that is not missing at random are none); expected one at least"
            )


def fit_parameters(trial: IncompleteTrial, subject: Whole, *, covariance_by_arm: bool) -> Parameters:
    """The REML estimates from these subjects[number], where a subject may come twice."""
    predictors = build_predictors(trial, trial.arm)[subject]
    outcome = trial.modeled[subject]
    visits = outcome.shape[1]
    design = np.einsum("vw,sp->svwp", np.eye(visits), predictors).reshape(*outcome.shape, -1)
    seen = ~np.isnan(outcome)
    who, visit = np.nonzero(seen)
    model = fit_mixed_model(
        outcome[seen],
        design[seen],
        subject=who,
        visit=visit,
        covariance="unstructured",
        criterion="reml",
        group=trial.arm[subject][who] if covariance_by_arm else None,
    )
    covariance = np.broadcast_to(model.visit_covariance, (trial.arms, visits, visits))
    return Parameters(model.coefficients.reshape(visits, -1), covariance)


def stack_parameters(parameters: list[Parameters]) -> Parameters:
    """Many sets of parameters, with a leading axis."""
    return Parameters(np.stack([p.coefficients for p in parameters]), np.stack([p.covariance for p in parameters]))


def complete_outcome(trial: IncompleteTrial, parameters: Parameters, noise: Numbers | None) -> Numbers:
    """The outcome [..., subject, visit] with what is missing imputed as each subject's strategy says.

    Leading axes are those of the parameters. Imputed is the conditional mean, or with noise[..., subject, visit] a
    draw. Subjects of one arm with one event and strategy are computed at once.
    """
    back = np.swapaxes(parameters.coefficients, -1, -2)
    own = build_predictors(trial, trial.arm) @ back
    reference = build_predictors(trial, np.full_like(trial.arm, trial.reference)) @ back
    completed = np.broadcast_to(trial.outcome, own.shape).copy()
    for arm, event, strategy, members in _group_incomplete(trial):
        mean, covariance = compute_marginal(
            own[..., members, :],
            parameters.covariance[..., arm, None, :, :],
            reference[..., members, :],
            parameters.covariance[..., trial.reference, None, :, :],
            event=event,
            strategy=strategy,
        )
        fill = trial.outcome[members], mean, covariance[..., 0, :, :]
        completed[..., members, :] = (
            impute_conditional_mean(*fill) if noise is None else draw_conditional(*fill, noise[..., members, :])
        )
    return completed


def _group_incomplete(trial: IncompleteTrial) -> Iterator[tuple[int, int, str, Whole]]:
    """Arm, event, strategy and the subjects [number] who share them and miss a value."""
    incomplete = np.isnan(trial.outcome).any(axis=1)
    names = sorted(Strategy)
    strategy = np.searchsorted(names, trial.strategy)
    kinds, which = np.unique(np.stack([trial.arm, trial.event, strategy]), axis=1, return_inverse=True)
    for number, (arm, event, name) in enumerate(kinds.T):
        members = np.flatnonzero((which.reshape(-1) == number) & incomplete)
        if members.size:
            yield int(arm), int(event), names[name], members
