"""Trials for tests of mixed models, and the likelihood written out with whole matrices, a second time."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

RECORDED = Path(__file__).resolve().parents[1] / "independent" / "r" / "mixed_model"


@cache
def read_trial(name):
    """What `fit_mmrm` takes of a design in ``tests/independent/r/mixed_model``."""
    table = np.genfromtxt(RECORDED / f"{name}.csv", delimiter=",", names=True, missing_values="NA")
    columns = table.dtype.names
    return {
        "outcome": np.column_stack([table[column] for column in columns if column.startswith("y")]),
        "arm": table["arm"].astype(int),
        "covariates": table["base"][:, None],
        "factors": np.column_stack([table[column].astype(int) for column in columns if column.startswith("factor")]),
    }


@dataclass(frozen=True)
class Rows:
    """The rows of one simulated trial, with the usual design."""

    outcome: np.ndarray
    design: np.ndarray
    subject: np.ndarray
    visit: np.ndarray
    arm: np.ndarray

    def keywords(self):
        return {"subject": self.subject, "visit": self.visit}


def simulate_rows(seed, *, subjects=24, visits=4, missing=0.25):
    """Two arms in turn, a baseline, correlated visits; later visits are lost more often."""
    generator = np.random.default_rng(seed)
    arm, baseline = np.arange(subjects) % 2, generator.normal(size=subjects)
    frailty = generator.normal(size=(subjects, 1))
    noise = generator.normal(size=(subjects, visits)) * np.linspace(1, 2, visits)
    y = baseline[:, None] + 1.5 * frailty + noise + arm[:, None] * np.arange(visits)
    seen = generator.random((subjects, visits)) >= missing * (np.arange(visits) > 0)
    subject, visit = np.nonzero(seen)
    group, week = arm[subject], np.eye(visits)[visit, 1:]
    design = np.column_stack([np.ones(len(subject)), baseline[subject], group, week, group[:, None] * week])
    return Rows(y[seen], design, subject, visit, group)


def write_out_likelihood(rows, covariance, *, restricted, group=None):
    """Minus twice the log-likelihood by one covariance matrix over all rows."""
    which = np.zeros_like(rows.subject) if group is None else group
    same = rows.subject[:, None] == rows.subject
    v = same * covariance[which[:, None], rows.visit[:, None], rows.visit]
    inverse, x = np.linalg.inv(v), rows.design
    information = x.T @ inverse @ x
    residual = rows.outcome - x @ np.linalg.solve(information, x.T @ inverse @ rows.outcome)
    value = np.linalg.slogdet(v)[1] + residual @ inverse @ residual
    count = len(residual)
    if restricted:
        value += np.linalg.slogdet(information)[1]
        count -= x.shape[1]
    return value + count * np.log(2 * np.pi)
