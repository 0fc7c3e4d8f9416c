"""The sections of the report on families, subgroups, tipping points, times and safety: what they say of known rows."""

import re
from html import unescape

import polars as pl
import pytest
from adam_frames import draw_datasets
from imputation_plan import TIPPING, list_changes
from protocol_files import write_changed

from myotis.analyze.trial import analyze_trial
from myotis.derive.datasets import derive_datasets
from myotis.protocol.read import read_trial
from myotis.report.html import render_report
from myotis.simulate.trial import simulate_trial

FAMILY = {
    "id": "key", "label": "Key end points", "procedure": "holm", "estimands": ["primary", "moderate"], "alpha": 0.05,
}  # fmt: skip


def text_of(page, section):
    """The words of one section, without its drawings."""
    found = re.search(rf'<section id="{section}".*?</section>', page, re.DOTALL)
    assert found, section
    return " ".join(unescape(re.sub(r"<svg.*?</svg>|<[^>]+>", " ", found[0], flags=re.DOTALL)).split())


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """The page of a virtual trial whose plan has a family and an imputation with a tipping."""
    imputation = {"imputations": 4, "chains": 2, "burn_in": 10, "thinning": 2, "tipping": TIPPING}
    changes = list_changes(imputation) | {"plan.families": [FAMILY]}
    trial = read_trial(write_changed(tmp_path_factory.mktemp("plan"), changes))
    results = analyze_trial(derive_datasets(simulate_trial(trial, seed=6), trial), trial)
    return results, render_report(results, trial), trial


def test_adjusted_p_values_have_a_column_and_say_how(made):
    _, page, _ = made
    text = text_of(page, "end-points")
    assert "p adjusted" in text
    assert "p adjusted, Key end points: Holm, to be held against 0.05." in text
    assert "p-values of end points without an adjusted one are descriptive." in text


def test_every_level_of_a_subgroup_has_its_counts(made):
    results, page, _ = made
    text = text_of(page, "subgroups")
    rows = results.filter(pl.col("analysis_id") == "primary.subgroup", pl.col("group") == "IVIG")
    rows = rows.filter(pl.col("comparator").is_null())
    counts = dict(rows.filter(pl.col("statistic") == "count").select("subgroup", "value").iter_rows())
    totals = dict(rows.filter(pl.col("statistic") == "denominator").select("subgroup", "value").iter_rows())
    assert set(counts) >= {"sex: Female", "sex: Male", "age: below 65", "age: 65 and older", "severity: mild"}
    for name, count in counts.items():
        assert f"{count:.0f}/{totals[name]:.0f}" in text
    assert text.count("interaction: p") == 3


def test_the_levels_of_a_factor_sum_to_all(made):
    results, _, _ = made
    rows = results.filter(pl.col("statistic") == "denominator", pl.col("comparator").is_null())
    whole = dict(rows.filter(analysis_id="primary").select("group", "value").iter_rows())
    parts = rows.filter(pl.col("analysis_id") == "primary.subgroup", pl.col("subgroup").str.starts_with("sex"))
    assert dict(parts.group_by("group").agg(pl.col("value").sum()).iter_rows()) == whole


def test_a_tipping_has_a_heat_map_and_a_table_for_each_kind(made):
    results, page, trial = made
    section = re.search(r'<section id="tipping".*?</section>', page, re.DOTALL)[0]
    assert section.count("<svg") == 2
    assert section.count("<table") == 2
    pairs = results.filter(pl.col("analysis_id") == "imputed.tipping", pl.col("statistic") == "estimate")
    text = text_of(page, "tipping")
    for value in pairs["value"]:
        assert f"{value:.1f}".replace("-", "−") in text
    assert "IVIG: steps worse" in text
    assert trial.plan.imputations[0].tipping


def test_times_and_safety_have_sections(made):
    _, page, _ = made
    assert "Median, days (interval)" in text_of(page, "times")
    assert "Leading to discontinuation of treatment" in text_of(page, "safety")


def test_a_plan_without_them_has_no_such_sections():
    trial = read_trial("proderm")
    few = trial.plan.estimands[:1]
    plan = trial.plan.model_copy(update={"estimands": few, "subgroups": (), "safety": None})
    trial = trial.model_copy(update={"plan": plan})
    page = render_report(analyze_trial(draw_datasets(2), trial), trial)
    for section in ("times", "subgroups", "tipping", "safety"):
        assert f'<section id="{section}"' not in page
