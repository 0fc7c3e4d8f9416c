"""ProDERM's published figures (NEJM 2022;387:1264 and the papers and registry that published.toml cites)."""

import polars as pl
import pytest

from myotis.analyze.reproduce import list_published_facts, read_published, reproduce_published
from myotis.errors import SettingError
from myotis.terms.source import Status

PRIMARY = "TIS >= 20 at week 16 without confirmed deterioration (primary end point)"


@pytest.fixture(scope="module")
def published():
    return read_published("proderm")


@pytest.fixture(scope="module")
def rows(published):
    return reproduce_published(published)


def find(rows, figure, **equal):
    return rows.filter(pl.col("figure").str.starts_with(figure), **equal)


@pytest.mark.parametrize(
    ("figure", "printed"),
    [
        (f"{PRIMARY}: difference", "34.97 (16.70 to 53.24)"),
        (f"{PRIMARY}: difference", "35 (17 to 53)"),
        ("TIS >= 40 at week 16: difference", "45 (27 to 63)"),
        ("TIS >= 60 at week 16: difference", "24 (8 to 39)"),
    ],
)
def test_responder_differences_are_wald(rows, figure, printed):
    row = find(rows, figure, published=printed, kind="reproduction").row(0, named=True)
    assert (row["recomputed"], row["method"], row["agrees"]) == (printed, "wald", "yes")


def test_other_intervals_do_not_give_the_primary_result(rows):
    others = find(rows, f"{PRIMARY}: difference", kind="comparison")
    assert set(others["agrees"]) == {"no"}
    newcombe = others.row(by_predicate=pl.col("method") == "newcombe", named=True)
    assert newcombe["recomputed"] == "34.97 (15.45 to 50.99)"


@pytest.mark.parametrize(
    ("figure", "expected"),
    [
        (f"{PRIMARY}: p-value", ["0.000474", "0.001021", "0.000689", "0.000508"]),
        ("TIS >= 60 at week 16: p-value", ["0.004067", "0.008887", "0.004820", "0.004267"]),
    ],
)
def test_no_test_without_strata_gives_the_published_p(rows, figure, expected):
    """Pearson, Yates, Fisher and CMH with one stratum, as computed with SciPy 1.17 for the dossier."""
    others = find(rows, figure, kind="comparison")
    assert others["recomputed"].to_list() == expected
    assert set(others["agrees"]) == {"no"}
    assert set(find(rows, figure, kind="reproduction")["agrees"]) == {"not recomputable"}


def test_cdasi_intervals_at_week_16_are_those_of_the_paper(rows):
    intervals = rows.filter(figure="CDASI activity, change to week 16: IVIg, interval")
    assert intervals["published"].to_list() == ["-9.36 (-12.52 to -6.19)"]
    assert find(rows, "CDASI activity, change to week 16: ", kind="reproduction").filter(
        pl.col("figure").str.ends_with("interval")
    )["agrees"].to_list() == ["yes", "yes"]


def test_only_swapped_means_and_sds_agree_at_week_40(rows):
    readings = rows.filter(kind="reading")
    agreeing = readings.filter(agrees="yes")["figure"].to_list()
    assert len(agreeing) == 2
    assert readings.height == 6
    assert all(
        figure.endswith("means and SDs swapped between the arms, numbers of subjects as posted") for figure in agreeing
    )


def test_no_reproduction_disagrees_and_each_gap_says_why(rows):
    reproductions = rows.filter(kind="reproduction")
    assert set(reproductions["agrees"]) == {"yes", "not recomputable"}
    gaps = reproductions.filter(agrees="not recomputable")
    assert (gaps["reason"].str.len_chars() > 0).all()
    assert set(gaps["recomputed"]) == {""}


def test_the_severity_percents_leave_one_count_each(rows):
    reasons = find(rows, "Physician global at baseline: ")["reason"].to_list()
    assert [reason.rpartition(" ")[2] for reason in reasons] == ["26", "56", "13"]


def test_every_figure_has_a_source_of_known_status(published):
    facts = list(list_published_facts(published))
    assert len(facts) > 100
    assert all(fact.source.reference for fact in facts)
    assert {fact.source.status for fact in facts} == {Status.VERIFIED, Status.RECALLED}


def test_faults_of_the_file_name_the_entry(published):
    broken = dict(published) | {"means": [{"id": "tis-week16", "label": "TIS", "group": {"mean": "48.4"}}]}
    with pytest.raises(SettingError, match=r"means, tis-week16: 'source'"):
        reproduce_published(broken)
    with pytest.raises(SettingError, match="expected one of proderm"):
        read_published("unknown")
