"""Ratios and odds ratios: empty cells, infinite limits, no answer; and what the conditional limits leave outside."""

import numpy as np
import pytest
from scipy.stats import nchypergeom_fisher

from myotis.errors import StatisticsError
from myotis.statistics.proportions.odds_ratio import OddsRatioInterval, estimate_odds_ratio
from myotis.statistics.proportions.ratio import RatioInterval, estimate_ratio_of_proportions

BOTH = [(estimate_ratio_of_proportions, m) for m in RatioInterval] + [
    (estimate_odds_ratio, m) for m in OddsRatioInterval
]


@pytest.mark.parametrize(("estimate", "method"), BOTH)
def test_no_event_in_group_1_is_an_estimate_of_0(estimate, method):
    answer = estimate(0, 20, 3, 17, method=method, level=0.95)
    assert answer.estimate == 0
    if method in {"katz", "woolf"}:
        assert (answer.lower, answer.upper) == (0, np.inf)
    elif method == "woolf-plus-half":
        assert 0 < answer.lower < 1 < answer.upper < np.inf
    else:
        assert answer.lower == 0
        assert 0 < answer.upper < np.inf


@pytest.mark.parametrize(("estimate", "method"), BOTH)
def test_no_event_in_group_2_is_an_infinite_estimate(estimate, method):
    answer = estimate(3, 17, 0, 20, method=method, level=0.95)
    assert np.isposinf(answer.estimate)
    assert np.isposinf(answer.upper) == (method != "woolf-plus-half")


@pytest.mark.parametrize(("estimate", "method"), BOTH)
def test_no_event_at_all_has_no_answer(estimate, method):
    with pytest.raises(StatisticsError, match=r"events in both|same outcome"):
        estimate(0, 20, 0, 17, method=method, level=0.95)
    many = estimate([0, 3], 20, [0, 5], 17, method=method, level=0.95)
    assert np.isnan(many.lower).tolist() == np.isnan(many.estimate).tolist() == [True, False]
    assert many.undefined.startswith("1 of 2: ")


@pytest.mark.parametrize(("estimate", "method"), BOTH)
def test_an_empty_group_has_no_answer(estimate, method):
    with pytest.raises(StatisticsError, match="without subjects"):
        estimate(3, 5, 0, 0, method=method, level=0.95)


def test_where_all_have_events_a_ratio_is_1_and_an_odds_ratio_is_none():
    katz = estimate_ratio_of_proportions(9, 9, 7, 7, method="katz", level=0.95)
    assert (katz.estimate, katz.lower, katz.upper) == (1, 1, 1)
    score = estimate_ratio_of_proportions(9, 9, 7, 7, method="koopman", level=0.95)
    assert score.lower < 1 < score.upper < np.inf
    with pytest.raises(StatisticsError, match="same outcome"):
        estimate_odds_ratio(9, 9, 7, 7, method="scas", level=0.95)


@pytest.mark.parametrize("method", ["miettinen-nurminen", "scas", "exact-conditional", "mid-p-conditional"])
def test_two_full_opposite_groups_have_a_limit_on_one_side_only(method):
    answer = estimate_odds_ratio(24, 24, 0, 24, method=method, level=0.95)
    assert answer.lower > 50
    assert np.isposinf(answer.upper)


@pytest.mark.parametrize(("method", "share"), [("exact-conditional", 1), ("mid-p-conditional", 0.5)])
@pytest.mark.parametrize("case", [(37, 47, 21, 48), (3, 5, 1, 6), (480, 1000, 431, 990), (2, 140, 9, 135)])
def test_each_tail_beyond_a_conditional_limit_is_half_of_alpha(method, share, case):
    x1, n1, x2, n2 = case
    answer = estimate_odds_ratio(*case, method=method, level=0.90)
    for limit, side in ((answer.lower, -1), (answer.upper, 1)):
        given = nchypergeom_fisher(n1 + n2, n1, x1 + x2, float(limit))
        beyond = given.cdf(x1 - 1) if side == 1 else given.sf(x1)
        assert beyond + share * given.pmf(x1) == pytest.approx(0.05, abs=1e-9)


@pytest.mark.parametrize(("estimate", "method"), BOTH)
def test_counts_broadcast(estimate, method):
    table = estimate(np.arange(1, 5)[:, None], 6, np.arange(1, 4)[None], 7, method=method, level=0.95)
    one = estimate(4, 6, 2, 7, method=method, level=0.95)
    assert table.lower.shape == (4, 3)
    assert (table.lower[3, 1], table.upper[3, 1]) == pytest.approx((one.lower, one.upper), rel=1e-12)


def test_large_counts_stay_finite():
    answer = estimate_odds_ratio(999_999, 1_000_000, 1, 1_000_000, method="miettinen-nurminen", level=0.95)
    assert 1e10 < answer.lower < answer.estimate < answer.upper < 1e14
