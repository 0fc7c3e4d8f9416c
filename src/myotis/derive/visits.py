"""Findings of a snapshot as a table of visits: one row a subject and visit, texts as numbers, baselines chosen."""

from collections.abc import Iterator, Mapping
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from myotis.datasets.sdtm import COMPLETED, DISPOSITION, RANDOMIZED, RESCUED, TESTS, FindingsTest
from myotis.datasets.table import FIRST_DATA_ROW
from myotis.errors import Fault, InputError
from myotis.instruments.cdasi import CDASI_ACTIVITY, CDASI_DAMAGE
from myotis.instruments.core_set import CORE_SETS
from myotis.instruments.enzymes import ENZYME_GRID, ULN_GRID, UNIT_SPELLINGS
from myotis.instruments.measure import Measure
from myotis.instruments.tis import PLAIN_SLOTS
from myotis.instruments.vas import VAS_GRID, VAS_GRID_MM
from myotis.protocol.design import Epoch, Visit
from myotis.protocol.trial import Trial
from myotis.rules.baseline import DAY, IS_BASELINE, REFERENCE_DAY, VALUE, baseline_limits, flag_baseline
from myotis.score.visits import score_visits
from myotis.terms.grid import Grid
from myotis.terms.missing import MISSING, YES
from myotis.terms.rule import Engine
from myotis.terms.study_time import number_day

MEASURES: Final[dict[str, Measure]] = {
    measure.name: measure
    for measure in (
        *(measure for core_set in CORE_SETS.values() for choices in core_set.measures.values() for measure in choices),
        CDASI_ACTIVITY,
        CDASI_DAMAGE,
    )
}
"""The measures on a fixed scale, by name."""

FEW_RECORDS: Final = 50_000
"""Below this many records the interpreted rule for baselines is done before the compiled one is loaded."""

Numbers = NDArray[np.float64]
Flags = NDArray[np.bool_]


def score_column(measure: str) -> str:
    """The column in which a table of visits holds a measure.

    >>> score_column("physician_global"), score_column("haq"), score_column("ck")
    ('physician_global_cm', 'haq', 'ck')
    """
    return f"{measure}_cm" if measure in MEASURES and MEASURES[measure].grid == VAS_GRID else measure


def first_period(trial: Trial) -> Epoch:
    """The period that begins with the baseline visit."""
    baseline = trial.visit(trial.baseline_visit)
    return next(epoch for epoch in trial.epochs if epoch.id == baseline.epoch)


def first_period_visits(trial: Trial) -> tuple[Visit, ...]:
    """The assessment visits of the first period after the baseline, the one that closes it included.

    The closing visit is on the first day of the next period: it is assessed before that period's treatment.
    """
    first = first_period(trial)
    later = [epoch.first_day for epoch in trial.epochs if epoch.first_day > first.first_day]
    return tuple(visit for visit in trial.assessment_visits[1:] if not later or visit.day <= min(later))


