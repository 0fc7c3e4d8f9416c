"""A table of visits as exact grid steps, with every fault of its values named by row and column."""

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray

from myotis.errors import Fault
from myotis.exchange.grouping import ROW
from myotis.exchange.tables import MISSING_MARKS, as_text
from myotis.instruments.enzymes import UNIT_SPELLINGS, XULN_GRID, EnzymeUnit
from myotis.instruments.haq import HAQ_GRID, as_recorded_fraction
from myotis.instruments.tis_levels import Slot
from myotis.score.columns import EnzymeReading, Layout, Reading
from myotis.terms.missing import MISSING, is_missing
from myotis.terms.rule import Steps

HaqReading = Literal["as_recorded", "as_fraction"]
"""A HAQ score of 1.62: the decimal as recorded, or the fraction 1 5/8 that it was most likely rounded from."""

SUSPICIOUS_MULTIPLE = 1_000
"""An enzyme beyond this multiple of its ULN looks like a value and a ULN in different units."""

DECIMAL_COMMA = r"^[+-]?\d*,\d+$"

TEXTS = (pl.String, pl.Categorical, pl.Enum)

Flags = NDArray[np.bool_]


@dataclass
class Recorded:
    """What a batch of visits says, row by row.

    ``subject`` and ``visit`` are texts as written, without spaces around them; ``row`` numbers the rows in
    their file. ``steps`` has, by the name of the measure (``physician_global``, ``mmt8_unilateral``, ``ck``,
    ``ck_uln`` …), int64 steps of its grid, ``MISSING`` where nothing was recorded or the record is faulty. An enzyme
    recorded as a multiple of its ULN has the ULN of 1, both in steps of ``XULN_GRID``.
    """

    layout: Layout
    subject: pl.Series
    visit: pl.Series
    row: NDArray[np.int64]
    steps: dict[str, Steps] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    warnings: list[Fault] = field(default_factory=list)

    def slot(self, slot: Slot) -> Steps:
        """The steps of the measure that fills a slot; all ``MISSING`` where it has no column."""
        reading = self.layout.reading(slot)
        return self.steps[reading.name] if reading else self._missing()

    def enzyme(self, name: str) -> tuple[Steps, Steps]:
        """The steps of an enzyme's value and ULN; all ``MISSING`` where it has no columns."""
        if name not in self.steps:
            return self._missing(), self._missing()
        return self.steps[name], self.steps[f"{name}_uln"]

    def _missing(self) -> Steps:
        return np.full(len(self.row), MISSING, np.int64)


def read_recorded(frame: pl.DataFrame, layout: Layout, *, haq: HaqReading = "as_recorded") -> Recorded:
    """Read a batch of visits, one row a subject and visit, as exact steps.

    ``frame`` has the columns of the layout, as text or as numbers, and ``_row``, the number of each row in its file.
    Missing is null, an empty text, ``NA`` or a dot. ``faults`` of the result holds everything that is wrong with
    the values (no number, not finite, out of range, off the grid, ULN or unit missing, unknown or mixed units, no
    subject or visit), ``warnings`` what looks odd, one for each column and kind with the first row that has it.
    Nothing is raised.

    ``haq`` says how to read a HAQ or CHAQ score that looks like a rounded fraction (1.62 for 13/8).

    >>> from myotis.score.columns import find_layout
    >>> table = pl.DataFrame({"_row": [2], "subject": ["S1"], "visit": ["0"], "haq": ["1.5"], "mmt8": ["151"]})
    >>> recorded = read_recorded(table, find_layout(table.columns, allow_absent=True))
    >>> recorded.steps["haq"].tolist()
    [252000]
    >>> print(recorded.faults[0])
    row 2, subject=S1 visit=0, column mmt8: the number is out of range; expected 0 to 150 points
    """
    reader = _Reader(frame, layout)
    for reading in layout.readings:
        reader.read(reading)
    for enzyme in layout.enzymes:
        reader.check_enzyme(enzyme)
    for reading in layout.measures:
        if reading.grid == HAQ_GRID:
            reader.check_haq(reading, haq)
    return reader.finish()


def _read_text(frame: pl.DataFrame, column: str) -> pl.Series:
    """A column as text without spaces around it; null where it is missing."""
    text = as_text(pl.col(column), frame.schema[column]).str.strip_chars()
    return frame.select(pl.when(~text.is_in(MISSING_MARKS)).then(text)).to_series().alias(column)


def _read_numbers(frame: pl.DataFrame, column: str) -> tuple[NDArray[np.float64], Flags, Flags]:
    """A column as doubles (NaN where missing), where it is no number, and where that is for a decimal comma."""
    values = frame[column]
    comma = np.zeros(len(values), np.bool_)
    if values.dtype == pl.Float32:  # through its shortest text: 0.1 is then the 0.1 that was meant
        values = values.cast(pl.String)
    if values.dtype.is_temporal() or values.dtype.is_nested() or values.dtype == pl.Boolean:
        return np.full(len(values), np.nan), values.is_not_null().to_numpy(), comma
    numbers = values.cast(pl.String if values.dtype in TEXTS else values.dtype).cast(pl.Float64, strict=False)
    if (numbers.null_count() > values.null_count()) and values.dtype in TEXTS:
        text = _read_text(frame, column)  # spaces, marks of missing values, and what is no number at all
        numbers = text.cast(pl.Float64, strict=False)
        wrong = text.is_not_null() & numbers.is_null()
        comma = (wrong & text.str.contains(DECIMAL_COMMA)).fill_null(value=False).to_numpy()
    else:
        wrong = pl.repeat(value=False, n=len(values), dtype=pl.Boolean, eager=True)
    return numbers.to_numpy(), (wrong | numbers.is_nan()).fill_null(value=False).to_numpy(), comma


