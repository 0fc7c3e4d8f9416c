"""The randomization test with the project's own permuted blocks, and everything that it refuses."""

import numpy as np
import pytest

from myotis.errors import StatisticsError
from myotis.randomize.places import allocate_in_order
from myotis.randomize.procedures.permuted_blocks import draw_permuted_blocks
from myotis.statistics.randomization_test import exact_randomization_test, randomization_test

STRATA = ["mild", "severe", "mild", "mild", "severe", "mild", "mild", "severe", "mild", "mild", "severe", "mild"]
"""In order of arrival: eight mild and four severe."""


def draw_as_in_the_trial(generator, draws):
    """Blocks of four within strata, drawn as the trial's list was, for the subjects as they came."""

    def draw_one():
        lists = {
            stratum: draw_permuted_blocks(generator, {"ivig": 1, "placebo": 1}, block_sizes=[4], length=8)
            for stratum in ("mild", "severe")
        }
        return allocate_in_order(STRATA, lists)

    return np.array([[arm == "ivig" for arm in draw_one()] for _ in range(draws)])


def test_blocks_and_strata_of_the_trial_itself():
    """A treatment that decides the outcome: of 6 x 6 x 6 lists, one and its mirror image are as extreme."""
    observed = draw_as_in_the_trial(np.random.default_rng(1), 1)[0]
    outcome = np.where(observed, 30.0, 10.0) + np.where(np.array(STRATA) == "mild", 5, 0)

    def difference(allocations):
        return np.where(allocations, outcome, -outcome).sum(axis=-1) / 6

    answer = randomization_test(
        difference, observed, draw_as_in_the_trial, np.random.default_rng(2), draws=4000, alternative="two-sided"
    )
    assert float(answer.test.statistic) == pytest.approx(20)
    assert abs(answer.test.p_value - 2 / 216) < 4 * answer.mc_error
    assert (answer.test.method, answer.allocations) == ("randomization-monte-carlo", 4000)


def first_subject(allocations):
    return allocations[..., 0].astype(float)


def draw_two(_, draws):
    return np.tile([[True, False]], (draws, 1))


def test_a_p_value_is_never_zero():
    """No draw but the observed allocation itself: 1 / (1 + draws)."""
    answer = randomization_test(
        first_subject,
        [True, False],
        lambda _, draws: np.tile([[False, True]], (draws, 1)),
        np.random.default_rng(1),
        draws=9,
        alternative="greater",
    )
    assert float(answer.test.p_value) == pytest.approx(0.1)


def test_sums_in_another_order_are_equal():
    """0.1 + 0.2 + 0.3 is not 0.3 + 0.2 + 0.1 in floats; as statistics both are as extreme."""
    values = {True: 0.1 + 0.2 + 0.3, False: 0.3 + 0.2 + 0.1}
    assert values[True] != values[False]

    def statistic(allocations):
        return np.where(allocations[..., 0], values[True], values[False])

    both = [[True, False], [False, True]]
    for observed in both:
        assert float(exact_randomization_test(statistic, observed, both, alternative="greater").test.p_value) == 1


def test_what_is_refused():
    def run(**changes):
        given = {
            "statistic": first_subject,
            "is_group1": [True, False],
            "draw_allocations": draw_two,
            "generator": np.random.default_rng(1),
            "draws": 5,
            "alternative": "greater",
        }
        return randomization_test(**{**given, **changes})

    for changes, message in (
        ({"draws": 0}, "expected one or more"),
        ({"is_group1": [1, 0]}, "no bool array"),
        ({"is_group1": []}, "no bool array"),
        ({"is_group1": [True, False, True]}, r"expected \(5, 3\)"),
        ({"draw_allocations": lambda _, draws: np.ones((draws, 2))}, "no bool array"),
        ({"statistic": lambda a: np.full(a.shape[:-1], np.nan)}, "not finite"),
        ({"statistic": lambda _: np.zeros(3)}, "a finite number for each allocation"),
        ({"alternative": "both"}, "the alternative is 'both'"),
    ):
        with pytest.raises(StatisticsError, match=message):
            run(**changes)
    for possible in ([[False, True]], [[True, False, True]]):
        with pytest.raises(StatisticsError, match="not among those"):
            exact_randomization_test(first_subject, [True, False], possible, alternative="greater")
