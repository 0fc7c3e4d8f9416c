"""The page of a calibration: published figures beside simulated ones, and which parameters the figures identify."""

from collections.abc import Sequence
from typing import Any, Final

import polars as pl

from myotis.datasets.calibration import CALIBRATED_FIGURES, CALIBRATED_PARAMETERS, LITTLE, MUCH
from myotis.errors import InputError
from myotis.report.svg import ARM_COLORS, ARM_MARKERS, add_legend, draw_svg
from myotis.report.templating import render_template
from myotis.report.views import FigureView, Section, TableRow, TableView
from myotis.report.words import NO_NUMBER
from myotis.statistics.display import format_number

TEMPLATE: Final = "simulation.html.j2"

USES: Final = {"fitted": "Fitted", "held_out": "Held out"}

DECIMALS: Final = {"share": 1, "events": 1, "days": 0, "subjects": 1, "mean": 2, "sd": 2}
"""By kind of number."""

NUMBERS: Final = {
    "count": "subjects",
    "patients": "subjects",
    "n": "subjects observed",
    "sd": "SD",
    "median": "median, days",
}
"""What the last part of an address is called; others are called as they are."""


def render_calibration(
    figures: pl.DataFrame, parameters: pl.DataFrame, *, title: str, facts: Sequence[tuple[str, str]]
) -> str:
    """The page as the text of one HTML file, which loads nothing from anywhere.

    ``figures`` and ``parameters`` are rows of `myotis.datasets.calibration`; ``facts`` stand on top. The same input
    gives the same bytes. Raises InputError where the rows are none.
    """
    tables = ((CALIBRATED_FIGURES, figures), (CALIBRATED_PARAMETERS, parameters))
    if faults := [fault.inside(table.name) for table, frame in tables for fault in table.check(frame)]:
        raise InputError(faults)
    sections = [_build_ranges(figures), *(_build_figures(figures, use) for use in USES), _build_parameters(parameters)]
    return render_template(TEMPLATE, title=title, facts=facts, sections=sections)


def summarize_calibration(figures: pl.DataFrame, parameters: pl.DataFrame) -> list[str]:
    """What a calibration has come to, in a few lines."""
    lines = []
    for use, word in USES.items():
        mine = figures.filter(pl.col("use") == use)
        if mine.height:
            lines.append(f"{word}: {mine.height} figures, {mine['inside'].sum()} inside the simulated 95 % range")
    left = parameters["uncertainty_left"]
    much, little = int((left <= MUCH).sum()), int((left > LITTLE).sum())
    lines.append(
        f"Parameters: {parameters.height}, of which the figures say much of {much}, something of "
        f"{parameters.height - much - little} and next to nothing of {little}"
    )
    return lines


def list_figure_rows(figures: pl.DataFrame, use: str) -> list[tuple[str, tuple[str, ...]]]:
    """Each figure of a use: what it is; the published number, the simulated median and range, and whether it is
    inside."""
    rows: list[tuple[str, tuple[str, ...]]] = []
    for row in figures.filter(pl.col("use") == use).iter_rows(named=True):
        decimals = DECIMALS[row["kind"]]
        low, middle, high = (
            NO_NUMBER if row[name] is None else format_number(row[name], decimals)
            for name in ("lower", "median", "upper")
        )
        is_count = row["kind"] not in {"mean", "sd"} and row["published"].is_integer()
        published = format_number(row["published"], 0 if is_count else decimals)
        cells = (published, middle, f"{low} to {high}", "yes" if row["inside"] else "no")
        rows.append((name_figure(row["label"], row["address"]), cells))
    return rows


def name_figure(label: str, address: str) -> str:
    """What a figure is called: its label, which names the group where there is one, and what number it is."""
    *_, group, number = address.split(".")
    between = ", " if group in {"group", "comparator"} else ": "
    return f"{label}{between}{NUMBERS.get(number, number)}"


def list_parameter_rows(parameters: pl.DataFrame) -> list[tuple[str, tuple[str, ...]]]:
    """Each parameter: its meaning; prior with range, posterior with range, share of uncertainty left, in a word."""
    rows: list[tuple[str, tuple[str, ...]]] = []
    for row in parameters.iter_rows(named=True):
        left = row["uncertainty_left"]
        word = "much" if left <= MUCH else "something" if left <= LITTLE else "next to nothing"
        cells = (
            _show(row["assumed"]), f"{_show(row['assumed_lower'])} to {_show(row['assumed_upper'])}",
            _show(row["fitted"]), f"{_show(row['lower'])} to {_show(row['upper'])}", f"{100 * left:.0f} %", word,
        )  # fmt: skip
        rows.append((row["label"], cells))
    return rows


