"""Precision of a difference of responders: sizes for half-widths, half-widths of sizes, and limits beyond a margin."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from myotis.design.planned import Setup, check_name
from myotis.design.sizing import read_sizes
from myotis.errors import SettingError
from myotis.statistics.power.exact_proportions import EnumeratedTest, ExactTwoProportions
from myotis.statistics.power.precision import PrecisionAnswer, compute_precision, find_size_for_half_width
from myotis.statistics.proportions.difference import DifferenceInterval


def estimate_precision(
    setup: Setup,
    pairs: Sequence[tuple[float, float]],
    *,
    subjects: Sequence[str],
    half_widths: Sequence[float],
    margin: float | None,
) -> Iterator[dict[str, Any]]:
    """One row a pair of rates and a size or half-width; ``excludes`` is how often the lower limit exceeds the margin.

    Raises SettingError where not exactly one of sizes and half-widths is given, and for an interval that is none.

    >>> setup = Setup(ratio=(1, 1), interval="wald", level=0.95, said={})
    >>> row, = estimate_precision(setup, [(0.6, 0.3)], subjects=["94"], half_widths=[], margin=0.1)
    >>> round(row["half_width"], 3), round(row["excludes"], 3)
    (0.19, 0.556)
    """
    if bool(subjects) == bool(half_widths):
        raise SettingError("expected one of --subjects and --half-width; the other is the answer")
    assert setup.ratio is not None
    assert setup.level is not None
    interval = setup.interval or ""
    check_name(interval, *DifferenceInterval)
    sizes = [size for text in subjects for size in read_sizes(text, setup.ratio)]
    for p1, p2 in pairs:
        assumed: dict[str, Any] = {"p1": p1, "p2": p2, "method": interval, "level": setup.level}
        answers = [compute_precision(*size, **assumed) for size in sizes]
        answers += [find_size_for_half_width(width, ratio=setup.ratio, **assumed) for width in half_widths]
        for answer in answers:
            yield _tabulate(answer) | (
                {} if margin is None else {"margin": margin, "excludes": _exclude(answer, margin)}
            )


def _tabulate(answer: PrecisionAnswer) -> dict[str, Any]:
    found = {name: value for name, value in asdict(answer).items() if value is not None}
    rates = {"rate": found.pop("p1"), "comparator_rate": found.pop("p2")}
    target = {"target_half_width": found.pop("target")} if answer.target else {}
    kind = "size" if target else "half-width"
    return {"answer": kind, **rates, "subjects": answer.n1 + answer.n2, **found, **target}


def _exclude(answer: PrecisionAnswer, margin: float) -> float:
    """How often the lower limit lies above the margin."""
    check_name(answer.method, *EnumeratedTest)
    tail = (1 - answer.level) / 2
    return ExactTwoProportions(
        p1=answer.p1, p2=answer.p2, alpha=tail, alternative="greater", test=answer.method, margin=margin
    ).compute_power(answer.n1, answer.n2)
