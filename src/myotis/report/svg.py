"""How the report draws: one style, and figures as inline SVG. Text stays text; the same numbers give the same bytes.

Groups differ by color (Okabe and Ito's, which color-blind readers tell apart), by marker and by line.
Matplotlib is imported when the first figure is drawn.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from matplotlib.figure import Figure

INK: Final = "#1d2730"
ARM_COLORS: Final = ("#0072B2", "#D55E00", "#009E73", "#CC79A7")
ARM_MARKERS: Final = ("o", "s", "^", "D")
ARM_LINES: Final = ("-", (0, (5, 2)), "-.", ":")
ARM_HATCHES: Final = ("", "///", "...", "xxx")
CATEGORY_COLORS: Final = ("#e9edf0", "#b9d7ea", "#5fa3cf", "#0b4f83", "#ffffff")
CATEGORY_HATCHES: Final = ("", "", "", "", "////")

WIDTH: Final = 6.0
"""Inches; a figure is scaled to the width of the page, so this sets how large its letters are."""

STYLE: Final[dict[Any, Any]] = {
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],
    "font.size": 11,
    "axes.edgecolor": "#7c8a96",
    "axes.labelcolor": INK,
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": "#e3e8ec",
    "grid.linewidth": 0.8,
    "hatch.linewidth": 0.8,
    "legend.frameon": False,
    "lines.linewidth": 2.0,
    "svg.fonttype": "none",
    "figure.constrained_layout.use": True,
}


def add_legend(figure: Figure, **how: Any) -> None:
    """Each label once, where there are any."""
    found: dict[str, Any] = {}
    for axes in figure.axes:
        for handle, label in zip(*axes.get_legend_handles_labels(), strict=True):
            found.setdefault(label, handle)
    if found:
        figure.legend(list(found.values()), list(found), **how)


def draw_svg(draw: Callable[[Figure], None], name: str, height: float) -> str:
    """One figure so many inches high; ``name`` makes the ids of its parts its own."""
    from matplotlib.backends.backend_svg import FigureCanvasSVG  # noqa: PLC0415 (1.3 s, and only for a report)
    from matplotlib.figure import Figure  # noqa: PLC0415

    with _style(name):
        figure = Figure(figsize=(WIDTH, height))
        FigureCanvasSVG(figure)
        draw(figure)
        buffer = io.StringIO()
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None}, transparent=True)
    return clean_svg(buffer.getvalue(), re.sub(r"\W+", "-", name))


def _style(name: str) -> AbstractContextManager[None]:
    import matplotlib as mpl  # noqa: PLC0415

    return mpl.rc_context({**mpl.rcParamsDefault, **STYLE, "svg.hashsalt": name, "backend": "svg"})


def stand_alone(svg: str) -> str:
    """A figure as a file of its own, which has to say what it is."""
    return svg.replace("<svg", '<svg xmlns="http://www.w3.org/2000/svg" font-family="sans-serif"', 1) + "\n"


def clean_svg(svg: str, prefix: str) -> str:
    """The ``svg`` element alone, as wide as the page lets it be: no XML prologue, metadata, namespaces or addresses;
    ids begin with a prefix, so that those of several figures on one page don't meet."""
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"\s*<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    svg = re.sub(r'\s+xmlns(:\w+)?="[^"]*"', "", svg)
    svg = svg.replace("xlink:href=", "href=")
    svg = re.sub(r'\bid="', f'id="{prefix}-', svg)
    svg = re.sub(r"url\(#", f"url(#{prefix}-", svg)
    svg = re.sub(r'href="#', f'href="#{prefix}-', svg)
    head, end, rest = svg.partition(">")
    head = re.sub(r'\s(width|height|version)="[^"]*"', "", head)
    rest = rest.replace("'DejaVu Sans'", "inherit").replace("DejaVu Sans", "inherit")
    return f"{head}{end}{rest}".strip()
