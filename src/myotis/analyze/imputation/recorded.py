"""The core set measures as they were recorded, from the analysis datasets: whole numbers by subject, measure and visit.

The enzyme is the one that each subject is followed by, with the limit of normal of each measurement, so that the
outcomes computed from these numbers are those of the datasets to the last digit.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from myotis.derive.adcsm import ENZYME, SLOT_PARAMETERS
from myotis.errors import Fault, InputError, StatisticsError
from myotis.instruments.enzymes import ENZYME_GRID, ULN_GRID, XULN_GRID
from myotis.instruments.tis import TisSettings
from myotis.instruments.tis_levels import SLOTS, Slot
from myotis.protocol.design import Visit
from myotis.terms.grid import Grid
from myotis.terms.missing import MISSING, is_missing
from myotis.terms.rule import Steps

Flags = NDArray[np.bool_]
Numbers = NDArray[np.float64]

ENZYME_INDEX: Final = SLOTS.index(Slot.ENZYME)

PARAMETERS: Final = {slot: SLOT_PARAMETERS.get(slot, ENZYME) for slot in SLOTS}
"""The parameter of ADCSM in each place of the core set."""


class CoreSet(NamedTuple):
    """``steps[subject, visit, slot]`` in the grid of each measure (the enzyme's in that of its value, ``uln[subject,
    visit]`` beside it), MISSING where nothing was recorded; the slots are `SLOTS`, the baseline is visit 0.
    ``enzyme[subject]`` is the position of the enzyme followed among those of the settings."""

    steps: Steps
    uln: Steps
    enzyme: NDArray[np.intp]
    settings: TisSettings

    def numbers(self) -> Numbers:
        """The values in the unit of each measure, the enzyme as a multiple of its limit of normal; NaN if missing."""
        answer = np.full(self.steps.shape, np.nan)
        for position, slot in enumerate(SLOTS):
            if slot is not Slot.ENZYME:
                answer[..., position] = grid_of(slot, self.settings).to_numbers(self.steps[..., position])
        value, known = self.steps[..., ENZYME_INDEX], ~is_missing(self.steps[..., ENZYME_INDEX])
        answer[..., ENZYME_INDEX] = np.divide(value, self.uln, where=known, out=np.full(value.shape, np.nan))
        return answer

    def without(self, gone: Flags) -> "CoreSet":
        """Without what was recorded where ``gone[subject, visit]``."""
        return self._replace(
            steps=np.where(gone[..., None], MISSING, self.steps), uln=np.where(gone, MISSING, self.uln)
        )


def grid_of(slot: Slot, settings: TisSettings) -> Grid:
    """The grid of the measure in a slot; that of multiples of the limit of normal for the enzyme."""
    measure = settings.measure(slot)
    return measure.grid if measure else XULN_GRID


def read_core_set(
    subjects: pl.DataFrame, adcsm: pl.DataFrame, visits: Sequence[Visit], settings: TisSettings
) -> CoreSet:
    """The recorded values of ``subjects`` (USUBJID, in their order) at the visits, the baseline first.

    Values that were carried forward are none that were recorded. A subject without an enzyme at baseline gets the one
    that most are followed by. Raises InputError with every value that is off its grid, and every enzyme without its
    name or its limit of normal.
    """
    rows = _select_rows(subjects, adcsm, visits)
    shape = (subjects.height, len(visits), len(SLOTS))
    steps = np.full(shape, MISSING, dtype=np.int64)
    uln = np.full(shape[:2], MISSING, dtype=np.int64)
    faults: list[Fault] = []
    for position, slot in enumerate(SLOTS):
        here = rows.filter(PARAMCD=PARAMETERS[slot])
        place = (here["subject"].to_numpy(), here["visit"].to_numpy(), position)
        if slot is Slot.ENZYME:
            steps[place], uln[place[:2]] = _read_enzyme(here, settings, faults)
        else:
            steps[place] = _to_grid(here, here["AVAL"].to_numpy(), grid_of(slot, settings), faults)
    if faults:
        raise InputError(faults)
    return CoreSet(steps, uln, _find_enzymes(rows, subjects.height, settings), settings)


def _select_rows(subjects: pl.DataFrame, adcsm: pl.DataFrame, visits: Sequence[Visit]) -> pl.DataFrame:
    numbers = {visit.number: position for position, visit in enumerate(visits)}
    places = subjects.select("USUBJID").with_row_index("subject")
    return (
        adcsm.filter(pl.col("DTYPE").is_null() & pl.col("AVAL").is_not_null() & pl.col("AVISITN").is_in(list(numbers)))
        .join(places, on="USUBJID")
        .with_columns(visit=pl.col("AVISITN").replace_strict(numbers, return_dtype=pl.Int64))
    )


def _read_enzyme(rows: pl.DataFrame, settings: TisSettings, faults: list[Fault]) -> tuple[Steps, Steps]:
    limits = rows["ANRHI"].fill_null(float("nan")).to_numpy()
    known = (limits > 0) & rows["ENZYME"].is_in(settings.enzymes).fill_null(value=False).to_numpy()
    for row in rows.filter(~known).iter_rows(named=True):
        what, expected = "the enzyme has no name or no upper limit of normal", "ENZYME, and ANRHI above 0"
        faults.append(_fault(row, what, expected, "ANRHI"))
    uln = _to_grid(rows, np.where(known, limits, np.nan), ULN_GRID, faults)
    # The multiple was value / limit: times the limit it is the value again, up to what a double leaves.
    value = np.rint(rows["AVAL"].to_numpy() * limits * ENZYME_GRID.steps_per_unit)
    return np.where(known, value, MISSING).astype(np.int64), uln


def _to_grid(rows: pl.DataFrame, numbers: Numbers, grid: Grid, faults: list[Fault]) -> Steps:
    steps, off = grid.to_steps(numbers)
    for row in rows.filter(off).iter_rows(named=True):
        faults.append(_fault(row, "the value is off the grid of its measure", f"a number in {grid.unit}", "AVAL"))
    return steps


def _fault(row: dict[str, object], what: str, expected: str, column: str) -> Fault:
    key = f"USUBJID={row['USUBJID']} PARAMCD={row['PARAMCD']} AVISITN={row['AVISITN']}"
    return Fault(what=what, expected=expected, file="ADCSM", key=key, column=column)


def _find_enzymes(rows: pl.DataFrame, subjects: int, settings: TisSettings) -> NDArray[np.intp]:
    """The position of each subject's enzyme among those of the settings."""
    named = rows.filter(PARAMCD=ENZYME).drop_nulls("ENZYME").unique("subject", keep="first", maintain_order=True)
    positions = np.array([settings.enzymes.index(name) for name in named["ENZYME"]], dtype=np.intp)
    most = int(np.bincount(positions).argmax()) if len(positions) else 0
    enzyme = np.full(subjects, most, dtype=np.intp)
    enzyme[named["subject"].to_numpy()] = positions
    return enzyme


def check_observed(missing: Flags, arm: NDArray[np.intp], arms: Sequence[str], visits: Sequence[Visit]) -> None:
    """Raise StatisticsError, which names them, where nobody of an arm has a measure at a visit."""
    for number, label in enumerate(arms):
        here = missing[arm == number]
        if not len(here):
            raise StatisticsError(f"the arm {label} has no subjects")
        absent = [f"{SLOTS[slot]} at {visits[visit].label}" for visit, slot in np.argwhere(here.all(axis=0)).tolist()]
        if absent:
            raise StatisticsError(f"nobody of the arm {label} has {', '.join(absent)}, so it can't be imputed")
