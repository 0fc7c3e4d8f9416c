"""Joint normal imputation: many measures at many visits under missing at random, by data augmentation.

When to use: for an end point that is computed from several measures at several visits, such as a composite
responder: impute the measures, then compute the end point from each completed dataset.

The variables of a subject (every measure at every visit, the baseline included) are multivariate normal with a mean
by arm, shifted by covariates where there are any. Data augmentation takes turns: it draws the missing values given
the parameters, and the parameters given the completed values. The covariance has an inverse-Wishart prior, the means
and the effects of covariates have a flat one. Few subjects and many variables need a prior that holds the covariance
together: the ridge of `CovariancePrior` draws correlations toward 0 as if its degrees of freedom were further subjects
who showed none. Chains are independent of one another and start far apart, so that their agreement tells of
convergence.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from myotis.errors import StatisticsError
from myotis.statistics.imputation.convergence import Convergence, diagnose_chains
from myotis.statistics.imputation.data_augmentation import InverseWishart, Sampling, run_chains
from myotis.statistics.result import Numbers


class CovarianceModel(StrEnum):
    """Who shares a covariance."""

    COMMON = "common"
    """All arms have one covariance, and covariates one effect."""
    BY_ARM = "by-arm"
    """Each arm is a model of its own, with its covariance and its effects of covariates."""


class CovariancePrior(StrEnum):
    """The prior of the covariance."""

    JEFFREYS = "jeffreys"
    """The usual improper one: there have to be more subjects than variables."""
    RIDGE = "ridge"
    """Inverse-Wishart with given degrees of freedom around the diagonal of the observed variances within arms."""


COLLINEAR = "the covariance can't be inverted: a variable is constant, or follows from the others; expected the ridge"

METHOD: Final = "joint-normal-data-augmentation"

REFERENCES: Final = {
    METHOD: "Tanner MA, Wong WH, J Am Stat Assoc 1987;82:528-540; Schafer JL, Analysis of Incomplete Multivariate "
    "Data, Chapman & Hall 1997"
}


@dataclass(frozen=True, slots=True, kw_only=True)
class JointNormalImputation:
    """Completed datasets, the parameters that each was drawn from, and how the chains converged.

    ``completed[imputation, subject, variable]`` holds the observed values unchanged. ``means[imputation, arm, subject,
    variable]`` is the mean of every subject as if it were in each arm, and ``covariance[imputation, arm,
    variable, variable]`` that of the arm: what imputation in reference to another arm starts from.
    """

    completed: Numbers
    means: Numbers
    covariance: Numbers
    convergence: Convergence
    method: str
    reference: str


def impute_joint_normal(
    generator: np.random.Generator,
    values: ArrayLike,
    arm: ArrayLike,
    *,
    covariance: CovarianceModel,
    prior: CovariancePrior,
    prior_df: float,
    imputations: int,
    chains: int,
    burn_in: int,
    thinning: int,
    covariates: ArrayLike | None = None,
) -> JointNormalImputation:
    """Multiple imputations of ``values[subject, variable]`` (NaN where missing) under missing at random.

    ``arm[subject]`` is 0, 1, ...; ``covariates[subject, covariate]`` (dummies of strata, say) may not be missing.
    ``prior_df`` are the degrees of freedom of the ridge, 0 for Jeffreys. Each of the ``chains`` throws away its first
    ``burn_in`` iterations and then gives an imputation every ``thinning``. The same generator gives the same draws.
    This loops over iterations and serves one trial a call. Raises StatisticsError for settings and shapes that don't
    fit, for an arm without subjects, a variable that too few subjects of an arm have for its mean to be known, and a
    covariance that its prior leaves without an inverse.

    >>> generator = np.random.default_rng(5)
    >>> values = generator.normal(size=(40, 2))
    >>> values[:5, 1] = np.nan
    >>> answer = impute_joint_normal(
    ...     generator, values, np.arange(40) % 2, covariance=CovarianceModel.COMMON, prior=CovariancePrior.RIDGE,
    ...     prior_df=2, imputations=4, chains=2, burn_in=20, thinning=10)
    >>> answer.completed.shape, bool(np.isnan(answer.completed).any())
    ((4, 40, 2), False)
    """
    y, arms, x = _take_data(values, arm, covariates)
    _check_settings(prior, prior_df, imputations, chains, burn_in, thinning)
    sampling = Sampling(imputations, chains, burn_in, thinning)
    count = int(arms.max()) + 1
    each = [arms == number for number in range(count)]
    groups = each if covariance is CovarianceModel.BY_ARM else [np.ones(len(y), dtype=np.bool_)]
    completed = np.broadcast_to(y, (imputations, *y.shape)).copy()
    means, covariances, traces = [], [], []
    for members in groups:
        design = np.column_stack([*(here[members] for here in each if here[members].any()), x[members]]).astype(float)
        _check_known(y[members], design)
        spread = _make_prior(y[members], arms[members], prior, prior_df)
        _check_prior(y[members], design, spread)
        try:
            draws = run_chains(generator, y[members], design, spread, sampling)
        except (np.linalg.LinAlgError, StatisticsError) as error:
            raise StatisticsError(COLLINEAR) from error
        completed[:, members] = draws.completed
        levels = design.shape[1] - x.shape[1]
        shift = x @ draws.coefficients[:, levels:]
        means += [draws.coefficients[:, [level]] + shift for level in range(levels)]
        covariances += [draws.covariance] * levels
        traces.append(draws.trace)
    return JointNormalImputation(
        completed=completed,
        means=np.stack(means, axis=1),
        covariance=np.stack(covariances, axis=1),
        convergence=diagnose_chains(np.concatenate(traces, axis=-1), thinning),
        method=METHOD,
        reference=REFERENCES[METHOD],
    )


def _take_data(
    values: ArrayLike, arm: ArrayLike, covariates: ArrayLike | None
) -> tuple[Numbers, NDArray[np.intp], Numbers]:
    y, arms = np.asarray(values, dtype=float), np.asarray(arm, dtype=np.intp)
    if y.ndim != 2 or not y.size or arms.shape != y.shape[:1]:
        raise StatisticsError(
            f"values have the shape {y.shape} and arms {arms.shape}; expected [subject, variable] and [subject]"
        )
    x = np.zeros((len(y), 0)) if covariates is None else np.asarray(covariates, dtype=float)
    if x.ndim != 2 or len(x) != len(y) or not np.isfinite(x).all():
        raise StatisticsError("covariates have another number of subjects or are missing; expected a number for each")
    if np.isinf(y).any():
        raise StatisticsError("a value is infinite; expected numbers, and NaN where one is missing")
    sizes = np.bincount(arms) if arms.min() >= 0 else np.zeros(1)
    if not sizes.all():
        raise StatisticsError("an arm has no subjects, so its means are not known; expected some in each of 0, 1, ...")
    # Centered covariates leave each arm's intercept its mean at the average subject, for the same answers.
    return y, arms, x - x.mean(axis=0)


def _check_settings(
    prior: CovariancePrior, prior_df: float, imputations: int, chains: int, burn_in: int, thinning: int
) -> None:
    if min(imputations, chains, thinning) < 1 or burn_in < 0:
        raise StatisticsError(
            f"{imputations} imputations, {chains} chains, a burn-in of {burn_in} and a thinning of {thinning} make no "
            "chains; expected at least 1 of each, and a burn-in from 0"
        )
    if (prior is CovariancePrior.RIDGE) != (prior_df > 0) or prior_df < 0:
        raise StatisticsError(f"prior_df is {prior_df:g} with {prior}; expected more than 0 for ridge, 0 for jeffreys")


def _check_known(y: Numbers, design: Numbers) -> None:
    """Every variable's mean in every arm, and every effect on it, has to be told by those who have the variable."""
    for variable, known in enumerate(~np.isnan(y).T):
        if np.linalg.matrix_rank(design[known]) < design.shape[1]:
            raise StatisticsError(
                f"variable {variable} was observed in {known.sum()} subjects, too few for its mean in every arm (and "
                "the effects of covariates) to be known; expected some in each arm"
            )


