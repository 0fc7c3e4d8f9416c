"""A scorer: settings, layout and schedule made ready once, then batch after batch of visits scored alike."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from myotis.errors import Fault
from myotis.instruments.tis import (
    COLUMN_COUNT,
    PLAIN_SLOTS,
    TisScores,
    TisSettings,
    compute_change_pct,
)
from myotis.instruments.tis_levels import SLOTS, Slot
from myotis.instruments.tis_rule import FIRST_ENZYME, TIS_LOW
from myotis.protocol.trial import Trial
from myotis.rules import deterioration
from myotis.score.columns import Layout, find_layout
from myotis.score.courses import Courses, arrange_recorded, arrange_scheduled
from myotis.score.facts import SUBJECT_FACTS, read_subject_fact
from myotis.score.outcomes import OutcomeRules
from myotis.score.recorded import HaqReading, Recorded, read_recorded
from myotis.score.schedule import NUMERIC, Schedule
from myotis.terms.missing import ANSWERS, MISSING, UNKNOWN, YES
from myotis.terms.rule import Steps

CHANGES = tuple(column for slot in SLOTS for column in (f"{slot}_change_pct", f"{slot}_points"))

ADDED = (
    *CHANGES, "enzyme_used", "tis", "tis_low", "tis_high", "tis_category", "not_evaluable_because", "deterioration",
    "responder",
)  # fmt: skip
"""The columns that scoring adds, in their order."""

NOT_EVALUABLE = "not_evaluable"


@dataclass(frozen=True, kw_only=True)
class ScoreOptions:
    """What a user may say about a table of visits; None takes what the protocol says.

    ``visits``: the names of the visits in order, or ``numeric``. ``column_map`` goes from our names of columns to
    the file's.
    """

    settings: TisSettings | None = None
    visits: Iterable[str] | str | None = None
    baseline: str | None = None
    column_map: Mapping[str, str] = field(default_factory=dict)
    haq: HaqReading = "as_recorded"


class Scored(NamedTuple):
    """A scored batch, and what is wrong or odd in it."""

    frame: pl.DataFrame
    faults: list[Fault]
    warnings: list[Fault]


class Scorer:
    """Scores tables of visits with given columns by a protocol.

    Raises InputError where the columns don't fit, SettingError where the options contradict one another.
    """

    def __init__(self, columns: Iterable[str], trial: Trial, options: ScoreOptions) -> None:
        columns = tuple(columns)
        self.trial = trial
        self.haq = options.haq
        planned = options.settings or trial.tis.settings
        forced = {measure.name for measure in planned.core_set.measures[Slot.STRENGTH]} & set(options.column_map)
        self.layout: Layout = find_layout(
            columns, planned.criteria, options.column_map, chq_phs=planned.chq_phs,
            strength=next(iter(forced)) if len(forced) == 1 else None,
        )  # fmt: skip
        self.settings = _with_strength(planned, self.layout)
        self.schedule = _schedule(trial, options)
        own = self.settings.criteria == trial.tis.criteria
        self.rules = OutcomeRules.of_trial(trial, self.settings, self.schedule.ids)
        self.warnings = [] if own else [_other_criteria(self.settings, trial)]
        self.warnings += [
            _without_range(enzyme.value.column)
            for enzyme in self.layout.enzymes
            if enzyme.name not in self.settings.enzymes
        ]
        if own and self.rules.response is None:
            self.warnings.append(_other_visits(trial))
        self.taken = [_taken(name) for name in columns if name in ADDED]

    def score(self, frame: pl.DataFrame) -> Scored:
        """Score a batch in which every subject is whole; it carries the row numbers of its file in ``_row``."""
        recorded = read_recorded(frame, self.layout, haq=self.haq)
        subject = recorded.subject.fill_null("").rank("dense").cast(pl.Int64).to_numpy() - 1
        position = self.schedule.find_positions(recorded.visit)
        faults = [*recorded.faults, *self._check_visits(recorded, position)]
        facts = {name: self._fact(frame, name, faults) for name in SUBJECT_FACTS}
        if self.taken or faults:
            return Scored(frame, sort_by_row([*self.taken, *faults]), recorded.warnings)
        if self.schedule.numbered_from is None:
            courses = arrange_scheduled(subject, position, len(self.schedule.ids))
        else:
            courses = arrange_recorded(subject, position)
        return Scored(self._scored(frame, recorded, courses, facts), [], recorded.warnings)

    def _scored(
        self, frame: pl.DataFrame, recorded: Recorded, courses: Courses, facts: Mapping[str, Steps]
    ) -> pl.DataFrame:
        x = courses.lay_out(self._columns(recorded))
        known = courses.lay_out(np.column_stack([facts[name] for name in SUBJECT_FACTS]))
        scores, status, answer = self.rules.apply(x, courses.offsets, known)
        status = np.column_stack([status, np.full(len(x), int(bool(self.rules.deterioration)))])
        change = compute_change_pct(x, courses.baseline, scores)[np.where(courses.place == MISSING, 0, courses.place)]
        change[courses.place == MISSING] = np.nan
        own = TisScores(courses.pick_up(scores.fields), self.settings)
        return frame.drop("_row").with_columns(
            _columns_added(own, change, courses.pick_up(status), courses.pick_up(answer))
        )

    def _fact(self, frame: pl.DataFrame, name: str, faults: list[Fault]) -> Steps:
        """A fact that the definition of response asks for; a column of this name is else one that passes through."""
        if not self.rules.response or not getattr(self.rules.response, SUBJECT_FACTS[name]):
            return np.full(frame.height, UNKNOWN, dtype=np.int64)
        return read_subject_fact(frame, name, faults)

    def _columns(self, recorded: Recorded) -> Steps:
        x = np.full((len(recorded.row), COLUMN_COUNT), MISSING, dtype=np.int64)
        for column, slot in enumerate(PLAIN_SLOTS):
            x[:, column] = recorded.slot(slot)
        if not self.settings.enzymes:
            x[:, FIRST_ENZYME] = recorded.slot(Slot.ENZYME)
        for position, name in enumerate(self.settings.enzymes):
            column = FIRST_ENZYME + 2 * position
            x[:, column], x[:, column + 1] = recorded.enzyme(name)
        return x

    def _check_visits(self, recorded: Recorded, position: Steps) -> list[Fault]:
        faults = []
        named = recorded.visit.is_not_null().to_numpy()
        for row in np.flatnonzero(named & (position == MISSING)).tolist():
            faults.append(_fault(recorded, row, self.layout.visit, "the visit is unknown", self.schedule.expected))
        pairs = pl.DataFrame({"subject": recorded.subject, "position": position, "visit": recorded.visit})
        scored = pl.col("position") >= 0
        again = pairs.select(
            scored & pl.col("subject").is_not_null() & ~pl.struct("subject", "position").is_first_distinct()
        ).to_series()
        for row in np.flatnonzero(again.to_numpy()).tolist():
            what = "the subject has a second baseline" if position[row] == 0 else "the subject has this visit already"
            faults.append(_fault(recorded, row, self.layout.visit, what, "one row for each subject and visit"))
        return faults


def sort_by_row(faults: Iterable[Fault]) -> list[Fault]:
    """Faults in the order of their rows; those of one row as they came."""
    return sorted(faults, key=lambda fault: fault.row or 0)


def _with_strength(settings: TisSettings, layout: Layout) -> TisSettings:
    return replace(settings, strength=layout.strength) if layout.strength else settings


def _schedule(trial: Trial, options: ScoreOptions) -> Schedule:
    if options.visits is None:
        return Schedule.of_trial(trial, options.baseline)
    if options.visits == NUMERIC:
        return Schedule.of_numbers(trial, options.baseline)
    names = options.visits.split(",") if isinstance(options.visits, str) else options.visits
    return Schedule.of_list(names, trial, options.baseline)


def _columns_added(scores: TisScores, change: NDArray[Any], status: Steps, answer: Steps) -> list[pl.Series]:
    points = scores.points
    columns = []
    for slot, name in enumerate(SLOTS):
        columns.append(_number(f"{name}_change_pct", change[:, slot]))
        columns.append(_number(f"{name}_points", points[:, slot]))
    post = scores.fields[:, TIS_LOW] != MISSING
    columns.append(_text("enzyme_used", np.where(post, scores.enzyme_used, "")))
    columns += [_number("tis", scores.tis), _number("tis_low", scores.low), _number("tis_high", scores.high)]
    columns.append(_text("tis_category", scores.category))
    columns.append(_text("not_evaluable_because", scores.not_evaluable_because))
    names = deterioration.STATUS_NAMES
    words = pl.Series(status[:, 0]).replace_strict(names, default=None, return_dtype=pl.String).to_numpy()
    columns.append(_text("deterioration", np.where(post & (status[:, 1] == YES), words, "")))
    answers = {code: NOT_EVALUABLE if code == MISSING else word for code, word in ANSWERS.items()}
    said = pl.Series(answer[:, 0]).replace_strict(answers, default=None, return_dtype=pl.String).to_numpy()
    columns.append(_text("responder", np.where(post & (answer[:, 1] == YES), said, "")))
    return columns


def _number(name: str, values: NDArray[Any]) -> pl.Series:
    return pl.Series(name, values, dtype=pl.Float64, nan_to_null=True)


def _text(name: str, values: NDArray[Any]) -> pl.Series:
    texts = pl.Series(name, values, dtype=pl.String)
    return texts.replace("", None)


def _fault(recorded: Recorded, row: int, column: str, what: str, expected: str) -> Fault:
    names = {"subject": recorded.subject[row], "visit": recorded.visit[row]}
    key = " ".join(f"{name}={text}" for name, text in names.items() if text is not None)
    return Fault(what=what, expected=expected, row=int(recorded.row[row]), key=key, column=column)


def _taken(name: str) -> Fault:
    return Fault(what="scoring adds a column of this name", expected="another name", row=1, column=name)


def _other_visits(trial: Trial) -> Fault:
    definition = trial.response
    return Fault(
        what="the definition of response looks at visits that are not among these, so responder is blank",
        expected=", ".join((*definition.also_at_one_of, definition.visit)),
    )


def _without_range(column: str) -> Fault:
    what, expected = "the enzyme has no range, so it is not followed", "its range as a multiple of its ULN"
    return Fault(what=what, expected=expected, column=column)


def _other_criteria(settings: TisSettings, trial: Trial) -> Fault:
    return Fault(
        what=f"the protocol is for {trial.tis.criteria} criteria, so deterioration and responder are blank",
        expected=f"a protocol for {settings.criteria} criteria",
    )
