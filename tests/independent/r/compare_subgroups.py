"""Heterogeneity and qualitative interaction of subgroups: against R. subgroups.R made the numbers."""

import json
from collections.abc import Iterator
from pathlib import Path

from comparison import Comparison

from myotis.statistics.subgroups.heterogeneity import heterogeneity_of_proportions_test, heterogeneity_test
from myotis.statistics.subgroups.qualitative_interaction import gail_simon_test

RECORDED = json.loads((Path(__file__).parent / "subgroups.json").read_text(encoding="utf-8"))
EFFECTS, COUNTS = RECORDED["effects"], RECORDED["proportions"]
SHARED = {
    "made_by": "tests/independent/r/subgroups.R",
    "tolerance": 1e-10,
    "scale": "absolute",
    "why": "both are closed forms",
}


def comparisons() -> Iterator[Comparison]:
    """Five sets of effects, three of counts."""
    yield Comparison(
        function=heterogeneity_test,
        what=f"{len(EFFECTS)} sets of two to six subgroups: Q, degrees of freedom and p-value",
        source="R 4.2.2, metafor 3.8.1",
        ours=lambda: [_test(heterogeneity_test(case["estimate"], case["se"])) for case in EFFECTS],
        theirs=[case["q"] for case in EFFECTS],
        **SHARED,
    )
    yield Comparison(
        function=heterogeneity_of_proportions_test,
        what=f"{len(COUNTS)} sets of two to four subgroups, with cells of 0: Q, degrees of freedom and p-value",
        source="R 4.2.2, metafor 3.8.1",
        ours=lambda: [_test(heterogeneity_of_proportions_test(*_counts(case))) for case in COUNTS],
        theirs=[case["q"] for case in COUNTS],
        **SHARED,
    )
    opposed = [case for case in EFFECTS if min(case["estimate"]) < 0 < max(case["estimate"])]
    yield Comparison(
        function=gail_simon_test,
        what=f"{len(opposed)} sets with effects of both signs: p-value",
        source="R 4.2.2, QualInt 1.0.0",
        ours=lambda: [gail_simon_test(case["estimate"], case["se"]).p_value for case in opposed],
        theirs=[case["gail_simon_p"] for case in opposed],
        **SHARED,
    )


def _test(answer):
    return answer.statistic, answer.df, answer.p_value


def _counts(case):
    return (case[name] for name in ("x1", "n1", "x2", "n2"))
