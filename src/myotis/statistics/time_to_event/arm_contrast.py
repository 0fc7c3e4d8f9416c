"""The chi-square of what arms have in excess of what would be expected; their excesses sum to 0."""

import numpy as np
from scipy import special

from myotis.statistics.result import Alternative, Numbers
from myotis.statistics.time_to_event.risk_sets import Mask


def compare_arms(
    excess: Numbers, covariance: Numbers, alternative: Alternative = "two-sided"
) -> tuple[Mask, Numbers, Numbers]:
    """Where there is no answer, the statistic and its p-value, from [..., arm] and [..., arm, arm].

    The first arm is left out, as its excess follows from the others. *greater* is an excess of the second of two.
    """
    z, v = excess[..., 1:], covariance[..., 1:, 1:]
    df = z.shape[-1]
    is_none = np.linalg.matrix_rank(v) < df
    safe = np.where(is_none[..., None, None], np.eye(df), v)
    statistic = np.maximum((z * np.linalg.solve(safe, z[..., None])[..., 0]).sum(-1), 0.0)
    if alternative == "two-sided":
        return is_none, statistic, special.chdtrc(df, statistic)
    root = np.sqrt(statistic) * np.sign(z[..., 0])
    return is_none, statistic, special.ndtr(-root if alternative == "greater" else root)
