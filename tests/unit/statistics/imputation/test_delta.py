from dataclasses import replace

import numpy as np
import pytest
from incomplete_trials import analyze_last_visit, read_trial
from numpy.testing import assert_allclose

from myotis.errors import StatisticsError
from myotis.statistics.imputation.conditional_mean import impute_with_jackknife
from myotis.statistics.imputation.delta import compute_delta, compute_tipping_grid
from myotis.statistics.imputation.effect import change_strategy, estimate_imputed_effect
from myotis.statistics.imputation.responder_tipping import compute_responder_tipping_table
from myotis.statistics.proportions.independence import fisher_exact_test, pearson_chi_square_test

TRIAL = read_trial("monotone")
IMPUTED = impute_with_jackknife(TRIAL, covariance_by_arm=False)


def grid(imputed=IMPUTED, **options):
    given = {"active": 1, "control": 0, "active_delta": [-60, -30, 0], "control_delta": [0], "method": "jackknife"}
    given |= {"lag": [1, 0, 0, 0]}
    return compute_tipping_grid(imputed, analyze_last_visit, **(given | {"level": 0.95} | options))


def test_deltas_by_arm():
    delta = compute_delta(TRIAL, [[0, 0, 0, 0], [1, 2, 3, 4]], lag=[1, 1, 1, 1])
    assert (delta[TRIAL.arm == 0] == 0).all()
    at = np.flatnonzero((TRIAL.arm == 1) & (TRIAL.event == 2))[0]
    assert delta[at].tolist() == [0, 0, 3, 7]


@pytest.mark.parametrize(("delta", "lag"), [([1, 2], [1] * 4), ([1] * 4, [1]), ([np.nan] * 4, [1] * 4)])
def test_deltas_have_a_shape(delta, lag):
    with pytest.raises(StatisticsError, match="as many lags"):
        compute_delta(TRIAL, delta, lag=lag)


def test_observed_values_never_move():
    seen = []

    def spy(completed):
        seen.append(completed)
        return analyze_last_visit(completed)

    estimate_imputed_effect(IMPUTED, spy, method="jackknife", level=0.95, delta=-7.0)
    observed = ~np.isnan(TRIAL.outcome)
    assert (seen[0].outcome[observed] == TRIAL.outcome[observed]).all()
    assert_allclose(seen[0].outcome[~observed], IMPUTED.completed[0][~observed] - 7)


def test_the_tipping_point_is_where_the_p_value_is_the_level():
    found = grid()
    at = float(found.tipping_delta[0])
    assert -60 < at < 0
    assert_allclose(grid(active_delta=[at]).p_value[0, 0], 0.05, rtol=1e-6)
    assert found.p_value[2, 0] < 0.05 < found.p_value[1, 0]


def test_deltas_that_grow_tip_earlier_than_deltas_that_stay():
    growing = grid(lag=[1, 1, 1, 1]).tipping_delta[0]
    assert float(grid().tipping_delta[0]) < float(growing) < 0


def test_no_tipping_point_in_the_range_is_nan():
    found = grid(active_delta=[-1, 0, 1], control_delta=[-1, 0])
    assert np.isnan(found.tipping_delta).all()
    assert (found.p_value < 0.05).all()


@pytest.mark.parametrize(
    "options", [{"active": 0}, {"active": 2}, {"active_delta": [0, -1]}, {"control_delta": []}, {"control_delta": 0.0}]
)
def test_what_is_no_grid_is_refused(options):
    with pytest.raises(StatisticsError, match="expected"):
        grid(**options)


def test_nothing_to_shift_is_told():
    trial = replace(TRIAL, event=np.full(len(TRIAL.arm), 4))
    imputed = replace(IMPUTED, trial=trial)
    with pytest.raises(StatisticsError, match="nothing to shift"):
        grid(imputed)


def test_strategies_lie_between_jump_to_reference_and_missing_at_random():
    effects = [
        float(estimate_imputed_effect(change_strategy(IMPUTED, strategy), analyze_last_visit, method="jackknife",
                                      level=0.95).estimate.estimate)
        for strategy in ("jump-to-reference", "copy-reference", "copy-increments-in-reference", "missing-at-random")
    ]  # fmt: skip
    assert effects == sorted(effects)


def test_the_responder_table_by_hand():
    table = compute_responder_tipping_table(8, 8, 2, 1, 8, 2, test=fisher_exact_test, alpha=0.05)
    assert table.p_value.shape == (3, 3)
    assert_allclose(table.difference[0], [0.7, 0.6, 0.5])
    # 8/10 v 3/10: p = 0.0698; 9/10 v 3/10: 0.0198
    assert_allclose(table.p_value[:2, 2], [0.0698, 0.0198], atol=5e-5)
    assert table.needed.tolist() == [0, 0, 1]


def test_too_few_missing_responders_are_one_more_than_there_are():
    table = compute_responder_tipping_table(3, 8, 1, 3, 8, 1, test=fisher_exact_test, alpha=0.05)
    assert table.needed.tolist() == [2, 2]
    assert not table.favors1.any()


def test_without_missing_subjects_the_table_is_the_test():
    table = compute_responder_tipping_table(8, 10, 0, 2, 10, 0, test=fisher_exact_test, alpha=0.05)
    assert table.p_value.tolist() == [[float(fisher_exact_test(8, 10, 2, 10).p_value)]]


def test_cells_without_an_answer_are_told():
    def test(*counts):
        return pearson_chi_square_test(*counts, yates=False)

    table = compute_responder_tipping_table(0, 4, 1, 0, 4, 1, test=test, alpha=0.05)
    assert np.isnan(table.p_value).tolist() == [[True, False], [False, False]]
    assert not table.favors1[0, 0]
    assert table.undefined


@pytest.mark.parametrize("counts", [(5, 4, 0, 1, 4, 0), (1, 4, -1, 1, 4, 0), (0, 0, 0, 1, 4, 0)])
def test_what_cannot_be_counts_is_refused(counts):
    with pytest.raises(StatisticsError, match="expected"):
        compute_responder_tipping_table(*counts, test=fisher_exact_test, alpha=0.05)
