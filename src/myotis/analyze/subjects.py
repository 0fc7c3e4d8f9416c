"""The subjects of an analysis: who is in a set, in which arm, and when something intercurrent happened to them."""

from collections.abc import Callable, Mapping
from typing import Final

import polars as pl

from myotis.analyze.settling import find_happened
from myotis.datasets.adam import ADCSM, ADSL, ADTIS
from myotis.datasets.adam_safety import ADAE, ADEX
from myotis.datasets.table import FIRST_DATA_ROW, Table
from myotis.derive.adcsm import name_parameters
from myotis.errors import Fault, InputError, SettingError
from myotis.protocol.blinded import BLINDED_ARM
from myotis.protocol.design import Arm, Visit
from myotis.protocol.plan import AnalysisSet, Estimand
from myotis.protocol.trial import Trial

TABLES: Final[tuple[Table, ...]] = (ADSL, ADTIS, ADCSM)
SAFETY_TABLES: Final[tuple[Table, ...]] = (ADEX, ADAE)

DEATH: Final = "DEATH"
"""The reason for discontinuation (CDISC codelist NCOMPLT) that makes it the intercurrent event *death*."""

NEVER: Final = 2**31
"""The day of an event that did not happen."""


def check_datasets(datasets: Mapping[str, pl.DataFrame]) -> None:
    """Raise InputError with every fault of the analysis datasets; the tables are those of `myotis.datasets.adam`,
    which must be there, and of `myotis.datasets.adam_safety`, which may be."""
    faults = []
    for table in TABLES:
        if table.name in datasets:
            faults += [fault.inside(table.name) for fault in table.check(datasets[table.name])]
        else:
            faults.append(Fault(what=f"there is no dataset {table.name}", expected="ADSL, ADTIS and ADCSM"))
    for table in SAFETY_TABLES:
        if table.name in datasets:
            faults += [fault.inside(table.name) for fault in table.check(datasets[table.name])]
    if faults:
        raise InputError(faults)


def is_blinded(adsl: pl.DataFrame) -> bool:
    """Are the arms of the subjects unknown (`myotis.protocol.blinded`)?"""
    return adsl.height > 0 and bool((adsl["TRT01P"] == BLINDED_ARM.label).all())


def find_main_set(trial: Trial) -> str:
    """The analysis set that descriptive tables are of: the first estimand's, else the plan's first; empty for none."""
    sets = [estimand.analysis_set for estimand in trial.plan.estimands] + [s.id for s in trial.plan.analysis_sets]
    return next(iter(sets), "")


def find_analysis_set(trial: Trial, name: str) -> AnalysisSet:
    """The analysis set of an id; raises SettingError where the plan has none."""
    for analysis_set in trial.plan.analysis_sets:
        if analysis_set.id == name:
            return analysis_set
    known = ", ".join(analysis_set.id for analysis_set in trial.plan.analysis_sets)
    raise SettingError(f"the plan has no analysis set {name}; expected one of {known}")


def find_arm(trial: Trial, name: str) -> Arm:
    """The arm that the protocol or a dataset calls by id or label; raises KeyError where there is none."""
    for arm in trial.arms:
        if name.strip().casefold() in {arm.id.casefold(), arm.label.casefold()}:
            return arm
    raise KeyError(name)


def select_subjects(adsl: pl.DataFrame, trial: Trial, set_id: str) -> pl.DataFrame:
    """The subjects of a set in order of USUBJID: ADSL with the columns ``arm``, ``switch_day`` and ``last_day``.

    ``arm`` is the label of the arm as the protocol writes it, planned or actual as the set says. ``switch_day`` is
    the planned day of the visit of the switch; ``last_day`` that of the last visit before discontinuation, 0 where a
    subject left before the first. Both are `NEVER` where it did not happen. Raises InputError for arms and visits
    that the protocol does not know, and for a switch without a visit.
    """
    analysis_set = find_analysis_set(trial, set_id)
    if analysis_set.flag not in adsl.columns:  # the plan may name a flag that ADSL does not declare
        raise SettingError(f"ADSL has no column {analysis_set.flag}, the flag of the analysis set {set_id}")
    members = adsl.filter(pl.col(analysis_set.flag) == "Y").sort("USUBJID")
    faults: list[Fault] = []
    members = _add_arm(members, "TRT01P" if analysis_set.by == "planned" else "TRT01A", trial, faults)
    switched = members["SWITCHFL"] == "Y"
    left = (members["EOSSTT"] == "DISCONTINUED").fill_null(value=False)
    switch_days = _look_up(members, "SWITCHVS", lambda name: trial.visit(name).day, faults, where=switched)
    last_days = _look_up(members, "DCSVISIT", lambda name: trial.visit(name).day, faults, where=left, blank=0)
    _raise_faults(faults)
    return members.with_columns(
        pl.Series("switch_day", switch_days, dtype=pl.Int64),
        pl.Series("last_day", last_days, dtype=pl.Int64),
    )


