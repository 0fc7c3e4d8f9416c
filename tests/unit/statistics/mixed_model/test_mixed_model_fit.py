"""Fits whose answer is known in closed form, and rows that no model can be fitted to."""

import numpy as np
import pytest
from mixed_model_data import simulate_rows

from myotis.errors import StatisticsError
from myotis.statistics.mixed_model.contrast import contrast_test, estimate_contrast, joint_contrast_test
from myotis.statistics.mixed_model.covariance import CovarianceStructure
from myotis.statistics.mixed_model.degrees_of_freedom import DegreesOfFreedom
from myotis.statistics.mixed_model.fallback import fit_with_fallback
from myotis.statistics.mixed_model.fit import fit_mixed_model
from myotis.statistics.mixed_model.search import CovarianceError

EXACT = ("satterthwaite", "kenward-roger-linear")
"""Exact for complete data; the full Kenward-Roger method depends on what the parameters are."""


def fit(rows, covariance="unstructured", criterion="reml", **settings):
    return fit_mixed_model(
        rows.outcome, rows.design, **rows.keywords() | {"covariance": covariance, "criterion": criterion} | settings
    )


@pytest.fixture
def balanced():
    """Two arms of 12, four visits, nothing missing, no baseline in the design."""
    rows = simulate_rows(11, missing=0)
    return rows, np.delete(rows.design, 1, axis=1)


def fit_balanced(balanced, covariance, **settings):
    rows, design = balanced
    return fit_mixed_model(
        rows.outcome, design, **rows.keywords(), covariance=covariance, criterion=settings.get("criterion", "reml")
    )


def test_complete_data_have_the_pooled_covariance_of_the_arms(balanced):
    table = balanced[0].outcome.reshape(24, 4)
    within = [table[arm::2] - table[arm::2].mean(axis=0) for arm in (0, 1)]
    pooled = sum(each.T @ each for each in within)
    assert fit_balanced(balanced, "unstructured").visit_covariance[0] == pytest.approx(pooled / 22, rel=1e-9)
    full = fit_balanced(balanced, "unstructured", criterion="ml")
    assert full.visit_covariance[0] == pytest.approx(pooled / 24, rel=1e-9)


def test_unstructured_complete_data_answer_the_t_test_of_each_visit(balanced):
    table = balanced[0].outcome.reshape(24, 4)
    model = fit_balanced(balanced, "unstructured")
    last = np.array([0, 1, 0, 0, 0, 0, 0, 1.0])
    difference = table[1::2, 3].mean() - table[::2, 3].mean()
    se = np.sqrt((table[::2, 3].var(ddof=1) + table[1::2, 3].var(ddof=1)) / 12)
    for method in EXACT:
        answer = estimate_contrast(model, last, df_method=method, level=0.95)
        assert (answer.estimate, answer.se, answer.df) == pytest.approx((difference, se, 22), rel=1e-8)


def test_compound_symmetry_of_complete_data_is_the_repeated_measures_anova(balanced):
    """F of arm by visit is mean square over the error within subjects; its degrees are 3 and 3 * 22."""
    by_arm = np.stack([balanced[0].outcome.reshape(24, 4)[arm::2] for arm in (0, 1)])
    means, subjects, visits = by_arm.mean(axis=1), by_arm.mean(axis=2), by_arm.mean(axis=(0, 1))
    arms, grand = by_arm.mean(axis=(1, 2)), by_arm.mean()
    error = by_arm - means[:, None] - subjects[:, :, None] + arms[:, None, None]
    mean_square = (error**2).sum() / 66
    interaction = 12 * ((means - arms[:, None] - visits + grand) ** 2).sum() / 3
    model = fit_balanced(balanced, "compound-symmetry")
    rows = np.eye(8)[5:]
    for method in EXACT:
        test = joint_contrast_test(model, rows, df_method=method)
        assert (test.statistic, *test.df) == pytest.approx((interaction / mean_square, 3, 66), rel=1e-6)
    between = ((subjects - arms[:, None]) ** 2).sum() * 4 / 22
    average = estimate_contrast(model, [0, 1, 0, 0, 0, 0.25, 0.25, 0.25], df_method="kenward-roger-linear", level=0.95)
    assert (average.se**2, average.df) == pytest.approx((between * 2 / 48, 22), rel=1e-6)


