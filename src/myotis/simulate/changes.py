"""Changes to a course: other values at named places, so that a scenario says what differs and nothing else.

A place is the path of a value in the course file, with dots between its parts and ``*`` for any part
(``measures.*.noise``). What it becomes is a value, or an operation on the number that stands there: ``"* 1.5"``,
``"+ 0.1"``.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from pydantic import ValidationError

from myotis.errors import Fault, InputError
from myotis.simulate.course import Course

ANY: Final = "*"
OPERATION: Final = re.compile(r"([*+]) *(-?\d+(?:\.\d+)?)")


def change_course(course: Course, changes: Mapping[str, object], *, note: str = "changed") -> Course:
    """A course with other values at some places, which are assumed then, with the reason ``note``.

    Raises InputError with every place that the course does not have, and every value that it can't have there.

    >>> from myotis.simulate.course import read_course
    >>> exact = change_course(read_course("proderm"), {"measures.*.noise": 0, "enzymes.ck.flare": "* 2"})
    >>> exact.measures["haq"].noise, exact.enzymes["ck"].flare
    (0.0, 1.0)
    """
    values = course.model_dump(mode="python")
    faults = []
    for path, change in changes.items():
        found = list(_find(values, path.split(".")))
        if not found:
            faults.append(_fault(path, "the course has no such place", "the path of a value in the course"))
        for holder, name in found:
            try:
                holder[name] = _change(holder[name], change)
            except (TypeError, ValueError):
                faults.append(_fault(path, "the operation has no number to work on", "a place that holds a number"))
    if faults:
        raise InputError(faults)
    values["provenance"] |= {path: {"status": "assumed", "note": note} for path in changes}
    try:
        return Course.model_validate(values)
    except ValidationError as error:
        raise InputError(
            _fault(".".join(str(part) for part in details["loc"]), details["msg"], "what the documentation says")
            for details in error.errors()
        ) from error


def _find(values: Any, path: list[str]) -> Iterator[tuple[dict[str, Any], str]]:
    """Every place that a path leads to: the table that holds it, and its name there."""
    if not isinstance(values, dict):
        return
    for name in list(values) if path[0] == ANY else [part for part in path[:1] if part in values]:
        if len(path) == 1:
            yield values, name
        else:
            yield from _find(values[name], path[1:])


def _change(value: Any, change: object) -> object:
    operation = OPERATION.fullmatch(change) if isinstance(change, str) else None
    if operation is None:
        return change
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(value)
    number = float(operation[2])
    return value * number if operation[1] == "*" else value + number


def _fault(path: str, what: str, expected: str) -> Fault:
    return Fault(what=what, expected=expected, column=path)
