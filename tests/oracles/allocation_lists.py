"""A second programming of allocation procedures: every list with its probability, from the words of the definition.

Nothing is shared with the package: lists are written out whole, and what can be known of a place is found by comparing
lists that begin alike.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import permutations, product
from math import gcd

Lists = dict[tuple[int, ...], Fraction]
"""Each list with its probability; arms are 0, 1, …"""


def simple_lists(shares: Sequence[int], length: int) -> Lists:
    whole = sum(shares)
    lists: Lists = {}
    for arms in product(range(len(shares)), repeat=length):
        chance = Fraction(1)
        for arm in arms:
            chance *= Fraction(shares[arm], whole)
        lists[arms] = chance
    return lists


def block_lists(shares: Sequence[int], sizes: Sequence[int], length: int) -> Lists:
    """Blocks one after the other until the list is full; each size, and each order of a block, is equally likely."""
    if length == 0:
        return {(): Fraction(1)}
    lists: Counter[tuple[int, ...]] = Counter()
    for size in sizes:
        block = [arm for arm, share in enumerate(shares) for _ in range(share * size // sum(shares))]
        orders = set(permutations(block))
        kept = Counter(order[:length] for order in orders)
        for begin, count in kept.items():
            for rest, chance in block_lists(shares, sizes, max(0, length - size)).items():
                lists[begin + rest] += chance * Fraction(count, len(orders) * len(sizes))  # type: ignore[assignment]
    return dict(lists)  # type: ignore[arg-type]


def big_stick_lists(arms: int, tolerance: int, length: int) -> Lists:
    lists: Lists = {(): Fraction(1)}
    for _ in range(length):
        longer: Lists = {}
        for begin, chance in lists.items():
            ways = [arm for arm in range(arms) if spread((*begin, arm), arms) <= tolerance]
            for arm in ways:
                longer[*begin, arm] = chance / len(ways)
        lists = longer
    return lists


def maximal_lists(arms: int, tolerance: int, length: int, *, terminal_balance: bool) -> Lists:
    kept = [
        one
        for one in product(range(arms), repeat=length)
        if all(spread(one[:place], arms) <= tolerance for place in range(length + 1))
        and not (terminal_balance and spread(one, arms))
    ]
    return dict.fromkeys(kept, Fraction(1, len(kept)))


def spread(begin: Sequence[int], arms: int) -> int:
    counts = [begin.count(arm) for arm in range(arms)]
    return max(counts) - min(counts)


def by_place(lists: Lists, shares: Sequence[int]) -> Iterator[dict[str, Fraction]]:
    """For each place: expected imbalance and loss after it, and the guesses before it."""
    length = len(next(iter(lists)))
    divisor = gcd(*shares)
    reduced = [Fraction(share, divisor) for share in shares]
    for place in range(length):
        begins: dict[tuple[int, ...], Counter[int]] = {}
        sums: Counter[str] = Counter()
        for one, chance in lists.items():
            begins.setdefault(one[:place], Counter())[one[place]] += chance  # type: ignore[assignment]
            counts = [one[: place + 1].count(arm) for arm in range(len(shares))]
            ahead = [count / share for count, share in zip(counts, reduced, strict=True)]
            planned = [(place + 1) * share / sum(reduced) for share in reduced]
            sums["imbalance"] += chance * (max(ahead) - min(ahead)) / 1  # type: ignore[assignment]
            sums["loss"] += chance * sum((c - p) ** 2 / p for c, p in zip(counts, planned, strict=True))  # type: ignore
        for begin, after in begins.items():
            best = max(after.values())
            sums["best_guess"] += best  # type: ignore[assignment]
            sums["certain"] += sum(after.values()) if len(+after) == 1 else 0  # type: ignore[assignment]
            ahead = [begin.count(arm) / share for arm, share in enumerate(reduced)]
            behind = [arm for arm, value in enumerate(ahead) if value == min(ahead)]
            sums["convergence_guess"] += sum(after[arm] for arm in behind) / Fraction(len(behind))  # type: ignore
        yield {name: Fraction(value) for name, value in sums.items()}
