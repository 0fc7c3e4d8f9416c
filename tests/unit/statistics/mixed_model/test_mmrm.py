"""The usual model in one call: its columns, its means, and what it refuses."""

import numpy as np
import pytest

from myotis.errors import StatisticsError
from myotis.statistics.continuous.ancova import fit_ancova
from myotis.statistics.mixed_model.covariance import CovarianceStructure
from myotis.statistics.mixed_model.mmrm import fit_mmrm

SETTINGS = {
    "reference": 0,
    "covariance": "unstructured",
    "df_method": "satterthwaite",
    "weights": "equal",
    "margins": "rows",
    "level": 0.95,
}


def trial(seed=1, subjects=60, visits=3, arms=2):
    """Outcome, arm, a baseline and two factors of 2 and 3 levels; about a fifth of later visits is missing."""
    generator = np.random.default_rng(seed)
    arm = np.arange(subjects) % arms
    baseline, factors = generator.normal(size=(subjects, 1)), generator.integers(0, [2, 3], size=(subjects, 2))
    y = generator.normal(size=(subjects, visits)) + generator.normal(size=(subjects, 1)) + baseline + arm[:, None]
    y[:, 1:][generator.random((subjects, visits - 1)) < 0.2] = np.nan
    return y, arm, {"covariates": baseline, "factors": factors}


@pytest.mark.parametrize("weights", ["equal", "proportional"])
def test_one_visit_is_the_analysis_of_covariance(weights):
    y, arm, rest = trial(visits=1)
    one = fit_ancova(y[:, 0], arm == 1, **rest, slopes="shared", variance="model-based", weights=weights, level=0.9)
    for structure in CovarianceStructure:
        answer = fit_mmrm(y, arm, **rest, **SETTINGS | {"weights": weights, "level": 0.9, "covariance": structure})
        for ours, theirs in zip(
            (answer.differences, answer.means, answer.means), (one.difference, one.mean2, one.mean1), strict=True
        ):
            row = 1 if theirs is one.mean1 else 0
            for name in ("estimate", "lower", "upper"):
                assert getattr(ours, name)[row, 0] == pytest.approx(float(getattr(theirs, name)), rel=1e-9)
        assert answer.tests.p_value[0, 0] == pytest.approx(float(one.test.p_value), rel=1e-8)


def test_the_columns_have_names():
    y, arm, rest = trial(arms=3)
    answer = fit_mmrm(y, arm, **rest, **SETTINGS | {"reference": 1, "covariate_effect": "by-visit"})
    assert answer.arms == (1, 0, 2)
    assert answer.design.columns == (
        *("intercept", "covariate 0", "factor 0 level 1", "factor 1 level 1", "factor 1 level 2"),
        *("arm 0", "arm 2", "visit 1", "visit 2"),
        *("arm 0, visit 1", "arm 0, visit 2", "arm 2, visit 1", "arm 2, visit 2"),
        *("covariate 0, visit 1", "covariate 0, visit 2"),
    )
    assert answer.means.estimate.shape == (3, 3)
    assert answer.differences.estimate == pytest.approx(answer.means.estimate[1:] - answer.means.estimate[0])


def test_with_the_reference_turned_round_differences_turn_round():
    y, arm, rest = trial()
    one, other = (fit_mmrm(y, arm, **rest, **SETTINGS | {"reference": reference}) for reference in (0, 1))
    assert other.differences.estimate == pytest.approx(-one.differences.estimate, rel=1e-6)
    assert other.differences.df == pytest.approx(one.differences.df, rel=1e-6)
    assert other.means.estimate == pytest.approx(one.means.estimate[::-1], rel=1e-6)


def test_margins_say_whether_rows_or_subjects_make_a_mean():
    y, arm, rest = trial()
    seen = ~np.isnan(y)
    for margins, share in (("rows", seen.sum(axis=1) / seen.sum()), ("subjects", np.full(60, 1 / 60))):
        answer = fit_mmrm(y, arm, **rest, **SETTINGS | {"margins": margins, "weights": "proportional"})
        baseline = share @ rest["covariates"][:, 0]
        levels = [share @ (rest["factors"][:, k] == level) for k, level in ((0, 1), (1, 1), (1, 2))]
        assert answer.design.mean_rows[1, 2, 1:5] == pytest.approx([baseline, *levels])


def test_without_factors_or_covariates():
    y, arm, _ = trial(seed=2)
    complete = y[~np.isnan(y).any(axis=1)]
    group = arm[~np.isnan(y).any(axis=1)]
    nothing = {"covariates": np.empty((len(group), 0)), "factors": np.empty((len(group), 0))}
    answer = fit_mmrm(complete, group, **nothing, **SETTINGS)
    assert answer.means.estimate == pytest.approx(np.stack([complete[group == arm].mean(axis=0) for arm in (0, 1)]))


def test_subjects_without_an_outcome_are_left_out():
    y, arm, rest = trial()
    wanted = fit_mmrm(y[5:], arm[5:], **{name: value[5:] for name, value in rest.items()}, **SETTINGS)
    y[:5] = np.nan
    rest["factors"][0] = 9
    answer = fit_mmrm(y, arm, **rest, **SETTINGS)
    assert answer.differences.estimate == pytest.approx(wanted.differences.estimate)
    assert answer.model.subjects == 55


def test_each_arm_may_have_a_covariance_of_its_own():
    y, arm, rest = trial()
    answer = fit_mmrm(y, arm, **rest, **SETTINGS | {"covariance_by_arm": True})
    assert answer.model.visit_covariance.shape == (2, 3, 3)


def test_several_structures_are_tried_in_their_order():
    y, arm, rest = trial()
    y[~np.isnan(y[:, 2]), 0] = np.nan
    answer = fit_mmrm(y, arm, **rest, **SETTINGS | {"covariance": ["unstructured", "autoregressive-heterogeneous"]})
    assert answer.model.structure == "autoregressive-heterogeneous"
    assert [structure.value for structure, _ in answer.failures] == ["unstructured"]


def test_an_arm_without_an_outcome_at_a_visit_is_refused():
    y, arm, rest = trial()
    y[arm == 1, 2] = np.nan
    with pytest.raises(StatisticsError, match="arm 1 has no outcome at visit 2"):
        fit_mmrm(y, arm, **rest, **SETTINGS)


def test_an_arm_that_nobody_is_in_is_no_reference():
    y, arm, rest = trial()
    with pytest.raises(StatisticsError, match=r"reference arm 7 has an outcome; expected one of \[0, 1\]"):
        fit_mmrm(y, arm, **rest, **SETTINGS | {"reference": 7})


@pytest.mark.parametrize("name", ["outcome", "arm", "covariates", "factors"])
def test_what_does_not_fit_is_refused(name):
    y, arm, rest = trial()
    values = {"outcome": y, "arm": arm, **rest}
    values[name] = values[name] + (np.inf if name in ("outcome", "covariates") else 0.5)
    with pytest.raises(StatisticsError, match="the design can't be built"):
        fit_mmrm(**values, **SETTINGS)
