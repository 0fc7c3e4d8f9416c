"""How well somebody guesses who has seen the earlier arms of a stratum.

The convergence strategy of Blackwell D, Hodges JL. Ann Math Stat 1957;28:449-460, doi:10.1214/aoms/1177706973, guesses
the arm that is behind: all that an investigator can do who knows the ratio and not the procedure.
"""

from collections.abc import Iterator, Sequence
from fractions import Fraction

from myotis.randomize.assess.layers import walk_layers


def find_arms_behind(counts: Sequence[int], shares: Sequence[int]) -> list[int]:
    """The positions of the arms that are furthest behind, which the convergence strategy guesses, each as likely.

    >>> find_arms_behind([3, 2], [1, 1]), find_arms_behind([2, 1], [2, 1])
    ([1], [0, 1])
    """
    adjusted = [Fraction(count, share) for count, share in zip(counts, shares, strict=True)]
    return [position for position, count in enumerate(adjusted) if count == min(adjusted)]


def add_subject(counts: tuple[int, ...], arm: int) -> tuple[int, ...]:
    """The numbers of subjects, once ``arm`` has got one more.

    >>> add_subject((3, 2), 1)
    (3, 3)
    """
    return (*counts[:arm], counts[arm] + 1, *counts[arm + 1 :])


def compute_chance_guesses(length: int, shares: Sequence[int]) -> float:
    """How many of ``length`` guesses by the convergence strategy are right under simple randomization.

    With equal shares it is ``length`` divided by the number of arms; in other ratios it depends on how often arms tie.

    >>> compute_chance_guesses(8, [1, 1])
    4.0
    """
    whole = sum(shares)
    if len(set(shares)) == 1:
        return length / len(shares)

    def find_next(counts: tuple[int, ...]) -> Iterator[tuple[float, tuple[int, ...]]]:
        for arm, share in enumerate(shares):
            yield share / whole, add_subject(counts, arm)

    right = 0.0
    for layer in walk_layers((0,) * len(shares), find_next, length - 1):
        for counts, probability in layer.items():
            behind = find_arms_behind(counts, shares)
            right += probability * sum(shares[arm] for arm in behind) / whole / len(behind)
    return right
