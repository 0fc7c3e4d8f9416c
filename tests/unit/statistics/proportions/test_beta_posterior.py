"""The posterior of a difference: against sums in closed form, against exchangeability, and against its own limits."""

from fractions import Fraction
from math import exp, lgamma

import numpy as np
import pytest
from scipy import stats

from myotis.errors import StatisticsError
from myotis.statistics.proportions.beta_posterior import BetaPrior, compute_difference_posterior

FLAT = BetaPrior(1, 1)


def log_beta(a, b):
    return lgamma(a) + lgamma(b) - lgamma(a + b)


def probability_above(a1, b1, a2, b2):
    """P(p1 > p2) for a whole number a1: a finite sum (Evan Miller's form, by expanding the distribution of p2)."""
    return sum(exp(log_beta(a2 + i, b1 + b2) - log_beta(1 + i, b1) - log_beta(a2, b2)) / (b1 + i) for i in range(a1))


@pytest.mark.parametrize("table", [(37, 47, 21, 48), (3, 20, 3, 20), (0, 10, 5, 10), (20, 20, 0, 15), (1, 1, 0, 1)])
def test_the_probability_is_the_closed_sum(table):
    x1, n1, x2, n2 = table
    found = compute_difference_posterior(*table, prior1=FLAT, prior2=FLAT, level=0.95)
    expected = probability_above(x1 + 1, n1 - x1 + 1, x2 + 1, n2 - x2 + 1)
    assert float(found.probability_above) == pytest.approx(expected, abs=1e-8)
    assert float(found.mean) == pytest.approx(float(Fraction(x1 + 1, n1 + 2) - Fraction(x2 + 1, n2 + 2)))


def test_limits_hold_their_probability_by_drawing():
    found = compute_difference_posterior(12, 20, 7, 22, prior1=FLAT, prior2=BetaPrior(6, 14), level=0.9)
    generator = np.random.default_rng(3)
    drawn = generator.beta(13, 9, 400_000) - generator.beta(13, 29, 400_000)
    assert (drawn < found.lower).mean() == pytest.approx(0.05, abs=4 * 0.00035)
    assert (drawn > found.upper).mean() == pytest.approx(0.05, abs=4 * 0.00035)


def test_exchanged_groups_have_the_mirrored_posterior():
    one = compute_difference_posterior(9, 14, 4, 11, prior1=FLAT, prior2=BetaPrior(3, 5), level=0.95)
    other = compute_difference_posterior(4, 11, 9, 14, prior1=BetaPrior(3, 5), prior2=FLAT, level=0.95)
    assert float(one.mean) == pytest.approx(-float(other.mean))
    assert float(one.lower) == pytest.approx(-float(other.upper), abs=1e-5)
    assert float(one.probability_above + other.probability_above) == pytest.approx(1, abs=1e-8)


def test_many_trials_at_once_are_the_same_trials_and_an_empty_group_is_its_prior():
    x1 = np.array([[0, 5], [5, 0]])
    many = compute_difference_posterior(x1, 10, 3, 10, prior1=FLAT, prior2=FLAT, level=0.95)
    alone = compute_difference_posterior(5, 10, 3, 10, prior1=FLAT, prior2=FLAT, level=0.95)
    assert many.lower[0, 1] == many.lower[1, 0] == alone.lower
    empty = compute_difference_posterior(5, 10, 0, 0, prior1=FLAT, prior2=BetaPrior(2, 6), level=0.95)
    assert float(empty.mean) == pytest.approx(0.5 - 0.25)


def test_what_is_borrowed_is_worth_its_weight():
    borrowed = FLAT.borrow(21, 48, 0.5)
    by_prior = compute_difference_posterior(10, 20, 5, 10, prior1=FLAT, prior2=borrowed, level=0.95)
    by_hand = stats.beta(1 + 10.5 + 5, 1 + 13.5 + 5).mean()
    assert float(by_prior.mean) == pytest.approx(11 / 22 - by_hand)
    assert FLAT.borrow(21, 48, 0) == FLAT


@pytest.mark.parametrize(
    "wrong",
    [lambda: BetaPrior(0, 1), lambda: FLAT.borrow(5, 4, 0.5), lambda: FLAT.borrow(1, 4, 1.5),
     lambda: compute_difference_posterior(3, 2, 1, 2, prior1=FLAT, prior2=FLAT, level=0.95),
     lambda: compute_difference_posterior(1, 2, 1, 2, prior1=FLAT, prior2=FLAT, level=95)],
)  # fmt: skip
def test_numbers_that_can_not_be_are_refused(wrong):
    with pytest.raises(StatisticsError):
        wrong()
