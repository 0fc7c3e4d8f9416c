"""An assessment as a table, as JSON and as files."""

import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import polars as pl
from rich import box
from rich.console import Console
from rich.table import Table

from myotis.errors import Fault, InputError
from myotis.exchange.writing import write_table
from myotis.randomize.assess.assessment import MEASURES, SHARES, Assessment, Measured
from myotis.report.html import write_report
from myotis.report.randomization import Curves, draw_randomization
from myotis.report.svg import stand_alone

BY_PLACE = ("imbalance", "loss", "convergence_guess", "certain", "best_guess")
CURVES = ("imbalance", "convergence_guess", "certain", "best_guess")


def print_assessments(assessments: Sequence[Assessment]) -> None:
    """A table as wide as the terminal, or as a file bears: a column for each procedure or stratum."""
    console = Console(width=None if sys.stdout.isatty() else 200, markup=False, highlight=False, emoji=False)
    table = Table(box=box.SIMPLE_HEAD)
    table.add_column("")
    for one in assessments:
        table.add_column(one.title, justify="right", overflow="fold")
    table.add_row("Places", *(str(len(one.course.imbalance)) for one in assessments))
    for position, title in enumerate(MEASURES.values()):
        table.add_row(title, *(format_measured(one.measured[position]) for one in assessments))
    console.print(table)


def tabulate_assessment(assessment: Assessment) -> dict[str, Any]:
    """An assessment as JSON; by place only that of a procedure, since that of a list tells its arms."""
    document = {
        "procedure": assessment.procedure,
        "stratum": assessment.stratum,
        "places": len(assessment.course.imbalance),
        "measures": {row.measure: {"value": row.value, "mc_error": row.mc_error} for row in assessment.measured},
    }
    if assessment.stratum is None:
        document["by_place"] = {name: getattr(assessment.course, name).tolist() for name in BY_PLACE}
    return document


def write_assessments(folder: Path, assessments: Sequence[Assessment], *, arms: int) -> None:
    """Write assessment.csv, places.csv and assessment.svg. Those of a list tell its arms, so only you can read them."""
    private = any(one.stratum is not None for one in assessments)
    measures = pl.DataFrame([asdict(row) for one in assessments for row in one.measured], infer_schema_length=None)
    _make_folder(folder)
    for name, frame in (("assessment.csv", measures), ("places.csv", pl.concat(map(_tabulate_places, assessments)))):
        with write_table(folder / name, private=private) as table:
            table.write(frame)
    curves = [Curves(one.title, **{name: getattr(one.course, name).tolist() for name in CURVES}) for one in assessments]
    write_report(folder / "assessment.svg", stand_alone(draw_randomization(curves, arms=arms)), private=private)


def _tabulate_places(assessment: Assessment) -> pl.DataFrame:
    names = [pl.lit(assessment.procedure).alias("procedure"), pl.lit(assessment.stratum, pl.String).alias("stratum")]
    numbers = pl.DataFrame({name: getattr(assessment.course, name) for name in BY_PLACE})
    return numbers.select(*names, pl.int_range(1, pl.len() + 1).alias("place"), *BY_PLACE)


def format_measured(row: Measured) -> str:
    """A number as a table shows it: shares as percent, with the Monte Carlo error where it has one.

    >>> row = Measured(procedure="simple", stratum=None, places=8, measure="certain", value=0.0)
    >>> format_measured(row)
    '0.0 %'
    """
    if row.value is None:
        return "-"
    unit, digits = (100, 1) if row.measure in SHARES else (1, 2)
    digits += row.measure.startswith("error_rate")
    text = f"{unit * row.value:.{digits}f}"
    text = text.removeprefix("-") if not float(text) else text  # no minus before a rounded 0
    error = f" ± {unit * row.mc_error:.{digits}f}" if row.mc_error else ""
    return text + (" %" if row.measure in SHARES else "") + error


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        what = f"the folder can't be made ({error.strerror})"
        raise InputError([Fault(file=str(folder), what=what, expected="a folder one may write to")]) from error
