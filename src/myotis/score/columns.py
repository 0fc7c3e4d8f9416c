"""Which columns of a table of visits hold what: found from their names, with everything that is wrong with them."""

import difflib
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from myotis.errors import Fault, InputError, SettingError
from myotis.instruments.cdasi import CDASI_ACTIVITY, CDASI_DAMAGE
from myotis.instruments.core_set import CORE_SETS, Criteria
from myotis.instruments.enzymes import ENZYME_GRID, ENZYMES, ULN_GRID, XULN_GRID
from myotis.instruments.haq import HAQ_GRID
from myotis.instruments.measure import Measure
from myotis.instruments.tis_levels import Slot
from myotis.instruments.vas import VAS_GRID, VAS_GRID_MM
from myotis.terms.grid import Grid

SUBJECT = "subject"
VISIT = "visit"

BESIDE_THE_CORE_SET = (CDASI_ACTIVITY, CDASI_DAMAGE)
"""Measures that are read where they have a column and not asked for where they don't."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One column of numbers: what we call it, its name in the file, its grid, and its closed range in grid steps.

    ``measure`` is the measure it records, None for enzymes and their upper limits of normal (ULN); ``slot`` the
    place of the core set that it fills. ``if_outside`` and ``if_off_grid`` say what to do with a number that is out of
    range or off the grid.
    """

    name: str
    column: str
    grid: Grid
    low: int
    high: int
    expected: str
    if_outside: str = ""
    if_off_grid: str = ""
    measure: Measure | None = None
    slot: Slot | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EnzymeReading:
    """The columns of one enzyme: a value with its ULN (and perhaps the unit of either), or a multiple of the ULN."""

    name: str
    value: Reading
    uln: Reading | None
    unit: str | None = None
    uln_unit: str | None = None


@dataclass(frozen=True, kw_only=True)
class Layout:
    """Which columns hold what. ``measures`` fill slots of the core set, ``others`` are read beside it."""

    criteria: Criteria
    subject: str
    visit: str
    measures: tuple[Reading, ...]
    enzymes: tuple[EnzymeReading, ...]
    others: tuple[Reading, ...] = ()

    @cached_property
    def readings(self) -> tuple[Reading, ...]:
        """Every column of numbers."""
        enzymes = (reading for enzyme in self.enzymes for reading in (enzyme.value, enzyme.uln) if reading)
        return (*self.measures, *enzymes, *self.others)

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """The names, in the file, of all columns that are read; any other is passed through."""
        units = (unit for enzyme in self.enzymes for unit in (enzyme.unit, enzyme.uln_unit) if unit)
        return (self.subject, self.visit, *(reading.column for reading in self.readings), *units)

    def reading(self, slot: Slot) -> Reading | None:
        """The column that fills a slot; None where it is absent, and for the slot of enzymes."""
        return next((reading for reading in self.measures if reading.slot is slot), None)

    @property
    def strength(self) -> str | None:
        """The name of the measure of muscle strength, such as ``mmt8_unilateral``; None where it is absent."""
        reading = self.reading(Slot.STRENGTH)
        return reading.name if reading else None


def known_columns() -> tuple[str, ...]:
    """Every column name that means something to us, in any of the core sets or beside them."""
    names = dict.fromkeys([SUBJECT, VISIT])
    for core_set in CORE_SETS.values():
        for choices in core_set.measures.values():
            names |= dict.fromkeys(form for measure in choices for form in _forms(measure))
    names |= dict.fromkeys(["chq_phs"])
    for enzyme in ENZYMES:
        names |= dict.fromkeys(enzyme.name + ending for ending in ("", "_uln", "_xuln", "_unit", "_uln_unit"))
    return (*names, *(form for measure in BESIDE_THE_CORE_SET for form in _forms(measure)))


def read_column_map(path: Path) -> dict[str, str]:
    """Read the names of columns from a flat TOML table: ``our_name = "their name"``.

    Raises InputError with every fault: a file that isn't TOML, names that we don't know, values that are no text,
    one column of theirs for two of ours.
    """
    try:
        table = tomllib.loads(path.read_text("utf-8-sig"))
    except OSError as error:
        what = f"the file can't be read ({error.strerror})"
        raise InputError([Fault(what=what, expected="a TOML file of column names", file=str(path))]) from error
    except UnicodeDecodeError as error:
        raise InputError([Fault(what="the file is not UTF-8", expected="a text file", file=str(path))]) from error
    except tomllib.TOMLDecodeError as error:
        raise InputError(
            [Fault(what=f"this is no TOML: {error}", expected='ours = "theirs"', file=str(path))]
        ) from error
    if faults := [fault.inside(str(path)) for fault in _check_map(table, known_columns())]:
        raise InputError(faults)
    return table


