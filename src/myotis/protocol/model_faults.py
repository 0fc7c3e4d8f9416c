"""What pydantic finds wrong with the values of a file, as faults by their place in it."""

from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from myotis.errors import Fault

KINDS = {
    "missing": ("is missing", "a value", "Add it."),
    "extra_forbidden": (
        "is not a field of this file",
        "a field that the reference lists",
        "Correct its name, or remove it.",
    ),
    "string_pattern_mismatch": ("is not a name of this form", "text that matches {pattern}", "Rename it."),
    "too_short": ("has too few entries", "at least {min_length}", "Add an entry."),
    "too_long": ("has too many entries", "at most {max_length}", "Remove an entry."),
}
"""What a wrong field says, expects and advises, by the kind of error that pydantic found."""

WRONG_VALUE = "Input should be "


def list_model_faults(error: ValidationError, values: Any) -> list[Fault]:
    """Every fault that a model found; ``values`` are those that it was given, for the ids of entries of lists."""
    return [_fault(details, values) for details in _causes(error.errors())]


def _causes(errors: list[ErrorDetails]) -> list[ErrorDetails]:
    """The errors without lists that are called too short because an entry of theirs is wrong."""
    places = [details["loc"] for details in errors]

    def has_error_inside(loc: tuple[int | str, ...]) -> bool:
        return any(len(place) > len(loc) and place[: len(loc)] == loc for place in places)

    return [details for details in errors if details["type"] != "too_short" or not has_error_inside(details["loc"])]


def _fault(details: ErrorDetails, values: Any) -> Fault:
    what, expected, remedy = KINDS.get(details["type"], ("", "", ""))
    if not what:
        what, _, expected = details["msg"].removeprefix("Value error, ").partition("; expected ")
        if what.startswith(WRONG_VALUE):
            what, expected = "does not hold what the field takes", what.removeprefix(WRONG_VALUE)
        remedy = "Correct the value."
    return Fault(
        what=what,
        expected=expected.format_map(details.get("ctx", {})) if details["type"] in KINDS else expected,
        remedy=remedy,
        key=_place(details["loc"], values),
    )


def _place(location: tuple[int | str, ...], values: Any) -> str:
    """The path of a fault, with entries of lists called by their ids where they have one."""
    names = []
    for part in location:
        try:
            values = values[part]
        except (KeyError, IndexError, TypeError):
            values = None
        names.append(str(values.get("id", part)) if isinstance(part, int) and isinstance(values, dict) else str(part))
    return ".".join(names)