class _Reader:
    """Reads the columns of one batch and collects what is wrong, to be sorted by row at the end."""

    def __init__(self, frame: pl.DataFrame, layout: Layout) -> None:
        self.frame = frame
        subject, visit = _read_text(frame, layout.subject), _read_text(frame, layout.visit)
        self.recorded = Recorded(layout, subject, visit, frame[ROW].to_numpy())
        self.found: list[tuple[int, Fault]] = []
        for column, name in ((subject, layout.subject), (visit, layout.visit)):
            self._fault(column.is_null().to_numpy(), "the text is missing", f"the {column.name} of the row", name)

    def read(self, reading: Reading) -> None:
        numbers, no_number, comma = _read_numbers(self.frame, reading.column)
        steps, wrong = reading.grid.to_steps(numbers)
        infinite = np.isinf(numbers)
        bottom, top = reading.low / reading.grid.steps_per_unit, reading.high / reading.grid.steps_per_unit
        outside = ~is_missing(steps) & ((steps < reading.low) | (steps > reading.high))
        outside |= wrong & ~infinite & ((numbers < bottom) | (numbers > top))
        for where, what, remedy in (
            (no_number & comma, "the number has a decimal comma", "Write a decimal point"),
            (no_number & ~comma, "this is no number", "Leave the field empty where the value is missing"),
            (infinite, "the number is not finite", ""),
            (outside, "the number is out of range", reading.if_outside),
            (wrong & ~infinite & ~outside, "the number is off the measure's grid", reading.if_off_grid),
        ):
            self._fault(where, what, reading.expected, reading.column, remedy)
        steps[no_number | outside] = MISSING
        self.recorded.steps[reading.name] = steps

    def check_enzyme(self, enzyme: EnzymeReading) -> None:
        steps = self.recorded.steps
        value = steps[enzyme.name]
        if enzyme.uln is None:
            steps[f"{enzyme.name}_uln"] = np.where(is_missing(value), MISSING, XULN_GRID.step(1))
        else:
            where = ~is_missing(value) & is_missing(steps[enzyme.uln.name])
            if where.any():  # a ULN that could not be read has its fault already
                where &= _read_text(self.frame, enzyme.uln.column).is_null().to_numpy()
            self._fault(where, "the ULN is missing where there is a value", enzyme.uln.expected, enzyme.uln.column)
            self._check_units(enzyme, ~is_missing(value))
        self._warn_of_multiple(enzyme, value, steps[f"{enzyme.name}_uln"])

    def _check_units(self, enzyme: EnzymeReading, present: Flags) -> None:
        columns = [column for column in (enzyme.unit, enzyme.uln_unit) if column]
        expected = " or ".join(EnzymeUnit)
        units = []
        for column in columns:
            text = _read_text(self.frame, column)
            folded = text.str.to_lowercase().str.replace_all(" ", "")
            unit = folded.replace_strict(UNIT_SPELLINGS, default=None, return_dtype=pl.String)
            unknown = (text.is_not_null() & unit.is_null()).to_numpy()
            self._fault(unknown, "the unit is unknown", expected, column)
            self._fault(
                text.is_null().to_numpy() & present, "the unit is missing where there is a value", expected, column
            )
            units.append(unit)
        if len(units) == 2:
            mixed = (units[0] != units[1]).fill_null(value=False).to_numpy()
            remedy = "Convert one of the two"
            self._fault(mixed, "value and ULN have different units", "the same unit", columns[1], remedy)

    def _warn_of_multiple(self, enzyme: EnzymeReading, value: Steps, uln: Steps) -> None:
        suspicious = ~is_missing(value) & ~is_missing(uln) & (value // SUSPICIOUS_MULTIPLE >= np.maximum(uln, 1))
        what = f"the enzyme is {SUSPICIOUS_MULTIPLE} times its ULN or more"
        remedy = "Look whether value and ULN have the same unit"
        self._warn(suspicious, what, "a value and a ULN in one unit", enzyme.value.column, remedy)

    def check_haq(self, reading: Reading, how: HaqReading) -> None:
        fractions, rounded = as_recorded_fraction(self.recorded.steps[reading.name])
        if how == "as_fraction":
            self.recorded.steps[reading.name] = fractions
            return
        remedy = "It counts as the decimal that was recorded; it can be read as the fraction"
        what = "the score looks like a rounded fraction (1.62 for 13/8)"
        self._warn(rounded, what, "eighths, sevenths or sixths of a point", reading.column, remedy)

    def finish(self) -> Recorded:
        order = {column: position for position, column in enumerate(self.frame.columns)}
        self.found.sort(key=lambda found: (found[0], order[found[1].column]))
        self.recorded.faults = [fault for _, fault in self.found]
        return self.recorded

    def _fault(self, where: Flags, what: str, expected: str, column: str, remedy: str = "") -> None:
        for index in np.flatnonzero(where).tolist():
            row, key = int(self.recorded.row[index]), self._key(index)
            fault = Fault(what=what, expected=expected, remedy=remedy, row=row, key=key, column=column)
            self.found.append((row, fault))

    def _warn(self, where: Flags, what: str, expected: str, column: str, remedy: str) -> None:
        rows = np.flatnonzero(where)
        if not len(rows):
            return
        if len(rows) > 1:
            what += f", and so in {len(rows) - 1} further rows"
        row, key = int(self.recorded.row[rows[0]]), self._key(int(rows[0]))
        self.recorded.warnings.append(
            Fault(what=what, expected=expected, remedy=remedy, row=row, key=key, column=column)
        )

    def _key(self, index: int) -> str:
        names = {"subject": self.recorded.subject[index], "visit": self.recorded.visit[index]}
        return " ".join(f"{name}={text}" for name, text in names.items() if text is not None)
