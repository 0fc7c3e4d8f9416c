"""Mixed models against SAS PROC MIXED, on the example data of R's mmrm, as the authors of mmrm recorded it.

SAS takes variances and correlations themselves as parameters, on which the full Kenward-Roger method depends; the linear
one does not, and is what is compared.
"""

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import numpy as np
from comparison import Comparison
from mixed_model_data import read_trial

from myotis.statistics.mixed_model.contrast import estimate_contrast
from myotis.statistics.mixed_model.fit import MixedModel, fit_mixed_model
from myotis.statistics.result import Estimate

RECORDED = json.loads((Path(__file__).parent / "mixed_model.json").read_text(encoding="utf-8"))
BY_ARM, MEANS = RECORDED["arm"], RECORDED["mean"]
SAS = {"source": "SAS PROC MIXED (2022), kept by openpharma/mmrm", "made_by": "tests/independent/sas/mixed_model.json"}


def comparisons() -> Iterator[Comparison]:
    """Likelihoods of nine structures, alike in both arms or not; Kenward-Roger of eight."""
    yield Comparison(
        function=fit_mixed_model,
        what=f"-2 log likelihood, REML and ML, {len(MEANS) + len(BY_ARM)} fits",
        ours=lambda: (
            [_fit(f["structure"], f["criterion"], f["grouped"], False).minus2_log_likelihood for f in MEANS]
            + [_fit(f["structure"], "reml", False, True).minus2_log_likelihood for f in BY_ARM]
        ),
        theirs=[f["minus2"] for f in MEANS] + [f["minus2_reml"] for f in BY_ARM],
        tolerance=1e-8,
        scale="relative",
        why="flat at its maximum, so it is known best",
        **SAS,
    )
    stopped = "SAS stops at a criterion of 1e-8, here up to 1.3e-5 above the least -2 log likelihood"
    errors = np.array([fit["se_kr_linear"] for fit in BY_ARM])
    for name, unit, theirs, tolerance, why in (
        ("estimate over its standard error", errors, "estimate", 1e-3, stopped),
        ("standard error, ratio", errors, "se_kr_linear", 1e-3, stopped),
        ("degrees of freedom", 1.0, "df", 0.1, f"{stopped}, and prints them whole"),
    ):
        field = {"estimate": "estimate", "se_kr_linear": "se", "df": "df"}[theirs]
        yield Comparison(
            function=estimate_contrast,
            what=f"kenward-roger-linear, {name}, {len(BY_ARM)} structures",
            ours=lambda field=field, unit=unit: (
                np.array([getattr(_compare_arms(f["structure"]), field) for f in BY_ARM]) / unit
            ),
            theirs=np.array([f[theirs] for f in BY_ARM]) / unit,
            tolerance=tolerance,
            scale="absolute",
            why=why,
            **SAS,
        )


@cache
def _fit(structure: str, criterion: str, grouped: bool, by_arm: bool) -> MixedModel:
    trial = read_trial("fev")
    outcome = trial["outcome"]
    subject, visit = np.nonzero(~np.isnan(outcome))
    arm = trial["arm"][subject]
    design = np.column_stack([np.ones(len(arm)), arm]) if by_arm else np.ones((len(arm), 1))
    return fit_mixed_model(
        outcome[subject, visit],
        design,
        subject=subject,
        visit=visit,
        covariance=structure,
        criterion=criterion,
        group=arm if grouped else None,
    )


def _compare_arms(structure: str) -> Estimate:
    model = _fit(structure, "reml", False, True)
    return estimate_contrast(model, [0, 1], df_method="kenward-roger-linear", level=0.95)