def _check_map(table: Mapping[str, object], known: tuple[str, ...]) -> Iterator[Fault]:
    taken: dict[object, str] = {}
    for ours, theirs in table.items():
        if ours not in known:
            near = difflib.get_close_matches(ours, known, n=1)
            remedy = f"Is it {near[0]}?" if near else 'Our name stands on the left: ours = "theirs"'
            yield Fault(what="we know no such column", expected=", ".join(known), remedy=remedy, column=ours)
        if not isinstance(theirs, str):
            yield Fault(what="the name is no text", expected='ours = "theirs"', column=ours)
        elif theirs in taken:
            what = f"it stands for the same column as {taken[theirs]}"
            yield Fault(what=what, expected="a column of its own", column=ours)
        else:
            taken[theirs] = ours


def find_layout(
    columns: Iterable[str],
    criteria: Criteria = Criteria.ADULT,
    column_map: Mapping[str, str] | None = None,
    *,
    strength: str | None = None,
    chq_phs: Measure | None = None,
    allow_absent: bool = False,
) -> Layout:
    """Find which columns hold what.

    ``columns`` are the names in the file, in small letters or capitals; ``column_map`` goes from our names to
    theirs. ``strength`` names the measure of muscle strength to take where there are several (``mmt8``, ``cmas`` …),
    ``chq_phs`` is the CHQ physical summary with the range that the trial says. With ``allow_absent`` a core set
    measure without a column counts as missing at every visit. CDASI activity and damage are read where they have
    a column.

    Raises InputError with every fault: columns absent, one measure in two units or two measures for one place, an
    enzyme in two forms, a ULN without its value or the reverse. Raises SettingError where ``chq_phs`` is needed.

    >>> names = ["subject", "visit", "physician_global_cm", "patient_global_mm", "mmt8", "haq", "extramuscular_cm",
    ...          "ck", "ck_uln", "site"]
    >>> layout = find_layout(names)
    >>> layout.strength, [enzyme.name for enzyme in layout.enzymes], layout.columns[-1]
    ('mmt8', ['ck'], 'ck_uln')
    """
    core_set = CORE_SETS[criteria]
    places = dict(core_set.measures)
    if strength is not None:
        places[Slot.STRENGTH] = tuple(m for m in places[Slot.STRENGTH] if m.name == strength)
        if not places[Slot.STRENGTH]:
            allowed = ", ".join(m.name for m in core_set.measures[Slot.STRENGTH])
            raise SettingError(f"{strength} is no measure of strength of the {criteria} criteria: {allowed}")
    if not core_set.enzymes:
        if chq_phs is None:
            raise SettingError("the PRINTO core set needs the range of the CHQ physical summary: no source gives one")
        places[Slot.ENZYME] = (chq_phs,)
    search = _Search(columns, column_map or {})
    layout = Layout(
        criteria=criteria,
        subject=search.required(SUBJECT),
        visit=search.required(VISIT),
        measures=tuple(search.measures(places, required=not allow_absent)),
        enzymes=tuple(search.enzymes(required=not allow_absent)) if core_set.enzymes else (),
        others=tuple(reading for measure in BESIDE_THE_CORE_SET for reading in search.readings(measure, None)[:1]),
    )
    if search.faults:
        raise InputError(search.faults)
    return layout


def _forms(measure: Measure) -> dict[str, Grid]:
    """The columns in which a measure can be recorded, each with its grid."""
    if measure.grid == VAS_GRID:
        return {f"{measure.name}_cm": VAS_GRID, f"{measure.name}_mm": VAS_GRID_MM}
    return {measure.name: measure.grid}


