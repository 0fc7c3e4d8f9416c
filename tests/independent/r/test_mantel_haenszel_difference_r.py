"""The Mantel-Haenszel risk difference with Sato's variance: against R's metafor.

metafor's own test of the tolbutamide trial (Rothman, Greenland and Lash 2008, Table 15-1), at
tests/testthat/test_analysis_example_rothman2008.r of its commit 0014f62b, expects from
``rma.mh(ai, bi, ci, di, measure = "RD", level = 90)`` the numbers below, printed to four decimals, and from the
Mantel-Haenszel test without correction chi-square 1.1914, p 0.2750.
"""

import pytest

from myotis.statistics.stratified import cochran_mantel_haenszel_test, estimate_mantel_haenszel_difference

TOLBUTAMIDE = [[[8, 98], [5, 115]], [[22, 76], [16, 69]]]
HALF_OF_THE_LAST_DIGIT = 0.00005


def test_risk_difference_and_its_interval():
    answer = estimate_mantel_haenszel_difference(TOLBUTAMIDE, level=0.90)
    found = (answer.estimate, answer.lower, answer.upper)
    assert found == pytest.approx((0.0349, -0.0176, 0.0874), abs=HALF_OF_THE_LAST_DIGIT, rel=0)


def test_mantel_haenszel_chi_square():
    answer = cochran_mantel_haenszel_test(TOLBUTAMIDE, correction=False)
    assert float(answer.statistic) == pytest.approx(1.1914, abs=HALF_OF_THE_LAST_DIGIT, rel=0)
    assert float(answer.p_value) == pytest.approx(0.2750, abs=HALF_OF_THE_LAST_DIGIT, rel=0)
