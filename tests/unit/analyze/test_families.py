"""Families of hypotheses: adjusted p-values worked out by hand from the p-values of the estimands."""

from decimal import Decimal

import polars as pl
import pytest
from adam_frames import draw_datasets, make_datasets, make_subject, make_value

from myotis.analyze.families import adjust
from myotis.analyze.trial import analyze_trial
from myotis.protocol.multiplicity import Family
from myotis.protocol.read import read_trial

TRIAL = read_trial("proderm")
P = [0.01, 0.04, 0.03]


def family(procedure, **special):
    special = {name: tuple(value) for name, value in special.items()}
    return Family(id="f", label="F", procedure=procedure, estimands=("a", "b", "c"), alpha=Decimal("0.05"), **special)


HALF, ONE, NOTHING = Decimal("0.5"), Decimal(1), Decimal(0)


@pytest.mark.parametrize(
    ("planned", "adjusted"),
    [
        (family("bonferroni"), [0.03, 0.12, 0.09]),
        (family("holm"), [0.03, 0.06, 0.06]),
        (family("hochberg"), [0.03, 0.04, 0.04]),
        (family("hommel"), [0.03, 0.04, 0.04]),
        (family("fixed_sequence"), [0.01, 0.04, 0.04]),
        # all of the level at first, then to the second and the third: a fixed sequence drawn as a graph
        (
            family("graphical", weights=[ONE, NOTHING, NOTHING],
                   transitions=[(NOTHING, ONE, NOTHING), (NOTHING, NOTHING, ONE), (NOTHING, NOTHING, NOTHING)]),
            [0.01, 0.04, 0.04],
        ),
        # one half for the first, which passes it on: 0.01 / 0.5, then 0.04 and 0.03 at what came
        (family("fallback_wiens", weights=[HALF, HALF, NOTHING]), [0.02, 0.04, 0.04]),
    ],
)  # fmt: skip
def test_each_procedure_adjusts(planned, adjusted):
    assert adjust(P, planned).p_value.tolist() == pytest.approx(adjusted)


def with_family(procedure="holm", estimands=("primary", "moderate", "major")):
    planned = Family(id="key", label="Key", procedure=procedure, estimands=estimands, alpha=Decimal("0.05"))
    plan = TRIAL.plan.model_copy(update={"families": (planned,)})
    return TRIAL.model_copy(update={"plan": plan})


def p_values(results, suffix=""):
    names = [f"{name}{suffix}" for name in ("primary", "moderate", "major")]
    rows = results.filter(pl.col("statistic") == "p_value", pl.col("analysis_id").is_in(names))
    return dict(rows.select("analysis_id", "value").iter_rows())


def test_the_plan_adjusts_the_p_values_of_its_estimands():
    results = analyze_trial(draw_datasets(11), with_family())
    raw, adjusted = p_values(results), p_values(results, ".adjusted")
    ordered = sorted(raw, key=raw.get)
    smallest = ordered[0]
    assert adjusted[f"{smallest}.adjusted"] == pytest.approx(min(3 * raw[smallest], 1))
    assert all(adjusted[f"{name}.adjusted"] >= raw[name] for name in raw)
    rows = results.filter(pl.col("analysis_id") == "primary.adjusted")
    assert rows["method"].to_list() == ["holm"]
    assert "alpha=0.05" in rows["method_options"][0]


def test_a_test_without_answer_is_never_rejected():
    subjects = [make_subject(number, "ivig") for number in (1, 2)]
    rows = [make_value(subject, 16, "RESP", AVALC="yes") for subject in subjects]
    results = analyze_trial(make_datasets(subjects, rows, []), with_family())
    assert set(p_values(results, ".adjusted").values()) == {1.0}


def test_a_plan_without_families_has_no_adjusted_p_values():
    results = analyze_trial(draw_datasets(11), TRIAL)
    assert not any(name.endswith(".adjusted") for name in results["analysis_id"].unique())
