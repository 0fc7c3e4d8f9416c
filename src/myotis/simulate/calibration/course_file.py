"""A fitted course as a file: the text of the course that was assumed, with other values where parameters moved; and
draws of what the fit leaves open, as scenarios of that course."""

from collections.abc import Iterator, Mapping
from itertools import dropwhile
from typing import Any, Final

import tomlkit
from tomlkit.items import Item

from myotis.datasets.calibration import LITTLE
from myotis.protocol.files import as_values
from myotis.protocol.provenance import covers, flatten
from myotis.simulate.calibration.parameters import DIGITS, Parameters
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
    before = dict(flatten(as_values(parameters.course)))
    sources: Any = document["provenance"]
    references: Any = document["references"]
    references[REFERENCE] = cited
    for parameter, remains in zip(parameters.declared, left, strict=True):
        for place in parameter.places:
            for path in _find_paths(before, place):
                was, now = before[path], float(f"{_take(fitted, path):.{DIGITS}g}")
                holder: Any = document
                for part in path[:-1]:
                    holder = holder[part]
                holder[path[-1]] = now
                note = f"fitted; {was:g} was assumed"
                if remains > LITTLE:
                    note = f"hardly moved by what is published; {was:g} was assumed"
                sources[".".join(path)] = _write_source(note)
    return HEADER.format(name=name) + tomlkit.dumps(document)


def _drop_first_comment(text: str) -> str:
    lines = text.splitlines(keepends=True)
    return "".join(dropwhile(lambda line: line.startswith("#") or not line.strip(), lines))


def write_scenario(parameters: Parameters, position: Numbers, number: int, cited: str) -> str:
    """The text of a scenario file that sets every value that may move to what a draw of the parameters says."""
    drawn = as_values(parameters.make_course(position))
    before = dict(flatten(as_values(parameters.course)))
    places = [place for parameter in parameters.declared for place in parameter.places]
    paths = [path for place in places for path in _find_paths(before, place)]
    document = tomlkit.document()
    document["schema_version"] = 1
    document["id"] = f"draw_{number}"
    document["title"] = f"Draw {number} of what the published figures leave open"
    document["note"] = f"assumed; {cited}"
    document["changes"] = {".".join(path): float(f"{_take(drawn, path):.{DIGITS}g}") for path in paths}
    return tomlkit.dumps(document)


def _write_source(note: str) -> Item:
    source = tomlkit.inline_table()
    source.update({"status": "assumed", "reference": REFERENCE, "note": note})
    return source


def _find_paths(values: Mapping[tuple[str, ...], Any], place: str) -> Iterator[tuple[str, ...]]:
    for path in values:
        if len(path) == len(place.split(".")) and covers(place, path):
            yield path


def _take(values: Any, path: tuple[str, ...]) -> float:
    for name in path:
        values = values[name]
    return float(values)
