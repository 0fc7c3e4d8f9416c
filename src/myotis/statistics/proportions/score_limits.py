"""Score intervals of two proportions: the values that a score test at the same level would just not reject.

One search for the difference, the ratio and the odds ratio, and for every form of the statistic.
"""

import numpy as np

from myotis.statistics.bracketed_root import find_bracketed_roots
from myotis.statistics.normal import normal_quantile
from myotis.statistics.proportions.score_statistic import Contrast, ScoreForm, compute_score
from myotis.statistics.result import Limits, Numbers, find_distinct


def compute_score_limits(
    contrast: Contrast, form: ScoreForm, x1: Numbers, n1: Numbers, x2: Numbers, n2: Numbers, level: float
) -> Limits:
    """The lower and the upper limit, for counts of one shape; n1 and n2 at least 1.

    A limit is the end of the scale (-1 and 1; 0 and infinity) where the test does not reject even that.
    """
    tables, which = find_distinct(x1, n1, x2, n2)
    columns = tuple(tables.T)
    z = normal_quantile(level)
    lower, upper = (_find_limit(contrast, form, columns, z, side) for side in (-1, 1))
    return lower[which], upper[which]


def _find_limit(contrast: Contrast, form: ScoreForm, columns: tuple[Numbers, ...], z: float, side: int) -> Numbers:
    """The limit below (side -1) or above (1): where the statistic, which falls, passes z or -z.

    The search starts at the contrast observed. Where a corrected statistic rejects that (only at levels that nobody
    uses), it starts at the other end. A contrast observed at the end of the scale is not excluded, whatever a
    correction says.
    """

    def excess(at: Numbers, x1: Numbers, n1: Numbers, x2: Numbers, n2: Numbers) -> Numbers:
        value = np.exp(at) if contrast.is_logarithmic else at
        return -side * compute_score(contrast, form, x1, n1, x2, n2, value) - z

    observed = contrast.observed(*columns)
    far = np.full_like(observed, side * contrast.end)
    start = np.where((excess(observed, *columns) <= 0) | (observed == far), observed, -far)
    limit = find_bracketed_roots(excess, start, far, *columns)
    if not contrast.is_logarithmic:
        return limit
    return np.where(limit <= -contrast.end, 0.0, np.where(limit >= contrast.end, np.inf, np.exp(limit)))
