"""Files that hold a model, such as a protocol: text to values, values to the model, with every fault by its place."""

import tomllib
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from myotis.errors import Fault, InputError
from myotis.protocol.model_faults import list_model_faults

ModelT = TypeVar("ModelT", bound=BaseModel)


def read_text(path: Path, *, expected: str) -> str:
    """The text of a file; raises InputError where it can't be read, which says what was ``expected`` there."""
    try:
        return path.read_text("utf-8-sig")  # some editors begin a file with a byte order mark
    except UnicodeDecodeError as error:
        fault = Fault(file=path.name, what="the text is not UTF-8", expected="UTF-8", remedy="Save the file as UTF-8.")
        raise InputError([fault]) from error
    except OSError as error:
        what = f"the file can't be read ({error.strerror})"
        raise InputError([Fault(file=path.name, what=what, expected=expected)]) from error


def parse_toml(text: str, name: str, *, parse_float: Callable[[str], Any] = Decimal) -> dict[str, Any]:
    """The values of a TOML file called ``name``: numbers exact unless said otherwise, arrays as tuples, which a frozen
    model asks for."""
    try:
        values = tomllib.loads(text, parse_float=parse_float)
    except (ValueError, RecursionError) as error:  # TOML's own error, a number of thousands of digits, deep nesting
        fault = Fault(file=name, what=f"the file is not TOML: {error}", expected="TOML", remedy="Correct the line.")
        raise InputError([fault]) from error
    return {field: as_tuples(below) for field, below in values.items()}


def build_model(model: type[ModelT], values: Any, name: str) -> ModelT:
    """The model that the values of a file called ``name`` describe; raises InputError with every fault."""
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise InputError(fault.inside(name) for fault in list_model_faults(error, values)) from error
    except InputError as error:
        raise InputError(fault.inside(name) for fault in error.faults) from error


def as_values(value: Any) -> Any:
    """A part of a model as tables, arrays and the values in them, which ``build_model`` takes; what is None is left
    out."""
    if isinstance(value, BaseModel):
        fields = {name: getattr(value, name) for name in type(value).model_fields}
        return {name: as_values(below) for name, below in fields.items() if below is not None}
    if isinstance(value, dict):
        return {name: as_values(below) for name, below in value.items()}
    if type(value) is tuple:  # a quantity is a tuple too, and one value
        return tuple(as_values(entry) for entry in value)
    return value


def as_tuples(value: Any) -> Any:
    """Values whose lists are tuples, at every depth."""
    if isinstance(value, dict):
        return {name: as_tuples(below) for name, below in value.items()}
    return tuple(as_tuples(entry) for entry in value) if isinstance(value, list) else value
