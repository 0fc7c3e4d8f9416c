"""One published figure beside what was recomputed of it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from myotis.analyze.agreement import Recomputed, agrees, count_decimals, recompute, show_range
from myotis.statistics.display import format_number
from myotis.statistics.result import Estimate, Numbers

YES, NO, NOT_RECOMPUTABLE = "yes", "no", "not recomputable"

Entry = Mapping[str, Any]
"""One entry of a file of published results."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One row: a published figure, what was recomputed, and whether they agree."""

    section: str
    figure: str
    kind: str = "reproduction"
    published: str
    recomputed: str = ""
    range: str = ""
    method: str = ""
    agrees: str = NOT_RECOMPUTABLE
    reason: str = ""
    source: str
    status: str


def cite(published: Entry, entry: Entry, *keys: str) -> dict[str, str]:
    """Reference and status of the first of the keys that the entry has."""
    key = next(key for key in (*keys, "source") if key in entry or key == "source")
    source = published["sources"][entry[key]]
    return {"source": source["reference"], "status": source["status"]}


def compare(printed: Sequence[str], figures: Sequence[Recomputed]) -> dict[str, str]:
    """The texts of one figure, or of an estimate with its limits, and whether all of them agree."""
    shown = [format_number(figure.value, count_decimals(text)) for text, figure in zip(printed, figures, strict=True)]
    ranges = [show_range(text, figure) for text, figure in zip(printed, figures, strict=True)]
    all_agree = all(agrees(text, figure) for text, figure in zip(printed, figures, strict=True))
    return {
        "published": show_estimate(printed),
        "recomputed": show_estimate(shown),
        "range": "; ".join(text for text in ranges if text),
        "agrees": YES if all_agree else NO,
    }


def show_estimate(texts: Sequence[str]) -> str:
    """One text, or an estimate with its limits in brackets."""
    if len(texts) == 1:
        return texts[0]
    return f"{texts[0]} ({texts[1]} to {texts[2]})"


def take_limits(answer: Estimate) -> tuple[Numbers, Numbers, Numbers]:
    """Estimate, lower and upper limit."""
    return answer.estimate, answer.lower, answer.upper


def each_group(published: Entry, entry: Entry) -> Iterator[tuple[str, Entry]]:
    """The name and the figures of each group that the entry has."""
    for arm in ("group", "comparator"):
        if arm in entry:
            yield published[arm], entry[arm]


def reproduce_percent(section: str, label: str, count: int, entry: Entry, cited: dict[str, str]) -> Figure:
    """The percent that a count is of its denominator, beside the one printed."""
    (figure,) = recompute(lambda x, n: [100 * x / n], count, entry["n"])
    compared = compare([entry["percent"]], [figure])
    return Figure(section=section, figure=label, method=f"{count} of {entry['n']}", **compared, **cited)
