"""Reading a protocol file, with every fault by its place in the file."""

import tomllib
from decimal import Decimal
from importlib import resources
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from myotis.errors import Fault, InputError
from myotis.protocol.trial import Trial

KINDS = {
    "missing": ("is missing", "a value", "Add it."),
    "extra_forbidden": (
        "is not a field of the protocol",
        "a field of the JSON Schema",
        "Correct its name, or remove it.",
    ),
    "string_pattern_mismatch": ("is not a name of this form", "text that matches {pattern}", "Rename it."),
    "too_short": ("has too few entries", "at least {min_length}", "Add an entry."),
    "too_long": ("has too many entries", "at most {max_length}", "Remove an entry."),
}
"""What a wrong field says, expects and advises, by the kind of error that pydantic found."""

WRONG_VALUE = "Input should be "


def shipped_trials() -> list[str]:
    """The names of the trials that come with Myotis."""
    trials = resources.files("myotis.trials")
    return sorted(entry.name for entry in trials.iterdir() if (entry / "protocol.toml").is_file())


def read_trial(source: str | Path) -> Trial:
    """Read a protocol: the name of a shipped trial (``proderm``), or the path of a TOML file.

    Raises InputError with every fault of the file.

    >>> read_trial("proderm").response.tis_at_least
    Decimal('20')
    """
    name, text = _read_text(source)
    try:
        values = tomllib.loads(text, parse_float=Decimal)
    except (ValueError, RecursionError) as error:  # TOML's own error, a number of thousands of digits, deep nesting
        fault = Fault(file=name, what=f"the file is not TOML: {error}", expected="TOML", remedy="Correct the line.")
        raise InputError([fault]) from error
    try:
        return Trial.model_validate(_listed(values))
    except ValidationError as error:
        raise InputError(_fault(details, values).inside(name) for details in _causes(error.errors())) from error
    except InputError as error:
        raise InputError(fault.inside(name) for fault in error.faults) from error


def _read_text(source: str | Path) -> tuple[str, str]:
    if isinstance(source, str) and source in shipped_trials():
        return f"{source}/protocol.toml", (resources.files("myotis.trials") / source / "protocol.toml").read_text(
            "utf-8"
        )
    path = Path(source)
    known = ", ".join(shipped_trials())
    try:
        return path.name, path.read_text("utf-8-sig")  # some editors begin a file with a byte order mark
    except UnicodeDecodeError as error:
        fault = Fault(file=path.name, what="the text is not UTF-8", expected="UTF-8", remedy="Save the file as UTF-8.")
        raise InputError([fault]) from error
    except OSError as error:
        what, expected = f"the file can't be read ({error.strerror})", f"a protocol file, or one of {known}"
        raise InputError([Fault(file=path.name, what=what, expected=expected)]) from error


def _listed(value: Any) -> Any:
    """TOML's arrays as the tuples of the frozen model."""
    if isinstance(value, dict):
        return {name: _listed(below) for name, below in value.items()}
    return tuple(_listed(entry) for entry in value) if isinstance(value, list) else value


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
