"""Answers of ``myotis design`` as a table, as JSON, as a file and as a figure."""

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl
from rich import box
from rich.console import Console
from rich.table import Table

from myotis.design.planned import Setup
from myotis.design.sizing import Row, tabulate_row
from myotis.errors import Fault, InputError, SettingError
from myotis.exchange.writing import write_table
from myotis.report.html import write_report
from myotis.report.power import PowerCurve, draw_power
from myotis.report.svg import stand_alone
from myotis.statistics.power.sequential import LooksPlan

PERCENTS = ("power", "assurance", "target", "coverage", "excludes")
TOLD_APART = ("answer", "alpha", "alternative", "method", "reference", "looked_to_subjects")
ANSWERED = ("subjects", "n1", "n2", "effect", "power", "assurance", "target", "half_width", "lasting_subjects")
"""Columns that are shown even where they are the same in all rows."""

EFFECTS = ("rate", "rates", "difference", "hazard_ratio")
"""What an effect that was asked for moves."""

PAIRS = {"n1": ("n2", "Groups"), "evaluable1": ("evaluable2", "Evaluable")}
"""Numbers of both groups, shown in one column."""

TITLES = {
    "lasting_subjects": "Lasting from",
    "excludes": "Limit above margin",
    "expected_subjects": "Expected",
    "expected_subjects_null": "Expected without effect",
}
GIVEN = ("ratio", "alpha", "alternative", "test", "margin", "interval", "level")


def give(
    setup: Setup, rows: Sequence[Row], *, out: Path | None, figure: Path | None, marks: Sequence[float], as_json: bool
) -> None:
    """Write the files that are asked for, then print the answers."""
    if figure is not None:
        draw_figure(figure, setup, rows, marks)
    looks = [row.looks for row in rows]
    give_table(setup, [tabulate_row(row) for row in rows], looks=looks, out=out, as_json=as_json)
    if figure is not None and not as_json:
        print(f"The figure: {figure}")


def give_table(
    setup: Setup,
    rows: Sequence[Mapping[str, Any]],
    *,
    looks: Sequence[LooksPlan | None] = (),
    out: Path | None,
    as_json: bool,
) -> None:
    """Write the table that is asked for, then print the rows with what came from the protocol."""
    if out is not None:
        with write_table(out) as table:
            table.write(pl.DataFrame(rows, infer_schema_length=None))
    if as_json:
        print(json.dumps(_document(setup, rows, looks)))
        return
    console = Console(width=None if sys.stdout.isatty() else 200, markup=False, highlight=False, emoji=False)
    common, names = _split(rows)
    _tell_setup(setup, common)
    console.print(_table(rows, names))
    for plan in looks:
        if plan is not None:
            console.print(_looks_table(plan))
    _tell_methods(setup, rows)
    if out is not None:
        print(f"The table: {out}")


def draw_figure(file: Path, setup: Setup, rows: Sequence[Row], marks: Sequence[float]) -> None:
    """A curve for each set of assumptions; raises SettingError where no curve can be drawn."""
    if file.suffix.lower() != ".svg":
        raise InputError([Fault(what="the figure is no SVG file", expected="a name ending in .svg", file=str(file))])
    curves: dict[str, list[Row]] = {}
    for row in rows:
        label = ", ".join(f"{_title(name).lower()} {_text(name, value)}" for name, value in row.answer.options.items())
        curves.setdefault(label, []).append(row)
    if any(len(curve) < 2 or curve[0].kind != "power" for curve in curves.values()):
        raise SettingError(
            "a figure draws power over several sizes; expected --subjects such as 40:120:4, and no --power"
        )
    drawn = [
        PowerCurve(label, [one.answer.n1 + one.answer.n2 for one in curve], [one.answer.power for one in curve])
        for label, curve in curves.items()
    ]
    svg = draw_power(drawn, title=setup.label or "Power", marks=marks or [0.8, 0.9])
    write_report(file, stand_alone(svg))


def _document(setup: Setup, rows: Sequence[Mapping[str, Any]], looks: Sequence[LooksPlan | None]) -> dict[str, Any]:
    plans = looks or [None] * len(rows)
    return {
        "estimand": setup.estimand or None,
        "from_protocol": dict(setup.said),
        "answers": [
            {**row, **({"looks": _list_looks(plan)} if plan is not None else {})}
            for row, plan in zip(rows, plans, strict=True)
        ],
    }