PARAMETER_HEADS: Final = (
    "Assumed", "Prior 95 % range", "Fitted", "Posterior 95 % range", "Uncertainty left", "The figures say",
)  # fmt: skip
FIGURE_HEADS: Final = ("Published", "Simulated median", "Simulated 95 % range", "Inside")


def draw_ranges(figure: Any, figures: pl.DataFrame) -> None:
    """Draw where each published figure lies in its simulated range, one column for each use."""
    shown = [(word, figures.filter(pl.col("use") == use)) for use, word in USES.items()]
    panels = figure.subplots(1, len(shown), sharex=True)
    for axes, (word, rows) in zip(panels, shown, strict=True):
        for position, row in enumerate(rows.iter_rows(named=True)):
            place = find_place(row)
            look = 0 if row["inside"] else 1
            axes.plot([-1, 1], [position, position], color="#b9d7ea", linewidth=2, zorder=1)
            axes.plot(
                [min(max(place, -FARTHEST), FARTHEST)], [position], marker=ARM_MARKERS[look], color=ARM_COLORS[look],
                linestyle="", markersize=4, label=("inside", "outside")[look], zorder=2,
            )  # fmt: skip
        axes.set_title(f"{word}: {rows['inside'].sum()} of {rows.height} inside")
        axes.set_yticks([])
        axes.set_ylim(max(rows.height, 1), -1)
        axes.set_xlim(-FARTHEST - 0.2, FARTHEST + 0.2)
        axes.set_xticks([-1, 0, 1], ["2.5 %", "median", "97.5 %"])
        axes.grid(visible=False, axis="y")
    add_legend(figure, loc="outside lower center", ncols=2)


FARTHEST: Final = 2.5
"""Points farther outside than these are drawn at the edge."""


def find_place(row: dict[str, Any]) -> float:
    """Where a published figure lies: -1 and 1 at the limits of the simulated range, 0 at its median."""
    distance = row["published"] - row["median"]
    half = row["upper"] - row["median"] if distance > 0 else row["median"] - row["lower"]
    if half == 0:
        return 0.0 if distance == 0 else float("inf") if distance > 0 else float("-inf")
    return float(distance / half)


def _show(number: float) -> str:
    return f"{number:.3g}"


def _build_ranges(figures: pl.DataFrame) -> Section:
    rows = max(figures.filter(pl.col("use") == use).height for use in USES)
    drawn = FigureView(
        svg=draw_svg(lambda figure: draw_ranges(figure, figures), "ranges", 1.6 + 0.075 * rows),
        label="Where each published figure lies in its simulated range",
        caption="Each published figure in the range of 95 % of simulated trials, in the order of the tables below.",
    )
    return Section(id="ranges", title="Published figures among simulated trials", figures=[drawn])


def _build_figures(figures: pl.DataFrame, use: str) -> Section:
    rows = tuple(TableRow(header=name, cells=cells) for name, cells in list_figure_rows(figures, use))
    notes = (
        "Counts are of as many subjects as were published. The range has 95 % of simulated trials of the same size, "
        "their parameters being as uncertain as the fit leaves them.",
    )
    view = TableView(caption=f"{USES[use]}: published and simulated", stub="Figure", heads=FIGURE_HEADS, rows=rows,
                     notes=notes)  # fmt: skip
    return Section(id=use, title=USES[use], tables=[view])


def _build_parameters(parameters: pl.DataFrame) -> Section:
    rows = tuple(TableRow(header=name, cells=cells) for name, cells in list_parameter_rows(parameters))
    notes = (
        "Uncertainty left: the posterior's standard deviation over the prior's. What is near 100 % is assumed still.",
    )
    view = TableView(caption="Parameters before and after", stub="Parameter", heads=PARAMETER_HEADS, rows=rows,
                     notes=notes)  # fmt: skip
    return Section(id="parameters", title="What the figures say of the parameters", tables=[view])
