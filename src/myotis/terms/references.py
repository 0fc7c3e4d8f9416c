"""Arrays under their names, handed to compiled functions as one reference.

Numba hands over a NamedTuple as all that is in it: an array of one dimension alone is seven numbers. A function of the
lives of virtual subjects would have some hundreds of parameters, and so would each function that it calls, and all of
them would have to be compiled. As a reference a NamedTuple is one pointer, whatever it holds, and reads the same in the
source: ``lives.present``.

What it points to are words of 64 bits, in the order of the fields: a whole or a real number is one, a tuple those of
its parts, an array those by which Numba knows arrays. The arrays belong to Python, which keeps them while the compiled
function runs.
"""

import hashlib
import threading
from collections.abc import Iterable
from typing import Any, Final

import numba
import numpy as np
from numba.core.types import Type
from numba.core.typing.templates import AttributeTemplate
from numba.extending import (
    NativeValue,
    infer_getattr,
    lower_getattr_generic,
    models,
    register_model,
    typeof_impl,
    unbox,
)
from numpy.typing import NDArray

NAME_LENGTH: Final = 12

FEW: Final = 5
"""NamedTuples of so many fields are handed over as they are: compiled code then knows them better."""

KEPT_OF_A_KIND: Final = 2
"""The latest so many references to each class of NamedTuples, and so their arrays, live as long as their thread."""


class Fields(Type):
    """The type of a reference: the names of the fields, and what each holds."""

    def __init__(self, fields: tuple[tuple[str, Type], ...]) -> None:
        self.fields = fields
        # The name is in that of every function that takes the type; the whole of it would be read and written for ever.
        super().__init__(name=f"Fields_{hashlib.sha256(repr(fields).encode()).hexdigest()[:NAME_LENGTH]}")


class Reference:
    """A reference in the hands of Python, which can do no more than pass it on."""

    def __init__(self, values: Any) -> None:
        self.values = values  # whose arrays are kept as long as the reference
        self.type = _find_type(values)
        self.words = np.array(_list_words(values))
        self.address = _find_address(self.words)


def hand_over(arguments: Iterable[Any]) -> list[Any]:
    """Arguments as a compiled function takes them: in place of large NamedTuples of arrays references to them."""
    return [_refer_to(value) if _is_large(value) else value for value in arguments]


def _is_large(value: Any) -> bool:
    return hasattr(value, "_fields") and len(value) > FEW and any(isinstance(part, np.ndarray) for part in value)


class _Latest(threading.local):
    """The latest references of a thread by what they refer to: most calls are handed what a call before was."""

    def __init__(self) -> None:
        self.by_kind: dict[type, list[Reference]] = {}


_LATEST = _Latest()


def _refer_to(values: Any) -> Reference:
    latest = _LATEST.by_kind.setdefault(type(values), [])
    for reference in latest:
        if reference.values is values:
            return reference
    latest.insert(0, Reference(values))
    del latest[KEPT_OF_A_KIND:]
    return latest[0]


_TYPES: dict[Any, Fields] = {}


def _find_type(values: Any) -> Fields:
    key = (type(values), *[_describe(part) for part in values])
    if key not in _TYPES:
        _TYPES[key] = Fields(tuple((name, numba.typeof(part)) for name, part in values._asdict().items()))
    return _TYPES[key]


def _describe(part: Any) -> Any:
    """What tells the type of a part from that of others."""
    if isinstance(part, np.ndarray):
        return part.dtype.num, part.ndim, part.flags.num
    return (type(part), *map(_describe, part)) if isinstance(part, tuple) else type(part)


def _list_words(part: Any) -> list[int]:
    if isinstance(part, np.ndarray):
        return [0, 0, part.size, part.itemsize, _find_address(part), *part.shape, *part.strides]
    if isinstance(part, tuple):
        return [word for one in part for word in _list_words(one)]
    assert not isinstance(part, bool | np.bool_), "a truth value is shorter than a word: say 1 or 0"
    return [int(np.float64(part).view(np.int64)) if isinstance(part, float) else int(part)]


def _find_address(array: NDArray[Any]) -> int:
    address: int = array.__array_interface__["data"][0]
    return address


@typeof_impl.register(Reference)  # type: ignore[untyped-decorator]
def _type_reference(reference: Reference, _context: Any) -> Fields:
    return reference.type


@register_model(Fields)
class _Pointer(models.OpaqueModel):  # type: ignore[misc]
    """To the first word."""


@unbox(Fields)  # type: ignore[untyped-decorator]
def _take_pointer(_type: Fields, reference: Any, c: Any) -> NativeValue:
    address = c.pyapi.object_getattr_string(reference, "address")
    pointer = c.pyapi.long_as_voidptr(address)
    c.pyapi.decref(address)
    return NativeValue(pointer, is_error=c.pyapi.c_api_error())


@infer_getattr
class _FieldsAttribute(AttributeTemplate):  # type: ignore[misc]
    key = Fields

    def generic_resolve(self, fields: Fields, name: str) -> Type | None:
        return dict(fields.fields).get(name)


@lower_getattr_generic(Fields)  # type: ignore[untyped-decorator]
def _read_field(context: Any, builder: Any, fields: Fields, pointer: Any, name: str) -> Any:
    kinds = [context.get_value_type(kind) for _, kind in fields.fields]
    place = [each for each, _ in fields.fields].index(name)
    first = sum(context.get_abi_sizeof(kind) for kind in kinds[:place])
    field = builder.gep(pointer, [context.get_constant(numba.types.intp, first)])
    return builder.load(builder.bitcast(field, kinds[place].as_pointer()))
