"""TIS: the 2016 ACR/EULAR myositis response criteria, from settings to scores.

The level table is in ``tis_levels``, the rule in ``tis_rule``. Here the options that the sources leave open get
names, the settings become integer limits, and arrays of recorded numbers become scores.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from myotis.errors import Fault, InputError, SettingError
from myotis.instruments.core_set import CORE_SETS, CoreSet, Criteria
from myotis.instruments.enzymes import ADULT_RANGE_MULTIPLES, ENZYME_GRID, ENZYMES, ULN_GRID
from myotis.instruments.measure import Measure
from myotis.instruments.tis_levels import CATEGORIES, LEVELS, SLOTS, TENTHS, Slot, Thresholds
from myotis.instruments.tis_rule import (
    ENZYME_SLOT,
    ENZYME_USED,
    FIELD_COUNT,
    FIRST_ENZYME,
    NOT_EVALUABLE,
    SLOT_COUNT,
    TIS,
    TIS_HIGH,
    TIS_LOW,
    AboveRange,
    EnzymeChoice,
    MissingPolicy,
    NormalEnzymes,
    TisLimits,
    tis_course,
)
from myotis.terms.grid import Grid
from myotis.terms.missing import MISSING
from myotis.terms.rule import Engine, Steps

PLAIN_SLOTS = (Slot.PHYSICIAN_GLOBAL, Slot.PATIENT_GLOBAL, Slot.STRENGTH, Slot.FUNCTION, Slot.EXTRAMUSCULAR)
"""The slots of the first five columns of the rule's input."""

COLUMN_COUNT = FIRST_ENZYME + 2 * len(ENZYMES)

LARGEST_MULTIPLE = 90
"""The largest range multiple that keeps the rule's products below 2**63."""


OPTIONS = {
    "enzyme_choice": EnzymeChoice, "normal_enzymes": NormalEnzymes, "above_range": AboveRange, "missing": MissingPolicy,
}  # fmt: skip
"""The points that the sources leave open; an option may be given by its name in small letters."""


