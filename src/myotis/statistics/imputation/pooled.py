"""What pooling the analyses of completed data sets answers."""

from dataclasses import dataclass

import numpy as np
from scipy import special

from myotis.statistics.result import Estimate, Numbers, Reasons, TestResult, settle

NO_ANALYSIS = "the analysis of a completed data set has no answer"
NO_VARIANCE = "the estimates of the completed data sets have no variance"


@dataclass(frozen=True, slots=True, kw_only=True)
class PooledEffect:
    """An effect pooled over completed data sets, with its test against 0.

    ``monte_carlo_error`` is the standard error of the estimate due to the number of imputations alone: with another
    seed the estimate moves by about as much. ``fraction_missing`` is the fraction of information about the effect
    that is missing, as a proportion. Both are None for methods without random imputations.
    """

    estimate: Estimate
    test: TestResult
    monte_carlo_error: Numbers | None = None
    fraction_missing: Numbers | None = None


def pool_by_t(
    value: Numbers, se: Numbers, df: Numbers, reasons: Reasons, *, level: float, method: str, reference: str
) -> PooledEffect:
    """The interval and the test of an estimate that is t distributed about its effect; infinite df are the normal's."""
    reasons = [*reasons, (np.equal(se, 0), NO_VARIANCE)]
    statistic = value / np.where(se > 0, se, 1)
    margin = special.stdtrit(df, 0.5 + level / 2) * se
    p_value = 2 * special.stdtr(df, -np.abs(statistic))
    answers = (value, value - margin, value + margin, se, df, statistic, p_value)
    (middle, lower, upper, error, degrees, t, p), undefined = settle(reasons, *answers)
    estimate = Estimate(
        estimate=middle,
        lower=lower,
        upper=upper,
        level=level,
        method=method,
        reference=reference,
        se=error,
        df=degrees,
        undefined=undefined,
    )
    test = TestResult(statistic=t, df=degrees, p_value=p, method=method, reference=reference, undefined=undefined)
    return PooledEffect(estimate=estimate, test=test)
