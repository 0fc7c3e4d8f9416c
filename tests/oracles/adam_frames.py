"""Small analysis datasets, written by hand or drawn from a seed: what the analysis gets, without any of the stages
before it. The frames follow the declarations of `myotis.datasets.adam` and the visits of the shipped ProDERM."""

import datetime

import numpy as np
import polars as pl

from myotis.datasets.adam import ADCSM, ADSL, ADTIS, CSM_PARAMETERS, TIS_PARAMETERS

START = datetime.date(2030, 1, 7)
WEEKS = (0, 4, 8, 12, 16, 28, 40)
STUDY = "ProDERM"

SUBJECT = {
    "STUDYID": STUDY, "SITEID": "01", "AGE": 50, "SEX": "F", "WEIGHTBL": 70.0, "ARMCD": "ivig", "TRT01P": "IVIG",
    "TRT01A": None, "STRATAR": "moderate", "RANDDT": START, "TRTSDT": START, "FASFL": "Y", "SAFFL": "Y", "PPROTFL": "Y",
    "FPCOMPFL": "Y", "SWITCHFL": "N", "SWITCHVS": None, "EXTFL": "Y", "EOSSTT": "COMPLETED", "DCSREAS": None,
    "DCSVISIT": None, "MAXTIS": 100.0,
}  # fmt: skip
"""A subject of whom nothing is special."""


def make_frame(table, rows):
    """Rows (dicts) as a frame of the table's types; what a row doesn't say is null."""
    names = [column.name for column in table.columns]
    return pl.DataFrame([{name: row.get(name) for name in names} for row in rows], schema=table.empty().schema)


def make_subject(number, arm, **special):
    label = {"ivig": "IVIG", "placebo": "Placebo"}[arm]
    row = SUBJECT | {"USUBJID": f"{STUDY}-{number:03}", "SUBJID": f"{number:03}", "ARMCD": arm, "TRT01P": label}
    return row | {"TRT01A": label} | special


def make_value(subject, week, paramcd, **values):
    names = TIS_PARAMETERS | CSM_PARAMETERS
    shared = {name: subject[name] for name in ("STUDYID", "USUBJID", "TRT01P", "STRATAR", "FASFL")}
    timing = {"AVISIT": f"Week {week}", "AVISITN": week, "PARAMCD": paramcd, "PARAM": names[paramcd]}
    return shared | timing | {"ABLFL": "Y" if week == 0 else "N"} | values


def make_datasets(subjects, tis, core_set):
    return {"ADSL": make_frame(ADSL, subjects), "ADTIS": make_frame(ADTIS, tis), "ADCSM": make_frame(ADCSM, core_set)}


def draw_datasets(seed, n=95):
    """A random trial with switches, discontinuations, visits missed and values missing. It need not make sense
    clinically: every number is drawn, and nothing is derived by the code under test."""
    generator = np.random.default_rng(seed)
    subjects, tis, core_set = [], [], []
    for number in range(1, n + 1):
        subject = _draw_subject(generator, number)
        subjects.append(subject)
        _draw_course(generator, subject, tis, core_set)
    return make_datasets(subjects, tis, core_set)


def _draw_subject(generator, number):
    arm = "ivig" if number % 2 else "placebo"
    special = {
        "AGE": int(generator.integers(20, 80)),
        "SEX": str(generator.choice(["F", "M"], p=[0.75, 0.25])),
        "WEIGHTBL": round(float(generator.normal(75, 14)), 1),
        "STRATAR": str(generator.choice(["mild", "moderate", "severe"], p=[0.27, 0.59, 0.14])),
        "MAXTIS": float(generator.integers(160, 201)) / 2,
    }
    fate = generator.random()
    if fate < 0.06:
        special |= {"EOSSTT": "DISCONTINUED", "FPCOMPFL": "N", "EXTFL": "N", "PPROTFL": "N"}
        special |= {"DCSVISIT": f"Week {generator.choice([0, 4, 8, 12])}"}
        special |= {"DCSREAS": str(generator.choice(["ADVERSE EVENT", "WITHDRAWAL BY SUBJECT", "DEATH"]))}
    elif fate < 0.25:
        special |= {"EOSSTT": "DISCONTINUED", "DCSVISIT": f"Week {generator.choice([16, 28])}"}
        special |= {"DCSREAS": str(generator.choice(["ADVERSE EVENT", "LACK OF EFFICACY", "WITHDRAWAL BY SUBJECT"]))}
    if arm == "placebo" and generator.random() < 0.12:
        special |= {"SWITCHFL": "Y", "SWITCHVS": f"Week {generator.choice([8, 12, 16])}", "PPROTFL": "N"}
    return make_subject(number, arm, **special)


def _draw_course(generator, subject, tis, core_set):
    last = 40 if subject["DCSVISIT"] is None else int(subject["DCSVISIT"].split()[1])
    better = 1.0 if subject["TRT01P"] == "IVIG" else 0.45
    base = {"PHGLOB": 5.2, "PTGLOB": 5.5, "MMT": 118.0, "HAQDI": 1.25, "EXMGLOB": 3.1, "ENZXULN": 2.4}
    base |= {"CDASIA": 24.0, "CDASID": 2.0}
    base = {name: round(value * float(generator.uniform(0.75, 1.25)), 2) for name, value in base.items()}
    carried = None
    for week in WEEKS:
        missed = week > 0 and (week > last or generator.random() < 0.04)
        speed = better if week <= 16 else 1.0
        gain = float(np.clip(generator.normal(0.42 * speed * min(1, week / 12), 0.2), -0.3, 0.95)) if week else 0.0
        if not missed:
            for name, value in base.items():
                now = min(150.0, value * (1 + gain / 4)) if name == "MMT" else value * (1 - gain)
                now = round(now, 2)
                row = {"AVAL": now, "BASE": value, "CHG": None if week == 0 else round(now - value, 2)}
                core_set.append(make_value(subject, week, name, **row))
            carried = core_set[-2]
        elif week == 16 and carried is not None and carried["AVISITN"] > 0:
            row = {name: carried[name] for name in ("AVAL", "BASE", "CHG")}
            core_set.append(make_value(subject, 16, "CDASIA", DTYPE="LOCF", **row))
        if week and not missed:
            _draw_score(generator, subject, week, gain, tis)


def _draw_score(generator, subject, week, gain, tis):
    score = float(np.clip(round(gain * 240) / 2, 0, 100)) if generator.random() > 0.05 else None
    low, high = (score, score) if score is not None else (float(generator.choice([10, 25, 45])), 70.0)
    state = str(generator.choice(["none", "suspected", "confirmed"], p=[0.9, 0.06, 0.04]))
    state = state if score is not None else "not_evaluable"
    response = "not_evaluable" if score is None else "yes" if score >= 20 and state != "confirmed" else "no"
    tis += [
        make_value(subject, week, "TIS", AVAL=score, REASNE=None if score is not None else "haq"),
        make_value(subject, week, "TISLOW", AVAL=low),
        make_value(subject, week, "TISHIGH", AVAL=high),
        make_value(subject, week, "DETER", AVALC=state),
        make_value(subject, week, "RESP", AVALC=response),
    ]