def _make_prior(y: Numbers, arm: NDArray[np.intp], prior: CovariancePrior, df: float) -> InverseWishart:
    if prior is CovariancePrior.JEFFREYS:
        return InverseWishart(0.0, np.zeros((y.shape[1], y.shape[1])))
    variances = np.ones(y.shape[1])
    for variable, column in enumerate(y.T):
        known = ~np.isnan(column)
        seen, which = np.unique(arm[known], return_inverse=True)
        residual = column[known] - (np.bincount(which, column[known]) / np.bincount(which))[which]
        freedom, squares = len(residual) - len(seen), (residual**2).sum()
        if freedom > 0 and squares > 0:
            variances[variable] = squares / freedom
    return InverseWishart(df, df * np.diag(variances))


def _check_prior(y: Numbers, design: Numbers, prior: InverseWishart) -> None:
    df, variables = prior.df + len(design) - design.shape[1], y.shape[1]
    if df <= variables - 1:
        raise StatisticsError(
            f"{len(y)} subjects and the prior leave {df:g} degrees of freedom for the covariance of {variables} "
            f"variables; expected more than {variables - 1}: a ridge with a higher prior_df, or a common covariance"
        )
    complete = y[~np.isnan(y).any(axis=1)]
    if not prior.df and len(complete) < variables + design.shape[1]:
        raise StatisticsError(
            f"{len(complete)} subjects have all {variables} variables, too few for the prior of Jeffreys; expected at "
            f"least {variables + design.shape[1]}, or the ridge"
        )