def read_findings(sdtm: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """The findings of all domains as numbers: one row a subject, measure and visit, in order.

    Columns ``subject, measure, number, uln, visit_number, date``: the result in the unit of the measure's grid and,
    for enzymes, the upper limit of normal in the unit of the result. Raises InputError with every text that is no
    number, off the grid of its instrument or out of range, every enzyme without ULN and every unknown unit.
    """
    readers = [_TestReader(sdtm[test.domain], test) for test in TESTS]
    parts = [reader.read() for reader in readers]
    if faults := [fault for reader in readers for fault in reader.faults]:
        raise InputError(faults)
    return pl.concat(parts).sort("subject", "measure", "date", "visit_number")


class _TestReader:
    """Reads the rows of one test and collects what is wrong with them."""

    def __init__(self, frame: pl.DataFrame, test: FindingsTest) -> None:
        done = (pl.col(f"{test.domain}TESTCD") == test.testcd) & pl.col(f"{test.domain}ORRES").is_not_null()
        self.rows = frame.with_row_index("_row", offset=FIRST_DATA_ROW).filter(done)
        self.test = test
        self.faults: list[Fault] = []

    def read(self) -> pl.DataFrame:
        domain = self.test.domain
        measure = MEASURES.get(self.test.measure)
        number, uln = self._read_measure(measure) if measure else self._read_enzyme()
        return self.rows.select(
            pl.col("USUBJID").alias("subject"),
            pl.lit(self.test.measure).alias("measure"),
            pl.Series("number", number, dtype=pl.Float64, nan_to_null=True),
            pl.Series("uln", uln, dtype=pl.Float64, nan_to_null=True),
            pl.col("VISITNUM").alias("visit_number"),
            pl.col(f"{domain}DTC").str.to_date("%Y-%m-%d").alias("date"),
        )

    def _read_measure(self, measure: Measure) -> tuple[Numbers, Numbers]:
        result, unit = f"{self.test.domain}ORRES", f"{self.test.domain}ORRESU"
        units = self.rows[unit].fill_null("")
        in_mm = (units == "mm").to_numpy() & (measure.grid == VAS_GRID)
        number = self._read_texts(result, measure.grid, rows=~in_mm)
        if measure.grid == VAS_GRID:
            self._fault(~units.is_in(["cm", "mm"]).to_numpy(), unit, "the unit is not that of a scale", "cm or mm")
            steps, _ = VAS_GRID_MM.to_steps(self._read_texts(result, VAS_GRID_MM, rows=in_mm))
            number = np.where(in_mm, VAS_GRID.to_numbers(steps), number)
        outside = (number < measure.minimum) | (number > measure.maximum)
        expected = f"{measure.minimum} to {measure.maximum} {measure.unit}"
        self._fault(outside, result, "the number is out of range", expected)
        return number, np.full(len(number), np.nan)

    def _read_enzyme(self) -> tuple[Numbers, Numbers]:
        domain = self.test.domain
        units = self.rows[f"{domain}ORRESU"].str.strip_chars().str.to_lowercase()
        unknown = ~units.is_in(list(UNIT_SPELLINGS)).fill_null(value=False).to_numpy()
        self._fault(unknown, f"{domain}ORRESU", "the unit is unknown", "U/L or µkat/L")
        uln = self._read_texts(f"{domain}ORNRHI", ULN_GRID)
        absent = self.rows[f"{domain}ORNRHI"].is_null().to_numpy() | (uln <= 0)
        self._fault(absent, f"{domain}ORNRHI", "the enzyme has no ULN", "a number above 0")
        number = self._read_texts(f"{domain}ORRES", ENZYME_GRID)
        self._fault(number < 0, f"{domain}ORRES", "the number is out of range", "0 or more")
        return number, uln

    def _read_texts(self, column: str, grid: Grid, rows: Flags | None = None) -> Numbers:
        """Texts of some of the rows (None: all) as the numbers of a grid, NaN elsewhere and where there is none."""
        texts = self.rows[column].str.strip_chars()
        numbers = texts.cast(pl.Float64, strict=False)
        asked = np.ones(len(texts), dtype=np.bool_) if rows is None else rows
        wrong = asked & (texts.is_not_null() & (numbers.is_null() | numbers.is_nan())).to_numpy()
        self._fault(wrong, column, "this is no number", f"a number in {grid.unit}")
        steps, off = grid.to_steps(np.where(asked, numbers.fill_null(float("nan")).to_numpy(), np.nan))
        self._fault(off, column, "the number is off the grid or too large", f"a number in {grid.unit} on its grid")
        return grid.to_numbers(steps)

    def _fault(self, wrong: Flags, column: str, what: str, expected: str) -> None:
        for row, subject, visit in self.rows.filter(wrong).select("_row", "USUBJID", "VISITNUM").iter_rows():
            key = f"USUBJID={subject} VISITNUM={visit:g}"
            fault = Fault(what=what, expected=expected, file=self.test.domain, row=row, key=key, column=column)
            self.faults.append(fault)


def flag_baselines(findings: pl.DataFrame, sdtm: Mapping[str, pl.DataFrame], trial: Trial) -> pl.DataFrame:
    """The findings with ``is_baseline``, by the rule that the analysis plan names.

    A subject without the reference (no dose, or no randomization) has no baseline.
    """
    reference = find_first_doses(sdtm) if trial.plan.baseline == "last_before_first_dose" else find_randomized(sdtm)
    dated = findings.join(reference.rename({reference.columns[1]: "_reference"}), on="subject", how="left")
    # Days are counted from a fixed date: the rule only asks which is earlier.
    days = dated.select(
        pl.col("date").cast(pl.Int32).cast(pl.Int64),
        pl.col("_reference").cast(pl.Int32).cast(pl.Int64).fill_null(MISSING),
        pl.lit(0, dtype=pl.Int64).alias("value"),
    ).to_numpy()
    x = np.empty((len(days), 3), dtype=np.int64)
    x[:, DAY], x[:, REFERENCE_DAY], x[:, VALUE] = days[:, 0], days[:, 1], days[:, 2]
    lengths = dated.group_by("subject", "measure", maintain_order=True).len()["len"].to_numpy()
    offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    out = np.zeros((len(days), 1), dtype=np.int64)
    engine: Engine = "interpreted" if len(x) < FEW_RECORDS else "compiled"
    flag_baseline.run(x, offsets, baseline_limits(trial), out, engine=engine)
    return dated.with_columns(pl.Series("is_baseline", out[:, IS_BASELINE] == YES))


def find_first_doses(sdtm: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """The date of each subject's first dose: columns ``subject`` and ``first_dose``."""
    start = pl.col("EXSTDTC").str.to_date("%Y-%m-%d")
    return sdtm["EX"].group_by(pl.col("USUBJID").alias("subject")).agg(start.min().alias("first_dose"))


def find_randomized(sdtm: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """The date of each subject's randomization: columns ``subject`` and ``randomized``."""
    when = pl.col("DSSTDTC").str.to_date("%Y-%m-%d")
    rows = sdtm["DS"].filter(pl.col("DSDECOD") == RANDOMIZED)
    return rows.group_by(pl.col("USUBJID").alias("subject")).agg(when.min().alias("randomized"))


def build_visits(sdtm: Mapping[str, pl.DataFrame], trial: Trial) -> pl.DataFrame:
    """The table of visits that scoring takes, from a snapshot.

    One row a subject and assessment visit at which anything was recorded, and one for the baseline, whose values are
    chosen measure by measure: ``subject, visit, visit_number, date``, a column for each measure of the trial, an
    enzyme's limit beside it, ``completed`` and ``rescue``. A value that was not recorded is null. Raises InputError
    with every fault of the texts.
    """
    findings = flag_baselines(read_findings(sdtm), sdtm, trial)
    baseline = trial.visit(trial.baseline_visit).number
    later = [float(visit.number) for visit in trial.assessment_visits[1:]]
    at_visit = findings.filter(pl.col("is_baseline") | pl.col("visit_number").is_in(later)).with_columns(
        pl.when("is_baseline").then(baseline).otherwise(pl.col("visit_number")).cast(pl.Int64).alias("visit_number")
    )
    keys = ["subject", "visit_number"]
    measured = [
        pl.col(value).filter(pl.col("measure") == measure).first().alias(name)
        for measure, value, name in _columns(trial)
    ]
    table = at_visit.group_by(keys).agg(pl.col("date").max(), *measured).sort(keys)
    visit = pl.col("visit_number").cast(pl.String).alias("visit")
    return _add_facts(table.select("subject", visit, pl.exclude("subject")), sdtm, trial)


def _columns(trial: Trial) -> Iterator[tuple[str, str, str]]:
    """Measure, column of the findings and name in the table of visits, for what the trial measures."""
    settings = trial.tis.settings
    wanted = {measure.name for slot in PLAIN_SLOTS if (measure := settings.measure(slot))}
    for test in TESTS:
        if test.measure in {*wanted, CDASI_ACTIVITY.name, CDASI_DAMAGE.name}:
            yield test.measure, "number", score_column(test.measure)
        elif test.measure in settings.enzymes:
            yield test.measure, "number", test.measure
            yield test.measure, "uln", f"{test.measure}_uln"


def _add_facts(table: pl.DataFrame, sdtm: Mapping[str, pl.DataFrame], trial: Trial) -> pl.DataFrame:
    """Add what a definition of response may ask: was the first period completed, was rescue needed by the visit."""
    disposition = sdtm["DS"].filter(pl.col("DSCAT") == DISPOSITION)
    completion = (pl.col("DSDECOD") == COMPLETED) & (pl.col("EPOCH") == first_period(trial).label)
    ended = disposition.group_by(pl.col("USUBJID").alias("subject")).agg(completion.any().alias("completed"))
    when = pl.col("DSSTDTC").str.to_date("%Y-%m-%d")
    rescued = sdtm["DS"].filter(pl.col("DSDECOD") == RESCUED)
    rescued = rescued.group_by(pl.col("USUBJID").alias("subject")).agg(when.min().alias("rescued"))
    needed = (pl.col("rescued") <= pl.col("date")).fill_null(value=False)
    return (
        table.join(ended, on="subject", how="left", maintain_order="left")
        .join(rescued, on="subject", how="left", maintain_order="left")
        .with_columns(
            pl.col("completed").replace_strict({True: "yes", False: "no"}, return_dtype=pl.String),
            pl.when(needed).then(pl.lit("yes")).otherwise(pl.lit("no")).alias("rescue"),
        )
        .drop("rescued")
    )


def score_snapshot(sdtm: Mapping[str, pl.DataFrame], trial: Trial) -> pl.DataFrame:
    """The visits of a snapshot with their scores; see ``build_visits`` and ``score_visits``."""
    return score_visits(build_visits(sdtm, trial), trial=trial)


def add_subject_columns(rows: pl.DataFrame, adsl: pl.DataFrame, trial: Trial) -> pl.DataFrame:
    """Rows by ``subject``, ``visit_number`` and ``date`` with what each analysis dataset says of subject and time.

    Rows of subjects who are not in ADSL fall out. ``ADY`` is counted from the first dose and null without one.
    """
    labels = {visit.number: visit.label for visit in trial.visits}
    known = adsl.select("STUDYID", "USUBJID", "TRT01P", "STRATAR", "FASFL", "TRTSDT")
    days = (pl.col("date") - pl.col("TRTSDT")).dt.total_days()
    return rows.join(known, left_on="subject", right_on="USUBJID").with_columns(
        pl.col("subject").alias("USUBJID"),
        pl.col("visit_number").alias("AVISITN"),
        pl.col("visit_number").replace_strict(labels, return_dtype=pl.String).alias("AVISIT"),
        number_day(days).alias("ADY"),
    )
