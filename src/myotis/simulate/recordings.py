"""What a virtual visit recorded, as the texts that stand on its forms."""

from collections.abc import Iterator
from typing import NamedTuple

from myotis.instruments.enzymes import ENZYME_GRID
from myotis.protocol.trial import Trial
from myotis.simulate.course import Course
from myotis.simulate.truth import NOWHERE, find_columns, find_measures
from myotis.terms.missing import MISSING
from myotis.terms.rule import Steps


class Recording(NamedTuple):
    """One recorded result: the text on the form, and for an enzyme the text of its ULN."""

    measure: str
    text: str
    uln: str | None = None


class Forms:
    """The forms of a trial's visits."""

    def __init__(self, trial: Trial, course: Course) -> None:
        self._measures = find_measures(trial, course)
        self._columns = list(zip(*find_columns(trial, course), strict=True))

    def read(self, row: Steps) -> list[Recording]:
        """What a row of a course holds; measures that are missing are left out.

        ``row`` is grid steps, in the columns of ``find_columns``.
        """
        return [
            Recording(name, self._write(name, row[column]), None if uln == NOWHERE else self._write(name, row[uln]))
            for name, (column, uln) in zip(self._measures, self._columns, strict=True)
            if row[column] != MISSING
        ]

    def list_places(self) -> Iterator[tuple[str, int, int, int]]:
        """Every measure: its column, that of its ULN (`NOWHERE` if none), and how many grid steps its unit has."""
        for name, (column, uln) in zip(self._measures, self._columns, strict=True):
            measure = self._measures[name]
            yield name, column, uln, (measure.grid if measure else ENZYME_GRID).steps_per_unit

    def _write(self, name: str, steps: int) -> str:
        measure = self._measures[name]
        grid = measure.grid if measure else ENZYME_GRID
        return f"{steps / grid.steps_per_unit:.10g}"
