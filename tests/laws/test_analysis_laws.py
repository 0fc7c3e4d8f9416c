"""Laws of the analysis: exchanging the arms turns differences round; the order of rows says nothing; and counts are
those of a naive loop over rows (a second programming, without data frames)."""

import polars as pl
import pytest
from adam_frames import draw_datasets
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from myotis.analyze.trial import analyze_trial
from myotis.protocol.read import read_trial

TRIAL = read_trial("proderm")


def exchange(trial, **changes):
    """The trial with changes in each of its estimands; ratios of hazards, which turn over, are left out."""
    plan = trial.plan
    estimands = []
    for estimand in plan.estimands:
        if estimand.summary == "hazard_ratio":
            continue
        new = {"group": estimand.comparator, "comparator": estimand.group} if changes.get("arms") else {}
        estimands.append(estimand.model_copy(update=new))
    return trial.model_copy(update={"plan": plan.model_copy(update={"estimands": tuple(estimands)})})


def compared(results, statistic):
    rows = results.filter(pl.col("comparator").is_not_null(), pl.col("statistic") == statistic)
    return rows.sort("analysis_id", "subgroup")["value"].to_list()


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_exchanging_the_arms_changes_the_sign_and_nothing_else(seed):
    datasets = draw_datasets(seed)
    one, other = (analyze_trial(datasets, exchange(TRIAL, arms=arms)) for arms in (False, True))
    assert compared(one, "estimate") == pytest.approx([-value for value in compared(other, "estimate")], rel=1e-9)
    assert compared(one, "lower") == pytest.approx([-value for value in compared(other, "upper")], rel=1e-9)
    assert compared(one, "p_value") == pytest.approx(compared(other, "p_value"), rel=1e-9)


@settings(max_examples=5, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_the_order_of_rows_says_nothing(seed):
    datasets = draw_datasets(4, n=40)
    shuffled = {name: frame.sample(fraction=1, shuffle=True, seed=seed) for name, frame in datasets.items()}
    assert_frame_equal(analyze_trial(datasets, TRIAL), analyze_trial(shuffled, TRIAL), check_exact=True)


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_counts_are_those_of_a_naive_loop(seed):
    datasets = draw_datasets(seed, n=30)
    results = analyze_trial(datasets, TRIAL)
    for estimand, threshold in (("primary", None), ("moderate", 40), ("major", 60)):
        for arm in ("IVIG", "Placebo"):
            rows = results.filter(pl.col("group") == arm, pl.col("comparator").is_null())
            mine = rows.filter(pl.col("analysis_id") == estimand, pl.col("statistic") == "count")
            assert (mine["value"][0], mine["n"][0]) == count_naively(datasets, arm, threshold)


def count_naively(datasets, arm, threshold):
    responders = total = 0
    for subject in datasets["ADSL"].to_dicts():
        if subject["FASFL"] != "Y" or subject["TRT01P"] != arm:
            continue
        total += 1
        at_week_16 = {
            row["PARAMCD"]: row
            for row in datasets["ADTIS"].to_dicts()
            if row["USUBJID"] == subject["USUBJID"] and row["AVISITN"] == 16
        }
        if subject["SWITCHFL"] == "Y" and subject["SWITCHVS"] in {"Week 8", "Week 12", "Week 16"}:
            continue
        if subject["EOSSTT"] == "DISCONTINUED" and subject["DCSVISIT"] in {"Week 0", "Week 4", "Week 8", "Week 12"}:
            continue
        if threshold is None:
            responders += "RESP" in at_week_16 and at_week_16["RESP"]["AVALC"] == "yes"
        elif "TIS" in at_week_16:
            score = at_week_16["TIS"]["AVAL"]
            responders += (at_week_16["TISLOW"]["AVAL"] if score is None else score) >= threshold
    return responders, total


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_every_subject_responds_or_has_a_reason(seed):
    results = analyze_trial(draw_datasets(seed), TRIAL)
    for estimand in ("primary", "moderate", "major"):
        for arm in ("IVIG", "Placebo"):
            rows = results.filter(
                pl.col("group") == arm, pl.col("comparator").is_null(), pl.col("statistic") == "count"
            )
            parts = rows.filter(pl.col("analysis_id").is_in([estimand, f"{estimand}.non_response"]))
            assert parts["value"].sum() == parts["n"][0]
