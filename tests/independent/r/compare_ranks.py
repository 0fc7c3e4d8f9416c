"""Rank tests and effect sizes of two groups, with ties and without: against R. ranks.R made the numbers."""

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from comparison import Comparison

from myotis.statistics.continuous.hodges_lehmann import estimate_hodges_lehmann
from myotis.statistics.continuous.mann_whitney_probability import (
    brunner_munzel_test,
    estimate_mann_whitney_probability,
)
from myotis.statistics.continuous.wilcoxon_rank_sum import wilcoxon_rank_sum_test

RECORDED = json.loads((Path(__file__).parent / "ranks.json").read_text(encoding="utf-8"))["cases"]
UNTIED = [case for case in RECORDED if not case["tied"]]
WIDTH = max(len(values) for case in RECORDED for values in (case["x"], case["y"]))
ALTERNATIVES = ("two-sided", "greater", "less")
MADE_BY = "tests/independent/r/ranks.R"
SEARCHED = "R searches to 1e-10 for limits that are differences observed"


def comparisons() -> Iterator[Comparison]:
    """Twelve pairs of groups: 3 to 48 subjects, ties, scores of four values, groups that do not overlap."""
    closed = {"made_by": MADE_BY, "tolerance": 1e-10, "scale": "relative", "why": "closed forms and exact counts"}
    for method, name, cases, source in (
        ("wilcoxon-normal", "normal", RECORDED, "R 4.2.2, wilcox.test"),
        ("wilcoxon-normal-corrected", "corrected", RECORDED, "R 4.2.2, wilcox.test"),
        ("wilcoxon-exact", "exact_untied", UNTIED, "R 4.2.2, wilcox.test"),
        ("wilcoxon-exact", "exact", RECORDED, "R 4.2.2, coin 1.4.2"),
    ):
        yield Comparison(
            function=wilcoxon_rank_sum_test,
            what=f"{method}, {len(cases)} pairs, {'some' if cases is RECORDED else 'none'} tied: U and p-values",
            source=source,
            ours=lambda method=method, cases=cases: _rank_sums(cases, method),
            theirs=np.array([[case["statistic"], *case[name]] for case in cases]).T,
            **closed,
        )
    for method, name, cases, why, tolerance in (
        ("hodges-lehmann-normal", "limits_normal", RECORDED, SEARCHED, 1e-9),
        ("hodges-lehmann-normal-corrected", "limits_corrected", RECORDED, SEARCHED, 1e-9),
        ("hodges-lehmann-exact", "limits_exact", UNTIED, "both are differences observed", 1e-12),
    ):
        reached = [case for case in cases if None not in case[name]]
        yield Comparison(
            function=estimate_hodges_lehmann,
            what=f"{method}, {len(reached)} pairs of groups: limits, and the median of the differences",
            source="R 4.2.2, wilcox.test",
            made_by=MADE_BY,
            ours=lambda method=method, reached=reached: _shifts(reached, method),
            theirs=np.array([[case["hodges_lehmann"], *case[name]] for case in reached]).T,
            tolerance=tolerance,
            scale="absolute",
            why=why,
        )
    recorded = np.array([case["brunner_munzel"] for case in RECORDED], dtype=float).T
    yield Comparison(
        function=estimate_mann_whitney_probability,
        what=f"brunner-munzel, {len(RECORDED)} pairs of groups: estimate and limits, theirs cut to 0 and 1",
        source="R 4.2.2, lawstat 3.6",
        ours=lambda: _probabilities("brunner-munzel"),
        theirs=np.where(np.isnan(recorded[1]), np.nan, np.clip(recorded[:3], 0, 1)),
        **closed,
    )
    yield Comparison(
        function=brunner_munzel_test,
        what=f"{len(RECORDED)} pairs of groups: t, degrees of freedom and p-value",
        source="R 4.2.2, lawstat 3.6",
        ours=_brunner_munzel,
        theirs=recorded[3:],
        **closed,
    )
    yield Comparison(
        function=estimate_mann_whitney_probability,
        what=f"mann-whitney-newcombe-5, {len(RECORDED)} pairs of groups: estimate and limits",
        source="R 4.2.2, auRoc 0.2-1",
        made_by=MADE_BY,
        ours=lambda: _probabilities("mann-whitney-newcombe-5"),
        theirs=np.array([case["newcombe"] for case in RECORDED]).T,
        tolerance=1e-10,
        scale="absolute",
        why="auRoc searches its limits",
    )


def _stack(cases):
    return (
        np.array([case[name] + [np.nan] * (WIDTH - len(case[name])) for case in cases], dtype=float) for name in "xy"
    )


def _rank_sums(cases, method):
    answers = [wilcoxon_rank_sum_test(*_stack(cases), method=method, alternative=side) for side in ALTERNATIVES]
    return [answers[0].statistic, *(answer.p_value for answer in answers)]


def _shifts(cases, method):
    answer = estimate_hodges_lehmann(*_stack(cases), method=method, level=0.95)
    return answer.estimate, answer.lower, answer.upper


def _probabilities(method):
    answer = estimate_mann_whitney_probability(*_stack(RECORDED), method=method, level=0.95)
    return answer.estimate, answer.lower, answer.upper


def _brunner_munzel():
    answer = brunner_munzel_test(*_stack(RECORDED), alternative="two-sided")
    return answer.statistic, answer.df, answer.p_value
