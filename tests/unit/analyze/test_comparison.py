"""Every method that a plan can name for responders is carried out; what it gives is what the method itself gives.

The oracles of the methods are in tests/independent; here it is the way from subjects to their tables and arguments.
"""

from decimal import Decimal

import numpy as np
import polars as pl
import pytest
from adam_frames import draw_datasets, make_datasets, make_subject, make_value

from myotis.analyze.comparison import CONTRASTS, Responders, carry_out_test, compare_responders
from myotis.analyze.rerandomization import rerandomize
from myotis.analyze.trial import analyze_trial
from myotis.errors import SettingError, StatisticsError
from myotis.protocol import methods
from myotis.protocol.read import read_trial
from myotis.statistics.proportions.difference import estimate_difference_of_proportions
from myotis.statistics.stratified.cochran_mantel_haenszel import cochran_mantel_haenszel_test
from myotis.statistics.stratified.score_interval import estimate_stratified_score
from myotis.terms.units import Quantity

TRIAL = read_trial("proderm")
PRIMARY = TRIAL.plan.estimands[0]
TABLES = np.array([[[11, 2], [6, 7]], [[20, 7], [13, 15]], [[6, 1], [2, 5]]])
LEVEL = Quantity(Decimal(95), "%")
METHODS = [
    (summary, method) for summary in CONTRASTS for method in sorted(methods.INTERVALS[summary])
]  # fmt: skip
TESTS = sorted(methods.TESTS[methods.PROPORTIONS] - {"none", "rerandomization"})


def take(tables):
    """The subjects of tables [stratum, group, outcome]."""
    rows = [
        (outcome == 0, group == 0, stratum)
        for (stratum, group, outcome), count in np.ndenumerate(tables)
        for _ in range(count)
    ]
    responded, in_group, stratum = (np.array(column) for column in zip(*rows, strict=True))
    return Responders(responded.astype(bool), in_group.astype(bool), stratum.astype(np.int64))


ARMS = take(TABLES)


def estimand(summary="difference_in_proportions", method="wald", test="none", **special):
    weights = "mantel_haenszel" if method in methods.WEIGHTED_INTERVALS else None
    parts = {name: special.pop(name) for name in ("margin", "rerandomization") if name in special}
    strata = ("gda",) if test in methods.STRATIFIED_TESTS else ()
    planned = methods.Test(method=test, continuity_correction=False, strata=strata, **parts)
    interval = methods.Interval(method=method, level=LEVEL, weights=special.pop("weights", weights))
    return PRIMARY.model_copy(update={"summary": summary, "interval": interval, "test": planned} | special)


def test_tables_and_counts_are_those_of_the_subjects():
    np.testing.assert_array_equal(ARMS.tables, TABLES)
    assert ARMS.counts == (37, 47, 21, 48)
    assert ARMS.indicators.sum(axis=0).tolist() == [55, 14]


@pytest.mark.parametrize(("summary", "method"), METHODS)
def test_every_interval_of_the_plan_holds_its_estimate(summary, method):
    answer = compare_responders(ARMS, estimand(summary, method))
    assert float(answer.lower) < float(answer.estimate) < float(answer.upper)
    null = 0 if summary == "difference_in_proportions" else 1
    assert float(answer.lower) > null  # 37 of 47 against 21 of 48
    assert answer.reference


@pytest.mark.parametrize("method", TESTS)
def test_every_test_of_the_plan_gives_a_p_value(method):
    special = {"margin": Quantity(Decimal(10), "%")} if method == "farrington_manning" else {}
    answer = carry_out_test(ARMS, estimand(test=method, **special))
    assert 0 < float(answer.p_value) < 0.01
    assert answer.method.replace("-", "_").startswith(method.split("_", 1)[0])


