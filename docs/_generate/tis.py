"""The tables of the TIS page: the level table as the code has it, and examples that the code computes."""

from _generate.markdown import source_cells, table
from myotis import compute_tis
from myotis.instruments.core_set import CORE_SETS
from myotis.instruments.tis import TisScores
from myotis.instruments.tis_levels import (
    ADULT_THRESHOLDS,
    JUVENILE_THRESHOLDS,
    LEVELS,
    TABLE_SOURCE,
    TENTHS,
    Levels,
    Slot,
)

NAMES = ("physician_global", "patient_global", "mmt8", "haq", "extramuscular", "ck", "ldh", "alt")
HEADINGS = ("Physician", "Patient", "MMT-8", "HAQ", "Extramuscular", "Enzyme, x ULN")

EXAMPLES = {
    "Better in everything": ("6.5 3.0", "6 4", "130 142", "1.5 1.0", "4 1.5", "ck 10 2"),
    "Too little to count": ("2 1", "2 1", "148 150", "0.25 0.125", "2 1", "ck 1.5 0.8"),
    "Skin only: can't be major": ("5 0", "5 0", "150 150", "0 0", "5 0", "ck 0.8 0.6"),
    "Exactly 5 % earns nothing": ("4.5 2.9", "5.1 5.0", "120 121", "1.25 1.0", "2.2 1.7", "ck 3.25 2.5"),
    "From worst to best": ("9 0", "9 0", "70 150", "2.5 0", "9 0", "ck 50 0.5"),
    "Worse in everything": ("3 6", "3 7", "140 100", "0.5 2", "2 5", "ck 2 10"),
}
"""Baseline and follow-up of invented subjects, by what they show."""


def core_sets() -> str:
    """Which measures may fill each slot."""
    rows = [
        (
            f"`{slot.value}`",
            *(_choices(criteria.measures.get(slot), criteria.enzymes) for criteria in CORE_SETS.values()),
        )
        for slot in Slot
    ]
    return "## Core sets\n\n" + table(("Slot", *(f"`{criteria.value}`" for criteria in CORE_SETS)), rows)


def _choices(measures: tuple[object, ...] | None, enzymes: bool) -> str:
    if measures is None:
        return "the most abnormal muscle enzyme" if enzymes else "CHQ-PhS"
    return " or ".join(str(getattr(measure, "label", "")) for measure in measures)


def level_tables() -> str:
    """The level table and the thresholds, as ``LEVELS`` and the two thresholds hold them."""
    parts = [
        "## Levels",
        "Points for an improvement since baseline, in percent of the range of the measure. Limits are exact: an "
        "improvement of exactly the upper limit of a column earns the points of that column. Worsening earns 0.",
    ]
    for limits in dict.fromkeys(levels.above_percent for levels in LEVELS):
        first, *_ = limits
        headings = ("Slot", f"up to {first} %", *_columns(limits))
        rows = [(levels.label, "0", *_points(levels)) for levels in LEVELS if levels.above_percent == limits]
        parts.append(table(headings, rows))
    thresholds = [(t.population, t.minimal, t.moderate, t.major) for t in (ADULT_THRESHOLDS, JUVENILE_THRESHOLDS)]
    parts.append("TIS from which an improvement is called minimal, moderate or major (each: at least):")
    parts.append(table(("Population", "Minimal", "Moderate", "Major"), thresholds))
    status, reference, note = source_cells(TABLE_SOURCE)
    parts.append(f"Source ({status}): {reference}; {note}.")
    return "\n\n".join(parts)


def _columns(limits: tuple[int, ...]) -> list[str]:
    return [
        f"more than {above} %" + (f", up to {up_to} %" if up_to else "")
        for above, up_to in zip(limits, (*limits[1:], None), strict=True)
    ]


def _points(levels: Levels) -> list[str]:
    return [f"{tenths / TENTHS:g}" for tenths in levels.tenths]


def worked_examples() -> str:
    """Examples of adults, computed by ``compute_tis``."""
    rows = []
    for label, changes in EXAMPLES.items():
        scores = _score(changes)
        points = " + ".join(f"{point:g}" for point in scores.points[0])
        shown = [change.replace(" ", " → ") for change in changes[:-1]]
        enzyme, before, after = changes[-1].split()
        shown.append(f"{enzyme.upper()} {before} → {after}")
        rows.append((label, *shown, points, f"{scores.tis[0]:g}", scores.category[0]))
    note = (
        "Invented subjects, scored by `compute_tis` when this page was printed. "
        f"Points stand in the order {', '.join(f'`{levels.slot.value}`' for levels in LEVELS)}."
    )
    headings = ("What it shows", *HEADINGS, "Points", "TIS", "Category")
    return f"## Worked examples\n\n{note}\n\n" + table(headings, rows)


def _score(changes: tuple[str, ...]) -> TisScores:
    visits: list[dict[str, float]] = [{}, {}]
    for name, change in zip(NAMES, changes[:-1], strict=False):
        for visit, number in zip(visits, change.split(), strict=True):
            visit[name] = float(number)
    enzyme, *multiples = changes[-1].split()
    for visit, multiple in zip(visits, multiples, strict=True):
        visit |= {enzyme: float(multiple), f"{enzyme}_uln": 1.0}
    baseline, followup = visits
    return compute_tis(baseline, followup)
