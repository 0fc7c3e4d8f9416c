"""Figures of responders, courses, categories and differences, each as inline SVG."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from myotis.report.svg import (
    ARM_COLORS,
    ARM_HATCHES,
    ARM_LINES,
    ARM_MARKERS,
    CATEGORY_COLORS,
    CATEGORY_HATCHES,
    INK,
    add_legend,
    draw_svg,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


class Interval(NamedTuple):
    """A number with its limits; None where there is none."""

    value: float | None
    lower: float | None
    upper: float | None


class Bar(NamedTuple):
    """A bar with its interval and the text on it."""

    label: str
    share: Interval
    text: str


class Line(NamedTuple):
    """A group's course over weeks."""

    label: str
    weeks: Sequence[int]
    points: Sequence[Interval]


class Difference(NamedTuple):
    """One line of a figure of differences."""

    label: str
    difference: Interval
    text: str


def draw_responders(groups: Sequence[Sequence[Bar]], titles: Sequence[str]) -> str:
    """The percent of responders: a cluster of bars for each end point, a bar for each arm."""

    def draw(figure: Figure) -> None:
        axes = figure.add_subplot()
        width = 0.8 / max(len(bars) for bars in groups)
        for place, bars in enumerate(groups):
            for number, bar in enumerate(bars):
                x = place - 0.4 + width * (number + 0.5)
                _draw_bar(axes, x, width, bar, number, label=bar.label)
        axes.set_xticks(range(len(groups)), titles)
        axes.set_ylabel("Responders (%)")
        axes.set_ylim(0, 100)
        axes.grid(visible=False, axis="x")
        add_legend(figure, loc="outside upper left", ncols=2)

    return draw_svg(draw, "responders", 3.6)


def _draw_bar(axes: Axes, x: float, width: float, bar: Bar, number: int, *, label: str) -> None:
    value, lower, upper = bar.share
    if value is None:
        return
    color, hatch = ARM_COLORS[number % 4], ARM_HATCHES[number % 4]
    axes.bar(x, value, width * 0.86, color=color, hatch=hatch, edgecolor="white", linewidth=0, label=label)
    top = value
    if lower is not None and upper is not None:
        axes.errorbar(x, value, [[value - lower], [upper - value]], color=INK, capsize=4, linewidth=1.3)
        top = upper
    axes.text(x, min(top + 2, 99), bar.text, ha="center", va="bottom", fontsize=9.5, fontweight="bold")


def draw_courses(lines: Sequence[Line], *, y_label: str, y_limits: tuple[float, float] | None, band: str = "") -> str:
    """Means over time with their intervals, a line for each arm; ``band`` is written where a period begins."""

    def draw(figure: Figure) -> None:
        axes = figure.add_subplot()
        _draw_lines(axes, lines)
        axes.set_ylabel(y_label)
        axes.set_xlabel("Week")
        if y_limits:
            axes.set_ylim(*y_limits)
        if band:
            week, _, words = band.partition(" ")
            axes.axvline(int(week), color="#7c8a96", linewidth=1, linestyle=":")
            place = ("data", "axes fraction")
            axes.annotate(words, (int(week), 1), (4, -2), xycoords=place, textcoords="offset points", va="top",
                          fontsize=9.5, color="#4a5763")  # fmt: skip
        add_legend(figure, loc="outside upper left", ncols=2)

    return draw_svg(draw, f"courses-{y_label}", 3.5)


def _draw_lines(axes: Axes, lines: Sequence[Line], *, labels: bool = True, size: float = 6.5) -> None:
    shift = 0.28
    for number, line in enumerate(lines):
        known = [(week, point) for week, point in zip(line.weeks, line.points, strict=True) if point.value is not None]
        weeks = [week + shift * (2 * number - len(lines) + 1) for week, _ in known]
        values = [float(point.value or 0) for _, point in known]
        below = [value - (value if p.lower is None else p.lower) for value, (_, p) in zip(values, known, strict=True)]
        above = [(value if p.upper is None else p.upper) - value for value, (_, p) in zip(values, known, strict=True)]
        axes.errorbar(
            weeks,
            values,
            [below, above],
            color=ARM_COLORS[number % 4],
            marker=ARM_MARKERS[number % 4],
            linestyle=ARM_LINES[number % 4],
            markersize=size,
            markeredgecolor="white",
            capsize=3,
            elinewidth=1.2,
            label=line.label if labels else None,
        )
    axes.set_xticks(sorted({week for line in lines for week in line.weeks}))


