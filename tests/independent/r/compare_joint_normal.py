"""Joint normal imputation against chained Bayesian regressions (mice, "norm"): where every measure is regressed on all
others, the chains settle on the joint model."""

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import numpy as np
from comparison import Comparison

from myotis.statistics.imputation.joint_normal import CovarianceModel, CovariancePrior, impute_joint_normal

RECORDED = json.loads((Path(__file__).parent / "joint-normal.json").read_text(encoding="utf-8"))
CELLS = RECORDED["cells"]
THEIRS = {name: np.array(CELLS[name]) for name in ("mean", "sd")}


@cache
def _impute() -> np.ndarray:
    """Our imputations [imputation, cell] of the cells that are missing, in the order of the recorded ones."""
    values = np.array(RECORDED["values"], dtype=float)
    answer = impute_joint_normal(
        np.random.default_rng(7),
        values,
        RECORDED["arm"],
        covariance=CovarianceModel.COMMON,
        prior=CovariancePrior.JEFFREYS,
        prior_df=0,
        imputations=4000,
        chains=40,
        burn_in=40,
        thinning=3,
    )
    return answer.completed[:, CELLS["subject"], CELLS["variable"]]


def comparisons() -> Iterator[Comparison]:
    """Mean and standard deviation of what is imputed for each missing value."""
    shared = {
        "function": impute_joint_normal,
        "source": f"R 4.2.2, mice {RECORDED['versions']['mice']}, norm",
        "made_by": "tests/independent/r/joint-normal.R",
    }
    yield Comparison(
        what="mean of the imputations of each missing value, over their standard deviation",
        ours=lambda: _impute().mean(axis=0) / THEIRS["sd"],
        theirs=THEIRS["mean"] / THEIRS["sd"],
        tolerance=0.14,
        scale="absolute",
        why="chance: 1000 draws of theirs leave 0.032 standard deviations of each mean, four of which are allowed, and "
        "4000 of ours a little more; the values range over 3 standard deviations",
        **shared,
    )
    yield Comparison(
        what="standard deviation of the imputations of each missing value",
        ours=lambda: _impute().std(axis=0, ddof=1),
        theirs=THEIRS["sd"],
        tolerance=0.12,
        scale="relative",
        why="chance: four standard errors of a standard deviation of 1000 draws (0.09), and the priors, which differ "
        "by 2 of 58 degrees of freedom (0.02)",
        **shared,
    )
