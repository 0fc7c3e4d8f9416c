"""Analysis of covariance: the t test as a special case, many trials at once, every case without an answer."""

import statistics

import numpy as np
import pytest

from myotis.errors import StatisticsError
from myotis.statistics.continuous.ancova import CoefficientVariance, fit_ancova
from myotis.statistics.continuous.design_matrix import Slopes
from myotis.statistics.continuous.means import Summary, difference_of_means_test, estimate_difference_of_means

NAN = float("nan")
NONE = np.zeros((6, 0))
TREATED = np.array([True, True, True, False, False, False])
OUTCOME = np.array([30.0, 45.0, 52.0, 20.0, 12.0, 33.0])


def fit(outcome, treated, covariates=NONE, factors=NONE, *, slopes="shared", variance="model-based", weights="equal"):
    return fit_ancova(
        outcome,
        treated,
        covariates=covariates,
        factors=factors,
        slopes=slopes,
        variance=variance,
        weights=weights,
        level=0.95,
    )


def summaries():
    return [Summary(statistics.fmean(y), statistics.stdev(y), 3) for y in (OUTCOME[:3].tolist(), OUTCOME[3:].tolist())]


def test_without_covariates_it_is_the_pooled_t_test():
    answer = fit(OUTCOME, TREATED)
    treated, other = summaries()
    expected = difference_of_means_test(treated, other, method="t-pooled")
    assert float(answer.test.p_value) == pytest.approx(float(expected.p_value), rel=1e-10)
    assert float(answer.mean1.estimate) == pytest.approx(treated.mean, rel=1e-12)


def test_without_covariates_hc2_has_the_standard_error_of_welch():
    """A fact of HC2: with the group alone in the model, each squared residual is weighed up by n / (n - 1)."""
    expected = estimate_difference_of_means(*summaries(), method="t-welch", level=0.95)
    assert float(fit(OUTCOME, TREATED, variance="hc2").difference.se) == pytest.approx(float(expected.se), rel=1e-12)


def test_slopes_by_group_are_two_lines_compared_at_the_mean_covariate():
    """Group 1 lies on 10 + 2 x and group 2 on 1 - x, up to noise that sums to 0 and has no slope."""
    x = np.array([0.0, 1.0, 2.0, 3.0, 2.0, 3.0, 4.0, 5.0])
    noise = np.array([1.0, -1.0, -1.0, 1.0])
    y = np.concatenate([10 + 2 * x[:4] + noise, 1 - x[4:] + noise])
    treated = np.arange(8) < 4
    answer = fit(y, treated, x[:, None], np.zeros((8, 0)), slopes="by-group")
    assert float(x.mean()) == 2.5
    assert float(answer.mean1.estimate) == pytest.approx(15)
    assert float(answer.mean2.estimate) == pytest.approx(-1.5)
    assert float(answer.difference.estimate) == pytest.approx(16.5)
    assert float(answer.difference.df) == 4


def test_slopes_by_group_weigh_the_strata_as_asked():
    """Differences of 10 in the stratum with 6 subjects and of 2 in the one with 3: (20 + 2) / 3 or 12 / 2."""
    stratum = np.array([0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0])[:, None]
    treated = np.array([True, False] * 9)
    noise = np.array([1, -1, -1, 1, 0, 0] * 3)
    y = noise + np.where(treated, np.where(stratum[:, 0] == 0, 10.0, 2.0), 0)
    none = np.zeros((18, 0))
    for weights, expected in (("proportional", 22 / 3), ("equal", 6)):
        answer = fit(y, treated, none, stratum, slopes="by-group", weights=weights)
        assert float(answer.difference.estimate) == pytest.approx(expected)


@pytest.mark.parametrize("variance", list(CoefficientVariance))
@pytest.mark.parametrize("slopes", list(Slopes))
def test_many_trials_are_each_as_alone(slopes, variance):
    rng = np.random.default_rng(11)
    y, x = rng.normal(size=(2, 3, 20)), rng.normal(size=(2, 3, 20, 2))
    treated = np.broadcast_to(np.arange(20) % 2 == 0, y.shape)
    factor = np.broadcast_to((np.arange(20) // 2 % 2)[:, None], (2, 3, 20, 1))
    together = fit(y, treated, x, factor, slopes=slopes, variance=variance)
    alone = fit(y[1, 2], treated[1, 2], x[1, 2], factor[1, 2], slopes=slopes, variance=variance)
    for name in ("difference", "mean1", "mean2"):
        many, one = getattr(together, name), getattr(alone, name)
        for field in ("estimate", "lower", "upper", "se", "df"):
            assert getattr(many, field)[1, 2] == pytest.approx(getattr(one, field), rel=1e-10)
    assert together.test.p_value[1, 2] == pytest.approx(alone.test.p_value, rel=1e-10)
    assert together.difference.method == alone.mean1.method.removesuffix("-ls-mean-equal")


def test_what_has_no_answer():
    with pytest.raises(StatisticsError, match="follows from the others"):
        fit(OUTCOME, np.ones(6, dtype=bool))
    with pytest.raises(StatisticsError, match="follows from the others"):
        fit(OUTCOME, TREATED, np.full((6, 1), 0.1))
    with pytest.raises(StatisticsError, match="no residual variance"):
        fit(np.full(6, 0.3), TREATED)
    with pytest.raises(StatisticsError, match="too few"):
        fit(OUTCOME, TREATED, np.random.default_rng(1).normal(size=(6, 4)))
    many = fit(
        np.stack([OUTCOME, np.full(6, 2.0)]), np.stack([TREATED, TREATED]), np.zeros((2, 6, 0)), np.zeros((2, 6, 0))
    )
    assert np.isnan(many.test.p_value).tolist() == [False, True]
    assert many.test.undefined.startswith("1 of 2")


def test_a_subject_that_alone_decides_a_coefficient_has_no_hc2_or_hc3():
    alone = np.array([[0], [0], [0], [0], [0], [1]])
    for variance in ("hc2", "hc3"):
        with pytest.raises(StatisticsError, match="leverage 1"):
            fit(OUTCOME, TREATED, NONE, alone, variance=variance)
    for variance in ("model-based", "hc0", "hc1"):
        assert np.isfinite(fit(OUTCOME, TREATED, NONE, alone, variance=variance).test.p_value)


def test_what_is_no_trial_is_refused():
    for outcome, treated in (
        (OUTCOME[:5], TREATED),
        (OUTCOME, TREATED.astype(int)),
        (np.where(TREATED, NAN, 1), TREATED),
    ):
        with pytest.raises(StatisticsError, match="can't be built"):
            fit(outcome, treated)
