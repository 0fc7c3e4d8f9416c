"""The tolbutamide trial (Rothman, Greenland and Lash 2008, Table 15-1), as R's metafor computes it.

metafor's own test, tests/testthat/test_analysis_example_rothman2008.r of its commit 0014f62b, expects from
``rma.mh(ai, bi, ci, di, measure = "RD", level = 90)`` the numbers below, printed to four decimals, and from the
Mantel-Haenszel test without correction chi-square 1.1914, p 0.2750.
"""

from collections.abc import Iterator

from comparison import Comparison

from myotis.statistics.stratified.cochran_mantel_haenszel import cochran_mantel_haenszel_test
from myotis.statistics.stratified.mantel_haenszel import estimate_mantel_haenszel_difference

TOLBUTAMIDE = [[[8, 98], [5, 115]], [[22, 76], [16, 69]]]
SHARED = {
    "source": "metafor (commit 0014f62b)",
    "made_by": "its own test of Rothman 2008, Table 15-1",
    "tolerance": 0.00005,
    "scale": "absolute",
    "why": "half of the last digit that metafor's test prints",
}


def comparisons() -> Iterator[Comparison]:
    """The risk difference with its 90 % interval, and the test."""
    yield Comparison(
        function=estimate_mantel_haenszel_difference,
        what="Sato's variance",
        ours=lambda: _limits(
            estimate_mantel_haenszel_difference(TOLBUTAMIDE, method="mantel-haenszel-sato", level=0.90)
        ),
        theirs=(0.0349, -0.0176, 0.0874),
        **SHARED,
    )
    yield Comparison(
        function=cochran_mantel_haenszel_test,
        what="without correction",
        ours=lambda: _test(cochran_mantel_haenszel_test(TOLBUTAMIDE, correction=False)),
        theirs=(1.1914, 0.2750),
        **SHARED,
    )


def _limits(answer):
    return answer.estimate, answer.lower, answer.upper


def _test(answer):
    return answer.statistic, answer.p_value
