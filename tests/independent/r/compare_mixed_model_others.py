"""Mixed models against other software of R: nlme's generalized least squares, and lmerTest's random intercept.

A random intercept is compound symmetry where the correlation is not negative.
"""

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from comparison import Comparison
from mixed_model_data import read_trial

from myotis.statistics.mixed_model.contrast import estimate_contrast
from myotis.statistics.mixed_model.mmrm import fit_mmrm

RECORDED = json.loads((Path(__file__).parent / "mixed_model_others.json").read_text(encoding="utf-8"))
VERSIONS = RECORDED["versions"]
STRUCTURES = {"cs": "compound-symmetry", "ar1": "autoregressive"}
SOURCES = (
    ("gls", f"R 4.2.2, nlme {VERSIONS['nlme']}", "compound symmetry and AR(1)", ("se",)),
    ("random_intercept", f"R 4.2.2, lmerTest {VERSIONS['lmerTest']}", "random intercept", ("se", "df")),
)


def comparisons() -> Iterator[Comparison]:
    """Coefficients, their standard errors and Satterthwaite degrees of freedom on three designs."""
    for name, source, what, fields in SOURCES:
        fits = RECORDED[name]
        common = {
            "function": estimate_contrast,
            "source": source,
            "made_by": "tests/independent/r/mixed_model_others.R",
        }
        yield Comparison(
            what=f"coefficients over their standard errors, {what}",
            ours=lambda fits=fits: np.concatenate([_coefficients(fit).estimate / np.array(fit["se"]) for fit in fits]),
            theirs=np.concatenate([np.array(fit["coefficients"]) / fit["se"] for fit in fits]),
            tolerance=1e-5,
            scale="absolute",
            why="in standard errors; a hundredth of one is printed at most",
            **common,
        )
        for field in fields:
            yield Comparison(
                what=f"{field} of coefficients, {what}",
                ours=lambda fits=fits, field=field: np.concatenate(
                    [getattr(_coefficients(fit), field) for fit in fits]
                ),
                theirs=np.concatenate([fit[field] for fit in fits]),
                tolerance=1e-6,
                scale="relative",
                why="their search ends up to 1e-7 away",
                **common,
            )


def _coefficients(fit):
    answer = fit_mmrm(
        **read_trial(fit["design"]),
        reference=0,
        covariance=STRUCTURES[fit.get("structure", "cs")],
        df_method="satterthwaite",
        weights="equal",
        margins="rows",
        level=0.95,
    )
    return estimate_contrast(
        answer.model, np.eye(len(answer.model.coefficients)), df_method="satterthwaite", level=0.95
    )