def test_some_of_them_to_the_digit():
    wald = compare_responders(ARMS, estimand())
    assert float(wald.upper) == float(
        estimate_difference_of_proportions(37, 47, 21, 48, method="wald", level=0.95).upper
    )
    score = compare_responders(ARMS, estimand(method="stratified_score", weights="minimum_risk"))
    direct = estimate_stratified_score(
        TABLES, contrast="difference", weights="minimum-risk", skewness=False, level=0.95
    )
    assert float(score.lower) == float(direct.lower)
    cmh = carry_out_test(ARMS, estimand(test="cochran_mantel_haenszel"))
    assert float(cmh.p_value) == float(cochran_mantel_haenszel_test(TABLES, correction=False).p_value)


def test_a_margin_is_tested_on_one_side():
    wide = carry_out_test(ARMS, estimand(test="farrington_manning", margin=Quantity(Decimal(-10), "%")))
    narrow = carry_out_test(ARMS, estimand(test="farrington_manning", margin=Quantity(Decimal(30), "%")))
    assert float(wide.p_value) < 1e-4
    assert float(narrow.p_value) > 0.2
    assert wide.alternative == "greater"


def test_an_empty_arm_has_no_answer():
    nobody = take(np.array([[[3, 2], [0, 0]]]))
    with pytest.raises(StatisticsError, match="no answer"):
        compare_responders(nobody, estimand())


REDRAW = methods.Rerandomization(draws=4000, seed=7, block_size=4)


def test_rerandomization_is_near_the_test_that_it_is_like():
    order = pl.Series(np.random.default_rng(2).permutation(len(ARMS.responded)))
    answer = rerandomize(ARMS, order, estimand(test="rerandomization", rerandomization=REDRAW), TRIAL)
    cmh = float(cochran_mantel_haenszel_test(TABLES, correction=False).p_value)
    assert float(answer.test.p_value) == pytest.approx(cmh, abs=4 * answer.mc_error + 0.002)
    again = rerandomize(ARMS, order, estimand(test="rerandomization", rerandomization=REDRAW), TRIAL)
    assert float(again.test.p_value) == float(answer.test.p_value)


def test_rerandomization_needs_two_arms_and_dates():
    three = TRIAL.model_copy(
        update={
            "randomization": TRIAL.randomization.model_copy(update={"ratio": {"ivig": 1, "placebo": 1, "third": 1}})
        }
    )
    asked = estimand(test="rerandomization", rerandomization=REDRAW)
    order = pl.Series(range(len(ARMS.responded)))
    with pytest.raises(SettingError, match="more than two arms"):
        rerandomize(ARMS, order, asked, three)
    with pytest.raises(SettingError, match="no date of randomization"):
        rerandomize(ARMS, pl.Series([None, *range(len(ARMS.responded) - 1)]), asked, TRIAL)


def with_estimand(asked):
    plan = TRIAL.plan.model_copy(update={"estimands": (asked,), "subgroups": ()})
    return TRIAL.model_copy(update={"plan": plan})


def rows(results, statistic):
    return results.filter(
        pl.col("analysis_id") == "primary", pl.col("comparator").is_not_null(), pl.col("statistic") == statistic
    )


@pytest.mark.parametrize("method", ["wald", "stratified_newcombe_yan_su", "standardization_ye"])
def test_the_plan_carries_them_out(method):
    covariates = ("strata",) if method == "standardization_ye" else ()
    asked = estimand(method=method, test="rerandomization", rerandomization=REDRAW, covariates=covariates)
    results = analyze_trial(draw_datasets(8), with_estimand(asked))
    assert rows(results, "estimate")["method"].to_list() == [method.replace("_", "-")]
    (test,) = rows(results, "p_value").rows(named=True)
    assert test["mc_error"] > 0
    assert "draws=4000" in test["method_options"]


def test_a_ratio_without_limit_is_a_row_that_says_so():
    subjects = [make_subject(number, "ivig" if number % 2 else "placebo") for number in range(1, 13)]
    values = [
        make_value(subject, 16, "RESP", AVALC="yes" if number % 2 else "no")
        for number, subject in enumerate(subjects, 1)
    ]
    results = analyze_trial(
        make_datasets(subjects, values, []), with_estimand(estimand("odds_ratio", "exact_conditional"))
    )
    (upper,) = rows(results, "upper").rows(named=True)
    assert upper["value"] is None
    assert upper["method_options"].endswith("without limit")