def test_two_parameterizations_answer_the_same_but_for_full_kenward_roger():
    rows = simulate_rows(5)
    factor, entries = (fit(rows, parameterization=name) for name in ("factor", "entries"))
    assert entries.minus2_log_likelihood == pytest.approx(factor.minus2_log_likelihood, rel=1e-12)
    assert entries.coefficients == pytest.approx(factor.coefficients, abs=1e-7)
    contrasts = np.eye(len(factor.coefficients))
    for method in EXACT:
        one, other = (estimate_contrast(m, contrasts, df_method=method, level=0.95) for m in (factor, entries))
        assert other.se == pytest.approx(one.se, rel=1e-6)
        assert other.df == pytest.approx(one.df, rel=1e-5)
    assert entries.kenward_roger_covariance == pytest.approx(entries.kenward_roger_linear_covariance, rel=1e-12)
    assert abs(factor.kenward_roger_covariance / factor.kenward_roger_linear_covariance - 1).max() > 1e-4


def test_groups_with_a_design_of_their_own_are_fitted_apart():
    rows = simulate_rows(6, subjects=40)
    other = np.column_stack([rows.design[:, :1], rows.design[:, 3:6]])
    whole = np.column_stack([other * (rows.arm == arm)[:, None] for arm in (0, 1)])
    model = fit_mixed_model(
        rows.outcome, whole, **rows.keywords(), covariance="unstructured", criterion="reml", group=rows.arm
    )
    total = 0.0
    for arm in (0, 1):
        here = rows.arm == arm
        alone = fit_mixed_model(
            rows.outcome[here],
            other[here],
            subject=rows.subject[here],
            visit=rows.visit[here],
            covariance="unstructured",
            criterion="reml",
        )
        assert model.visit_covariance[arm] == pytest.approx(alone.visit_covariance[0], rel=1e-6)
        total += alone.minus2_log_likelihood
    assert model.minus2_log_likelihood == pytest.approx(total, rel=1e-12)


def test_information_criteria_count_coefficients_in_the_full_likelihood_only():
    rows = simulate_rows(7)
    restricted, full = fit(rows), fit(rows, criterion="ml")
    assert restricted.aic - restricted.minus2_log_likelihood == pytest.approx(2 * 10)
    assert full.aic - full.minus2_log_likelihood == pytest.approx(2 * (10 + 9))
    assert full.bic - full.minus2_log_likelihood == pytest.approx(np.log(24) * 19)


def test_between_within_counts_by_the_columns_involved():
    rows = simulate_rows(8)
    model, count = fit(rows), len(rows.outcome)
    contrasts = [[0, 1, 0, 0, 0, 0, 0, 0, 0], [0, 0, 0, 1, 0, 0, 0, 0, 0], [0, 0, 1, 1, 0, 0, 0, 0, 0]]
    answer = estimate_contrast(model, contrasts, df_method="between-within", level=0.95)
    assert answer.df.tolist() == [24 - 3, count - 24 - 6, 24 - 3]
    assert estimate_contrast(model, contrasts, df_method="residual", level=0.95).df.tolist() == [count - 9] * 3
    joint = joint_contrast_test(model, contrasts[:2], df_method="between-within")
    assert joint.df.tolist() == [2, 21]


def test_an_f_test_of_one_row_is_the_square_of_the_t_test():
    model = fit(simulate_rows(9))
    row = np.eye(9)[8]
    for method in DegreesOfFreedom:
        alone, joint = contrast_test(model, row, df_method=method), joint_contrast_test(model, [row], df_method=method)
        assert joint.statistic == pytest.approx(alone.statistic**2)
        assert joint.df[1] == pytest.approx(alone.df)
        assert joint.p_value == pytest.approx(alone.p_value)


