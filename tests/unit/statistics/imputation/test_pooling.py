import numpy as np
import pytest
from numpy.testing import assert_allclose

from myotis.errors import StatisticsError
from myotis.statistics.imputation.resampling import pool_replicates
from myotis.statistics.imputation.rubin import pool_by_rubin

BARNARD_RUBIN = {"method": "rubin-barnard-rubin", "level": 0.95}


def test_imputations_that_agree_leave_the_complete_analysis():
    pooled = pool_by_rubin([2.0, 2.0], [1.5, 1.5], complete_df=np.inf, **BARNARD_RUBIN)
    assert pooled.estimate.estimate == 2
    assert pooled.estimate.se == 1.5
    assert np.isinf(pooled.estimate.df)
    assert pooled.fraction_missing == 0
    assert pooled.monte_carlo_error == 0


def test_degrees_by_hand():
    # m = 2: between 2, within 3, total 3 + 1.5 * 2 = 6, share 1/2; Rubin's df 1 / (1/4) = 4
    pooled = pool_by_rubin([0.0, 2.0], np.sqrt([3.0, 3.0]), complete_df=5, method="rubin", level=0.95)
    assert_allclose([pooled.estimate.se, pooled.estimate.df], [np.sqrt(6), 4])
    # 5 df: observed (6 / 8) * 5 / 2 = 15 / 8; 1 / df = 1 / 4 + 8 / 15
    pooled = pool_by_rubin([0.0, 2.0], np.sqrt([3.0, 3.0]), complete_df=5, **BARNARD_RUBIN)
    assert_allclose(pooled.estimate.df, 60 / 47)
    assert_allclose(pooled.monte_carlo_error, 1)
    assert_allclose(pooled.fraction_missing, 1 / 2 + 1 / (60 / 47 + 3))


def test_the_test_and_the_interval_agree():
    pooled = pool_by_rubin([0.0, 2.0, 4.0], [1.0, 1.1, 1.2], complete_df=50, **BARNARD_RUBIN)
    half = pooled.estimate.upper - pooled.estimate.estimate
    assert_allclose(pooled.test.statistic, pooled.estimate.estimate / pooled.estimate.se)
    again = pool_by_rubin([0.0, 2.0, 4.0], [1.0, 1.1, 1.2], complete_df=50, method=BARNARD_RUBIN["method"],
                          level=1 - float(pooled.test.p_value))  # fmt: skip
    assert_allclose(again.estimate.lower, 0, atol=1e-9)
    assert half > 0


def test_trials_without_an_answer_are_told():
    pooled = pool_by_rubin([[1, np.nan], [1, 2], [1, 2]], [[1, 1], [1, 1], [0, 0]], complete_df=9, **BARNARD_RUBIN)
    assert np.isnan(pooled.estimate.estimate).tolist() == [True, False, True]
    assert np.isnan(pooled.fraction_missing).tolist() == [True, False, True]
    assert "1 of 3: the analysis of a completed data set" in pooled.estimate.undefined
    assert "1 of 3: no analysis" in pooled.test.undefined
    with pytest.raises(StatisticsError, match="standard error above 0"):
        pool_by_rubin([1, 2], [0, 0], complete_df=9, **BARNARD_RUBIN)


@pytest.mark.parametrize(
    ("estimates", "ses", "df"), [([1.0], [1.0], 9), ([1, 2], [-1, 1], 9), ([1, np.inf], [1, 1], 9), ([1, 2], [1, 1], 0)]
)
def test_what_cannot_be_pooled_is_refused(estimates, ses, df):
    with pytest.raises(StatisticsError, match="expected"):
        pool_by_rubin(estimates, ses, complete_df=df, **BARNARD_RUBIN)


def test_jackknife_of_a_mean_is_its_standard_error():
    x = np.array([3.0, 5.0, 4.5, 9.0, 1.0])
    without = (x.sum() - x) / 4
    pooled = pool_replicates(x.mean(), without, method="jackknife", level=0.95)
    assert_allclose(pooled.estimate.se, x.std(ddof=1) / np.sqrt(5))


@pytest.mark.parametrize(
    ("replicates", "p"),
    [
        ([1.0, 2, 3, 4], 2 / 5),  # all on one side: the smallest that four can tell
        ([-4.0, -3, -2, -1], 2 / 5),
        ([-1.0, 1, 2, 3], 2 * 1.5 / 5),
        ([-3.0, -2, -1, 1], 2 * 1.5 / 5),
        ([-1.0, 0, 1, 2], 2 * 2 / 5),
        ([0.0, 0, 0, 0], 1),
        ([-2.0, -1, 1, 2], 1),
    ],
)
def test_percentile_p_value(replicates, p):
    pooled = pool_replicates(1.0, replicates, method="bootstrap-percentile", level=0.9)
    assert_allclose(pooled.test.p_value, p)


def test_percentiles_by_hand():
    # (19 + 1) x 0.05 = 1: the first and the last of 19
    pooled = pool_replicates(9.0, np.arange(19.0)[::-1], method="bootstrap-percentile", level=0.9)
    assert (pooled.estimate.lower, pooled.estimate.upper) == (0, 18)


def test_replicates_without_an_answer_are_told():
    pooled = pool_replicates([1.0, 1.0], [[1, 2, np.nan], [1, 2, 3]], method="bootstrap-percentile", level=0.9)
    assert np.isnan(pooled.estimate.lower).tolist() == [True, False]
    assert "1 of 2" in pooled.estimate.undefined
    with pytest.raises(StatisticsError, match="no variance"):
        pool_replicates(1.0, [1.0, 1.0], method="jackknife", level=0.9)
    with pytest.raises(StatisticsError, match="two or more"):
        pool_replicates(1.0, [1.0], method="jackknife", level=0.9)
