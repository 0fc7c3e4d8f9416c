"""The stratum of a subject: the level of each stratification factor at baseline."""

from collections.abc import Mapping
from fractions import Fraction
from itertools import product

from myotis.protocol.design import Factor
from myotis.protocol.trial import Trial

BETWEEN_LEVELS = "/"


def find_level(factor: Factor, value: Fraction) -> str:
    """The id of the level that holds a value: at least its lower limit and below its upper one.

    Raises ValueError where no level does.

    >>> from myotis.protocol.read import read_trial
    >>> factor = read_trial("proderm").randomization.factors[0]
    >>> find_level(factor, Fraction("3.9")), find_level(factor, Fraction(4))
    ('mild', 'moderate')
    """
    for level in factor.levels:
        below = None if level.below is None else Fraction(level.below.number)
        if Fraction(level.at_least.number) <= value and (below is None or value < below):
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
    levels = [[level.id for level in factor.levels] for factor in trial.randomization.factors]
    return tuple(name_stratum(combination) for combination in product(*levels))
