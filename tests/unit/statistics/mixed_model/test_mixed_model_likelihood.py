"""The likelihood against one covariance matrix over all rows; its gradient and Hessian by finite differences."""

import numpy as np
import pytest
from mixed_model_data import Rows, simulate_rows, write_out_likelihood

from myotis.statistics.mixed_model.covariance import CovarianceForm, CovarianceStructure, Parameterization
from myotis.statistics.mixed_model.fit import Criterion, fit_mixed_model
from myotis.statistics.mixed_model.likelihood import differentiate, evaluate
from myotis.statistics.mixed_model.panel import lay_out_rows

FORM = CovarianceForm(CovarianceStructure.UNSTRUCTURED, 3, Parameterization.FACTOR)
STARTS = np.array([[0.1, 0.5, 0.3, 0.4, 0.2, 0.6], [0.7, 0.2, 0.4, -0.3, 0.1, 0.5]])


def expand(parameters):
    return [FORM.expand(part) for part in parameters.reshape(-1, 6)]


@pytest.mark.parametrize("restricted", [True, False])
@pytest.mark.parametrize("grouped", [True, False])
def test_derivatives_are_those_of_the_likelihood_written_out(restricted, grouped):
    rows = simulate_rows(3, visits=3)
    group = rows.arm if grouped else None
    panel = lay_out_rows(rows.outcome, rows.design, rows.subject, rows.visit, group)
    start = STARTS[: 2 if grouped else 1].ravel()

    def value(parameters):
        covariance = np.stack([part[0] for part in expand(parameters)])
        return write_out_likelihood(rows, covariance, restricted=restricted, group=group)

    def slope(parameters):
        parts = expand(parameters)
        point = evaluate(panel, np.stack([part[0] for part in parts]), restricted=restricted)
        assert point.minus2_log_likelihood == pytest.approx(value(parameters), rel=1e-12)
        return differentiate(
            panel, point, [part[1] for part in parts], [part[2] for part in parts], restricted=restricted
        )

    gradient, hessian = slope(start)
    for k, step in enumerate(1e-5 * np.eye(len(start))):
        assert gradient[k] == pytest.approx((value(start + step) - value(start - step)) / 2e-5, abs=1e-5)
        assert hessian[k] == pytest.approx((slope(start + step)[0] - slope(start - step)[0]) / 2e-5, abs=1e-5)


@pytest.mark.parametrize("structure", CovarianceStructure)
@pytest.mark.parametrize("criterion", Criterion)
def test_no_covariance_nearby_is_more_likely(structure, criterion):
    rows = simulate_rows(4)
    model = fit_mixed_model(rows.outcome, rows.design, **rows.keywords(), covariance=structure, criterion=criterion)
    form = CovarianceForm(structure, 4, Parameterization.FACTOR)
    restricted = criterion is Criterion.RESTRICTED
    best = write_out_likelihood(rows, model.visit_covariance, restricted=restricted)
    assert model.minus2_log_likelihood == pytest.approx(best, rel=1e-12)
    assert model.gradient_norm < 1e-6
    for step in 1e-3 * np.eye(len(model.parameters)):
        for moved in (model.parameters + step, model.parameters - step):
            assert write_out_likelihood(rows, form.expand(moved)[0][None], restricted=restricted) > best


def test_a_covariance_that_is_not_definite_has_no_likelihood():
    rows = simulate_rows(3, visits=3)
    panel = lay_out_rows(rows.outcome, rows.design, rows.subject, rows.visit, None)
    assert evaluate(panel, np.full((1, 3, 3), 2.0) - np.eye(3), restricted=True) is None


@pytest.mark.parametrize("seed", [23, 64])
def test_of_two_maxima_the_higher_one_is_found(seed):
    """Few subjects with wild outcomes: a correlation below 0 and one above it are both a maximum."""
    generator = np.random.default_rng(seed)
    y = np.round(generator.standard_cauchy(size=(12, 3)), 1)
    seen = generator.random((12, 3)) < 0.75
    seen[0] = True
    subject, visit = np.nonzero(seen)
    rows = Rows(y[seen], np.eye(3)[visit], subject, visit, visit * 0)
    model = fit_mixed_model(
        rows.outcome, rows.design, **rows.keywords(), covariance="compound-symmetry", criterion="reml"
    )
    grid = [
        write_out_likelihood(rows, np.exp(2 * scale) * np.where(np.eye(3), 1.0, rho)[None], restricted=True)
        for scale in model.parameters[0] + np.linspace(-1, 1, 41)
        for rho in np.linspace(-0.499, 0.9999, 61)
    ]
    assert model.minus2_log_likelihood <= min(grid)
