"""Score tests against a margin: without one they are Pearson's, at a score limit p is alpha / 2, and no answer."""

import numpy as np
import pytest

from myotis.errors import StatisticsError
from myotis.statistics.proportions.difference import estimate_difference_of_proportions
from myotis.statistics.proportions.independence import pearson_chi_square_test
from myotis.statistics.proportions.margins import difference_score_test, odds_ratio_score_test, ratio_score_test
from myotis.statistics.proportions.odds_ratio import estimate_odds_ratio
from myotis.statistics.proportions.ratio import estimate_ratio_of_proportions

PRODERM = (37, 47, 21, 48)
NONE = {"method": "farrington-manning", "alternative": "two-sided"}


def test_without_a_margin_it_is_pearsons_test():
    pearson = pearson_chi_square_test(*PRODERM, yates=False).p_value
    for answer in (
        difference_score_test(*PRODERM, difference=0, **NONE),
        ratio_score_test(*PRODERM, ratio=1, **NONE),
        odds_ratio_score_test(*PRODERM, odds_ratio=1, **NONE),
    ):
        assert answer.p_value == pytest.approx(pearson, rel=1e-10)


@pytest.mark.parametrize("case", [PRODERM, (3, 5, 1, 6), (24, 30, 0, 24), (2, 140, 9, 135)])
@pytest.mark.parametrize(
    ("estimate", "test", "name", "interval", "method"),
    [
        (estimate_difference_of_proportions, difference_score_test, "difference", "mee", "farrington-manning"),
        (estimate_difference_of_proportions, difference_score_test, "difference", "scas", "scas"),
        (estimate_ratio_of_proportions, ratio_score_test, "ratio", "koopman", "farrington-manning"),
        (estimate_ratio_of_proportions, ratio_score_test, "ratio", "scas", "scas"),
        (estimate_odds_ratio, odds_ratio_score_test, "odds_ratio", "miettinen-nurminen", "miettinen-nurminen"),
        (estimate_odds_ratio, odds_ratio_score_test, "odds_ratio", "scas", "scas"),
    ],
)
def test_at_a_limit_the_test_of_the_same_name_has_half_of_alpha(case, estimate, test, name, interval, method):
    answer = estimate(*case, method=interval, level=0.90)
    for limit, alternative in ((answer.lower, "greater"), (answer.upper, "less")):
        if np.isfinite(limit):
            p = test(*case, **{name: float(limit)}, method=method, alternative=alternative).p_value
            assert p == pytest.approx(0.05, abs=1e-9)


def test_the_two_sides_add_up_to_1():
    sides = [
        difference_score_test(*PRODERM, difference=0.3, method="scas", alternative=side).p_value
        for side in ("greater", "less")
    ]
    assert sum(sides) == pytest.approx(1, abs=1e-14)


def test_where_all_have_the_same_outcome_only_a_margin_can_be_tested():
    with pytest.raises(StatisticsError, match="same outcome"):
        difference_score_test(9, 9, 7, 7, difference=0, **NONE)
    with pytest.raises(StatisticsError, match="same outcome"):
        ratio_score_test(9, 9, 7, 7, ratio=1, **NONE)
    with pytest.raises(StatisticsError, match="same outcome"):
        odds_ratio_score_test(0, 9, 0, 7, odds_ratio=2, **NONE)
    assert difference_score_test(9, 9, 7, 7, difference=0.1, **NONE).p_value < 1
    assert ratio_score_test(9, 9, 7, 7, ratio=0.8, **NONE).p_value < 1


def test_an_empty_group_has_no_answer():
    many = difference_score_test([3, 0], [5, 0], 2, 6, difference=-0.1, **NONE)
    assert np.isnan(many.p_value).tolist() == [False, True]
    assert "without subjects" in many.undefined


@pytest.mark.parametrize("difference", [-1, 1, 10, float("nan")])
def test_a_difference_is_between_minus_1_and_1(difference):
    with pytest.raises(StatisticsError, match="between -1 and 1"):
        difference_score_test(*PRODERM, difference=difference, **NONE)


@pytest.mark.parametrize("ratio", [0, -1, float("inf"), float("nan")])
def test_a_ratio_is_above_0(ratio):
    with pytest.raises(StatisticsError, match="above 0"):
        ratio_score_test(*PRODERM, ratio=ratio, **NONE)
    with pytest.raises(StatisticsError, match="above 0"):
        odds_ratio_score_test(*PRODERM, odds_ratio=ratio, **NONE)
