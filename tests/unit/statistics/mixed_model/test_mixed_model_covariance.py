"""Each structure's matrix in a case done by hand, and its derivatives by finite differences."""

import numpy as np
import pytest

from myotis.statistics.mixed_model.covariance import CovarianceForm, CovarianceStructure, Parameterization

SIZES = {
    "unstructured": 10,
    "toeplitz-heterogeneous": 7,
    "toeplitz": 4,
    "ante-dependence-heterogeneous": 7,
    "ante-dependence": 4,
    "autoregressive-heterogeneous": 5,
    "autoregressive": 2,
    "compound-symmetry-heterogeneous": 5,
    "compound-symmetry": 2,
}
CORRELATED = np.array([[4.0, 2.0, 1.0, 1.2], [2.0, 9.0, 3.0, 2.4], [1.0, 3.0, 4.0, 3.0], [1.2, 2.4, 3.0, 16.0]])
X = 0.75
"""Its correlation is 0.75 / 1.25 = 0.6."""
FORMS = [
    *((structure, Parameterization.FACTOR) for structure in CovarianceStructure),
    (CovarianceStructure.UNSTRUCTURED, Parameterization.ENTRIES),
]


def form_of(structure, visits=4, parameterization=Parameterization.FACTOR):
    return CovarianceForm(CovarianceStructure(structure), visits, parameterization)


@pytest.mark.parametrize(("structure", "parameterization"), FORMS)
def test_derivatives_are_those_of_the_matrix(structure, parameterization):
    form = form_of(structure, parameterization=parameterization)
    at = form.start(CORRELATED)
    step = 1e-6 * np.eye(len(at))
    _, first, second = form.expand(at)
    for k in range(len(at)):
        above, below = form.expand(at + step[k]), form.expand(at - step[k])
        assert first[k] == pytest.approx((above[0] - below[0]) / 2e-6, abs=1e-7)
        assert second[k] == pytest.approx((above[1] - below[1]) / 2e-6, abs=1e-7)


@pytest.mark.parametrize(("structure", "size"), SIZES.items())
def test_how_many_parameters_a_structure_has(structure, size):
    assert len(form_of(structure).start(CORRELATED)) == size


@pytest.mark.parametrize(
    ("structure", "parameters", "expected"),
    [
        ("compound-symmetry", [0, 0], [[1, 0.25, 0.25], [0.25, 1, 0.25], [0.25, 0.25, 1]]),
        ("autoregressive", [np.log(2), X], [[4, 2.4, 1.44], [2.4, 4, 2.4], [1.44, 2.4, 4]]),
        ("toeplitz", [0, X, 0], [[1, 0.6, 0], [0.6, 1, 0.6], [0, 0.6, 1]]),
        ("ante-dependence", [0, X, -X], [[1, 0.6, -0.36], [0.6, 1, -0.6], [-0.36, -0.6, 1]]),
        ("autoregressive-heterogeneous", [0, np.log(2), 0, X], [[1, 1.2, 0.36], [1.2, 4, 1.2], [0.36, 1.2, 1]]),
        ("unstructured", [0, np.log(2), 0, 1, 2, 3], [[1, 2, 2], [2, 8, 10], [2, 10, 14]]),
    ],
)
def test_a_matrix_by_hand(structure, parameters, expected):
    assert form_of(structure, 3).expand(np.array(parameters, dtype=float))[0] == pytest.approx(np.array(expected))


@pytest.mark.parametrize("structure", CovarianceStructure)
def test_with_one_visit_every_structure_is_one_variance(structure):
    form = form_of(structure, 1)
    assert form.start(np.array([[9.0]])) == pytest.approx([np.log(3)])
    value, first, second = form.expand(np.array([np.log(3)]))
    assert (value.item(), first.item(), second.item()) == pytest.approx((9, 18, 36))


def test_the_start_of_the_unstructured_covariance_is_the_covariance_by_moments():
    for parameterization in Parameterization:
        form = form_of("unstructured", parameterization=parameterization)
        assert form.expand(form.start(CORRELATED))[0] == pytest.approx(CORRELATED)


def test_a_start_is_definite_where_the_moments_are_not():
    moments = np.array([[1.0, 0.9, -0.9], [0.9, 1.0, 0.9], [-0.9, 0.9, 1.0]])
    for structure in CovarianceStructure:
        form = form_of(structure, 3)
        assert np.linalg.eigvalsh(form.expand(form.start(moments))[0])[0] > 0
