"""Logistic regression, Firth's penalty and standardization: against R. Numbers and program lie here."""

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from comparison import Comparison

from myotis.statistics.regression.logistic import fit_logistic
from myotis.statistics.regression.standardization import estimate_standardized_effect

SETS = json.loads((Path(__file__).parent / "logistic.json").read_text(encoding="utf-8"))["sets"]
MADE_BY = "tests/independent/r/logistic.R"
FULL = ("plain", "rare")
CONTRASTS = {"difference": "difference", "ratio": "log_ratio", "odds-ratio": "log_odds_ratio"}


def comparisons() -> Iterator[Comparison]:
    """Two end points of 95 subjects with four predictors, and 24 subjects whose responses are separated."""
    yield Comparison(
        function=fit_logistic,
        what="maximum likelihood: coefficients, standard errors, Wald p-values",
        source="R 4.2.2, glm",
        made_by=MADE_BY,
        ours=lambda: [_describe(_fit(name, "maximum-likelihood-wald")) for name in FULL],
        theirs=[[SETS[name]["ml"][key] for key in ("coefficients", "se", "p")] for name in FULL],
        tolerance=1e-10,
        scale="absolute",
        why="both iterate to the end",
    )
    for method, key in (("firth-wald-augmented", "wald"), ("firth-profile", "profile")):
        yield Comparison(
            function=fit_logistic,
            what=f"{method}: coefficients and limits, one set quasi-completely separated",
            source="R 4.2.2, logistf 1.26.1",
            made_by=MADE_BY,
            ours=lambda method=method: np.concatenate([_columns(_fit(name, method)) for name in SETS]),
            theirs=np.concatenate(
                [np.column_stack([s["firth"]["coefficients"], s["firth"][key]]) for s in SETS.values()]
            ),
            tolerance=1e-8,
            scale="relative",
            why="logistf stops where a step is below 1e-12, its limits where the likelihood is",
        )
    yield Comparison(
        function=fit_logistic,
        what="firth-wald: standard errors from the information at logistf's estimate",
        source="R 4.2.2, logistf 1.26.1, its information inverted by R",
        made_by=MADE_BY,
        ours=lambda: np.concatenate([_fit(name, "firth-wald").coefficients.se for name in SETS]),
        theirs=np.concatenate([s["firth"]["se_information"] for s in SETS.values()]),
        tolerance=1e-8,
        scale="relative",
        why="logistf stops where a step is below 1e-12, in hundreds of steps where responses are separated",
    )
    for variance in ("ge-model", "ge-hc0", "ge-hc1", "ge-hc3", "ye", "ye-residual"):
        for contrast, key in CONTRASTS.items():
            yield Comparison(
                function=estimate_standardized_effect,
                what=f"{variance}, {contrast}: estimate (ratios as logarithms) and standard error",
                source="R 4.2.2, RobinCar2 0.2.2" if variance.startswith("ye") else "R 4.2.2, glm and sandwich 3.0.2",
                made_by=MADE_BY,
                ours=lambda v=variance, c=contrast: [_standardize(name, v, c) for name in FULL],
                theirs=[_read_effect(SETS[name], variance)[key] for name in FULL],
                tolerance=1e-10,
                scale="absolute",
                why="both iterate to the end",
            )


def _read_effect(recorded, variance):
    return recorded["ge"][variance[3:]] if variance.startswith("ge-") else recorded[variance.replace("-", "_")]


def _predictors(name):
    data = SETS[name]["data"]
    columns = ("treated", "base") if name == "few" else ("treated", "base", "moderate", "severe")
    return np.column_stack([data[column] for column in columns])


def _fit(name, method):
    return fit_logistic(_predictors(name), SETS[name]["data"]["responder"], method=method, level=0.95)


def _describe(fit):
    return fit.coefficients.estimate, fit.coefficients.se, fit.p_values


def _columns(fit):
    return np.column_stack([fit.coefficients.estimate, fit.coefficients.lower, fit.coefficients.upper])


def _standardize(name, variance, contrast):
    x = _predictors(name)
    answer = estimate_standardized_effect(
        SETS[name]["data"]["responder"],
        x[:, 0],
        x[:, 1:],
        contrast=contrast,
        method=f"standardization-{variance}",
        level=0.95,
    )
    return answer.estimate if contrast == "difference" else np.log(answer.estimate), answer.se