def draw_categories(shares: Sequence[tuple[str, Sequence[tuple[str, Sequence[float]]]]], names: Sequence[str]) -> str:
    """Stacked categories by visit, a panel for each arm: ``(arm, [(visit, percent of each category)])``."""

    def draw(figure: Figure) -> None:
        panels = figure.subplots(1, len(shares), sharey=True, squeeze=False)[0]
        for panel, (arm, visits) in zip(panels, shares, strict=True):
            bottoms = [0.0] * len(visits)
            for number, name in enumerate(names):
                heights = [float(percents[number]) for _, percents in visits]
                style = {"color": CATEGORY_COLORS[number], "hatch": CATEGORY_HATCHES[number]}
                panel.bar(range(len(visits)), heights, 0.8, bottoms, edgecolor="#5b6873", linewidth=0.6, label=name,
                          **style)  # fmt: skip
                for x, (height, bottom) in enumerate(zip(heights, bottoms, strict=True)):
                    if height >= 9:
                        ink = "white" if number == 3 else INK
                        box = {"facecolor": "white", "edgecolor": "none", "pad": 0.8} if number == 4 else None
                        panel.text(x, bottom + height / 2, f"{height:.0f}", ha="center", va="center", color=ink,
                                   fontsize=8.5, bbox=box)  # fmt: skip
                bottoms = [bottom + height for bottom, height in zip(bottoms, heights, strict=True)]
            panel.set_xticks(range(len(visits)), [visit for visit, _ in visits])
            panel.set_title(arm, fontsize=11, fontweight="bold", loc="left")
            panel.set_xlabel("Week")
            panel.grid(visible=False, axis="x")
            panel.set_ylim(0, 100)
        panels[0].set_ylabel("Subjects (%)")
        add_legend(figure, loc="outside lower center", ncols=3, fontsize=9.5, reverse=True)

    return draw_svg(draw, "categories", 4.2)


def draw_differences(lines: Sequence[Difference], *, x_label: str, favors: tuple[str, str], name: str = "") -> str:
    """Differences with their intervals, one under the other, around no difference."""

    def draw(figure: Figure) -> None:
        axes = figure.add_subplot()
        clear = {"facecolor": "white", "edgecolor": "none", "pad": 1.5}
        for place, line in enumerate(lines):
            value, lower, upper = line.difference
            above: dict[str, Any] = {
                "xycoords": ("axes fraction", "data"),
                "textcoords": "offset points",
                "bbox": clear,
            }
            above |= {"va": "bottom", "fontsize": 10}
            axes.annotate(line.label, (0, place), (0, 13), fontweight="bold", **above)
            axes.annotate(line.text, (1, place), (0, 13), ha="right", **above)
            if value is not None and lower is not None and upper is not None:
                axes.errorbar(value, place, xerr=[[value - lower], [upper - value]], color=ARM_COLORS[0], marker="D",
                              markersize=8, capsize=4)  # fmt: skip
        axes.axvline(0, color=INK, linewidth=1)
        axes.set_ylim(len(lines) - 0.5, -0.75)
        axes.set_yticks([])
        axes.spines["left"].set_visible(False)
        axes.grid(visible=False, axis="y")
        low, high = axes.get_xlim()
        axes.set_xlim(min(low, -0.25 * high), max(high, -0.25 * low))
        axes.set_xlabel(x_label)
        corner: dict[str, Any] = {
            "xycoords": "axes fraction",
            "textcoords": "offset points",
            "fontsize": 9.5,
            "color": "#4a5763",
        }
        axes.annotate(f"← favors {favors[0]}", (0, 1), (0, 4), ha="left", **corner)
        axes.annotate(f"favors {favors[1]} →", (1, 1), (0, 4), ha="right", **corner)

    return draw_svg(draw, name or f"differences-{x_label}", 1.1 + 0.75 * len(lines))


def draw_small_multiples(panels: Sequence[tuple[str, Sequence[Line]]]) -> str:
    """The mean change of each measure by visit, a panel for each measure."""

    def draw(figure: Figure) -> None:
        rows = -(-len(panels) // 2)
        grid = figure.subplots(rows, 2, squeeze=False)
        for place, (title, lines) in enumerate(panels):
            axes = grid[place // 2][place % 2]
            _draw_lines(axes, lines, labels=place == 0, size=5)
            axes.axhline(0, color="#7c8a96", linewidth=1)
            axes.set_title(title, fontsize=10, fontweight="bold", loc="left")
            axes.tick_params(labelsize=8.5)
        for place in range(len(panels), 2 * rows):
            grid[place // 2][place % 2].set_visible(False)
        figure.supxlabel("Week", fontsize=11)
        figure.supylabel("Mean change from baseline", fontsize=11)
        add_legend(figure, loc="outside upper left", ncols=2)

    return draw_svg(draw, "small-multiples", 0.7 + 1.75 * -(-len(panels) // 2))