def _list_looks(plan: LooksPlan) -> list[dict[str, float | None]]:
    names = ("information", "subjects", "upper", "lower", "stop_null", "stop_planned")
    columns = [getattr(plan, name).tolist() for name in names]
    return [
        {name: value if abs(value) < float("inf") else None for name, value in zip(names, look, strict=True)}
        for look in zip(*columns, strict=True)
    ]


def _tell_setup(setup: Setup, common: Mapping[str, Any]) -> None:
    if setup.estimand:
        print(f"{setup.estimand}: {setup.label}")
    for name, text in setup.said.items():
        print(f"{name:12}{text} (protocol)")
    for name in GIVEN:
        value = getattr(setup, name)
        is_told = name in setup.said or (name == "alternative" and "alpha" in setup.said)
        if value is not None and not is_told and name in setup.given:
            shown = ":".join(map(str, value)) if isinstance(value, tuple) else value
            print(f"{name:12}{shown} (given)")
    if common:
        told = "; ".join(f"{_title(name).lower()} {_text(name, value)}" for name, value in common.items())
        print(f"{'assumed':12}{told}")


def _split(rows: Sequence[Mapping[str, Any]]) -> tuple[dict[str, Any], list[str]]:
    """What is the same in all rows and no answer, and the names of the columns."""
    names = [name for name in dict.fromkeys(name for row in rows for name in row) if name not in TOLD_APART]
    values = {name: {row.get(name) for row in rows} for name in names}
    sought = EFFECTS if rows[0]["answer"] == "effect" else ()
    common = {
        name: rows[0][name]
        for name in names
        if len(values[name]) == 1 and name in rows[0] and _is_assumed(name) and name not in sought
    }
    second = {pair for pair, _ in PAIRS.values()}
    return common, [name for name in names if name not in common and name not in second]


def _is_assumed(name: str) -> bool:
    return name not in ANSWERED and not name.startswith(
        ("evaluable", "expected", "events", "coverage", "excludes", "half")
    )


def _table(rows: Sequence[Mapping[str, Any]], names: Sequence[str]) -> Table:
    table = Table(box=box.SIMPLE_HEAD)
    for name in names:
        table.add_column(PAIRS[name][1] if name in PAIRS else _title(name), justify="right", overflow="fold")
    for row in rows:
        table.add_row(*(_cell(row, name) for name in names))
    return table


def _cell(row: Mapping[str, Any], name: str) -> str:
    if name in PAIRS and name in row:
        return f"{row[name]} + {row[PAIRS[name][0]]}"
    return _text(name, row.get(name))


def _looks_table(plan: LooksPlan) -> Table:
    table = Table(box=box.SIMPLE_HEAD)
    for title in ("Look", "Information", "Subjects", "Critical Z", "Stops without effect", "Stops as assumed"):
        table.add_column(title, justify="right")
    for number, look in enumerate(_list_looks(plan), start=1):
        table.add_row(
            str(number), f"{look['information']:g}", f"{look['subjects']:.1f}", f"{look['upper'] or float('inf'):.4f}",
            f"{100 * (look['stop_null'] or 0):.2f} %", f"{100 * (look['stop_planned'] or 0):.2f} %",
        )  # fmt: skip
    return table


def _tell_methods(setup: Setup, rows: Sequence[Mapping[str, Any]]) -> None:
    for method, reference in dict.fromkeys((row["method"], row["reference"]) for row in rows):
        of = f" of {setup.test}" if setup.test and setup.test not in method else ""
        print(f"Computed{of} by {method}:\n  {reference}")
    reached = {row["looked_to_subjects"] for row in rows if row.get("looked_to_subjects", 0) > row["subjects"]}
    if reached:
        print(f"Exact power jumps: sizes were looked at up to {max(reached)} subjects")


def _title(name: str) -> str:
    return TITLES.get(name, name.replace("_", " ").capitalize())


def _text(name: str, value: Any) -> str:
    """A value as the table shows it.

    >>> _text("power", 0.80031), _text("rate", 0.6), _text("effect", 0.29991)
    ('80.03 %', '0.6', '0.2999')
    """
    if value is None:
        return ""
    if name in PERCENTS:
        return f"{100 * value:.2f} %"
    return f"{value:.4g}" if isinstance(value, float) else str(value)
