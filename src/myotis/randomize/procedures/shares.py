"""What several procedures ask of the shares of the arms."""

from collections.abc import Iterator

from myotis.errors import Fault
from myotis.randomize.procedures.law import Ratio


def have_equal_shares(ratio: Ratio) -> bool:
    """Does every arm get the same number of subjects?

    >>> have_equal_shares({"active": 2, "placebo": 2}), have_equal_shares({"active": 2, "placebo": 1})
    (True, False)
    """
    return len(set(ratio.values())) == 1


def find_unequal_shares(ratio: Ratio, procedure: str) -> Iterator[Fault]:
    """The fault of a ratio with unequal shares, for a procedure that is defined for equal ones only."""
    if not have_equal_shares(ratio):
        shares = ":".join(map(str, ratio.values()))
        yield Fault(
            what=f"the procedure does not keep a ratio of {shares} at every place",
            expected="arms with equal shares",
            remedy="Take permuted_blocks or simple.",
            key=procedure,
        )


def raise_differences(differences: tuple[int, ...], arm: int) -> tuple[int, ...]:
    """How far each arm is ahead of the one with the fewest, once ``arm`` has got one more.

    >>> raise_differences((0, 1), 0), raise_differences((0, 1), 1)
    ((0, 0), (0, 2))
    """
    counts = [count + (position == arm) for position, count in enumerate(differences)]
    fewest = min(counts)
    return tuple(count - fewest for count in counts)
