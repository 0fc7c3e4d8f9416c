import numpy as np
import pytest
from scipy import special, stats

from myotis.errors import StatisticsError
from myotis.statistics.group_sequential.boundaries import compute_boundary
from myotis.statistics.group_sequential.characteristics import compute_boundary_crossing_probabilities
from myotis.statistics.group_sequential.conditional_power import compute_conditional_power, compute_predictive_power
from myotis.statistics.group_sequential.futility import compute_futility_boundary

THREE = compute_futility_boundary(
    [0.3, 0.6, 1],
    method="non-binding-futility",
    alpha=0.025,
    alpha_spending="obrien-fleming-type",
    beta=0.1,
    beta_spending="hwang-shih-decani",
    beta_shape=-2,
)
Z = np.array([-1.0, 0.4, 1.5, 2.5])


def test_before_the_last_look_it_is_a_normal_probability():
    t, bound, drift = 0.6, THREE.upper[2], 2.0
    expected = special.ndtr((Z * np.sqrt(t) + drift * (1 - t) - bound) / np.sqrt(1 - t))
    found = compute_conditional_power(Z, design=THREE, look=2, method="given-drift", drift=drift)
    assert found == pytest.approx(expected)
    trend = special.ndtr((Z / np.sqrt(t) - bound) / np.sqrt(1 - t))
    assert compute_conditional_power(Z, design=THREE, look=2, method="current-trend") == pytest.approx(trend)
    flat = special.ndtr((Z - bound * np.sqrt(t)) / np.sqrt(1 - t))
    assert compute_predictive_power(Z, design=THREE, look=2) == pytest.approx(flat)


@pytest.mark.parametrize("drift", [0.0, 2.0, 3.3])
def test_its_mean_over_the_paths_that_go_on_is_the_power_that_is_left(drift):
    z, weight = np.polynomial.legendre.leggauss(60)
    low, high = THREE.lower[0], THREE.upper[0]
    z, weight = (low + high) / 2 + (high - low) / 2 * z, (high - low) / 2 * weight
    going_on = weight * stats.norm.pdf(z - drift * np.sqrt(0.3))
    later = compute_conditional_power(z, design=THREE, look=1, method="given-drift", drift=drift)
    left = compute_boundary_crossing_probabilities(THREE, drift=drift).upper[1:].sum()
    assert going_on @ later == pytest.approx(left, rel=1e-9)


@pytest.mark.parametrize(("prior_drift", "prior_sd"), [(0.0, np.inf), (2.0, 1.0)])
def test_predictive_power_is_the_mean_of_conditional_power(prior_drift, prior_sd):
    precision = 0.3 + prior_sd**-2
    mean = (1.5 * np.sqrt(0.3) + prior_drift * prior_sd**-2) / precision
    node, weight = np.polynomial.hermite_e.hermegauss(40)
    conditional = compute_conditional_power(
        1.5, design=THREE, look=1, method="given-drift", drift=mean + node / np.sqrt(precision)
    )
    expected = weight @ conditional / np.sqrt(2 * np.pi)
    found = compute_predictive_power(1.5, design=THREE, look=1, prior_drift=prior_drift, prior_sd=prior_sd)
    assert found == pytest.approx(expected, rel=1e-6)


def test_a_sure_prior_is_the_given_drift():
    sure = compute_predictive_power(Z, design=THREE, look=1, prior_drift=2.5, prior_sd=1e-4)
    given = compute_conditional_power(Z, design=THREE, look=1, method="given-drift", drift=2.5)
    assert sure == pytest.approx(given, abs=1e-6)


def test_trials_and_drifts_broadcast():
    found = compute_conditional_power(Z[:, None], design=THREE, look=1, method="given-drift", drift=[0.0, 1.0, 3.0])
    assert found.shape == (4, 3)
    alone = compute_conditional_power(Z[2], design=THREE, look=1, method="given-drift", drift=3.0)
    assert found[2, 2] == pytest.approx(float(alone))


@pytest.mark.parametrize(
    ("z", "options", "told"),
    [
        (1.0, {"look": 3, "method": "current-trend"}, "look 3 has none after it"),
        (1.0, {"look": 0, "method": "current-trend"}, "look 0 has none after it"),
        (np.nan, {"look": 1, "method": "current-trend"}, "a Z is no number"),
        (1.0, {"look": 1, "method": "current-trend", "drift": 2.0}, "by it only"),
        (1.0, {"look": 1, "method": "given-drift"}, "needed by given-drift"),
        (1.0, {"look": 1, "method": "given-drift", "drift": np.inf}, "a drift is no number"),
    ],
)
def test_what_can_not_be_asked_is_refused(z, options, told):
    with pytest.raises(StatisticsError, match=told):
        compute_conditional_power(z, design=THREE, **options)


@pytest.mark.parametrize(
    "prior", [{"prior_sd": 0.0}, {"prior_sd": -1.0}, {"prior_sd": np.nan}, {"prior_drift": np.nan}]
)
def test_what_is_no_prior_is_refused(prior):
    with pytest.raises(StatisticsError, match="the prior is none"):
        compute_predictive_power(1.0, design=THREE, look=1, **prior)


def test_a_fixed_design_has_no_interim_look():
    with pytest.raises(StatisticsError, match="none after it"):
        compute_predictive_power(1.0, design=compute_boundary([1], method="pocock", alpha=0.05, sides=2), look=1)