class _Search:
    """Finds columns by our names and collects what is wrong."""

    def __init__(self, columns: Iterable[str], column_map: Mapping[str, str]) -> None:
        self.columns = tuple(columns)
        self.faults: list[Fault] = []
        known = known_columns()
        self.faults.extend(_check_map(column_map, known))
        unmapped = [column for column in self.columns if column not in column_map.values()]
        # Exact names win over those that differ in capitals, which is how SAS would compare them.
        by_name = {column.lower(): column for column in unmapped} | {column: column for column in unmapped}
        self.theirs = {name: by_name[name] for name in known if name in by_name and name not in column_map}
        for ours, theirs in column_map.items():
            if theirs in self.columns:
                self.theirs[ours] = theirs
            else:
                what = f"the column is absent, though named for {ours}"
                self.faults.append(Fault(what=what, expected="a column of the file", column=theirs))

    def required(self, name: str) -> str:
        if name not in self.theirs:
            self._absent([name])
        return self.theirs.get(name, name)

    def measures(self, places: Mapping[Slot, tuple[Measure, ...]], *, required: bool) -> Iterator[Reading]:
        for slot, choices in places.items():
            found = [reading for measure in choices for reading in self.readings(measure, slot)]
            if not found and required:
                self._absent([form for measure in choices for form in _forms(measure)])
            if len({reading.name for reading in found}) > 1:
                names = " and ".join(reading.column for reading in found)
                remedy = "Say which one to take, or give the others another name"
                what = f"{names} are two measures of muscle strength"
                self.faults.append(Fault(what=what, expected="one", remedy=remedy, column=found[0].column))
            yield from found[:1]

    def readings(self, measure: Measure, slot: Slot | None) -> list[Reading]:
        forms = {name: grid for name, grid in _forms(measure).items() if name in self.theirs}
        if len(forms) > 1:
            what = "the measure has a column in cm and one in mm"
            columns = " and ".join(self.theirs[name] for name in forms)
            self.faults.append(Fault(what=what, expected="one unit", column=columns))
        return [self._reading(measure, name, grid, slot) for name, grid in forms.items()]

    def _reading(self, measure: Measure, name: str, grid: Grid, slot: Slot | None) -> Reading:
        low, high = sorted((measure.best, measure.worst))
        expected = f"{grid.fraction(low)} to {grid.fraction(high)} {grid.unit}"
        in_mm = f"If it was recorded in millimeters, call the column {measure.name}_mm"
        rounded = "Give all the decimals of the score, or three"
        return Reading(
            name=measure.name,
            column=self.theirs[name],
            grid=grid,
            low=low,
            high=high,
            expected=expected,
            if_outside=in_mm if grid == VAS_GRID else "",
            if_off_grid=rounded if grid == HAQ_GRID else "",
            measure=measure,
            slot=slot,
        )

    def enzymes(self, *, required: bool) -> Iterator[EnzymeReading]:
        names = [enzyme.name for enzyme in ENZYMES]
        if required and not any(name in self.theirs or f"{name}_xuln" in self.theirs for name in names):
            self._absent([f"{name} with {name}_uln" for name in names], "ck_uln", "ck")
        for name in names:
            yield from self._enzyme(name)

    def _enzyme(self, name: str) -> Iterator[EnzymeReading]:
        value, uln, multiple = (self.theirs.get(name + ending) for ending in ("", "_uln", "_xuln"))
        unit, uln_unit = self.theirs.get(f"{name}_unit"), self.theirs.get(f"{name}_uln_unit")
        if multiple and (value or uln):
            what = "the enzyme has a multiple of its ULN and also a value or a ULN"
            self.faults.append(Fault(what=what, expected="one of the two", column=multiple))
        elif multiple:
            yield EnzymeReading(name=name, value=_multiple(name, multiple), uln=None)
        elif value and not uln:
            what, expected = "the enzyme has no column for its upper limit of normal", f"a column {name}_uln"
            self.faults.append(Fault(what=what, expected=expected, column=value))
        elif value and uln:
            readings = _pair(name, value, uln)
            yield EnzymeReading(name=name, value=readings[0], uln=readings[1], unit=unit, uln_unit=uln_unit)
        elif uln or unit or uln_unit:
            what, expected = "the enzyme has no column for its value", f"a column {name}"
            self.faults.append(Fault(what=what, expected=expected, column=uln or unit or uln_unit or ""))

    def _absent(self, names: list[str], *close_to: str) -> None:
        spare = {column.lower(): column for column in self.columns if column not in self.theirs.values()}
        near = [
            spare[match]
            for name in close_to or names
            for match in difflib.get_close_matches(name.lower(), spare, n=1, cutoff=0.8)
        ]
        remedy = f"Is it {near[0]}? Then name it with --columns" if near else "Other names are given with --columns"
        what = "the column is absent"
        expected = " or ".join(names)
        self.faults.append(Fault(what=what, expected=expected, remedy=remedy, column=names[0].split(" ")[0]))


def _pair(name: str, value: str, uln: str) -> tuple[Reading, Reading]:
    return (
        Reading(
            name=name,
            column=value,
            grid=ENZYME_GRID,
            low=0,
            high=ENZYME_GRID.largest,
            expected="0 or more, with at most 3 decimals",
        ),
        Reading(
            name=f"{name}_uln",
            column=uln,
            grid=ULN_GRID,
            low=1,
            high=ULN_GRID.largest,
            expected="an upper limit of normal above 0, with at most 3 decimals",
        ),
    )


def _multiple(name: str, column: str) -> Reading:
    return Reading(
        name=name,
        column=column,
        grid=XULN_GRID,
        low=0,
        high=XULN_GRID.largest,
        expected="0 or more, with at most 6 decimals",
        if_off_grid=f"Give {name} and {name}_uln instead, or round the multiple to 6 decimals",
    )
