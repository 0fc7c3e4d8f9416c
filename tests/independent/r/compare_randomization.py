"""Allocation procedures: against randomizeR over all of their lists, and Minirand. randomization.R made the numbers."""

import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

from comparison import Comparison

from myotis.randomize.assess.course import compute_course
from myotis.randomize.assess.time_trend import TimeTrend, compute_error_rate
from myotis.randomize.bits import SeededBits
from myotis.randomize.procedures.big_stick import BigStick
from myotis.randomize.procedures.maximal import Maximal
from myotis.randomize.procedures.minimization import Minimization, compute_minimized_chances
from myotis.randomize.procedures.permuted_blocks import PermutedBlocks
from myotis.randomize.procedures.simple import Simple

RECORDED = json.loads((Path(__file__).parent / "randomization.json").read_text(encoding="utf-8"))
RATIO = {"a": 1, "b": 1}
PROCEDURES = {
    "simple": Simple(),
    "blocks 4": PermutedBlocks(block_sizes=(4,)),
    "blocks 8": PermutedBlocks(block_sizes=(8,)),
    "big stick 1": BigStick(tolerance=1),
    "big stick 2": BigStick(tolerance=2),
    "maximal 2": Maximal(tolerance=2, terminal_balance=True),
    "maximal 3": Maximal(tolerance=3, terminal_balance=True),
}
TRENDS = (
    (TimeTrend(shape="linear", size=1.0), 0.05),
    (TimeTrend(shape="stepwise", size=1.5, step_after=3), 0.05),
    (TimeTrend(shape="logarithmic", size=1.0), 0.1),
)
IMBALANCES = {"Range": "range", "Var": "variance", "SD": "standard_deviation"}
SHARED = {"made_by": "tests/independent/r/randomization.R", "scale": "absolute"}


def comparisons() -> Iterator[Comparison]:
    """Seven procedures, three trends, 54 new subjects."""
    assessed, minimized = RECORDED["assessed"], RECORDED["minimized"]
    yield Comparison(
        function=compute_course,
        what=f"{len(assessed)} procedures: imbalance and loss at the end, guesses by convergence",
        source="R 4.2.2, randomizeR 3.0.2",
        ours=lambda: [_course(case) for case in assessed],
        theirs=[[case[name] for name in ("imbalance", "loss", "correct")] for case in assessed],
        tolerance=1e-13,
        why="both go through all lists",
        **SHARED,
    )
    yield Comparison(
        function=compute_error_rate,
        what=f"{len(assessed)} procedures, three time trends",
        source="R 4.2.2, randomizeR 3.0.2",
        ours=lambda: [_error_rates(case) for case in assessed],
        theirs=[case["error_rates"] for case in assessed],
        tolerance=1e-11,
        why="both sum a series of noncentral t or F distributions over all lists",
        **SHARED,
    )
    yield Comparison(
        function=compute_minimized_chances,
        what=f"{len(minimized)} new subjects, three ratios, range, variance and SD: the arms that are preferred",
        source="R 4.2.2, Minirand 0.1.3",
        ours=lambda: [_preferred(case) for case in minimized],
        theirs=[[float(arm + 1 in case["preferred"]) for arm in range(3)] for case in minimized],
        tolerance=0.0,
        why="an arm is preferred or not",
        **SHARED,
    )


def _course(case):
    course = compute_course(PROCEDURES[case["procedure"]], RATIO, case["places"], SeededBits(b""), draws=2)
    return course.imbalance[-1], course.loss[-1], course.convergence_guess.mean()


def _error_rates(case):
    procedure = PROCEDURES[case["procedure"]]
    how = {"generator": SeededBits(b""), "draws": 2}
    answers = [compute_error_rate(procedure, RATIO, case["places"], t, alpha=alpha, **how) for t, alpha in TRENDS]
    assert all(answer.draws is None for answer in answers)
    return [answer.rate for answer in answers]


def _preferred(case):
    *before, new = case["covariates"]
    ratio = {str(arm): share for arm, share in enumerate(case["ratio"], 1)}
    totals: dict[str, dict[str, dict[str, int]]] = {"x": {}, "y": {}}
    for subject, arm in zip(before, case["arms"], strict=True):
        for factor, level in zip(totals, subject, strict=True):
            counts = totals[factor].setdefault(str(level), {})
            counts[str(arm)] = counts.get(str(arm), 0) + 1
    options = Minimization(
        weights={"x": Decimal(1), "y": Decimal(2)}, imbalance=IMBALANCES[case["method"]], probability=Decimal(1)
    )
    levels = dict(zip(totals, map(str, new), strict=True))
    chances = compute_minimized_chances(options, ratio, totals, levels)
    return [float(chances.get(str(arm), 0) > 0) for arm in (1, 2, 3)]
