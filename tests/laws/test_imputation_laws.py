"""Laws of imputation, and the one that matters: the answer is the truth of the complete data, on average."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from imputation_plan import plan_imputation
from imputation_truth import analyze_incomplete, build_normal_pool, build_pool, draw_incomplete

from myotis.analyze.imputation.completed import complete
from myotis.analyze.imputation.responders import Compared
from myotis.analyze.subjects import select_subjects

TRIALS = 30
SHORT = {"imputations": 6, "chains": 2, "burn_in": 20, "thinning": 4}
EVENTS = {"switch": "composite", "discontinuation": "treatment_policy", "death": "composite"}


@pytest.fixture(scope="module")
def trial(tmp_path_factory):
    folder = tmp_path_factory.mktemp("protocol")
    return plan_imputation(folder, SHORT, {"intercurrent_events": EVENTS})


@pytest.fixture(scope="module")
def estimand(trial):
    return next(estimand for estimand in trial.plan.estimands if estimand.id == "imputed")


@pytest.fixture(scope="module")
def like(trial):
    return build_pool(trial, seed=5, subjects=100)


def test_the_difference_is_that_of_the_complete_data_where_the_model_is_right(trial, estimand, like):
    pool = build_normal_pool(trial, estimand, like, seed=1, subjects=4000)
    generator = np.random.default_rng(11)
    answers = [
        analyze_incomplete(draw_incomplete(generator, pool, 94, leaves=0.08), trial, estimand) for _ in range(TRIALS)
    ]
    truth, nonresponse, _, imputed, se, lower, upper = np.array(answers).T
    bias, chance = (imputed - truth).mean(), (imputed - truth).std(ddof=1) / TRIALS**0.5
    assert chance < 0.015
    assert abs(bias) < 4 * chance
    assert (nonresponse - truth).mean() < -4 * chance  # so many trials do find a bias: that of non-response
    # Of 30 intervals at 95 % fewer than 24 cover in one of 3000 cases; their width is that of the estimates' spread.
    assert ((lower <= pool.difference) & (pool.difference <= upper)).sum() >= 24
    assert 0.7 < imputed.std(ddof=1) / se.mean() < 1.3


@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 10_000), leaves=st.floats(0, 0.2), forgotten=st.floats(0, 0.2))
def test_observed_values_stay_others_are_in_range_and_order_is_nothing(trial, estimand, like, seed, leaves, forgotten):
    generator = np.random.default_rng(seed)
    incomplete = draw_incomplete(generator, like, 60, leaves, forgotten)
    completed = _complete(incomplete.adsl, incomplete.adcsm, trial, estimand)
    numbers = completed.core.numbers()
    known = ~completed.missing
    assert (completed.imputed[:, known] == numbers[known]).all()
    lowest, highest = ([getattr(scale, name) for scale in completed.scales] for name in ("minimum", "maximum"))
    assert (completed.imputed >= lowest).all()
    assert (completed.imputed <= np.maximum(highest, np.nan_to_num(numbers))).all()
    order = generator.permutation(incomplete.adcsm.height)
    turned = _complete(incomplete.adsl.reverse(), incomplete.adcsm[order.tolist()], trial, estimand)
    assert (turned.imputed == completed.imputed).all()


def _complete(adsl, adcsm, trial, estimand):
    compared = Compared.of_estimand(select_subjects(adsl, trial, "FAS"), estimand, trial)
    assert compared.subjects["USUBJID"].is_sorted()
    assert adcsm.filter(pl.col("AVAL").is_null()).height == 0
    return complete(compared.subjects, adcsm, compared.arm, estimand, trial)
