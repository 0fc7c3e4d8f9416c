"""Multiple imputation: each missing value drawn many times, to be pooled by Rubin's rules.

The imputation model, and the trial that is given, are those of `myotis.statistics.imputation.conditional_mean`. For
every data set the model's parameters are drawn, from their posterior or, approximately, by the bootstrap, and then the
missing values given the observed ones under the strategy for each subject's event. Bootstrapped models are fitted one
after the other.

When to use: where the plan asks for Rubin's rules (`myotis.statistics.imputation.rubin`). Their standard error keeps
the share of information that was observed, so under reference-based strategies it is larger than the estimate varies;
conditional means with the jackknife give the other. Data augmentation is fast and exact under its prior; the bootstrap
needs no prior and fits the model once an imputation.
"""

from typing import Final

import numpy as np

from myotis.errors import StatisticsError
from myotis.statistics.imputation.base_model import check_trial, fit_parameters, stack_parameters
from myotis.statistics.imputation.bootstrap_samples import draw_bootstrap_fits
from myotis.statistics.imputation.imputed import Imputation, ImputedTrial, impute_trial
from myotis.statistics.imputation.incomplete import IncompleteTrial
from myotis.statistics.imputation.posterior import draw_parameters

REFERENCES: Final = {
    Imputation.MULTIPLE_BOOTSTRAP: "Little RJA, Rubin DB, Statistical Analysis with Missing Data, 2nd ed., Wiley 2002, "
    "section 10.2.3",
    Imputation.MULTIPLE_BAYESIAN: "Tanner MA, Wong WH, J Am Stat Assoc 1987;82:528-540; "
    "Schafer JL, Analysis of Incomplete Multivariate Data, Chapman & Hall 1997",
}


def draw_multiple_imputation(
    generator: np.random.Generator,
    trial: IncompleteTrial,
    *,
    method: Imputation | str,
    imputations: int,
    covariance_by_arm: bool,
    iterations: int = 100,
) -> ImputedTrial:
    """Draw as many completed data sets of a trial.

    ``covariance_by_arm`` says whether each arm has a covariance of its own. ``iterations`` is the length of each
    imputation's chain, for data augmentation alone. Raises StatisticsError for a method that is no multiple
    imputation, fewer than two imputations, an arm without a value at a visit, or a model that can't be fitted.

    >>> import numpy as np
    >>> from myotis.statistics.imputation.incomplete import IncompleteTrial
    >>> rng = np.random.default_rng(1)
    >>> outcome = rng.normal(size=(24, 2)) + rng.normal(size=(24, 1))
    >>> outcome[[0, 5], 1] = np.nan
    >>> trial = IncompleteTrial(
    ...     outcome=outcome, arm=[0, 1] * 12, covariates=np.empty((24, 0)), event=[2] * 24,
    ...     strategy="missing-at-random", reference=0,
    ... )
    >>> imputed = draw_multiple_imputation(
    ...     rng, trial, method="multiple-data-augmentation", imputations=20, covariance_by_arm=False
    ... )
    >>> imputed.completed.shape
    (20, 24, 2)
    """
    method = Imputation(method)
    if method not in REFERENCES or imputations < 2 or iterations < 1:
        raise StatisticsError(
            f"expected one of {', '.join(REFERENCES)}, two imputations or more and an iteration at least; got "
            f"{method.value}, {imputations} and {iterations}"
        )
    check_trial(trial)
    if method is Imputation.MULTIPLE_BOOTSTRAP:
        _, fits = draw_bootstrap_fits(generator, trial, imputations, covariance_by_arm=covariance_by_arm)
        parameters = stack_parameters(fits)
    else:
        start = fit_parameters(trial, np.arange(len(trial.arm)), covariance_by_arm=covariance_by_arm)
        parameters = draw_parameters(
            generator,
            trial,
            start,
            draws=imputations,
            iterations=iterations,
            covariance_by_arm=covariance_by_arm,
        )
    noise = generator.standard_normal((imputations, *trial.outcome.shape))
    return impute_trial(trial, method, parameters, None, noise)
