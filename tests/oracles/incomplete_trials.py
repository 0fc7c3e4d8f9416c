"""Trials with missing values that several tests impute, and the analysis that they are imputed for."""

import csv
from functools import cache
from pathlib import Path

import numpy as np

from myotis.statistics.continuous.ancova import fit_ancova
from myotis.statistics.imputation.incomplete import IncompleteTrial

RECORDED = Path(__file__).resolve().parents[1] / "independent" / "r"
WEEKS = [4, 8, 12, 16]


@cache
def read_trial(name, strategies=("jump-to-reference",)):
    """The trial `monotone` or `gaps`; subjects with an event have the strategies in turn, as in R's rep."""
    with (RECORDED / f"imputation-{name}.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    first = rows[::4]
    outcome = np.array([float(row["y"] or "nan") for row in rows]).reshape(-1, 4)
    gone = np.isnan(outcome)
    if name == "monotone":
        event = np.where(gone.any(axis=1), gone.argmax(axis=1), 4)
    else:
        event = np.array([WEEKS.index(int(row["event"])) if row["event"] else 4 for row in first])
    strategy = np.full(len(first), "missing-at-random", dtype="<U32")
    events = np.flatnonzero(event < 4)
    strategy[events] = [strategies[number % len(strategies)] for number in range(len(events))]
    return IncompleteTrial(
        outcome=outcome,
        arm=np.array([int(row["arm"] == "IVIG") for row in first]),
        covariates=np.array([[float(row[x]) for x in ("base", "severe") if x in row] for row in first]),
        event=event,
        strategy=strategy,
        reference=0,
    )


def analyze_last_visit(completed):
    """Analysis of covariance at the last visit: arm 1 minus arm 0."""
    return fit_ancova(
        completed.outcome[..., -1],
        completed.arm == 1,
        covariates=completed.covariates,
        factors=completed.covariates[..., :0],
        slopes="shared",
        variance="model-based",
        weights="equal",
        level=0.95,
    ).difference
