"""Stratified score intervals: what is evident of them, and strata that say nothing."""

import numpy as np
import pytest

from myotis.errors import StatisticsError
from myotis.statistics.proportions.difference import estimate_difference_of_proportions
from myotis.statistics.stratified.cochran_mantel_haenszel import cochran_mantel_haenszel_test
from myotis.statistics.stratified.score_interval import Contrast, estimate_stratified_score
from myotis.statistics.stratified.weights import StratumWeights

TABLES = [[[11, 2], [6, 7]], [[20, 7], [13, 15]], [[6, 1], [2, 5]]]
WAYS = [
    (contrast, weights, skewness)
    for contrast in Contrast
    for weights in StratumWeights
    for skewness in (False, True)
    if weights is not StratumWeights.MINIMUM_RISK or contrast is Contrast.DIFFERENCE
]


def limits(counts, contrast="difference", weights="mantel-haenszel", skewness=False):
    answer = estimate_stratified_score(counts, contrast=contrast, weights=weights, skewness=skewness, level=0.95)
    return np.array([answer.estimate, answer.lower, answer.upper])


def test_one_stratum_is_the_unstratified_interval():
    plain = estimate_difference_of_proportions(37, 47, 21, 48, method="miettinen-nurminen", level=0.95)
    for weights in StratumWeights:
        np.testing.assert_allclose(
            limits([[[37, 10], [21, 27]]], weights=weights),
            [plain.estimate, plain.lower, plain.upper],
            atol=1e-10,
        )


@pytest.mark.parametrize(("contrast", "weights", "skewness"), WAYS)
@pytest.mark.parametrize("silent", [[[3, 4], [0, 0]], [[0, 0], [0, 0]], [[0, 0], [2, 1]]])
def test_a_stratum_without_one_of_the_groups_says_nothing(contrast, weights, skewness, silent):
    ways = contrast, weights, skewness
    np.testing.assert_allclose(limits([*TABLES, silent, silent], *ways), limits(TABLES, *ways), rtol=1e-9)


@pytest.mark.parametrize(("contrast", "weights", "skewness"), WAYS)
def test_many_trials_are_one_after_the_other(contrast, weights, skewness):
    trials = np.array([[TABLES, TABLES[::-1]], [[[[5, 0], [0, 4]]] * 3, [[[0, 3], [1, 5]]] * 3]])
    many = limits(trials, contrast, weights, skewness)
    assert many.shape == (3, 2, 2)
    for index in np.ndindex(2, 2):
        np.testing.assert_allclose(many[:, *index], limits(trials[index], contrast, weights, skewness), rtol=1e-9)


def test_nobody_responded_leaves_a_difference_near_zero_and_no_ratio():
    counts = [[[0, 8], [0, 7]], [[0, 9], [0, 11]]]
    for weights in StratumWeights:
        estimate, lower, upper = limits(counts, weights=weights)
        assert estimate == pytest.approx(0, abs=0.02)
        assert -0.4 < lower < 0 < upper < 0.4
    for contrast, reason in (("ratio", "had an event"), ("odds-ratio", "same outcome")):
        with pytest.raises(StatisticsError, match=reason):
            limits(counts, contrast)
    many = estimate_stratified_score(
        [counts, TABLES[:2]], contrast="ratio", weights="mantel-haenszel", skewness=False, level=0.95
    )
    assert many.undefined.startswith("1 of 2: no subject")


def test_everybody_against_nobody():
    counts = [[[5, 0], [0, 4]], [[7, 0], [0, 6]]]
    estimate, lower, upper = limits(counts)
    assert (estimate, upper) == (1, 1)
    assert 0.6 < lower < 0.7
    for contrast in ("ratio", "odds-ratio"):
        estimate, lower, upper = limits(counts, contrast)
        assert np.isposinf([estimate, upper]).all()
        assert 1 < lower < np.inf


def test_everybody_responded_in_both_groups():
    counts = [[[5, 0], [4, 0]], [[7, 0], [6, 0]]]
    estimate, lower, upper = limits(counts)
    assert estimate == pytest.approx(0, abs=1e-9)
    assert lower < 0 < upper
    assert limits(counts, "ratio")[0] == pytest.approx(1)


def test_the_interval_leaves_out_zero_just_where_the_test_rejects():
    generator = np.random.default_rng(7)
    n = generator.integers(3, 30, (200, 3, 2))
    x = generator.binomial(n, [0.65, 0.4])
    counts = np.stack([x, n - x], axis=-1)
    _, lower, upper = limits(counts)
    p = cochran_mantel_haenszel_test(counts, correction=False).p_value
    assert ((p < 0.05) == ((lower > 0) | (upper < 0))).all()
    assert 20 < (p < 0.05).sum() < 180


def test_what_can_not_be_asked_is_refused():
    with pytest.raises(StatisticsError, match="minimum-risk weights are those of a difference"):
        limits(TABLES, "ratio", "minimum-risk")
    with pytest.raises(StatisticsError, match="no stratum has subjects of both groups"):
        limits([[[0, 0], [1, 2]]])
    with pytest.raises(ValueError, match="hazard"):
        limits(TABLES, "hazard")
