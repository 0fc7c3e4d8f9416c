"""A trial of ten subjects, worked by hand: who responds and why the others do not, the difference, the test, the
adjusted means, the flow. The arithmetic stands beside each number.

  subject  arm      stratum   week 16                                      counts as
  1        IVIG     mild      response                                     responder
  2        IVIG     moderate  response                                     responder
  3        IVIG     moderate  response                                     responder
  4        IVIG     mild      TIS 10                                       TIS below 20
  5        IVIG     moderate  left after week 8                            discontinuation
  6        placebo  mild      response                                     responder
  7        placebo  moderate  TIS 25, deterioration confirmed              confirmed deterioration
  8        placebo  moderate  response, but had switched at week 8         switch
  9        placebo  moderate  not evaluable                                missing
  10       placebo  mild      TIS 5                                        TIS below 20
"""

import math

import polars as pl
import pytest
from adam_frames import make_datasets, make_subject, make_value

from myotis.analyze.trial import analyze_trial
from myotis.protocol.read import read_trial

LEFT = {"EOSSTT": "DISCONTINUED", "DCSREAS": "ADVERSE EVENT", "DCSVISIT": "Week 8", "FPCOMPFL": "N", "EXTFL": "N"}
SWITCHED = {"SWITCHFL": "Y", "SWITCHVS": "Week 8", "PPROTFL": "N"}
Z = 1.959963984540054
"""The 97.5th percentile of the normal distribution."""


@pytest.fixture(scope="module")
def results():
    strata = ["mild", "moderate", "moderate", "mild", "moderate", "mild", "moderate", "moderate", "moderate", "mild"]
    special = {5: LEFT, 8: SWITCHED}
    subjects = [
        make_subject(number, "ivig" if number <= 5 else "placebo", STRATAR=stratum, **special.get(number, {}))
        for number, stratum in enumerate(strata, start=1)
    ]
    scores = {1: 40.0, 2: 60.0, 3: 22.5, 4: 10.0, 6: 20.0, 7: 25.0, 8: 50.0, 9: None, 10: 5.0}
    answers = {4: "no", 7: "no", 9: "not_evaluable", 10: "no"}
    tis = []
    for number, score in scores.items():
        subject = subjects[number - 1]
        tis += [
            make_value(subject, 16, "TIS", AVAL=score),
            make_value(subject, 16, "TISLOW", AVAL=15.0 if score is None else score),
            make_value(subject, 16, "TISHIGH", AVAL=45.0 if score is None else score),
            make_value(subject, 16, "DETER", AVALC="confirmed" if number == 7 else "none"),
            make_value(subject, 16, "RESP", AVALC=answers.get(number, "yes")),
        ]
    return analyze_trial(
        make_datasets(subjects, tis, make_changes(subjects)), read_trial("proderm"), data_cut="week 40"
    )


def make_changes(subjects):
    """CDASI activity: the same three baselines in each arm, so that adjusting for the baseline changes nothing."""
    rows = []
    for number, base, change in [(1, 20, -10), (2, 24, -8), (3, 28, -6), (6, 20, -2), (7, 24, 0)]:
        rows += [
            make_value(subjects[number - 1], 0, "CDASIA", AVAL=float(base), BASE=float(base)),
            make_value(
                subjects[number - 1], 16, "CDASIA", AVAL=float(base + change), BASE=float(base), CHG=float(change)
            ),
        ]
    switched = subjects[7]  # observed at week 16 on the other treatment; the last value before the switch counts
    rows += [
        make_value(switched, 0, "CDASIA", AVAL=28.0, BASE=28.0),
        make_value(switched, 16, "CDASIA", AVAL=4.0, BASE=28.0, CHG=-24.0),
        make_value(switched, 16, "CDASIA", AVAL=24.0, BASE=28.0, CHG=-4.0, DTYPE="LOCF"),
    ]
    return rows


def find(results, analysis_id, statistic, **about):
    rows = results.filter(pl.col("analysis_id") == analysis_id, pl.col("statistic") == statistic)
    for name, value in about.items():
        rows = rows.filter(pl.col(name).is_null() if value is None else pl.col(name) == value)
    (row,) = rows.iter_rows(named=True)
    return row


