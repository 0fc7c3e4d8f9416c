"""Quantities: a number with its unit, written together, such as ``2.0 g/kg`` or ``20 %``.

A number without a unit has more than one meaning, so the protocol file has no such doses, limits and times.
"""

import re
from decimal import Decimal
from typing import NamedTuple, Self

_QUANTITY = re.compile(r"(?P<number>[+-]?\d+(?:\.\d+)?)\s*(?P<unit>\S.*)?")


class Quantity(NamedTuple):
    """An exact decimal number and its unit."""

    number: Decimal
    unit: str

    @classmethod
    def parse(cls, text: str, units: tuple[str, ...]) -> Self:
        """Read a quantity in one of ``units``; raises ValueError that says what is wrong.

        >>> Quantity.parse("2.0 g/kg", ("g/kg",))
        Quantity(number=Decimal('2.0'), unit='g/kg')
        """
        example = " or ".join(f'"1 {unit}"' for unit in units)
        found = _QUANTITY.fullmatch(text.strip())
        if not found:
            raise ValueError(f"is not a number with a unit; expected for example {example}")
        if not found["unit"]:
            raise ValueError(f"has no unit; expected for example {example}")
        if found["unit"] not in units:
            raise ValueError(f"has the unit {found['unit']}; expected for example {example}")
        return cls(Decimal(found["number"]), found["unit"])

    def __str__(self) -> str:
        return f"{self.number} {self.unit}"
