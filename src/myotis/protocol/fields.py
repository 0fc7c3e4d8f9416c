"""The kinds of field that a protocol file is made of."""

from decimal import Decimal
from enum import IntEnum
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, PlainSerializer, StringConstraints, WithJsonSchema
from pydantic_core import CoreSchema, core_schema

from myotis.terms.units import Quantity


class Section(BaseModel):
    """A part of the protocol: it can't be changed, and knows no field that is not declared."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, use_attribute_docstrings=True)


def canonical_number(number: Decimal) -> str:
    """An exact number without the zeros that don't change it, so that 2.0 and 2 are one value.

    >>> canonical_number(Decimal("2.0")), canonical_number(Decimal("0.10")), canonical_number(Decimal("100"))
    ('2', '0.1', '100')
    """
    return f"{number.normalize():f}"


def _canonical_quantity(quantity: Quantity) -> str:
    return f"{canonical_number(quantity.number)} {quantity.unit}"


Id = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_]*$")]
"""A name that other parts of the file, and columns of data, refer to."""

Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
"""A SHA-256 in hexadecimal digits."""


class Units:
    """Marks a field that holds a quantity in one of these units: ``Annotated[Quantity, Units("cm")]``."""

    def __init__(self, *units: str) -> None:
        self.units = units

    def __get_pydantic_core_schema__(self, _source: object, _handler: object) -> CoreSchema:
        text = core_schema.plain_serializer_function_ser_schema(_canonical_quantity)
        return core_schema.no_info_plain_validator_function(self._parse, serialization=text)

    def __get_pydantic_json_schema__(self, _schema: object, _handler: object) -> dict[str, Any]:
        pattern = r"^[+-]?\d+(\.\d+)?\s*(" + "|".join(self.units) + ")$"
        return {"type": "string", "pattern": pattern, "examples": [f"1 {unit}" for unit in self.units]}

    def _parse(self, value: object) -> Quantity:
        return value if isinstance(value, Quantity) else Quantity.parse(str(value), self.units)


class ByName:
    """Marks a field that holds one of the named options of an IntEnum, written in lower case."""

    def __get_pydantic_core_schema__(self, source: type[IntEnum], _handler: object) -> CoreSchema:
        self.choices = {choice.name.lower(): choice for choice in source}
        name = core_schema.plain_serializer_function_ser_schema(lambda choice: choice.name.lower())
        return core_schema.no_info_plain_validator_function(self._parse, serialization=name)

    def __get_pydantic_json_schema__(self, _schema: object, _handler: object) -> dict[str, Any]:
        return {"type": "string", "enum": list(self.choices)}

    def _parse(self, value: object) -> IntEnum:
        if value in self.choices.values() and isinstance(value, IntEnum):
            return value
        if value not in self.choices:
            raise ValueError(f"is not a known option; expected one of {', '.join(self.choices)}")
        return self.choices[str(value)]


def exact_decimal(value: object) -> Decimal:
    """A number of the file as the decimal that was written; binary fractions are refused."""
    if isinstance(value, Decimal) and value.is_finite():
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return Decimal(value)
    raise ValueError("is not a number; expected for example 20 or 1.5")


def _as_float(value: object) -> object:
    return float(value) if isinstance(value, Decimal | int) and not isinstance(value, bool) else value


Real = Annotated[float, BeforeValidator(_as_float)]
"""A number that nothing is compared with exactly, such as an assumed probability."""

Number = Annotated[
    Decimal, BeforeValidator(exact_decimal), PlainSerializer(canonical_number), WithJsonSchema({"type": "number"})
]
"""An exact decimal number without a unit, such as a TIS or a count."""