def test_responders_are_counted(results):
    """3 of 5 against 1 of 5."""
    for arm, count, percent in (("IVIG", 3, 60.0), ("Placebo", 1, 20.0)):
        row = find(results, "primary", "count", group=arm)
        assert (row["value"], row["n"], row["analysis_set"], row["dataset"]) == (count, 5, "FAS", "ADTIS")
        assert find(results, "primary", "percent", group=arm)["value"] == percent


@pytest.mark.parametrize(
    ("arm", "reasons"),
    [
        ("IVIG", {"tis_below_threshold": 1, "discontinuation": 1}),
        ("Placebo", {"confirmed_deterioration": 1, "switch": 1, "missing": 1, "tis_below_threshold": 1}),
    ],
)
def test_each_subject_who_did_not_respond_has_one_reason(results, arm, reasons):
    rows = results.filter(pl.col("analysis_id") == "primary.non_response", pl.col("group") == arm)
    assert {row["subgroup"]: row["value"] for row in rows.iter_rows(named=True) if row["value"]} == reasons


def test_the_difference_has_the_wald_interval(results):
    """60 - 20 = 40 percentage points; sqrt(0.6 x 0.4 / 5 + 0.2 x 0.8 / 5) = sqrt(0.08)."""
    margin = 100 * Z * math.sqrt(0.08)
    expected = {"estimate": 40.0, "lower": 40 - margin, "upper": 40 + margin}
    for statistic, value in expected.items():
        row = find(results, "primary", statistic, group="IVIG", comparator="Placebo")
        assert row["value"] == pytest.approx(value, rel=1e-12)
        assert (row["method"], row["unit"], row["n"]) == ("wald", "percentage points", 10)
        assert "Newcombe RG, Stat Med 1998" in row["reference"]
        assert row["method_options"] == (
            "death=composite; discontinuation=composite; switch=composite; missing=nonresponse; level=0.95"
        )


def test_the_test_is_stratified(results):
    """Mild: 1 of 2 v 1 of 2, expected 1, variance 2x2x2x2 / (16x3) = 1/3. Moderate: 2 of 3 v 0 of 3, expected 1,
    variance 3x3x2x4 / (36x5) = 2/5. So (3 - 2)^2 / (11/15) = 15/11, and p = erfc(sqrt(15/22))."""
    statistic = find(results, "primary", "test_statistic")
    assert statistic["value"] == pytest.approx(15 / 11, rel=1e-12)
    p = find(results, "primary", "p_value")
    assert p["value"] == pytest.approx(math.erfc(math.sqrt(15 / 22)), rel=1e-12)
    assert p["method"] == "cochran-mantel-haenszel"
    assert "strata=gda as randomized, 2" in p["method_options"]


def test_tis_of_at_least_40_takes_bounds_and_events(results):
    """IVIG: 1 and 2. Placebo: 8 reached 50 but had switched; 9 is between 15 and 45, so it is missing."""
    assert find(results, "moderate", "count", group="IVIG")["value"] == 2
    assert find(results, "moderate", "count", group="Placebo")["value"] == 0
    reasons = results.filter(pl.col("analysis_id") == "moderate.non_response", pl.col("group") == "Placebo")
    found = {row["subgroup"]: row["value"] for row in reasons.iter_rows(named=True) if row["value"]}
    assert found == {"switch": 1, "missing": 1, "tis_below_threshold": 3}
    major = results.filter(pl.col("analysis_id") == "major.non_response", pl.col("group") == "Placebo")
    found = {row["subgroup"]: row["value"] for row in major.iter_rows(named=True) if row["value"]}
    assert found == {"switch": 1, "tis_below_threshold": 4}  # at most 45 is below 60, whatever is missing


def test_means_are_adjusted_and_carried_forward(results):
    """Means -8 and (-2 + 0 - 4) / 3 = -2; the baselines are the same, so the adjusted difference is -6."""
    difference = find(results, "cdasi", "estimate", group="IVIG", comparator="Placebo")
    assert difference["value"] == pytest.approx(-6.0, abs=1e-12)
    assert (difference["method"], difference["n"], difference["parameter"]) == ("ancova", 6, "CDASIA")
    for arm, mean, carried, left_out in (("IVIG", -8.0, 0, 2), ("Placebo", -2.0, 1, 2)):
        row = find(results, "cdasi", "estimate", group=arm, comparator=None)
        assert (row["n"], row["value"]) == (3, pytest.approx(mean, abs=1e-12))
        assert find(results, "cdasi.values", "count", group=arm, subgroup="carried_forward")["value"] == carried
        assert find(results, "cdasi.values", "count", group=arm, subgroup="left_out")["value"] == left_out