def add_planned_arm(adsl: pl.DataFrame, trial: Trial) -> pl.DataFrame:
    """ADSL with the label of the planned arm in the column ``arm``; raises InputError for arms that are not known."""
    faults: list[Fault] = []
    with_arm = _add_arm(adsl, "TRT01P", trial, faults)
    _raise_faults(faults)
    return with_arm


def _add_arm(frame: pl.DataFrame, column: str, trial: Trial, faults: list[Fault]) -> pl.DataFrame:
    arms = _look_up(frame, column, lambda name: find_arm(trial, name).label, faults)
    return frame if faults else frame.with_columns(pl.Series("arm", arms, dtype=pl.String))


def _raise_faults(faults: list[Fault]) -> None:
    if faults:
        raise InputError(fault.inside("ADSL") for fault in faults)


def _look_up(
    members: pl.DataFrame,
    column: str,
    find: Callable[[str], str | int],
    faults: list[Fault],
    *,
    where: pl.Series | None = None,
    blank: int | None = None,
) -> list[str | int]:
    answers: list[str | int] = []
    asked = [True] * members.height if where is None else where.to_list()
    for row, (name, subject, is_asked) in enumerate(zip(members[column], members["USUBJID"], asked, strict=True)):
        answer: str | int | None = NEVER if not is_asked else blank
        if is_asked and name is not None:
            try:
                answer = find(name)
            except KeyError:
                answer = None
        if answer is None:
            what = "the value is missing, or the protocol does not know it"
            expected = "a name that the protocol has"
            place = row + FIRST_DATA_ROW
            faults.append(Fault(what=what, expected=expected, row=place, key=f"USUBJID={subject}", column=column))
        else:
            answers.append(answer)
    return answers


def happened_by(event: str, visit: Visit) -> pl.Expr:
    """Whether an intercurrent event had happened by a visit, for the subjects of `select_subjects`.

    A switch at the visit itself counts. A subject has discontinued by a visit where an earlier visit was the last;
    dying is not discontinuing. Raises SettingError for an event that the analysis datasets do not hold.
    """
    died = (pl.col("DCSREAS") == DEATH).fill_null(value=False)
    happened: pl.Expr = find_happened(event, pl.col("switch_day"), pl.col("last_day"), died, visit.day)
    return happened


def select_visit(frame: pl.DataFrame, parameter: str, visit: Visit, values: dict[str, str]) -> pl.DataFrame:
    """The values of one parameter at one visit, a row a subject: USUBJID and the columns asked for, renamed."""
    here = frame.filter((pl.col("PARAMCD") == parameter) & (pl.col("AVISITN") == visit.number))
    return here.select("USUBJID", **{new: pl.col(old) for old, new in values.items()})


def find_parameter(estimand: Estimand, trial: Trial) -> tuple[str, str]:
    """The parameter (PARAMCD) that an estimand of means is about, and the column of its values.

    Raises SettingError, which names the estimand, for a measure that ADCSM does not hold.
    """
    if estimand.variable == "tis":
        return "TIS", "AVAL"
    known = name_parameters(trial)
    if estimand.parameter not in known:
        expected = f"one of {', '.join(sorted(known))}"
        what = f"a change of {estimand.parameter} is not carried out for means"
        raise SettingError(f"estimand {estimand.id}: {what}; expected {expected}")
    return known[estimand.parameter], "CHG"
