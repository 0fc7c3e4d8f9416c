"""Breslow and Day's test that the odds ratio is the same in all strata, with or without Tarone's adjustment.

When to use: to describe whether the effect differs between strata. It has little power in small trials, and no
primary analysis should hang on it. Tarone's adjustment makes the statistic chi-square in large strata, although the
Mantel-Haenszel odds ratio is not the most efficient one.

``counts[..., stratum, group, outcome]``: group 0 is the one whose difference is asked for and group 1 its
comparator; outcome 0 is response and outcome 1 is none. Leading axes are trials. A stratum in which one group
has no subjects says nothing about the difference and weighs nothing; so does a stratum without any.
"""

from typing import Final

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from myotis.statistics.result import Reasons, TestResult, settle
from myotis.statistics.stratified.contrasts import Strata, score_odds_ratio
from myotis.statistics.stratified.tables import NOTHING_TO_COMPARE, has_nothing_to_compare, take_tables

ONE_STRATUM = "fewer than two strata have both groups and both outcomes"
NO_ODDS_RATIO = "the Mantel-Haenszel odds ratio is 0 or has no end"

BRESLOW_DAY = "Breslow NE, Day NE, Statistical Methods in Cancer Research, volume 1. IARC 1980"

REFERENCES: Final = {
    "breslow-day": BRESLOW_DAY,
    "breslow-day-tarone": f"{BRESLOW_DAY}; Tarone RE, Biometrika 1985;72:91-95",
}


def breslow_day_test(counts: ArrayLike, *, tarone: bool) -> TestResult:
    """The test of one odds ratio in all strata, about the Mantel-Haenszel odds ratio.

    A stratum where all have the same outcome, or without one of the groups, has no odds ratio and is not counted in
    the degrees of freedom, strata less one. With fewer than two strata that count, or where the Mantel-Haenszel odds
    ratio is 0 or without end, there is no answer.

    >>> tables = [[[11, 2], [6, 7]], [[20, 7], [13, 15]], [[6, 1], [2, 5]]]
    >>> answer = breslow_day_test(tables, tarone=True)
    >>> round(float(answer.statistic), 4), float(answer.df), round(float(answer.p_value), 4)
    (1.2275, 2.0, 0.5413)
    """
    x1, n1, x2, n2 = take_tables(counts)
    events, total = x1 + x2, n1 + n2
    present = (events > 0) & (events < total)
    above, below = ((part / np.maximum(total, 1)).sum(axis=-1) for part in (x1 * (n2 - x2), x2 * (n1 - x1)))
    reasons: Reasons = [
        (has_nothing_to_compare(n1, n2), NOTHING_TO_COMPARE),
        (present.sum(axis=-1) < 2, ONE_STRATUM),
        (above * below == 0, NO_ODDS_RATIO),
    ]
    position = np.where(above * below > 0, above / np.where(above + below > 0, above + below, 1), 0.5)
    strata = Strata(
        **{
            name: np.where(present, x, other).reshape(-1, x1.shape[-1])
            for name, x, other in (("x1", x1, 1), ("n1", n1, 2), ("x2", x2, 1), ("n2", n2, 2))
        },
        present=present.reshape(-1, x1.shape[-1]),
    )
    score = score_odds_ratio(strata, position.reshape(-1))
    value, variance = score.value * strata.present, score.variance
    statistic = (value**2 / variance).sum(axis=-1)
    if tarone:
        statistic -= value.sum(axis=-1) ** 2 / (variance * strata.present).sum(axis=-1).clip(1e-100)
    statistic = statistic.reshape(position.shape)
    degrees = np.maximum(present.sum(axis=-1) - 1, 1)
    method = "breslow-day-tarone" if tarone else "breslow-day"
    (chi_square, df, p), undefined = settle(reasons, statistic, degrees, special.chdtrc(degrees, statistic))
    return TestResult(
        statistic=chi_square,
        df=df,
        p_value=p,
        method=method,
        reference=REFERENCES[method],
        undefined=undefined,
    )
