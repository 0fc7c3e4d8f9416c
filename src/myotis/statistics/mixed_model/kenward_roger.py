"""Kenward and Roger's covariance of the coefficients, which allows for that the variance parameters are estimated.

With W the covariance of the parameters, P, Q and R as in their paper and F the covariance of the coefficients, it is
F + 2 F (sum of W_hj (Q_hj - P_h F P_j - R_hj / 4)) F. The linear form leaves R out. Sums over pairs of parameters are
taken first: of Q they need only the covariance of the entries of a visits' covariance, so that linear forms of any two
parameterizations are the same.
"""

import numpy as np

from myotis.statistics.mixed_model.likelihood import Moments, Point
from myotis.statistics.mixed_model.panel import Panel
from myotis.statistics.result import Numbers


def adjust_covariances(
    panel: Panel,
    point: Point,
    moments: Moments,
    first: list[Numbers],
    second: list[Numbers],
    information: Numbers,
    parameter_covariance: Numbers,
) -> tuple[Numbers, Numbers]:
    """The linear and the full form, in the panel's columns and between the roots of their covariance."""
    ends = np.cumsum([0, *(len(each) for each in first)])
    product = _sum_products(information, parameter_covariance)
    inner, bend = -product, np.zeros_like(product)
    middle = np.zeros_like(point.precision)
    for group, (once, twice) in enumerate(zip(first, second, strict=True)):
        here = slice(ends[group], ends[group + 1])
        weights = parameter_covariance[here, here]
        patterns = panel.pattern_group == group
        spread = np.einsum("hab,hcd->abcd", once, np.tensordot(weights, once, 1))
        middle[patterns] = np.einsum("abcd,mbc->mad", spread, point.precision[patterns])
        bend += np.tensordot(np.tensordot(weights, twice, 2), moments.design[group], 2)
    moved = middle[panel.pattern_of] @ point.weighted_design
    columns = panel.columns
    inner = inner + point.weighted_design.reshape(-1, columns).T @ moved.reshape(-1, columns)
    linear = np.eye(columns) + 2 * inner
    return linear, linear - bend / 2


def _sum_products(information: Numbers, weights: Numbers) -> Numbers:
    """The sum of W_hj D_h D_j."""
    weighted = np.tensordot(weights, information, 1)
    return np.asarray(np.einsum("hpq,hqr->pr", information, weighted))
