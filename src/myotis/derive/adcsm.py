"""ADCSM: the core set measures and CDASI with their baseline and change, one row a subject, visit and parameter."""

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import polars as pl

from myotis.datasets.adam import ADCSM, CSM_PARAMETERS
from myotis.derive.visits import add_subject_columns, first_period_visits, score_column
from myotis.instruments.enzymes import ENZYME_GRID, ULN_GRID, compute_multiple_of_uln
from myotis.instruments.tis import PLAIN_SLOTS, compute_tis
from myotis.instruments.tis_levels import Slot
from myotis.protocol.trial import Trial
from myotis.terms.missing import MISSING

ENZYME: Final = "ENZXULN"

LOCF: Final = "LOCF"

TIMING: Final = ["subject", "visit_number", "date"]

SLOT_PARAMETERS: Final = {
    Slot.PHYSICIAN_GLOBAL: "PHGLOB",
    Slot.PATIENT_GLOBAL: "PTGLOB",
    Slot.STRENGTH: "MMT",
    Slot.FUNCTION: "HAQDI",
    Slot.EXTRAMUSCULAR: "EXMGLOB",
}

CARRIED: Final = "last_observation_carried_forward"


def name_parameters(trial: Trial) -> dict[str, str]:
    """The parameter of ADCSM that each measure of the trial is, by the measure's name.

    >>> from myotis.protocol.read import read_trial
    >>> name_parameters(read_trial("proderm"))["cdasi_activity"]
    'CDASIA'
    """
    settings = trial.tis.settings
    slots = {slot: measure.name for slot in PLAIN_SLOTS if (measure := settings.measure(slot))}
    core = {slots[slot]: code for slot, code in SLOT_PARAMETERS.items() if slot in slots}
    return core | {"cdasi_activity": "CDASIA", "cdasi_damage": "CDASID"}


def derive_adcsm(adsl: pl.DataFrame, visits: pl.DataFrame, trial: Trial) -> pl.DataFrame:
    """ADCSM from ADSL and the table of visits (``build_visits``), by subject, parameter and visit.

    Every value that was observed has a row, after a switch too. ``ENZXULN`` follows the enzyme that is chosen at
    baseline, which ``ENZYME`` names; ``ANRHI`` is the upper limit of normal that the value was divided by. Where an
    estimand of change carries the last observation forward, its parameter has further rows with ``DTYPE`` of LOCF at
    the visits of the first period (``first_period_visits``): at those that are missing after the subject left, and,
    where the estimand takes a switch as the end of treatment, at all after the switch, beside what was observed there.
    They hold the last value after baseline up to then; whoever has none has no such row.
    """
    baseline = trial.visit(trial.baseline_visit).number
    parameters = name_parameters(trial) | {ENZYME: ENZYME}
    visits = _add_enzyme(visits, trial).rename({score_column(name): name for name in parameters}, strict=False)
    rows = (
        visits.unpivot(list(parameters), index=[*TIMING, "ENZYME", "ANRHI"], variable_name="measure", value_name="AVAL")
        .drop_nulls("AVAL")
        .with_columns(pl.col("measure").replace_strict(parameters, return_dtype=pl.String).alias("PARAMCD"))
        .with_columns(pl.when(pl.col("PARAMCD") == ENZYME).then(pl.col("ENZYME", "ANRHI")))
        .with_columns(pl.lit(None, dtype=pl.String).alias("DTYPE"))
        .drop("measure")
    )
    rows = pl.concat([rows, _carry_forward(rows, adsl, trial)], how="diagonal")
    base = rows.filter(pl.col("visit_number") == baseline).select("subject", "PARAMCD", pl.col("AVAL").alias("BASE"))
    is_baseline = pl.col("visit_number") == baseline
    rows = rows.join(base, on=["subject", "PARAMCD"], how="left").with_columns(
        pl.when(~is_baseline).then(pl.col("AVAL") - pl.col("BASE")).alias("CHG"),
        pl.when(is_baseline).then(pl.lit("Y")).otherwise(pl.lit("N")).alias("ABLFL"),
        pl.col("PARAMCD").replace_strict(CSM_PARAMETERS, return_dtype=pl.String).alias("PARAM"),
    )
    order = {code: position for position, code in enumerate(CSM_PARAMETERS)}
    return (
        add_subject_columns(rows, adsl, trial)
        .sort("USUBJID", pl.col("PARAMCD").replace_strict(order, return_dtype=pl.Int64), "AVISITN", "DTYPE")
        .select(column.name for column in ADCSM.columns)
    )


