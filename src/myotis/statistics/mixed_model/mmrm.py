"""Mixed model for repeated measures (MMRM): least-squares means by arm and visit, and the arms compared at each visit.

The model is baseline and other covariates, factors, arm, visit and arm by visit, with a covariance between the visits
of a subject and no random effects. Every setting that moves a number is asked for by name.

When to use: for a change from baseline over several visits, with outcomes missing at random. It is the usual primary
analysis of such a trial: unstructured covariance, restricted likelihood, Kenward-Roger degrees of freedom.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from numpy.typing import ArrayLike

from myotis.statistics.continuous.ancova import LevelWeights
from myotis.statistics.mixed_model.contrast import contrast_test, estimate_contrast
from myotis.statistics.mixed_model.covariance import CovarianceStructure
from myotis.statistics.mixed_model.degrees_of_freedom import DegreesOfFreedom
from myotis.statistics.mixed_model.design import CovariateEffect, Margins, VisitDesign, build_visit_design
from myotis.statistics.mixed_model.fallback import fit_with_fallback
from myotis.statistics.mixed_model.fit import Criterion, MixedModel
from myotis.statistics.result import Estimate, TestResult

REFERENCES: Final = {
    "mmrm": "Mallinckrodt CH, Clark WS, David SR, J Biopharm Stat 2001;11:9-21; "
    "Searle SR, Speed FM, Milliken GA, Am Stat 1980;34:216-221 (least-squares means)",
}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Mmrm:
    """What a mixed model for repeated measures answers.

    ``means`` [arm, visit] are in the order of ``arms``, the reference first; ``differences`` and ``tests``
    [arm, visit] are each other arm minus the reference. ``failures`` are structures that were tried before the
    model's and why each could not be estimated. Other contrasts are sums of ``design.mean_rows``, for
    `myotis.statistics.mixed_model.contrast`.
    """

    arms: tuple[int, ...]
    means: Estimate
    differences: Estimate
    tests: TestResult
    model: MixedModel
    design: VisitDesign
    failures: tuple[tuple[CovarianceStructure, str], ...]


def fit_mmrm(
    outcome: ArrayLike,
    arm: ArrayLike,
    *,
    reference: int,
    covariates: ArrayLike,
    factors: ArrayLike,
    covariance: CovarianceStructure | str | Sequence[CovarianceStructure | str],
    df_method: DegreesOfFreedom | str,
    weights: LevelWeights | str,
    margins: Margins | str,
    level: float,
    criterion: Criterion | str = Criterion.RESTRICTED,
    covariate_effect: CovariateEffect | str = CovariateEffect.COMMON,
    covariance_by_arm: bool = False,
) -> Mmrm:
    """Fit the model and compare the arms at each visit.

    ``outcome[subject, visit]`` with NaN where it is missing, visits in the order of time; ``arm[subject]`` whole
    numbers, of which ``reference`` is the one that the others are compared with; ``covariates[subject, covariate]``
    (the baseline) and ``factors[subject, factor]`` (whole numbers that name levels; with no factor, an array whose
    last axis is empty), neither missing. Subjects without any outcome are left out. ``covariance`` is one structure, or
    several in the order in which to try them. Means lie at the mean of each covariate, the levels of each factor
    weighed as asked; ``margins`` says whether rows or subjects make that mean.

    Raises StatisticsError as `fit_mixed_model`, and where an arm has no outcome at a visit.

    >>> import numpy as np
    >>> generator = np.random.default_rng(1)
    >>> arm, baseline = np.repeat([0, 1], 20), generator.normal(size=(40, 1))
    >>> score = baseline + generator.normal(size=(40, 1)) + generator.normal(size=(40, 3)) + 2 * arm[:, None]
    >>> score[5, 1:] = score[30, 2] = np.nan
    >>> answer = fit_mmrm(
    ...     score,
    ...     arm,
    ...     reference=0,
    ...     covariates=baseline,
    ...     factors=np.empty((40, 0)),
    ...     covariance="unstructured",
    ...     df_method="kenward-roger",
    ...     weights="equal",
    ...     margins="rows",
    ...     level=0.95,
    ... )
    >>> answer.means.estimate.round(2).tolist(), answer.differences.estimate.round(2).tolist()
    ([[-0.62, -0.01, -0.27], [1.6, 1.86, 1.89]], [[2.22, 1.88, 2.16]])
    """
    design = build_visit_design(
        outcome,
        arm,
        reference=reference,
        covariates=covariates,
        factors=factors,
        covariate_effect=covariate_effect,
        weights=weights,
        margins=margins,
    )
    found = fit_with_fallback(
        design.outcome,
        design.design,
        subject=design.subject,
        visit=design.visit,
        covariances=[covariance] if isinstance(covariance, str) else covariance,
        criterion=criterion,
        group=design.arm if covariance_by_arm else None,
    )
    differences = design.difference_rows
    return Mmrm(
        arms=design.arms,
        means=estimate_contrast(found.model, design.mean_rows, df_method=df_method, level=level),
        differences=estimate_contrast(found.model, differences, df_method=df_method, level=level),
        tests=contrast_test(found.model, differences, df_method=df_method),
        model=found.model,
        design=design,
        failures=found.failures,
    )
