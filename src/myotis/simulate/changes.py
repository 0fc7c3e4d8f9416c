"""Changes to a course: other values at named places, so that a scenario says what differs and nothing else.

A place is the path of a value in the course file, with dots between its parts and ``*`` for any part
(``measures.*.noise``). What it becomes is a value, or an operation on the number that stands there: ``"* 1.5"``,
``"+ 0.1"``.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from myotis.errors import Fault, InputError
from myotis.protocol.files import as_values, build_model
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
    values = change_values(as_values(course), changes, "scenario")
    values["provenance"] |= {path: {"status": "assumed", "note": note} for path in changes}
    return build_model(Course, values, "scenario")


def make_alike(course: Course, treatments: Sequence[str], like: str, *, note: str = "no effect") -> Course:
    """A course in which all of some treatments do what one of them does, wherever it tells treatments apart.

    >>> from myotis.simulate.course import read_course
    >>> alike = make_alike(read_course("proderm"), ["octagam_10", "saline"], "saline")
    >>> alike.measures["haq"].recovery["octagam_10"] == alike.measures["haq"].recovery["saline"]
    True
    """
    values = as_values(course)
    places = [(holder, path) for holder, path in _list_tables(values) if set(treatments) & set(holder)]
    for holder, path in places:
        for name in treatments:
            if like in holder:
                holder[name] = holder[like]
            else:  # where one is not named it is as if nothing were said of it
                holder.pop(name, None)
        values["provenance"][".".join(path)] = {"status": "assumed", "note": note}
    return build_model(Course, values, "scenario")


def _list_tables(
    values: dict[str, Any], path: tuple[str, ...] = ()
) -> Iterator[tuple[dict[str, Any], tuple[str, ...]]]:
    """Every table below others, with its path."""
    for name, below in values.items():
        if isinstance(below, dict):
            yield below, (*path, name)
            yield from _list_tables(below, (*path, name))


def change_values(values: dict[str, Any], changes: Mapping[str, object], name: str) -> dict[str, Any]:
    """Values with others at some places, in place; ``name`` is what faults call them.

    Raises InputError with every place that there is not, and every operation that has no number to work on.
    """
    faults = []
    for path, change in changes.items():
        found = list(find_places(values, path))
        if not found:
            what = "there is no such place"
            faults.append(Fault(file=name, what=what, expected="the path of a value", column=path))
        for holder, (*_, last) in found:
            try:
                holder[last] = _change(holder.get(last), change)
            except (TypeError, ValueError):
                what, expected = "the operation has no number to work on", "a place that holds a number"
                faults.append(Fault(file=name, what=what, expected=expected, column=path))
    if faults:
        raise InputError(faults)
    return values


def find_places(
    values: dict[str, Any], place: str, above: tuple[str, ...] = ()
) -> Iterator[tuple[dict[str, Any], tuple[str, ...]]]:
    """Every value that a place leads to: the table that holds it, and its path.

    Its last part may name what is not there yet, since values may be optional. The tables on the way have to be there,
    and ``*`` stands for what is.

    >>> measures = {"haq": {"noise": 0.1}, "mmt8": {"noise": 2.0}, "title": "two measures"}
    >>> [(".".join(path), holder[path[-1]]) for holder, path in find_places(measures, "*.noise")]
    [('haq.noise', 0.1), ('mmt8.noise', 2.0)]
    """
    first, dot, rest = place.partition(".")
    for name in list(values) if first == ANY else [first]:
        if not dot:
            yield values, (*above, name)
        elif isinstance(below := values.get(name), dict):
            yield from find_places(below, rest, (*above, name))


def _change(value: Any, change: object) -> object:
    operation = OPERATION.fullmatch(change) if isinstance(change, str) else None
    if operation is None:
        return change
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(value)
    number = float(operation[2])
    return value * number if operation[1] == "*" else value + number
