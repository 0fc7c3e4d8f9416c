"""The tables of the trial's design, from the protocol: TA, TE, TV, TI, TS.

An element is what a subject is in: screening, an epoch of treatment in an arm, an epoch that is not blinded. Rules are
written out from the protocol's own values.
"""

from collections.abc import Iterator
from typing import Any, Final

from myotis.protocol.design import Arm, Epoch, Visit
from myotis.protocol.trial import Trial
from myotis.terms.study_time import elapsed_days

SCREENING: Final = "SCRN"
FIRST_DOSE: Final = "First dose of study treatment"

Row = dict[str, Any]


def list_design(trial: Trial) -> dict[str, list[Row]]:
    """The rows of each table of the design, by its name."""
    tables = {"TA": _arms(trial), "TE": _elements(trial), "TV": _visits(trial), "TI": _criteria(trial),
              "TS": _summary(trial)}  # fmt: skip
    return {name: [{"STUDYID": trial.trial.id, "DOMAIN": name, **row} for row in rows] for name, rows in tables.items()}


def name_element(trial: Trial, epoch: Epoch, arm: Arm | None) -> tuple[str, str]:
    """Code and name of the element that a subject of an arm is in during an epoch; of an unknown arm, a masked one."""
    position = trial.epochs.index(epoch)
    if position == 0:
        return SCREENING, epoch.label
    gate = trial.conduct.extension_gate if trial.conduct else None
    if not epoch.blinded:
        treatment = gate.treatment if gate else (arm.treatment if arm else None)
        label = next((t.label for t in trial.treatments if t.id == treatment), "open treatment")
        return f"OPEN{position}", f"{epoch.label}: {label}"
    if arm is None:
        return f"MASK{position}", f"{epoch.label}: masked treatment"
    return f"T{position}{arm.id.upper()}"[:8], f"{epoch.label}: {arm.label}"


def _arms(trial: Trial) -> Iterator[Row]:
    for arm in trial.arms:
        for order, epoch in enumerate(trial.epochs, 1):
            code, name = name_element(trial, epoch, arm)
            branch = f"Randomized to {arm.label}" if order == 1 else None
            switch = trial.switch and order == 2  # the epoch after screening
            transition = "Confirmed deterioration: change to the alternate treatment, blinded" if switch else None
            yield {"ARMCD": arm.id, "ARM": arm.label, "TAETORD": order, "ETCD": code, "ELEMENT": name,
                   "TABRANCH": branch, "TATRANS": transition, "EPOCH": epoch.label}  # fmt: skip


def _elements(trial: Trial) -> Iterator[Row]:
    seen = set()
    ends: list[Epoch | None] = [*trial.epochs[1:], None]
    for position, (epoch, after) in enumerate(zip(trial.epochs, ends, strict=True)):
        for arm in trial.arms:
            code, name = name_element(trial, epoch, arm)
            if code not in seen:
                seen.add(code)
                begin = (
                    "Informed consent" if position == 0 else FIRST_DOSE if position == 1 else f"Day {epoch.first_day}"
                )
                end = f"Day {after.first_day}" if after else f"Last visit: {trial.visits[-1].label}"
                days = elapsed_days(after.first_day) - elapsed_days(epoch.first_day) if after else None
                yield {"ETCD": code, "ELEMENT": name, "TESTRL": begin, "TEENRL": end,
                       "TEDUR": None if days is None else f"P{days}D"}  # fmt: skip


def _visits(trial: Trial) -> Iterator[Row]:
    for visit in trial.visits:
        yield {"VISITNUM": float(visit.number), "VISIT": visit.label, "VISITDY": visit.day,
               "TVSTRL": _describe_window(visit), "TVENRL": None}  # fmt: skip


def _describe_window(visit: Visit) -> str:
    before, after = visit.window_days
    window = f", {-before} days before to {after} days after" if before or after else ""
    return f"Study day {visit.day}{window}"


def _criteria(trial: Trial) -> Iterator[Row]:
    for criterion in trial.eligibility:
        yield {"IETESTCD": criterion.id, "IETEST": criterion.label, "IECAT": criterion.kind.upper(),
               "TIVERS": trial.trial.version}  # fmt: skip


def _summary(trial: Trial) -> Iterator[Row]:
    primary = trial.plan.estimands[0].label if trial.plan.estimands else ""
    blinded = any(epoch.blinded for epoch in trial.epochs)
    values = [
        ("TITLE", "Trial Title", trial.trial.title),
        ("INDIC", "Trial Disease/Condition Indication", trial.trial.indication),
        *(("REGID", "Registry Identifier", number) for number in trial.trial.registry),
        ("PLANSUB", "Planned Number of Subjects", str(trial.randomization.planned_subjects)),
        ("NARMS", "Planned Number of Arms", str(len(trial.arms))),
        ("RANDOM", "Trial is Randomized", "Y"),
        ("TBLIND", "Trial Blinding Schema", "DOUBLE BLIND" if blinded else "OPEN LABEL"),
        *(("STRATFCT", "Stratification Factor", factor.label) for factor in trial.randomization.factors),
        ("OBJPRIM", "Trial Primary Objective", primary),
        ("LENGTH", "Trial Length", f"P{elapsed_days(trial.visits[-1].day)}D"),
        *(("TRT", "Investigational Therapy or Treatment", t.label) for t in trial.treatments),
        ("PROTVER", "Protocol Version", trial.trial.version),
        ("PROTDIG", "Protocol Digest", trial.digest),
    ]
    numbers: dict[str, int] = {}
    for code, name, value in values:
        if value:
            numbers[code] = numbers.get(code, 0) + 1
            yield {"TSSEQ": numbers[code], "TSPARMCD": code, "TSPARM": name, "TSVAL": value}
