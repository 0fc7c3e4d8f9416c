"""A heat map of a tipping-point analysis, as inline SVG: where the conclusion holds and where it tips."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from myotis.report.svg import INK, draw_svg

if TYPE_CHECKING:
    from matplotlib.figure import Figure

HOLDS, TIPS, NOTHING = "#b9d7ea", "#f6c9a8", "#f1f3f5"
MOST_NUMBERS = 12
"""Numbers stand in the cells of a map with at most so many rows and columns."""


class Cell(NamedTuple):
    """The difference and the p-value of one pair of steps; None where there is none."""

    difference: float | None
    p_value: float | None


def draw_heat_map(
    cells: Sequence[Sequence[Cell]],
    *,
    rows: Sequence[int],
    columns: Sequence[int],
    labels: tuple[str, str],
    limit: float,
    name: str,
) -> str:
    """``cells[row][column]``; a cell tips where its p-value is above ``limit``. Tipped cells are hatched too."""

    def draw(figure: Figure) -> None:
        axes = figure.add_subplot()
        for y, line in enumerate(cells):
            for x, cell in enumerate(line):
                tips = cell.p_value is not None and cell.p_value > limit
                color = NOTHING if cell.p_value is None else TIPS if tips else HOLDS
                hatch = "///" if tips else ""
                axes.bar(x, 1, 1, y - 0.5, facecolor=color, edgecolor="white", hatch=hatch, linewidth=0.5)
                if max(len(rows), len(columns)) <= MOST_NUMBERS and cell.difference is not None:
                    axes.text(x, y, f"{cell.difference:.0f}", ha="center", va="center", fontsize=9, color=INK,
                              bbox={"facecolor": color, "edgecolor": "none", "pad": 1})  # fmt: skip
        axes.set_xlim(-0.5, len(columns) - 0.5)
        axes.set_ylim(-0.5, len(rows) - 0.5)
        for ticks, put in ((rows, axes.set_yticks), (columns, axes.set_xticks)):
            every = max(1, -(-len(ticks) // MOST_NUMBERS))
            put(range(0, len(ticks), every), [str(step) for step in ticks[::every]])
        axes.set_ylabel(labels[0])
        axes.set_xlabel(labels[1])
        axes.grid(visible=False)

    return draw_svg(draw, name, max(2.6, 1.2 + 0.28 * min(len(rows), 14)))
