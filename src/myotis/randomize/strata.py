"""The stratum of a subject: the level of each stratification factor at baseline."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import product
from typing import NamedTuple

import numpy as np

from myotis.instruments.measure import Measure
from myotis.protocol.design import Factor
from myotis.protocol.trial import Trial
from myotis.terms.missing import MISSING
from myotis.terms.rule import Steps, rule_part

BETWEEN_LEVELS = "/"


@rule_part
def holds(at_least: int | Fraction, below: int | Fraction, value: int | Fraction) -> bool:
    """Does a level hold a value? ``below`` is MISSING where the level has no upper limit."""
    return value >= at_least and (below == MISSING or value < below)


def find_level(factor: Factor, value: Fraction) -> str:
    """The id of the level that holds a value: at least its lower limit and below its upper one.

    Raises ValueError where no level does.

    >>> from myotis.protocol.read import read_trial
    >>> factor = read_trial("proderm").randomization.factors[0]
    >>> find_level(factor, Fraction("3.9")), find_level(factor, Fraction(4))
    ('mild', 'moderate')
    """
    for level in factor.levels:
        below = MISSING if level.below is None else Fraction(level.below.number)
        if holds(Fraction(level.at_least.number), below, value):
            return level.id
    raise ValueError(f"no level of {factor.id} holds the value")


def find_strata(trial: Trial, baseline: Mapping[str, Fraction]) -> tuple[str, ...]:
    """The level of every factor of the protocol, from the baseline of each measure by name, exact.

    Raises KeyError where a measure that a factor asks for is absent.
    """
    return tuple(find_level(factor, baseline[factor.measure]) for factor in trial.randomization.factors)


def name_stratum(levels: tuple[str, ...]) -> str:
    """The levels of all factors as one name; ``all`` in a trial without factors.

    >>> name_stratum(("mild", "female")), name_stratum(())
    ('mild/female', 'all')
    """
    return BETWEEN_LEVELS.join(levels) or "all"


def list_strata(trial: Trial) -> tuple[str, ...]:
    """The name of every stratum: each combination of the levels of the factors, in the order of the protocol.

    >>> from myotis.protocol.read import read_trial
    >>> list_strata(read_trial("proderm"))
    ('mild', 'moderate', 'severe')
    """
    return tuple(name_stratum(levels) for levels in list_levels(trial))


def list_levels(trial: Trial) -> Iterator[tuple[str, ...]]:
    """Each combination of the levels of the factors, in the order of ``list_strata``."""
    return product(*([level.id for level in factor.levels] for factor in trial.randomization.factors))


class StratumLimits(NamedTuple):
    """The levels of all factors as integers, in grid steps: for each factor its column and where its levels begin among
    ``at_least`` and ``below``, with one more entry at the end."""

    column: Steps
    first: Steps
    at_least: Steps
    below: Steps


def stratum_limits(trial: Trial, measures: Sequence[Measure]) -> StratumLimits:
    """The factors of a trial as integers, for rows that hold these measures in this order.

    Raises KeyError where a factor asks for a measure that is not among them.
    """
    columns = {measure.name: position for position, measure in enumerate(measures)}
    factors = trial.randomization.factors
    levels = [(measures[columns[factor.measure]].grid, level) for factor in factors for level in factor.levels]
    return StratumLimits(
        column=_steps(columns[factor.measure] for factor in factors),
        first=np.cumsum([0, *(len(factor.levels) for factor in factors)]),
        at_least=_steps(grid.step(Fraction(level.at_least.number)) for grid, level in levels),
        below=_steps(
            MISSING if level.below is None else grid.step(Fraction(level.below.number)) for grid, level in levels
        ),
    )


def _steps(numbers: Iterable[int]) -> Steps:
    return np.array(list(numbers), dtype=np.int64)


@rule_part
def find_stratum(row: Steps, limits: StratumLimits) -> int:
    """The position among ``list_strata`` of a subject whose baseline is ``row``; MISSING where no level holds it."""
    stratum = 0
    for factor in range(len(limits.column)):
        level = MISSING
        for position in range(limits.first[factor], limits.first[factor + 1]):
            value = row[limits.column[factor]]
            if level == MISSING and holds(limits.at_least[position], limits.below[position], value):
                level = position - limits.first[factor]
        if level == MISSING or row[limits.column[factor]] == MISSING:
            return MISSING
        stratum = stratum * (limits.first[factor + 1] - limits.first[factor]) + level
    return stratum
