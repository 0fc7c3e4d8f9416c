"""The figure of power over the size of a trial, a line for each set of assumptions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from myotis.report.svg import ARM_COLORS, ARM_LINES, INK, add_legend, draw_svg

if TYPE_CHECKING:
    from matplotlib.figure import Figure

COLORS: Final = (*ARM_COLORS, "#56B4E9", "#E69F00", INK)


class PowerCurve(NamedTuple):
    """The power at each total of subjects."""

    label: str
    subjects: Sequence[int]
    power: Sequence[float]


def draw_power(curves: Sequence[PowerCurve], *, title: str, marks: Sequence[float]) -> str:
    """Power over subjects; dotted are the powers that are marked.

    >>> draw_power([PowerCurve("60 % v 30 %", [80, 84, 88], [0.78, 0.80, 0.82])], title="Power", marks=[0.8])[:4]
    '<svg'
    """

    def draw(figure: Figure) -> None:
        axes = figure.subplots()
        for position, curve in enumerate(curves):
            color, line = COLORS[position % len(COLORS)], ARM_LINES[position % len(ARM_LINES)]
            # Where neighboring sizes lie on a saw, steps between them would be taken for sizes.
            axes.plot(
                curve.subjects, curve.power, color=color, linestyle=line, linewidth=1.4, marker="o", markersize=3,
                label=curve.label,
            )  # fmt: skip
        for mark in marks:
            axes.axhline(mark, color="#7c8a96", linewidth=1, linestyle=":")
        axes.set_ylim(0, 1.02)
        axes.set_xlabel("Subjects of both groups")
        axes.set_ylabel("Power")
        axes.set_title(title, fontsize=11, fontweight="bold", loc="left")
        add_legend(figure, loc="outside lower center", ncols=1, fontsize=9.5)

    return draw_svg(draw, "power", 4.4)
