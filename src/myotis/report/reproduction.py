"""The section that sets the trial's published figures beside what can be recomputed of them."""

from collections.abc import Callable, Iterable, Sequence
from typing import Literal

import polars as pl

from myotis.report.rows import Row
from myotis.report.views import Section, TableRow, TableView
from myotis.report.words import NO_NUMBER

MARKS = {"yes": "✓ agrees", "no": "✗ differs", "not recomputable": "cannot be recomputed"}


def build_reproduction(reproduction: pl.DataFrame) -> Section:
    """The published figures: those that can be recomputed, what other methods give, and those that can't."""
    figures = list(reproduction.iter_rows(named=True))
    again = [row for row in figures if row["kind"] == "reproduction"]
    recomputed = [row for row in again if row["agrees"] != "not recomputable"]
    others = [row for row in figures if row["kind"] != "reproduction"]
    absent = [row for row in again if row["agrees"] == "not recomputable"]
    agreeing = sum(row["agrees"] == "yes" for row in recomputed)
    lead = [
        "This section is about the trial’s publications, not about the data above: each published figure beside the "
        "same figure recomputed from other published numbers (counts, means and standard deviations).",
        f"{agreeing} of the {len(recomputed)} figures that can be recomputed agree; {len(absent)} more can’t be "
        "recomputed from what is public. A figure agrees when its rounding interval meets the range recomputed over "
        "all inputs that round to the printed ones.",
    ]
    return Section(
        id="reproduction",
        title="The published figures, recomputed",
        lead=lead,
        tables=[_tabulate(section, rows) for section, rows in _by_section(recomputed)],
        folded=[
            *(_tabulate(f"Other methods and readings, {section}", rows) for section, rows in _by_section(others)),
            *(_tabulate_absent(section, rows) for section, rows in _by_section(absent)),
        ],
    )


def _by_section(rows: Iterable[Row]) -> list[tuple[str, list[Row]]]:
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row["section"], []).append(row)
    return list(found.items())


def _name(section: str) -> str:
    return section[:1].upper() + section[1:]


def _tabulate(section: str, rows: Sequence[Row]) -> TableView:
    def cells(row: Row) -> tuple[str, ...]:
        mark = MARKS[row["agrees"]] + (f" ({row['reason']})" if row["reason"] else "")
        again = row["recomputed"] + (f" [{row['range']}]" if row["range"] else "")
        return row["published"], again or NO_NUMBER, row["method"] or NO_NUMBER, mark

    heads = ("Published", "Recomputed", "Method", "Agreement", "Source")
    return _group(_name(section), heads, rows, cells)


def _tabulate_absent(section: str, rows: Sequence[Row]) -> TableView:
    def cells(row: Row) -> tuple[str, ...]:
        return row["published"], row["reason"]

    return _group(f"Cannot be recomputed, {section}", ("Published", "Why not", "Source"), rows, cells)


def _group(
    caption: str, heads: tuple[str, ...], rows: Sequence[Row], cells: Callable[[Row], tuple[str, ...]]
) -> TableView:
    """A table with the part of each figure's name before its last colon as a heading, and sources as footnotes."""
    sources = list(dict.fromkeys(f"{row['source']} ({row['status']})" for row in rows))
    table: list[TableRow] = []
    above = ""
    for row in rows:
        heading, colon, name = row["figure"].rpartition(": ")
        if colon and heading != above:
            table.append(TableRow(header=heading, kind="heading"))
        above = heading
        number = sources.index(f"{row['source']} ({row['status']})") + 1
        kind: Literal["under", "plain"] = "under" if colon else "plain"
        table.append(TableRow(header=name, cells=(*cells(row), f"[{number}]"), kind=kind))
    notes = tuple(f"[{number}] {source}" for number, source in enumerate(sources, start=1))
    return TableView(caption=caption, stub="Figure", heads=heads, rows=tuple(table), notes=notes, words=True)