@pytest.mark.parametrize(
    ("step", "reason", "counts"),
    [
        ("randomized", None, (5, 5, 10)),
        ("switched", None, (0, 1, 1)),
        ("completed_first_period", None, (4, 5, 9)),
        ("entered_extension", None, (4, 5, 9)),
        ("completed", None, (4, 5, 9)),
        ("discontinued_first_period", None, (1, 0, 1)),
        ("discontinued_extension", None, (0, 0, 0)),
    ],
)
def test_subjects_flow(results, step, reason, counts):
    for arm, count in zip(("IVIG", "Placebo", "Total"), counts, strict=True):
        assert find(results, "flow", "count", parameter=step, subgroup=reason, group=arm)["value"] == count


def test_reasons_for_leaving_are_counted_where_there_are_any(results):
    row = find(results, "flow", "count", parameter="discontinued", subgroup="ADVERSE EVENT", group="IVIG")
    assert row["value"] == 1


def test_analysis_sets_are_counted(results):
    assert find(results, "sets", "count", parameter="PPS", group="Placebo")["value"] == 4


def test_tis_is_described_as_observed(results):
    """IVIG: 10, 22.5, 40, 60: mean 33.125, median 31.25, quartiles (10 + 22.5) / 2 and (40 + 60) / 2. Placebo:
    5, 20, 25, 50, also after the switch: mean 25."""
    expected = {"n": 4, "mean": 33.125, "median": 31.25, "q1": 16.25, "q3": 50.0, "minimum": 10.0, "maximum": 60.0}
    for statistic, value in expected.items():
        assert find(results, "tis", statistic, visit="Week 16", group="IVIG")["value"] == value
    assert find(results, "tis", "mean", visit="Week 16", group="Placebo")["value"] == 25.0
    for name, count in (("minimal", 3), ("moderate", 1), ("major", 0)):
        row = find(results, "tis_at_least", "count", visit="Week 16", group="Placebo", subgroup=name)
        assert (row["value"], row["n"]) == (count, 4)
    shares = results.filter(pl.col("analysis_id") == "tis_category", pl.col("statistic") == "count",
                            pl.col("visit") == "Week 16", pl.col("group") == "Placebo")  # fmt: skip
    assert dict(shares.select("subgroup", "value").iter_rows()) == {
        "none": 1, "minimal": 2, "moderate": 1, "major": 0, "not_evaluable": 1,
    }  # fmt: skip


def test_the_baseline_is_described(results):
    assert find(results, "baseline", "mean", parameter="CDASIA", group="Total")["value"] == 24.0
    assert find(results, "baseline", "count", parameter="STRATAR", group="IVIG", subgroup="moderate")["value"] == 3
    assert find(results, "baseline", "percent", parameter="SEX", group="Total", subgroup="F")["value"] == 100.0


def test_changes_are_described_with_their_interval(results):
    """-10, -8, -6: mean -8, SD 2; t(2, 0.975) = 4.302652729911275."""
    about = {"parameter": "CDASIA", "visit": "Week 16", "group": "IVIG", "subgroup": "change"}
    assert find(results, "core_set", "sd", **about)["value"] == pytest.approx(2.0)
    lower = find(results, "core_set", "lower", **about)
    assert lower["value"] == pytest.approx(-8 - 4.302652729911275 * 2 / math.sqrt(3), rel=1e-9)


def test_deterioration_is_counted(results):
    row = find(results, "deterioration", "count", visit="Week 16", group="Placebo", subgroup="confirmed")
    assert (row["value"], row["n"]) == (1, 5)


def test_every_row_says_which_protocol_and_data(results):
    assert set(results["protocol_digest"]) == {read_trial("proderm").digest}
    assert set(results["data_cut"]) == {"week 40"}
