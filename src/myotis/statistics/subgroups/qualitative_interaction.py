"""Qualitative interaction: Gail and Simon's test that a treatment helps in some subgroups and harms in others.

When to use: where a forest plot has subgroups on both sides of no effect. An effect that is larger in one subgroup
than in another of the same side is no qualitative interaction; Cochran's Q tests for that.
"""

from typing import Final

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from myotis.statistics.result import TestResult, settle
from myotis.statistics.subgroups.effects import take_effects

REFERENCES: Final = {"gail-simon": "Gail M, Simon R, Biometrics 1985;41:361-372"}


def gail_simon_test(estimates: ArrayLike, standard_errors: ArrayLike) -> TestResult:
    """Test that no two subgroups have effects of opposite signs, from estimates and errors ``[..., subgroup]``.

    0 is no effect: take logarithms of ratios. The statistic is the less of two sums of (estimate / error)^2, over the
    subgroups above 0 and over those below. Where all are on one side it is 0 and p is 1 (other
    software prints 1 - 0.5^(k - 1) for k subgroups). A subgroup without an
    estimate (NaN) is left out. There is no answer with fewer than two others, or where one has a standard error of 0.
    Raises StatisticsError for values that can't be.

    >>> answer = gail_simon_test([0.163, -0.114, -0.047, -0.151], [0.0788, 0.0689, 0.0614, 0.0547])
    >>> round(float(answer.statistic), 2), round(float(answer.p_value), 3)
    (4.28, 0.088)
    """
    effects, reasons = take_effects(estimates, standard_errors)
    squares = (effects.estimate / effects.se) ** 2
    above = np.where(effects.estimate > 0, squares, 0).sum(axis=-1)
    below = np.where(effects.estimate < 0, squares, 0).sum(axis=-1)
    q = np.minimum(above, below)
    others = np.maximum(effects.subgroups - 1, 1)
    degrees = np.arange(1, effects.is_in.shape[-1] + 1)
    chances = special.binom(others[..., None], degrees) / 2.0 ** others[..., None]
    p_value = np.where(q > 0, (chances * special.chdtrc(degrees, q[..., None])).sum(axis=-1), 1)
    (statistic, p), undefined = settle(reasons, q, p_value)
    return TestResult(
        statistic=statistic,
        df=None,
        p_value=p,
        method="gail-simon",
        reference=REFERENCES["gail-simon"],
        undefined=undefined,
    )
