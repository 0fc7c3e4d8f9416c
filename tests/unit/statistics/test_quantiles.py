"""Percentiles: worked by hand, and against NumPy, whose names for the two are averaged_inverted_cdf and linear."""

from fractions import Fraction

import numpy as np
import pytest

from myotis.errors import StatisticsError
from myotis.statistics.quantiles import compute_percentile

NAN = float("nan")


@pytest.mark.parametrize(
    ("values", "percent", "expected"),
    [
        ([1, 2, 3, 4], 50, 2.5),  # np = 2 is whole: the mean of the second and the third
        ([1, 2, 3, 4, 5], 50, 3),  # np = 2.5: the third
        ([1, 2, 3, 4], 25, 1.5),
        ([1, 2, 3, 4, 5], 25, 2),
        ([5, 3, 4, 1, 2], 75, 4),
        ([7], 50, 7),
        ([1, 2, 3, 4], 0, 1),
        ([1, 2, 3, 4], 100, 4),
        (list(range(1, 101)), 29, 29.5),  # in floats 100 x 0.29 is just below 29
        ([10, NAN, 20, NAN], 50, 15),
    ],
)
def test_sas_definition_5_by_hand(values, percent, expected):
    assert float(compute_percentile(values, percent, definition="sas-pctldef-5")) == expected


@pytest.mark.parametrize(("definition", "name"), [("sas-pctldef-5", "averaged_inverted_cdf"), ("linear-7", "linear")])
@pytest.mark.parametrize("percent", [0, 5, 25, 50, 75, 100])
def test_both_definitions_are_numpys(definition, name, percent):
    values = np.random.default_rng(8).normal(size=(20, 32))  # with 32 values a whole np is exact in floats or far off
    found = compute_percentile(values, percent, definition=definition)
    np.testing.assert_allclose(found, np.percentile(values, percent, axis=-1, method=name), rtol=1e-12)


def test_groups_with_different_numbers_missing():
    found = compute_percentile([[1, 2, 3, NAN], [1, 2, 3, 4], [NAN] * 4], 50, definition="sas-pctldef-5")
    np.testing.assert_array_equal(found, [2, 2.5, NAN])


def test_without_an_answer():
    for nothing in ([], [NAN]):
        with pytest.raises(StatisticsError, match="no values"):
            compute_percentile(nothing, 50, definition="linear-7")
    for values, percent in (([1.0, float("inf")], 50), ([1.0], 101), ([1.0], Fraction(-1, 2))):
        with pytest.raises(StatisticsError, match="expected finite values"):
            compute_percentile(values, percent, definition="linear-7")
