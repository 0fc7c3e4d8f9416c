"""What virtual subjects were given, in which amount, and how fast."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import numpy as np
import polars as pl

from myotis.datasets.sdtm import (
    SDTM,
)
from myotis.datasets.sdtm_safety import MAXIMAL_RATE
from myotis.rules.dose import find_infusion, may_reduce_dose, plan_infusion
from myotis.simulate.writing.written import Written
from myotis.terms.missing import MISSING
from myotis.terms.rule import Steps


def write_exposure(written: Written) -> dict[str, pl.DataFrame]:
    """What was given, in which amount, and where the course has rates, how fast."""
    lives, trial = written.batch.lives, written.virtual.trial
    life, visit = np.nonzero(lives.given != MISSING)
    given, start = lives.given[life, visit], lives.came[life, visit]
    labels = pl.Series([treatment.label for treatment in trial.treatments])
    amounts, days = _find_amounts(written, life, visit, given)
    values = {
        "EXTRT": labels.gather(given), **written.at(visit), **amounts,
        "EXSTDTC": written.date(start), "EXENDTC": written.date(start + days),
    }  # fmt: skip
    exposure = written.build(SDTM["EX"], life, values)
    events = written.virtual.course.adverse_events
    if events is None or "EXDOSE" not in amounts:
        return {"EX": exposure}
    lowered = (events.lowered_on - written.virtual.course.enrollment.first_day).days
    rates = np.where(start < lowered, f"{events.highest_rate:g}", f"{events.lowered_rate:g}")
    label = "Highest Infusion Rate (mL/kg/min)"
    more = {
        "IDVAR": "EXSEQ", "IDVARVAL": exposure["EXSEQ"].cast(pl.String), "QNAM": MAXIMAL_RATE, "QLABEL": label,
        "QVAL": pl.Series(rates), "QORIG": "CRF",
    }  # fmt: skip
    return {"EX": exposure, "SUPPEX": written.build(SDTM["SUPPEX"], life, more)}


def _find_amounts(written: Written, life: Steps, visit: Steps, given: Steps) -> tuple[dict[str, Any], Steps]:
    """Dose and volume of every infusion, and how many days after its first its last day is. A treatment that is taken
    at home between visits, which are not simulated, has none."""
    trial, visits = written.virtual.trial, written.virtual.visits
    infused = [find_infusion(trial, treatment.id) for treatment in trial.treatments]
    if not any("infusion" in one.activities for one in visits) or None in infused:
        return {}, np.zeros(len(life), dtype=np.int64)
    tenths = _carry_forward(written.weights)[life, visit]
    lower = _take_lower_dose(written)[life] if written.virtual.course.extension else np.zeros(len(life), dtype=bool)
    allowed = np.array([[f is not None and may_reduce_dose(trial, f, one.id) for one in visits] for f in infused])
    cases = np.column_stack([given, tenths, lower & allowed[given, visit]])
    known, where = np.unique(cases, axis=0, return_inverse=True)
    planned = [_plan(trial.treatments[case[0]], infused[case[0]], case) for case in known.tolist()]
    dose, volume, days = (np.array(column)[where.ravel()] for column in zip(*planned, strict=True))
    amounts = {"EXDOSE": dose, "EXDOSU": "g", "EXVAMT": volume, "EXVAMTU": "mL"}
    return amounts, days.astype(np.int64)


def _plan(treatment: Any, infusion: Any, case: Sequence[int]) -> tuple[float, float, int]:
    _, tenths, reduced = case
    plan = plan_infusion(infusion, Decimal(tenths) / 10, infusion.days[0], reduced=bool(reduced))
    dose = 0.0 if treatment.imitates else round(float(plan.dose_g), 1)
    return dose, float(round(plan.volume_ml)), plan.days - 1


def _carry_forward(weights: Steps) -> Steps:
    """[life, visit]: the last weight known at a visit."""
    known = weights.copy()
    for visit in range(1, known.shape[1]):
        known[:, visit] = np.where(known[:, visit] == MISSING, known[:, visit - 1], known[:, visit])
    return known


def _take_lower_dose(written: Written) -> Any:
    """[life]: who takes the lower dose where the protocol allows one."""
    count = len(written.batch.stratum) // written.luck.trials
    extension = written.virtual.course.extension
    assert extension is not None, "nobody takes it without one"
    return written.luck.uniform(count, "reduced_dose") < extension.reduced_dose
