"""The declaration of a calibration: which published figures are fitted, which are held out, and what may move.

It is written before anything is fitted. Every figure that simulated trials have is in one of the lists, so that none is
dropped in silence.
"""

from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Annotated, Literal, NamedTuple

from pydantic import Field

from myotis.errors import Fault, InputError
from myotis.protocol.fields import Id, Section
from myotis.protocol.files import build_model, parse_toml
from myotis.protocol.shipped import read_shipped_text
from myotis.simulate.calibration.figures import Figure
from myotis.simulate.course import Positive

FILE = "calibration.toml"


class Parameter(Section):
    """What may move: one value of the course, or several that move together.

    ``scale`` is the one on which the prior is normal with the standard deviation ``sd`` around what the course says:
    the value itself (``plain``), its logarithm, or its logit. Several places (or one with ``*``) move by a common
    number, which is added on the plain scale and multiplied on the logarithmic one.
    """

    id: Id
    label: str
    places: tuple[str, ...] = Field(min_length=1)
    scale: Literal["plain", "log", "logit"]
    sd: Positive
    least: float | None = None
    most: float | None = None
    """Limits of the value, or of the common number; what lies outside is brought back to them."""

    @property
    def is_common(self) -> bool:
        """Do several values move together?"""
        return len(self.places) > 1 or "*" in self.places[0]


class Declaration(Section):
    """A calibration file."""

    schema_version: Literal[1]
    title: str
    fitted: tuple[str, ...] = Field(min_length=1)
    held_out: tuple[str, ...] = ()
    """Addresses of figures; ``*`` stands for any text."""
    left_out: dict[str, str] = Field(default_factory=dict)
    """Why figures are neither."""
    parameters: Annotated[tuple[Parameter, ...], Field(min_length=1)]


class Use(NamedTuple):
    """Figures by what they are used for."""

    fitted: tuple[Figure, ...]
    held_out: tuple[Figure, ...]

    @property
    def all(self) -> list[Figure]:
        """The fitted ones, then those held out."""
        return [*self.fitted, *self.held_out]


def sort_figures(declaration: Declaration, figures: Sequence[Figure]) -> Use:
    """The figures by their use. Raises InputError for each that is in no list or in several, and each pattern that
    names none."""
    lists: dict[str, Sequence[str]] = {
        "fitted": declaration.fitted, "held_out": declaration.held_out, "left_out": tuple(declaration.left_out),
    }  # fmt: skip
    faults = list(_find_idle(lists, figures))
    uses: dict[str, list[Figure]] = {name: [] for name in lists}
    for figure in figures:
        found = [name for name, patterns in lists.items() if any(fnmatchcase(figure.address, p) for p in patterns)]
        if len(found) == 1:
            uses[found[0]].append(figure)
        else:
            what = f"the figure {figure.address} is in {' and '.join(found) or 'no list'}"
            faults.append(Fault(file=FILE, what=what, expected="each figure in one of fitted, held_out, left_out"))
    if faults:
        raise InputError(faults)
    return Use(tuple(uses["fitted"]), tuple(uses["held_out"]))


def _find_idle(lists: Mapping[str, Sequence[str]], figures: Sequence[Figure]) -> Iterator[Fault]:
    for name, patterns in lists.items():
        for pattern in patterns:
            if not any(fnmatchcase(figure.address, pattern) for figure in figures):
                expected = "the address of a figure, such as changes.haq-week16.group.mean"
                yield Fault(file=FILE, what=f"{pattern} names no figure", expected=expected, column=name)


def read_declaration(source: str | Path) -> Declaration:
    """The declaration of a shipped trial, or of a TOML file. Raises InputError with every fault.

    >>> len(read_declaration("proderm").parameters) > 10
    True
    """
    name, text = read_shipped_text(source, FILE, what="a calibration file")
    return build_model(Declaration, parse_toml(text, name, parse_float=float), name)
