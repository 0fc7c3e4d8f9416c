"""Items: the coded answers that an instrument's score is made of, and the check that finds every wrong one."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from myotis.errors import Fault, InputError, SettingError
from myotis.terms.missing import MISSING, is_missing
from myotis.terms.rule import Steps
from myotis.terms.source import Fact, Source

Scores = dict[str, Steps]
"""Checked item scores by item code: int64, all of one shape, ``MISSING`` where there is none."""


@dataclass(frozen=True, slots=True)
class Item:
    """One item: its code, what it is, and the highest of its whole numbers, which start at 0 (none, absent, no)."""

    code: str
    label: str
    maximum: int
    source: Source

    def facts(self) -> Iterator[Fact]:
        """The range of the item as a line of the list of sources."""
        yield Fact(f"{self.label} ({self.code}): range", f"0 to {self.maximum}", self.source)


@dataclass(frozen=True, slots=True)
class ItemSet:
    """The items of an instrument, in the order of its form."""

    name: str
    items: tuple[Item, ...]

    def __post_init__(self) -> None:
        if len(set(self.codes)) < len(self.items):
            raise ValueError(f"{self.name}: an item is declared twice")

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes of the items."""
        return tuple(item.code for item in self.items)

    @property
    def maximum(self) -> int:
        """The sum of the items' highest numbers."""
        return sum(item.maximum for item in self.items)

    def facts(self) -> Iterator[Fact]:
        """Every item as a line of the list of sources."""
        for item in self.items:
            yield from item.facts()

    def only(self, codes: Iterable[str]) -> "ItemSet":
        """The items with these codes, in the order of the form."""
        wanted = set(codes)
        return ItemSet(self.name, tuple(item for item in self.items if item.code in wanted))

    def check(self, scores: Mapping[str, ArrayLike]) -> Scores:
        """The scores of all items as int64 arrays of one shape.

        ``scores`` has an entry for each code and no other: whole numbers of any shape that can be broadcast against
        the others, ``MISSING`` where an item was not answered. Raises InputError with every fault: items absent or
        unknown, numbers that are not whole or out of range (by code and index), shapes that don't fit.
        """
        arrays = {code: np.asarray(score) for code, score in scores.items()}
        faults = [*self._check_codes(arrays), *_check_shapes(self.name, arrays)]
        for item in self.items:
            if item.code in arrays:
                faults.extend(self._check_item(item, arrays[item.code]))
        if faults:
            raise InputError(faults)
        shape = np.broadcast_shapes(*(array.shape for array in arrays.values()))
        return {code: np.broadcast_to(arrays[code].astype(np.int64), shape) for code in self.codes}

    def _check_codes(self, arrays: Mapping[str, NDArray[Any]]) -> Iterator[Fault]:
        for code in self.codes:
            if code not in arrays:
                yield Fault(what=f"{self.name}: the item is absent", expected="the item", column=code)
        for code in arrays:
            if code not in self.codes:
                what = f"{self.name} has no such item here"
                yield Fault(what=what, expected="one of " + ", ".join(self.codes), column=code)

    def _check_item(self, item: Item, values: NDArray[Any]) -> Iterator[Fault]:
        expected = f"a whole number from 0 to {item.maximum}"
        if values.dtype.kind not in "biu":
            yield Fault(what=f"{self.name}: the item is of type {values.dtype}", expected=expected, column=item.code)
            return
        wrong = (values != MISSING) & ((values < 0) | (values > item.maximum))
        for index in np.argwhere(wrong).tolist():
            place = "index=" + ",".join(str(position) for position in index) if index else ""
            yield Fault(what=f"{self.name}: the number is out of range", expected=expected, key=place, column=item.code)


def add_items(scores: Scores, *, missing: int = MISSING) -> Steps:
    """The sum of item scores; ``missing`` stands in for an item that has none, or leaves the sum missing.

    Where no item has a score nothing was assessed, and the sum is missing whatever stands in.

    >>> add_items({"a": np.array([1, 2]), "b": np.array([3, MISSING])}, missing=0).tolist()
    [4, 2]
    """
    total: Steps = np.zeros((), np.int64)
    unknown: NDArray[np.bool_] = np.zeros((), np.bool_)
    unassessed: NDArray[np.bool_] = np.ones((), np.bool_)
    for values in scores.values():
        absent = is_missing(values)
        total = total + np.where(absent, 0 if missing == MISSING else missing, values)
        unknown = unknown | absent
        unassessed = unassessed & absent
    return np.where(unknown if missing == MISSING else unassessed, MISSING, total)


def check_choice(name: str, choice: str, choices: tuple[str, ...]) -> None:
    """Raise SettingError where an option is none of its choices.

    >>> check_choice("side", "right", ("right", "left"))
    """
    if choice not in choices:
        raise SettingError(f"{name} is {choice!r}; expected one of {', '.join(choices)}")


def _check_shapes(name: str, arrays: Mapping[str, NDArray[Any]]) -> Iterator[Fault]:
    try:
        np.broadcast_shapes(*(array.shape for array in arrays.values()))
    except ValueError:
        yield Fault(what=f"{name}: the items have shapes that don't fit", expected="arrays of one shape")
