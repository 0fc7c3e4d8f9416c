"""What must hold of every mixed model, whatever the trial."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mixed_model_data import simulate_rows

from myotis.statistics.mixed_model.contrast import estimate_contrast
from myotis.statistics.mixed_model.covariance import CovarianceStructure
from myotis.statistics.mixed_model.fit import fit_mixed_model

seeds = st.integers(0, 10_000)
structures = st.sampled_from(CovarianceStructure)
LAST = np.array([0, 0, 1, 0, 0, 0, 0, 0, 1.0])
NEAR = {"rel": 1e-6, "abs": 1e-6}


def trial(seed):
    """Large enough that every structure has a maximum."""
    return simulate_rows(seed, subjects=48, missing=0.15)


def answer(y, x, subject, visit, structure, method="kenward-roger", contrast=LAST):
    model = fit_mixed_model(y, x, subject=subject, visit=visit, covariance=structure, criterion="reml")
    found = estimate_contrast(model, contrast, df_method=method, level=0.95)
    return model, np.array([found.estimate, found.se, found.df])


@settings(max_examples=30, deadline=None)
@given(seeds, structures)
def test_order_of_rows_and_numbers_of_subjects_do_not_matter(seed, structure):
    rows = trial(seed)
    _, wanted = answer(rows.outcome, rows.design, rows.subject, rows.visit, structure)
    order = np.random.default_rng(seed).permutation(len(rows.outcome))
    names = np.random.default_rng(seed).permutation(1000)
    _, found = answer(rows.outcome[order], rows.design[order], names[rows.subject[order]], rows.visit[order], structure)
    assert found == pytest.approx(wanted, **NEAR)


@settings(max_examples=30, deadline=None)
@given(seeds, structures, st.floats(-6, 6))
def test_another_unit_of_the_outcome_scales_estimate_and_error_only(seed, structure, power):
    rows, unit = trial(seed), 10**power
    model, wanted = answer(rows.outcome, rows.design, rows.subject, rows.visit, structure)
    scaled, found = answer(unit * rows.outcome, rows.design, rows.subject, rows.visit, structure)
    assert found / [unit, unit, 1] == pytest.approx(wanted, **NEAR)
    assert scaled.visit_covariance / unit**2 == pytest.approx(model.visit_covariance, rel=1e-5, abs=1e-6)


@settings(max_examples=30, deadline=None)
@given(seeds, structures)
def test_other_columns_for_the_same_design_answer_the_same(seed, structure):
    rows = trial(seed)
    generator = np.random.default_rng(seed)
    turn = generator.normal(size=(9, 9)) + 3 * np.eye(9)
    _, wanted = answer(rows.outcome, rows.design, rows.subject, rows.visit, structure)
    _, found = answer(rows.outcome, rows.design @ turn, rows.subject, rows.visit, structure, contrast=LAST @ turn)
    assert found == pytest.approx(wanted, **NEAR)


@settings(max_examples=30, deadline=None)
@given(seeds, structures, st.floats(-5, 5))
def test_an_effect_that_is_added_is_found(seed, structure, effect):
    rows = trial(seed)
    _, before = answer(rows.outcome, rows.design, rows.subject, rows.visit, structure)
    moved = rows.outcome + effect * rows.design[:, 2]
    _, after = answer(moved, rows.design, rows.subject, rows.visit, structure)
    assert after - [effect, 0, 0] == pytest.approx(before, **NEAR)


@settings(max_examples=20, deadline=None)
@given(seeds)
def test_a_structure_within_another_is_not_more_likely(seed):
    """Unstructured holds them all, a heterogeneous one its homogeneous one, Toeplitz AR(1) and compound symmetry."""
    rows = trial(seed)
    found = {
        structure.value: answer(rows.outcome, rows.design, rows.subject, rows.visit, structure)[0].minus2_log_likelihood
        for structure in CovarianceStructure
    }
    within = [("unstructured", name) for name in found]
    within += [(f"{name}-heterogeneous", name) for name in found if f"{name}-heterogeneous" in found]
    within += [("toeplitz", "autoregressive"), ("toeplitz", "compound-symmetry"), ("ante-dependence", "autoregressive")]
    assert [pair for pair in within if found[pair[0]] > found[pair[1]] + 1e-6] == []
