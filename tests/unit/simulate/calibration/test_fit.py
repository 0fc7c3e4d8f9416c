"""The fit: known answers of a linear target, and parameters that are found again."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from numpy.testing import assert_allclose

from myotis.analyze.reproduce import read_published
from myotis.protocol.read import read_trial
from myotis.simulate.calibration.declaration import Parameter
from myotis.simulate.calibration.figures import list_figures
from myotis.simulate.calibration.fit import Effort, Simulator, Target, fit_parameters, weigh
from myotis.simulate.calibration.parameters import Parameters
from myotis.simulate.course import read_course

FIGURES = {figure.address: figure for figure in list_figures(read_published("proderm"), read_trial("proderm"))}


def test_one_step_of_a_linear_target_is_the_least_squares_answer():
    generator = np.random.default_rng(3)
    derivatives, root = generator.normal(size=(6, 3)), generator.normal(size=(6, 6))
    precision = root @ root.T + np.eye(6)
    target = Target(generator.normal(size=6), center=generator.normal(size=3), sd=np.array([0.5, 1.0, 2.0]))
    at = generator.normal(size=3)
    expected = derivatives @ at
    pull = target.find_pull(at, expected, derivatives, precision)
    mode = at + target.find_covariance(derivatives, precision) @ pull
    whole = np.vstack([np.linalg.cholesky(precision).T @ derivatives, np.diag(1 / target.sd)])
    wanted = np.concatenate([np.linalg.cholesky(precision).T @ target.observed, target.center / target.sd])
    answer, *_ = np.linalg.lstsq(whole, wanted, rcond=None)
    assert_allclose(mode, answer, rtol=1e-10)
    assert_allclose(target.find_covariance(derivatives, precision), np.linalg.inv(whole.T @ whole), rtol=1e-10)


def test_weights_are_the_inverse_of_the_true_covariance_on_average():
    """Of 12 trials with 4 figures the plain inverse is twice too large (its mean is 11/6 of the truth)."""
    generator = np.random.default_rng(8)
    covariance = np.array([[2, 1, 0, 0], [1, 2, 0, 0], [0, 0, 1, 0.5], [0, 0, 0.5, 1]])
    root = np.linalg.cholesky(covariance)
    weights = np.mean([weigh(generator.normal(size=(12, 4)) @ root.T) for _ in range(8000)], axis=0)
    assert_allclose(weights, np.linalg.inv(covariance), atol=0.05)


@pytest.fixture(scope="module")
def pool():
    with ThreadPoolExecutor(2) as workers:
        yield workers


def test_parameters_are_found_again_from_the_figures_of_the_course_that_has_them(pool):
    """The published numbers are the means over trials of a course that lies two prior standard deviations away."""
    declared = (
        Parameter(
            id="haq", label="HAQ", places=("measures.haq.recovery.octagam_10",), scale="plain", sd=0.15,
        ),
        Parameter(id="distance", label="HAQ", places=("measures.haq.distance.mean",), scale="log", sd=0.2),
        Parameter(id="spread", label="Spread", places=("measures.haq.recovery_sd",), scale="log", sd=0.4),
    )  # fmt: skip
    parameters = Parameters(declared, read_course("proderm"))
    names = [f"changes.haq-week16.{side}.{number}" for side in ("group", "comparator") for number in ("mean", "sd")]
    truth = parameters.center + np.array([0.2, 0.2, -0.5])
    simulator = Simulator(
        read_trial("proderm"), parameters, tuple(FIGURES[name] for name in names), 5, 40, pool
    )  # fmt: skip
    values = simulator.simulate(truth, 0)
    published = [
        figure._replace(value=float(mean) * (figure.of or 1))
        for figure, mean in zip(simulator.figures, values.mean(axis=0), strict=True)
    ]
    alike = simulator._replace(figures=tuple(published), parameters=parameters)
    fitted = fit_parameters(alike, Effort(batches=1, slope_batches=1, last_slope_batches=1))
    far = (truth - parameters.center) / fitted.sd
    near = (truth - fitted.mode) / fitted.sd
    assert np.abs(near).max() < 1 < np.abs(far).max()
    assert (fitted.sd < parameters.sd).all()
    assert fitted.objectives[-1] < fitted.objectives[0]