@dataclass(frozen=True, kw_only=True)
class TisSettings:
    """Which criteria, which measure in each slot, and a named answer to everything the sources leave open.

    ``strength`` names the measure of muscle strength where the core set has several. ``enzyme_multiples`` is the
    range of each enzyme in multiples of its ULN; adults have published ones, children none, so there they are
    required. ``chq_phs`` is the CHQ physical summary with its range, required for the PRINTO core set. Options may be
    given by name, such as ``missing="zero"``. Raises SettingError where the settings don't fit together.
    """

    criteria: Criteria = Criteria.ADULT
    strength: str = "mmt8"
    enzyme_multiples: Mapping[str, int] = field(default_factory=dict)
    chq_phs: Measure | None = None
    enzyme_choice: EnzymeChoice = EnzymeChoice.HIGHEST_MULTIPLE_OF_ULN
    normal_enzymes: NormalEnzymes = NormalEnzymes.FOLLOW_HIGHEST
    above_range: AboveRange = AboveRange.AS_RECORDED
    missing: MissingPolicy = MissingPolicy.NOT_EVALUABLE

    def __post_init__(self) -> None:
        self._name_options()
        allowed = [measure.name for measure in self.core_set.measures[Slot.STRENGTH]]
        if self.strength not in allowed:
            raise SettingError(
                f"{self.criteria} criteria measure strength by {' or '.join(allowed)}, not {self.strength}"
            )
        if self.core_set.enzymes:
            self._check_multiples()
            if self.chq_phs is not None:
                raise SettingError(f"{self.criteria} criteria follow a muscle enzyme, not the CHQ physical summary")
        elif self.chq_phs is None:
            raise SettingError("the PRINTO core set needs the range of the CHQ physical summary: no source gives one")
        elif self.enzyme_multiples:
            raise SettingError("the PRINTO core set has no muscle enzymes, so they have no range")

    def _name_options(self) -> None:
        """Options that are given by name, such as ``missing="zero"``, as the options that they name."""
        if self.criteria not in CORE_SETS:
            raise SettingError(f"criteria is {self.criteria!r}; expected one of {', '.join(CORE_SETS)}")
        object.__setattr__(self, "criteria", Criteria(self.criteria))
        for name, options in OPTIONS.items():
            chosen = getattr(self, name)
            named = {option.name.lower(): option for option in options}
            option = named.get(chosen) if isinstance(chosen, str) else chosen
            if not isinstance(option, options):
                raise SettingError(f"{name} is {chosen!r}; expected one of {', '.join(named)}")
            object.__setattr__(self, name, option)

    def _check_multiples(self) -> None:
        names = {enzyme.name for enzyme in ENZYMES}
        if self.criteria is not Criteria.ADULT and not self.enzyme_multiples:
            raise SettingError(
                "juvenile criteria need the range of each enzyme as a multiple of its ULN: no source gives one"
            )
        for name, multiple in self.enzyme_multiples.items():
            if name not in names:
                raise SettingError(f"{name} is no muscle enzyme of the core set: {', '.join(sorted(names))}")
            if not isinstance(multiple, int) or isinstance(multiple, bool) or not 1 <= multiple <= LARGEST_MULTIPLE:
                raise SettingError(f"the range of {name} must be 1 to {LARGEST_MULTIPLE} whole multiples of its ULN")

    @property
    def core_set(self) -> CoreSet:
        """The core set of the criteria."""
        return CORE_SETS[self.criteria]

    @property
    def thresholds(self) -> Thresholds:
        """The thresholds of the criteria."""
        return self.core_set.thresholds

    @property
    def enzymes(self) -> tuple[str, ...]:
        """The enzymes that may be followed, in the order that breaks ties; none where CHQ-PhS fills the slot."""
        if not self.core_set.enzymes:
            return ()
        return tuple(enzyme.name for enzyme in ENZYMES if enzyme.name in self.multiples)

    @property
    def multiples(self) -> Mapping[str, int]:
        """The range of each enzyme in multiples of its ULN."""
        published = {name: sourced.value for name, sourced in ADULT_RANGE_MULTIPLES.items()}
        return self.enzyme_multiples or published

    def measure(self, slot: Slot) -> Measure | None:
        """The measure that fills a slot; None for the enzymes."""
        if slot is Slot.ENZYME:
            return self.chq_phs if not self.core_set.enzymes else None
        choices = self.core_set.measures[slot]
        return next((m for m in choices if slot is Slot.STRENGTH and m.name == self.strength), choices[0])

    @cached_property
    def limits(self) -> TisLimits:
        """The settings as the integers of the rule."""
        plain = [self.measure(slot) for slot in (*PLAIN_SLOTS, Slot.ENZYME)]
        unused = (1,) * (len(ENZYMES) - len(self.enzymes))  # one length: one compiled rule serves all settings
        return TisLimits(
            sign=tuple(int(m.better) if m else 0 for m in plain),
            best=tuple(m.best if m else 0 for m in plain),
            worst=tuple(m.worst if m else 0 for m in plain),
            above=tuple(self._above(levels.slot, levels.above_percent) for levels in LEVELS),
            tenths=tuple(levels.tenths for levels in LEVELS),
            enzyme_count=len(self.enzymes),
            enzyme_multiple=tuple(self.multiples[name] for name in self.enzymes) + unused,
            enzyme_choice=int(self.enzyme_choice),
            normal_enzymes=int(self.normal_enzymes),
            above_range=int(self.above_range),
            missing_policy=int(self.missing),
        )

    def _above(self, slot: Slot, percents: tuple[int, int, int, int]) -> tuple[int, int, int, int]:
        measure = self.measure(slot)
        if measure is None:
            return percents
        # The largest whole change that is not more than the percentage: change > p % of the range is change > this.
        first, second, third, fourth = (percent * measure.range_steps // 100 for percent in percents)
        return first, second, third, fourth


class TisScores(NamedTuple):
    """Scores as the rule leaves them: one row a visit, the subjects one after the other, baselines first.

    ``fields[row]`` (int64) is what ``tis_rule`` describes; MISSING on baseline rows and where not evaluable.
    """

    fields: Steps
    settings: TisSettings

    @property
    def points(self) -> NDArray[np.float64]:
        """The points of the six slots, ``[row, slot]``; NaN where a measure can't be evaluated."""
        return _points(self.fields[:, :SLOT_COUNT])

    @property
    def tis(self) -> NDArray[np.float64]:
        """The TIS, 0 to 100, by row; NaN where it is not evaluable."""
        return _points(self.fields[:, TIS])

    @property
    def low(self) -> NDArray[np.float64]:
        """The lowest TIS still possible, by row."""
        return _points(self.fields[:, TIS_LOW])

    @property
    def high(self) -> NDArray[np.float64]:
        """The highest TIS still possible, by row."""
        return _points(self.fields[:, TIS_HIGH])

    @property
    def category(self) -> NDArray[np.str_]:
        """none, minimal, moderate or major, by row; blank where there is no TIS."""
        return categorize_tis(self.fields[:, TIS], self.settings.thresholds)

    @property
    def enzyme_used(self) -> NDArray[np.str_]:
        """The enzyme chosen at baseline, by row; blank where none was."""
        if not self.settings.enzymes:
            return np.full(len(self.fields), "", dtype="<U8")
        names = np.array([*self.settings.enzymes, ""])
        used = self.fields[:, ENZYME_USED]
        return names[np.where(used == MISSING, len(names) - 1, used)]

    @property
    def not_evaluable_because(self) -> NDArray[np.str_]:
        """The slots that can't be evaluated, by row, joined by semicolons; blank where all can."""
        reasons = np.array(
            [";".join(slot for bit, slot in enumerate(SLOTS) if mask >> bit & 1) for mask in range(1 << SLOT_COUNT)]
        )
        absent = self.fields[:, NOT_EVALUABLE]
        return reasons[np.where(absent == MISSING, 0, absent)]


def _points(tenths: Steps) -> NDArray[np.float64]:
    return np.where(tenths == MISSING, np.nan, tenths / TENTHS)


def categorize_tis(tenths: Steps, thresholds: Thresholds) -> NDArray[np.str_]:
    """The category of each TIS in tenths of a point (any shape); blank where it is MISSING."""
    limits = np.array([thresholds.minimal, thresholds.moderate, thresholds.major]) * TENTHS
    reached = np.searchsorted(limits, tenths, side="right")
    return np.array([*CATEGORIES, ""])[np.where(tenths == MISSING, len(CATEGORIES), reached)]


def score_courses(x: Steps, offsets: Steps, settings: TisSettings, *, engine: Engine = "auto") -> TisScores:
    """Score every visit of every subject.

    ``x[row, column]`` holds grid steps in the order of ``tis_rule``; subject i has rows ``offsets[i]`` to
    ``offsets[i + 1]``, its baseline first (a row of MISSING where there is none).
    """
    fields = np.empty((len(x), FIELD_COUNT), dtype=np.int64)
    tis_course.run(x, offsets, settings.limits, fields, engine=engine)
    return TisScores(fields, settings)


def compute_change_pct(x: Steps, baseline: Steps, scores: TisScores) -> NDArray[np.float64]:
    """The improvement of each slot in percent of its range, ``[row, slot]``, for people to read.

    ``baseline`` is the baseline row of each row of ``x``. Improvement is positive. NaN where a value is missing and
    on baseline rows. Nothing is decided on these numbers: the rule compares exactly.
    """
    settings = scores.settings
    change = np.full((len(x), SLOT_COUNT), np.nan)
    before = x[baseline]
    for slot, name in enumerate(SLOTS):
        measure = settings.measure(name)
        if measure is not None:
            column = FIRST_ENZYME if name is Slot.ENZYME else PLAIN_SLOTS.index(name)
            improvement = int(measure.better) * (_numbers(x[:, column]) - _numbers(before[:, column]))
            change[:, slot] = 100 * improvement / measure.range_steps
    if settings.enzymes:
        change[:, ENZYME_SLOT] = _enzyme_change_pct(x, before, scores)
    change[scores.fields[:, NOT_EVALUABLE] == MISSING] = np.nan
    return change + 0.0  # where nothing changed, -0.0 would be printed


def _enzyme_change_pct(x: Steps, before: Steps, scores: TisScores) -> NDArray[np.float64]:
    used = scores.fields[:, ENZYME_USED]
    rows = np.arange(len(x))
    chosen = np.where(used == MISSING, 0, used)
    column = FIRST_ENZYME + 2 * chosen
    value, uln = _numbers(before[rows, column]), _numbers(before[rows, column + 1])
    later, later_uln = _numbers(x[rows, column]), _numbers(x[rows, column + 1])
    multiple = np.array(scores.settings.limits.enzyme_multiple)[chosen]
    if scores.settings.above_range == AboveRange.CLAMPED:
        value, later = np.minimum(value, multiple * uln), np.minimum(later, multiple * later_uln)
    change = 100 * (value * later_uln - later * uln) / (multiple * uln * later_uln)
    return np.where(used == MISSING, np.nan, change)


def _numbers(steps: Steps) -> NDArray[np.float64]:
    return np.where(steps == MISSING, np.nan, steps.astype(np.float64))


def compute_tis(
    baseline: Mapping[str, ArrayLike], followup: Mapping[str, ArrayLike], settings: TisSettings | None = None
) -> TisScores:
    """The TIS of follow-up measurements against baseline, one subject a row.

    Both mappings go from the name of a measure to one number or an array with one number a subject: global
    activities in cm, enzymes in any unit with their upper limit of normal in the same unit (``ck`` and
    ``ck_uln``). NaN or an absent name means missing. Raises InputError with every number out of range or off its
    instrument's grid, every enzyme without its limit of normal and every array of another length than the rest.
    Source: Aggarwal 2017 (doi 10.1002/art.40064), Rider 2017 (doi 10.1002/art.40060).

    >>> before = {"physician_global": 6.5, "patient_global": 6, "mmt8": 130, "haq": 1.5,
    ...           "extramuscular": 4, "ck": 2000, "ck_uln": 200}
    >>> after = {"physician_global": 3, "patient_global": 4, "mmt8": 142, "haq": 1,
    ...          "extramuscular": 1.5, "ck": 400, "ck_uln": 200}
    >>> scores = compute_tis(before, after)
    >>> scores.tis.tolist(), scores.category.tolist()
    ([60.0], ['major'])
    """
    settings = settings or TisSettings()
    rows = max((np.size(column) for column in (*baseline.values(), *followup.values())), default=1)
    first, then = _Steps.of(baseline, "baseline", rows, settings), _Steps.of(followup, "followup", rows, settings)
    if first.faults or then.faults:
        raise InputError([*first.faults, *then.faults])
    x = np.empty((2 * rows, COLUMN_COUNT), dtype=np.int64)
    x[0::2], x[1::2] = first.x, then.x
    scores = score_courses(x, np.arange(0, 2 * rows + 1, 2), settings)
    return TisScores(scores.fields[1::2], settings)


def compute_max_attainable_tis(
    baseline: Mapping[str, ArrayLike], settings: TisSettings | None = None
) -> NDArray[np.float64]:
    """The highest TIS each subject could reach from its baseline: every measure, the chosen enzyme included, goes to
    its best limit. Below a threshold, the subject can't be a responder at it whatever happens. A measure that is
    missing at baseline counts with its worst value there.

    >>> skin_only = {"physician_global": 5, "patient_global": 5, "mmt8": 150, "haq": 0, "extramuscular": 5,
    ...              "ck": 100, "ck_uln": 100}
    >>> compute_max_attainable_tis(skin_only).tolist()
    [52.5]
    """
    return compute_tis(baseline, {}, settings).high


class _Steps(NamedTuple):
    x: Steps
    faults: list[Fault]

    @classmethod
    def of(cls, recorded: Mapping[str, ArrayLike], visit: str, rows: int, settings: TisSettings) -> Self:
        x = np.full((rows, COLUMN_COUNT), MISSING, dtype=np.int64)
        faults: list[Fault] = []
        numbers = {}
        for name, value in recorded.items():
            try:
                numbers[name] = np.asarray(value, dtype=np.float64).ravel()
            except (TypeError, ValueError):
                faults.append(Fault(what="this is no number", expected="numbers", key=visit, column=name))
        known = _columns(settings)
        for name in sorted(set(numbers) - set(known)):
            faults.append(Fault(what="no such measure", expected=", ".join(known), key=visit, column=name))
        for name in [name for name, column in numbers.items() if len(column) not in (1, rows)]:
            expected = f"one number, or {rows} as elsewhere"
            faults.append(Fault(what="the array has another length", expected=expected, key=visit, column=name))
            del numbers[name]
        for name, (column, grid, low, high) in known.items():
            if name in numbers:
                x[:, column], wrong = grid.to_steps(numbers[name])
                wrong = wrong | (x[:, column] != MISSING) & ((x[:, column] < low) | (x[:, column] > high))
                expected = f"{grid.fraction(low)} to {grid.fraction(high)} {grid.unit} on its grid"
                for row in np.flatnonzero(np.broadcast_to(wrong, rows)):
                    what = "the number is out of range or off the grid"
                    faults.append(Fault(what=what, expected=expected, key=f"{visit} subject {row}", column=name))
        for position, name in enumerate(settings.enzymes if not faults else ()):
            column = FIRST_ENZYME + 2 * position
            for row in np.flatnonzero((x[:, column] != MISSING) & (x[:, column + 1] == MISSING)):
                what, key = "the enzyme has no upper limit of normal", f"{visit} subject {row}"
                faults.append(Fault(what=what, expected=f"{name}_uln in the enzyme's unit", key=key, column=name))
        return cls(x, faults)


def _columns(settings: TisSettings) -> dict[str, tuple[int, Grid, int, int]]:
    """Column of the rule's input, grid and limits (steps) by the name of what is recorded."""
    columns = {}
    for column, slot in enumerate((*PLAIN_SLOTS, Slot.ENZYME)):
        measure = settings.measure(slot)
        if measure is not None:
            low, high = sorted((measure.best, measure.worst))
            columns[measure.name] = (column, measure.grid, low, high)
    for position, name in enumerate(settings.enzymes):
        column = FIRST_ENZYME + 2 * position
        columns[name] = (column, ENZYME_GRID, 0, ENZYME_GRID.largest)
        columns[f"{name}_uln"] = (column + 1, ULN_GRID, 1, ULN_GRID.largest)
    return columns