def _add_enzyme(visits: pl.DataFrame, trial: Trial) -> pl.DataFrame:
    """The enzyme that each subject is followed by, as a multiple of its own upper limit of normal, and that limit."""
    settings = trial.tis.settings
    names = [name for enzyme in settings.enzymes for name in (enzyme, f"{enzyme}_uln")]
    baseline = visits.filter(pl.col("visit_number") == trial.visit(trial.baseline_visit).number)
    used: list[str] = []
    if names and baseline.height:
        recorded = {name: baseline[name].fill_null(float("nan")).to_numpy() for name in names}
        used = compute_tis(recorded, {}, settings).enzyme_used.tolist()
    chosen = baseline.select("subject", pl.Series("enzyme", used or [""] * baseline.height, dtype=pl.String))
    table = visits.join(chosen, on="subject", how="left", maintain_order="left")
    multiple, limit = np.full((2, table.height), np.nan)
    for enzyme in settings.enzymes:
        value, _ = ENZYME_GRID.to_steps(table[enzyme].fill_null(float("nan")).to_numpy())
        uln, _ = ULN_GRID.to_steps(table[f"{enzyme}_uln"].fill_null(float("nan")).to_numpy())
        followed = (table["enzyme"] == enzyme).fill_null(value=False).to_numpy()
        known = np.where(uln == MISSING, MISSING, value)
        multiple = np.where(followed, compute_multiple_of_uln(enzyme, known, uln), multiple)
        limit = np.where(followed, ULN_GRID.to_numbers(uln), limit)
    return table.with_columns(
        pl.Series(ENZYME, multiple, dtype=pl.Float64, nan_to_null=True),
        pl.Series("ANRHI", limit, dtype=pl.Float64, nan_to_null=True),
    ).rename({"enzyme": "ENZYME"})


def _carry_forward(rows: pl.DataFrame, adsl: pl.DataFrame, trial: Trial) -> pl.DataFrame:
    """The rows that carry the last observation forward, as the estimands of change ask for it."""
    codes = name_parameters(trial)
    carried: list[dict[str, object]] = []
    for estimand in trial.plan.estimands:
        if estimand.variable == "change" and estimand.missing == CARRIED and estimand.parameter in codes:
            code = codes[estimand.parameter]
            observed = dict[str, dict[int, float]]()
            for subject, number, value in (
                rows.filter(pl.col("PARAMCD") == code).select("subject", "visit_number", "AVAL").iter_rows()
            ):
                observed.setdefault(subject, {})[number] = value
            switch_ends = estimand.intercurrent_events.get("switch") == "while_on_treatment"
            for subject in adsl.select("USUBJID", "SWITCHVS", "FPCOMPFL", "EOSSTT", "DCSVISIT").iter_rows(named=True):
                values = _carry(observed.get(subject["USUBJID"], {}), subject, trial, switch_ends=switch_ends)
                carried += [
                    {"subject": subject["USUBJID"], "visit_number": number, "AVAL": value, "PARAMCD": code}
                    for number, value in values.items()
                ]
    schema = {name: rows.schema[name] for name in ("subject", "visit_number", "AVAL", "PARAMCD")}
    frame = pl.DataFrame(carried, schema=schema).with_columns(pl.lit(LOCF).alias("DTYPE"))
    return frame.unique(["subject", "PARAMCD", "visit_number"], keep="first", maintain_order=True)


def _carry(
    observed: Mapping[int, float], subject: Mapping[str, Any], trial: Trial, *, switch_ends: bool
) -> dict[int, float]:
    """The values that stand for one subject's visits of the first period, by number of the visit."""
    visits = first_period_visits(trial)
    if switch_ends and subject["SWITCHVS"] is not None:
        end = trial.visit(subject["SWITCHVS"]).day
        to_fill = [visit for visit in visits if visit.day > end]
    elif subject["EOSSTT"] == "DISCONTINUED" and subject["FPCOMPFL"] == "N" and subject["DCSVISIT"] is not None:
        end = trial.visit(subject["DCSVISIT"]).day
        to_fill = [visit for visit in visits if visit.day > end and visit.number not in observed]
    else:
        return {}
    before = [observed[visit.number] for visit in visits if visit.day <= end and visit.number in observed]
    return {visit.number: before[-1] for visit in to_fill} if before else {}
