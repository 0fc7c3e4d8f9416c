"""Kappas: evident cases, many tables at once, every case without an answer."""

import numpy as np
import pytest

from myotis.errors import StatisticsError
from myotis.statistics.agreement.fleiss_kappa import estimate_fleiss_kappa, fleiss_kappa_test
from myotis.statistics.agreement.kappa import KappaWeights, estimate_kappa, kappa_test

NAN = float("nan")
WEIGHTS = list(KappaWeights)


def kappa(counts, method):
    return estimate_kappa(counts, method=method, level=0.95)


def null_kappa(counts, method, alternative="two-sided"):
    return kappa_test(counts, method=method, alternative=alternative)


@pytest.mark.parametrize("weights", WEIGHTS)
def test_whole_agreement_is_one_without_width_and_none_by_chance_is_zero(weights):
    answer = kappa(np.diag([5, 3, 7]), weights)
    assert [float(x) for x in (answer.estimate, answer.lower, answer.upper, answer.se)] == [1, 1, 1, 0]
    chance = kappa(np.outer([2, 4, 6], [1, 3, 5]), weights)
    assert float(chance.estimate) == pytest.approx(0, abs=1e-12)
    assert float(null_kappa(np.outer([2, 4, 6], [1, 3, 5]), weights).p_value) == pytest.approx(1)


def test_two_categories_know_no_near_miss():
    table = [[17, 4], [6, 11]]
    answers = [float(kappa(table, weights).estimate) for weights in WEIGHTS]
    assert answers == pytest.approx([answers[0]] * 3)


def test_whole_disagreement_on_two_categories_is_minus_one():
    answer = kappa([[0, 6], [6, 0]], "kappa-unweighted")
    assert float(answer.estimate) == float(answer.lower) == -1


def test_near_misses_count_with_weights():
    """Every disagreement is by one step of four: (0.8 agree) + (0.2 near) against chance."""
    table = np.diag([8, 8, 8, 8, 8]) + np.diag([2, 2, 2, 2], 1) + np.diag([0, 0, 0, 2], -1)
    plain, linear, quadratic = (float(kappa(table, weights).estimate) for weights in WEIGHTS)
    assert plain < linear < quadratic < 1


@pytest.mark.parametrize("weights", WEIGHTS)
def test_many_tables_are_each_as_alone(weights):
    tables = np.random.default_rng(6).integers(0, 9, (2, 3, 4, 4))
    many, alone = kappa(tables, weights), kappa(tables[1, 2], weights)
    assert many.estimate.shape == (2, 3)
    for field in ("estimate", "lower", "upper", "se"):
        assert getattr(many, field)[1, 2] == pytest.approx(getattr(alone, field), rel=1e-12)
    for alternative in ("two-sided", "greater", "less"):
        p_value = null_kappa(tables, weights, alternative).p_value
        assert p_value[1, 2] == pytest.approx(null_kappa(tables[1, 2], weights, alternative).p_value, rel=1e-12)


@pytest.mark.parametrize("weights", WEIGHTS)
def test_tables_without_a_kappa(weights):
    only_one = [[0, 0, 0], [0, 9, 0], [0, 0, 0]]
    for call in (kappa, null_kappa):
        with pytest.raises(StatisticsError, match="no subject"):
            call(np.zeros((3, 3)), weights)
        with pytest.raises(StatisticsError, match="same category only"):
            call(only_one, weights)
        many = call([only_one, np.diag([1, 2, 3])], weights)
        assert many.undefined.startswith("1 of 2")
    one_rater_varies = [[0, 0, 0], [2, 9, 4], [0, 0, 0]]
    assert float(kappa(one_rater_varies, weights).estimate) == pytest.approx(0, abs=1e-12)
    with pytest.raises(StatisticsError, match="a rater uses one category only"):
        null_kappa(one_rater_varies, weights)


@pytest.mark.parametrize(
    "counts", [[[1, 2, 3], [4, 5, 6]], [[4]], [[1.5, 1], [1, 1]], [[-1, 1], [1, 1]], [[NAN, 1], [1, 1]]]
)
def test_what_are_no_counts_is_refused(counts):
    with pytest.raises(StatisticsError, match=r"expected counts|whole numbers"):
        kappa(counts, "kappa-unweighted")


WHOLE = [[3, 0, 0], [0, 3, 0], [0, 0, 3], [3, 0, 0]]


def test_raters_who_agree_wholly_have_a_fleiss_kappa_of_one():
    answer = estimate_fleiss_kappa(WHOLE, level=0.95)
    assert [float(x) for x in (answer.estimate, answer.lower, answer.upper)] == pytest.approx([1, 1, 1])


def test_many_sets_of_ratings_are_each_as_alone():
    rng = np.random.default_rng(7)
    counts = rng.multinomial(5, [0.2, 0.3, 0.5], size=(2, 3, 9))
    many, alone = (estimate_fleiss_kappa(x, level=0.9) for x in (counts, counts[1, 2]))
    for field in ("estimate", "lower", "upper", "se"):
        assert getattr(many, field)[1, 2] == pytest.approx(getattr(alone, field), rel=1e-12)
    p_value = fleiss_kappa_test(counts, alternative="greater").p_value
    assert p_value[1, 2] == pytest.approx(fleiss_kappa_test(counts[1, 2], alternative="greater").p_value, rel=1e-12)


def test_ratings_without_a_fleiss_kappa():
    calls = (lambda x: estimate_fleiss_kappa(x, level=0.95), lambda x: fleiss_kappa_test(x, alternative="two-sided"))
    for call in calls:
        with pytest.raises(StatisticsError, match="one category"):
            call([[3, 0], [3, 0]])
        with pytest.raises(StatisticsError, match="no subjects"):
            call(np.zeros((0, 3)))
        for counts in ([[3, 0], [2, 0]], [[1, 0], [0, 1]]):
            with pytest.raises(StatisticsError, match="the same number of raters"):
                call(counts)
        assert call([[[3, 0], [3, 0]], [[3, 0], [1, 2]]]).undefined.startswith("1 of 2")
    with pytest.raises(StatisticsError, match="two subjects or more"):
        estimate_fleiss_kappa([[2, 1]], level=0.95)
