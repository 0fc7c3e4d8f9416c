"""Minimization, assessed over a whole trial: there is no list, and what comes next depends on who comes.

Every subject's levels are drawn, each level of a factor equally likely. Somebody who guesses knows every earlier
subject's levels and arm, and the new one's levels.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from myotis.protocol.design import Factor
from myotis.randomize.assess.balance import compute_imbalance, compute_loss, reduce_shares
from myotis.randomize.assess.course import Course, average_drawn
from myotis.randomize.assess.guessing import add_subject, find_arms_behind
from myotis.randomize.bits import Randomness
from myotis.randomize.procedures.law import Ratio
from myotis.randomize.procedures.minimization import Minimization, compute_minimized_chances, draw_arm

COLUMNS = ("imbalance", "loss", "convergence_guess", "certain", "best_guess")


class DrawnTrials(NamedTuple):
    """Trials by minimization: the numbers of each [trial, place, column], and whether a place has the first arm."""

    numbers: NDArray[np.float64]
    has_first_arm: NDArray[np.bool_]


def draw_minimized_trials(
    generator: Randomness, options: Minimization, ratio: Ratio, factors: Sequence[Factor], length: int, trials: int
) -> DrawnTrials:
    """Draw trials of ``length`` subjects."""
    drawn = [_draw_trial(generator, options, ratio, factors, length) for _ in range(trials)]
    return DrawnTrials(np.array([numbers for numbers, _ in drawn]), np.array([first for _, first in drawn]))


def average_course(drawn: DrawnTrials) -> Course:
    """The course that is expected, with Monte Carlo errors."""
    length = drawn.numbers.shape[1]
    empty = Course(**dict.fromkeys(COLUMNS, np.zeros(length)))  # type: ignore[arg-type] # by name
    return average_drawn(empty, **{name: drawn.numbers[:, :, column] for column, name in enumerate(COLUMNS)})


def _draw_trial(
    generator: Randomness, options: Minimization, ratio: Ratio, factors: Sequence[Factor], length: int
) -> tuple[NDArray[np.float64], list[bool]]:
    names, shares = list(ratio), reduce_shares(ratio.values())
    totals: dict[str, dict[str, dict[str, int]]] = {factor.id: {} for factor in factors}
    counts, numbers, first = (0,) * len(names), np.zeros((length, len(COLUMNS))), []
    for place in range(length):
        levels = {f.id: f.levels[int(generator.integers(len(f.levels)))].id for f in factors}
        chances = compute_minimized_chances(options, ratio, totals, levels)
        arm = draw_arm(generator, chances)
        behind = find_arms_behind(counts, shares)
        right = sum(float(chances[names[position]]) for position in behind) / len(behind)
        counts = add_subject(counts, names.index(arm))
        for factor, level in levels.items():
            cell = totals[factor].setdefault(level, dict.fromkeys(names, 0))
            cell[arm] += 1
        best = max(chances.values())
        balance = (float(compute_imbalance(counts, shares)), float(compute_loss(counts, shares)))
        numbers[place] = (*balance, right, best == 1, float(best))
        first.append(arm == names[0])
    return numbers, first
