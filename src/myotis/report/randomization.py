"""The figure of randomization procedures side by side: how far the arms drift apart, and how well one can guess."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from typing import TYPE_CHECKING, Final, NamedTuple

from myotis.report.svg import ARM_COLORS, ARM_LINES, INK, add_legend, draw_svg

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PANELS: Final = ("Imbalance", "Guesses of the arm behind", "Best guesses", "Arms deduced")
CHANCE_PANELS: Final = (1, 2)
COLORS: Final = (*ARM_COLORS, "#56B4E9", "#E69F00", INK)


class Curves(NamedTuple):
    """One procedure, or the list of one stratum: a number for each place."""

    label: str
    imbalance: Sequence[float]
    convergence_guess: Sequence[float]
    best_guess: Sequence[float]
    certain: Sequence[float]


def draw_randomization(curves: Sequence[Curves], *, arms: int) -> str:
    """Four panels over the places of a list, a line for each procedure.

    Imbalance is that after each place; guesses are the share of right ones up to each place, and so are the arms that
    can be deduced. Dotted is guessing among so many ``arms``.

    >>> blocks = Curves("blocks of 2", [1.0, 0.0], [0.5, 1.0], [0.5, 1.0], [0.0, 1.0])
    >>> draw_randomization([blocks], arms=2)[:4]
    '<svg'
    """

    def draw(figure: Figure) -> None:
        panels = figure.subplots(2, 2, sharex=True).flat
        for number, (panel, title) in enumerate(zip(panels, PANELS, strict=True)):
            for position, curve in enumerate(curves):
                values = (curve.imbalance, curve.convergence_guess, curve.best_guess, curve.certain)[number]
                color, line = COLORS[position % len(COLORS)], ARM_LINES[position % len(ARM_LINES)]
                places = range(1, len(values) + 1)
                if number:
                    values = [total / place for total, place in zip(accumulate(values), places, strict=True)]
                panel.plot(places, values, color=color, linestyle=line, linewidth=1.3, label=curve.label)
            panel.set_title(title, fontsize=11, fontweight="bold", loc="left")
            if number:
                panel.set_ylim(-0.03, 1.03)
            else:
                panel.set_ylim(bottom=0)
            if number in CHANCE_PANELS:
                panel.axhline(1 / arms, color="#7c8a96", linewidth=1, linestyle=":")
            if number > 1:
                panel.set_xlabel("Place on the list")
        add_legend(figure, loc="outside lower center", ncols=2, fontsize=9.5)

    return draw_svg(draw, "randomization", 5.6)
