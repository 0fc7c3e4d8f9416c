"""Means: the standard library's statistics module as a second program; every case without an answer."""

import math
import statistics

import numpy as np
import pytest

from myotis.errors import StatisticsError
from myotis.statistics.continuous.means import (
    Summary,
    compute_mean,
    compute_sd,
    difference_of_means_test,
    estimate_difference_of_means,
    estimate_mean,
)

NAN = float("nan")


def test_mean_and_sd_leave_missing_values_out():
    rng = np.random.default_rng(3)
    values = rng.normal(50, 20, (4, 30))
    values[rng.random((4, 30)) < 0.3] = NAN
    for row, mean, sd in zip(values, compute_mean(values), compute_sd(values), strict=True):
        known = [value for value in row.tolist() if not math.isnan(value)]
        assert mean == pytest.approx(statistics.fmean(known), rel=1e-13)
        assert sd == pytest.approx(statistics.stdev(known), rel=1e-13)


def test_no_values_have_no_mean_and_one_no_sd():
    with pytest.raises(StatisticsError, match="no values"):
        compute_mean([NAN, NAN])
    with pytest.raises(StatisticsError, match="two values"):
        compute_sd([1.0, NAN])
    assert np.isnan(compute_sd([[1.0, NAN], [1.0, 2.0]])).tolist() == [True, False]
    with pytest.raises(StatisticsError, match="infinite"):
        compute_mean([1.0, float("inf")])
    with pytest.raises(StatisticsError, match="subject"):
        compute_mean(1.0)


def test_the_t_interval_of_one_mean_from_a_table_of_t():
    """t(4) at 0.975 is 2.776 in every printed table: 10 plus or minus 2.776 x 5 / sqrt(5)."""
    answer = estimate_mean(10, 5, 5, level=0.95)
    assert (answer.lower, answer.upper) == pytest.approx((3.792, 16.208), abs=0.0015, rel=0)


def test_equal_values_have_an_interval_without_width_and_no_test():
    flat = Summary(3, 0, 10)
    assert float(estimate_mean(3, 0, 10, level=0.95).lower) == 3
    for method in ("t-pooled", "t-welch"):
        answer = estimate_difference_of_means(flat, Summary(1, 0, 8), method=method, level=0.95)
        assert float(answer.lower) == float(answer.upper) == 2
        with pytest.raises(StatisticsError, match="all equal"):
            difference_of_means_test(flat, Summary(1, 0, 8), method=method)


def test_too_few_subjects_have_no_interval():
    with pytest.raises(StatisticsError, match="two values"):
        estimate_mean(3, 0, 1, level=0.95)
    many = estimate_difference_of_means(Summary(3, 1, [1, 9]), Summary(1, 1, 8), method="t-welch", level=0.95)
    assert np.isnan(many.lower).tolist() == [True, False]
    assert many.undefined.startswith("1 of 2")


@pytest.mark.parametrize("summary", [(NAN, 1, 5), (1, -1, 5), (1, 1, 2.5), (1, 1, -2)])
def test_what_is_no_summary_is_refused(summary):
    with pytest.raises(StatisticsError, match="summaries can't be"):
        estimate_mean(*summary, level=0.95)