def test_few_degrees_make_a_denominator_of_two():
    """Where one of the independent squared t has no mean, the method of Fai and Cornelius has 2 degrees left."""
    rows = simulate_rows(4, subjects=5, visits=2, missing=0)
    model = fit_mixed_model(
        rows.outcome, rows.design[:, :4], **rows.keywords(), covariance="unstructured", criterion="reml"
    )
    assert joint_contrast_test(model, np.eye(4)[:2], df_method="satterthwaite").df[1] == 2


BROKEN = {
    "a missing outcome": ({"outcome": np.nan}, "missing or not finite"),
    "a subject that is no number": ({"subject": 0.5}, "subject.row. can't be used"),
    "a visit below 0": ({"visit": -1}, "visit.row. can't be used"),
    "a visit without a row": ({"visit": 7}, "visit 4 has no row"),
}


@pytest.mark.parametrize(("change", "message"), BROKEN.values(), ids=list(BROKEN))
def test_rows_that_are_refused(change, message):
    rows = simulate_rows(2)
    values = {"outcome": rows.outcome, "subject": rows.subject, "visit": rows.visit}
    for name, value in change.items():
        values[name] = values[name].astype(float if isinstance(value, float) else int)
        values[name][0] = value
    with pytest.raises(StatisticsError, match=message):
        fit_mixed_model(values.pop("outcome"), rows.design, **values, covariance="toeplitz", criterion="reml")


def test_shapes_that_do_not_fit_are_refused():
    rows = simulate_rows(2)
    with pytest.raises(StatisticsError, match=r"outcome\[row\] and design\[row, column\]"):
        fit_mixed_model(rows.outcome[1:], rows.design, **rows.keywords(), covariance="toeplitz", criterion="reml")


def test_two_rows_of_a_subject_at_one_visit_are_refused():
    rows = simulate_rows(2)
    with pytest.raises(StatisticsError, match="more than one row at a visit"):
        fit_mixed_model(
            rows.outcome,
            rows.design,
            subject=np.zeros_like(rows.subject),
            visit=rows.visit,
            covariance="toeplitz",
            criterion="reml",
        )


def test_a_subject_in_two_groups_and_a_group_without_subjects_are_refused():
    rows = simulate_rows(2)
    with pytest.raises(StatisticsError, match="more than one group"):
        fit(rows, group=(rows.visit > 1).astype(int))
    with pytest.raises(StatisticsError, match="group 1 has no row"):
        fit(rows, group=rows.arm * 2)


def test_a_column_that_follows_from_others_is_named():
    rows = simulate_rows(2)
    doubled = np.column_stack([rows.design, rows.design[:, 1] - rows.design[:, 0]])
    with pytest.raises(StatisticsError, match="column 9 of the design follows"):
        fit_mixed_model(rows.outcome, doubled, **rows.keywords(), covariance="toeplitz", criterion="reml")


def test_fewer_rows_than_columns_are_refused():
    with pytest.raises(StatisticsError, match="2 rows are too few for 2 columns"):
        fit_mixed_model([1.0, 2.0], np.eye(2), subject=[0, 1], visit=[0, 0], covariance="toeplitz", criterion="reml")


def test_equal_outcomes_have_no_model():
    rows = simulate_rows(2)
    with pytest.raises(StatisticsError, match="are all outcomes equal"):
        fit_mixed_model(
            np.full_like(rows.outcome, 3.0), rows.design, **rows.keywords(), covariance="toeplitz", criterion="reml"
        )


def test_entries_are_parameters_of_the_unstructured_covariance_only():
    with pytest.raises(StatisticsError, match="not parameterized by its entries"):
        fit(simulate_rows(2), "toeplitz", parameterization="entries")


def apart(rows):
    """Rows without the first visit of subjects who have the last one."""
    late = np.isin(rows.subject, rows.subject[rows.visit == 3])
    kept = ~((rows.visit == 0) & late)
    return rows.outcome[kept], rows.design[kept], rows.subject[kept], rows.visit[kept], rows.arm[kept]


def test_visits_that_nobody_has_both_have_no_free_covariance():
    y, x, subject, visit, _ = apart(simulate_rows(12, subjects=40, missing=0.4))
    with pytest.raises(CovarianceError, match="no subject has both visit 0 and visit 3; a structure with fewer"):
        fit_mixed_model(y, x, subject=subject, visit=visit, covariance="unstructured", criterion="reml")


