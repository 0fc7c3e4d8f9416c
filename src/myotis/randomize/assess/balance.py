"""How far apart the arms are."""

from collections.abc import Iterable, Sequence
from fractions import Fraction
from math import gcd


def reduce_shares(shares: Iterable[int]) -> tuple[int, ...]:
    """The shares without their common divisor.

    >>> reduce_shares([4, 2])
    (2, 1)
    """
    whole = tuple(shares)
    return tuple(share // gcd(*whole) for share in whole)


def compute_imbalance(counts: Sequence[int], shares: Sequence[int]) -> Fraction:
    """The greatest difference between two arms in their numbers of subjects, each divided by the share of the arm.

    Shares have no common divisor (``reduce_shares``). With two arms in equal shares it is the difference of their
    numbers.

    >>> compute_imbalance([5, 3], [1, 1]), compute_imbalance([5, 3], [2, 1])
    (Fraction(2, 1), Fraction(1, 2))
    """
    adjusted = [Fraction(count, share) for count, share in zip(counts, shares, strict=True)]
    return max(adjusted) - min(adjusted)


def compute_loss(counts: Sequence[int], shares: Sequence[int]) -> Fraction:
    """How many subjects the imbalance wastes: the squared deviations from the planned numbers, each divided by it.

    With two arms in equal shares and no covariates it is the loss D**2 / n of Atkinson AC, Biometrika 1982;69:61-67,
    doi:10.1093/biomet/69.1.61.

    >>> compute_loss([5, 3], [1, 1]), compute_loss([0, 0], [1, 1])
    (Fraction(1, 2), Fraction(0, 1))
    """
    whole = sum(counts)
    if not whole:
        return Fraction(0)
    planned = [Fraction(whole * share, sum(shares)) for share in shares]
    return sum(
        ((count - expected) ** 2 / expected for count, expected in zip(counts, planned, strict=True)), Fraction(0)
    )
