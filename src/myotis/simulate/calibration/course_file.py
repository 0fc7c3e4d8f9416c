"""A fitted course as a file: the text of the course that was assumed, with other values where parameters moved; and
draws of what the fit leaves open, as scenarios of that course."""

from collections.abc import Sequence
from itertools import dropwhile
from typing import Any, Final

import tomlkit
from tomlkit.items import Item

from myotis.datasets.calibration import LITTLE
from myotis.protocol.files import as_values
from myotis.simulate.calibration.parameters import DIGITS, Parameters
from myotis.simulate.changes import find_places
from myotis.simulate.truth import Numbers

REFERENCE: Final = "calibration"

HEADER: Final = """\
# The truth about virtual patients, fitted to published figures: written by myotis calibrate, from {name}.
# It stands for no estimate of anything. The sources of its numbers, below, say which were fitted, and of which of those
# the published figures say next to nothing.
"""


def write_course(assumed: tuple[str, str], parameters: Parameters, mode: Numbers, left: Numbers, cited: str) -> str:
    """The text of the fitted course.

    ``assumed`` is the name and the text of the course before; ``left`` [parameter] the posterior's standard deviation
    over the prior's; ``cited`` says what was fitted and how. Comments, but for those at the top, and the order of the
    file stay. Each value that moved has a source of its own.
    """
    name, text = assumed
    document = tomlkit.parse(_drop_first_comment(text))
    document["title"] = f"{document['title']}, fitted to published figures"
    fitted = as_values(parameters.make_course(mode))
    before = as_values(parameters.course)
    sources: Any = document["provenance"]
    references: Any = document["references"]
    references[REFERENCE] = cited
    for parameter, remains in zip(parameters.declared, left, strict=True):
        said = "hardly moved by what is published" if remains > LITTLE else "fitted"
        was = _find_numbers(before, parameter.places)
        for path, now in _find_numbers(fitted, parameter.places).items():
            holder: Any = document
            for part in path[:-1]:
                holder = holder[part]
            holder[path[-1]] = _round(now)
            sources[".".join(path)] = _write_source(f"{said}; {was[path]:g} was assumed")
    return HEADER.format(name=name) + tomlkit.dumps(document)


def _drop_first_comment(text: str) -> str:
    lines = text.splitlines(keepends=True)
    return "".join(dropwhile(lambda line: line.startswith("#") or not line.strip(), lines))


def write_scenario(parameters: Parameters, position: Numbers, number: int, cited: str) -> str:
    """The text of a scenario file that sets every value that may move to what a draw of the parameters says."""
    places = [place for parameter in parameters.declared for place in parameter.places]
    drawn = _find_numbers(as_values(parameters.make_course(position)), places)
    document = tomlkit.document()
    document["schema_version"] = 1
    document["id"] = f"draw_{number}"
    document["title"] = f"Draw {number} of what the published figures leave open"
    document["note"] = f"assumed; {cited}"
    document["changes"] = {".".join(path): _round(value) for path, value in drawn.items()}
    return tomlkit.dumps(document)


def _write_source(note: str) -> Item:
    source = tomlkit.inline_table()
    source.update({"status": "assumed", "reference": REFERENCE, "note": note})
    return source


def _find_numbers(values: dict[str, Any], places: Sequence[str]) -> dict[tuple[str, ...], float]:
    return {path: holder[path[-1]] for place in places for holder, path in find_places(values, place)}


def _round(number: float) -> float:
    return float(f"{number:.{DIGITS}g}")