def test_visits_that_determine_each_other_are_told():
    """Four subjects leave two dimensions for three visits."""
    rows = simulate_rows(13, subjects=4, visits=3, missing=0)
    with pytest.raises(CovarianceError, match="a structure with fewer parameters"):
        fit_mixed_model(
            rows.outcome,
            np.delete(rows.design, 1, axis=1),
            **rows.keywords(),
            covariance="unstructured",
            criterion="reml",
        )


def test_a_likelihood_without_a_maximum_is_told():
    """R's mmrm finds none here either, with nlminb, BFGS and L-BFGS-B."""
    with pytest.raises(CovarianceError, match="the unstructured covariance goes to the edge"):
        fit(simulate_rows(70))


def test_a_visit_at_which_all_are_equal_is_told():
    """Its variance goes to 0 and its likelihood without end; the search stops where numbers still hold."""
    rows = simulate_rows(15)
    level = np.where(rows.visit == 2, 1.0, rows.outcome)
    without = np.delete(rows.design, 1, axis=1)
    with pytest.raises(CovarianceError, match="a variance is 0"):
        fit_mixed_model(level, without, **rows.keywords(), covariance="unstructured", criterion="reml")


def test_the_fallback_says_which_structures_failed_and_why():
    y, x, subject, visit, arm = apart(simulate_rows(12, subjects=40, missing=0.4))
    found = fit_with_fallback(
        y,
        x,
        subject=subject,
        visit=visit,
        covariances=["unstructured", "toeplitz-heterogeneous", "ante-dependence-heterogeneous"],
        criterion="reml",
    )
    assert found.model.structure is CovarianceStructure.ANTE_DEPENDENCE_HETEROGENEOUS
    assert [structure.value for structure, _ in found.failures] == ["unstructured", "toeplitz-heterogeneous"]
    assert "both visit 0 and visit 3" in found.failures[0][1]
    assert "flat or has no maximum" in found.failures[1][1]
    with pytest.raises(CovarianceError, match="in group 0 has both visit 0 and visit 3"):
        fit_with_fallback(y, x, subject=subject, visit=visit, covariances=["unstructured"], criterion="reml", group=arm)


def test_the_fallback_does_not_hide_rows_that_no_structure_can_use():
    rows = simulate_rows(2)
    with pytest.raises(StatisticsError, match="missing or not finite"):
        fit_with_fallback(
            rows.outcome * np.nan, rows.design, **rows.keywords(), covariances=["toeplitz"], criterion="reml"
        )
    for nothing in ([], "toeplitz"):
        with pytest.raises(StatisticsError, match="the order in which to try them"):
            fit_with_fallback(rows.outcome, rows.design, **rows.keywords(), covariances=nothing, criterion="reml")


def test_contrasts_that_can_not_be_used():
    model = fit(simulate_rows(2))
    for wrong in (np.zeros(9), np.ones(8), 1.0, np.full(9, np.nan)):
        with pytest.raises(StatisticsError, match="expected 9 finite weights"):
            estimate_contrast(model, wrong, df_method="residual", level=0.95)
    with pytest.raises(StatisticsError, match="of full rank"):
        joint_contrast_test(model, np.ones((2, 9)), df_method="residual")
    with pytest.raises(StatisticsError, match="between 0 and 1"):
        estimate_contrast(model, np.ones(9), df_method="residual", level=95)


def test_kenward_roger_asks_for_the_restricted_likelihood():
    model = fit(simulate_rows(2), criterion="ml")
    with pytest.raises(StatisticsError, match="defined for the restricted likelihood"):
        contrast_test(model, np.ones(9), df_method="kenward-roger")


def test_between_within_has_no_degrees_where_columns_use_up_the_subjects():
    rows = simulate_rows(14, subjects=3, visits=8, missing=0)
    model = fit_mixed_model(
        rows.outcome, rows.design[:, :3], **rows.keywords(), covariance="compound-symmetry", criterion="reml"
    )
    with pytest.raises(StatisticsError, match="not positive"):
        contrast_test(model, [0, 0, 1], df_method="between-within")
