"""Kaplan-Meier curves with the numbers at risk, as inline SVG."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from myotis.report.svg import ARM_COLORS, ARM_LINES, add_legend, draw_svg

if TYPE_CHECKING:
    from matplotlib.figure import Figure


class Curve(NamedTuple):
    """An arm's percent with the event by day (steps upwards), and how many were at risk at each day shown."""

    label: str
    days: Sequence[float]
    percents: Sequence[float]
    at_risk: Sequence[int]


def draw_survival(curves: Sequence[Curve], *, days: Sequence[int], y_label: str, name: str) -> str:
    """The share of subjects with the event by day, a line for each arm; ``days`` are the visits on the axis."""

    def draw(figure: Figure) -> None:
        axes = figure.add_subplot()
        for number, curve in enumerate(curves):
            style: dict[str, Any] = {
                "color": ARM_COLORS[number % 4],
                "linestyle": ARM_LINES[number % 4],
                "label": curve.label,
            }
            xs, ys = [0.0, *curve.days], [0.0, *curve.percents]
            axes.step([*xs, max(xs[-1], days[-1])], [*ys, ys[-1]], where="post", **style)
        axes.set_xlim(0, days[-1] * 1.02)
        axes.set_ylim(0, 100)
        axes.set_ylabel(y_label)
        ticks = [0, *days]
        counts = ["\n".join(str(curve.at_risk[place]) for curve in curves) for place in range(len(ticks))]
        axes.set_xticks(ticks, [f"{day}\n{count}" for day, count in zip(ticks, counts, strict=True)])
        axes.set_xlabel("Day; below it how many are still without the event, in the order of the legend")
        add_legend(figure, loc="outside upper left", ncols=2)

    return draw_svg(draw, name, 3.6 + 0.15 * len(curves))
