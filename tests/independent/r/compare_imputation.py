"""Conditional-mean imputation under five strategies on two trials: against rbmi.

On the trial `monotone` values are missing from the event on; on `gaps` there are values after events, gaps without an
event, events at the first visit and subjects without any value.
"""

import csv
import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import numpy as np
from comparison import Comparison

from myotis.statistics.continuous.ancova import fit_ancova
from myotis.statistics.imputation.conditional_mean import impute_with_jackknife
from myotis.statistics.imputation.delta import compute_delta
from myotis.statistics.imputation.effect import change_strategy, estimate_imputed_effect
from myotis.statistics.imputation.incomplete import IncompleteTrial

HERE = Path(__file__).parent
RECORDED = json.loads((HERE / "imputation.json").read_text(encoding="utf-8"))
RBMI = "R 4.2.2, rbmi 1.5.2, mmrm 0.3.16"
STRATEGIES = {
    "MAR": "missing-at-random",
    "JR": "jump-to-reference",
    "CR": "copy-reference",
    "CIR": "copy-increments-in-reference",
    "LMCF": "last-mean-carried-forward",
}
WEEKS = [4, 8, 12, 16]
SHARED = {"source": RBMI, "made_by": "tests/independent/r/imputation.R"}
FITTED = (
    "both fit the model by REML to a gradient below 1e-8; rbmi's own optimizer is off by 1e-4 of the standard error"
)


def comparisons() -> Iterator[Comparison]:
    """Imputed values and least-squares means for each strategy; the whole jackknife where fits are shared."""
    for case in RECORDED["results"]:
        strategies = [case["strategies"]] if isinstance(case["strategies"], str) else case["strategies"]
        arms = "one covariance" if case["same_cov"] else "a covariance for each arm"
        what = f"{case['trial']}, {' '.join(strategies)}, {arms}"
        if case["delta"]:
            yield from _compare_delta(case, strategies, what)
            continue
        yield Comparison(
            function=impute_with_jackknife,
            what=f"{what}: the data set imputed",
            ours=lambda case=case, strategies=strategies: _impute(case, strategies).completed[0],
            theirs=case["completed"],
            tolerance=1e-6,
            scale="absolute",
            why=FITTED,
            **SHARED,
        )
        yield Comparison(
            function=change_strategy if case["trial"] == "monotone" else estimate_imputed_effect,
            what=f"{what}: estimate, SE, limits and p",
            ours=lambda case=case, strategies=strategies: _answer(_impute(case, strategies), 0.0),
            theirs=[case["difference"][name] for name in ("est", "se", "lci", "uci", "p")],
            tolerance=1e-6,
            scale="relative",
            why=FITTED,
            **SHARED,
        )


def _compare_delta(case, strategies, what) -> Iterator[Comparison]:
    def ours():
        trial = _read(case["trial"], tuple(strategies))
        return compute_delta(trial, case["delta"], lag=case["lag"])

    yield Comparison(
        function=compute_delta,
        what=f"{what}: deltas {case['delta']}, lag {case['lag']}",
        ours=lambda: np.where(np.isnan(_read(case["trial"], tuple(strategies)).outcome), ours(), 0.0),
        theirs=case["delta_template"],
        tolerance=1e-12,
        scale="absolute",
        why="sums of whole numbers",
        **SHARED,
    )
    yield Comparison(
        function=estimate_imputed_effect,
        what=f"{what}, deltas {case['delta']}: estimate, SE, limits and p",
        ours=lambda: _answer(_impute(case, strategies), ours()),
        theirs=[case["difference"][name] for name in ("est", "se", "lci", "uci", "p")],
        tolerance=1e-6,
        scale="relative",
        why=FITTED,
        **SHARED,
    )


@cache
def _read(name, strategies) -> IncompleteTrial:
    with (HERE / f"imputation-{name}.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    outcome = np.array([float(row["y"] or "nan") for row in rows]).reshape(-1, 4)
    first = rows[::4]
    gone = np.isnan(outcome)
    if name == "monotone":
        event = np.where(gone.any(axis=1), gone.argmax(axis=1), 4)
    else:
        event = np.array([WEEKS.index(int(row["event"])) if row["event"] else 4 for row in first])
    chosen = np.full(len(first), STRATEGIES["MAR"], dtype="<U32")
    names = [STRATEGIES[strategy] for strategy in strategies]
    events = np.flatnonzero(event < 4)
    chosen[events] = [names[number % len(names)] for number in range(len(events))]
    return IncompleteTrial(
        outcome=outcome,
        arm=np.array([int(row["arm"] == "IVIG") for row in first]),
        covariates=np.array([[float(row[x]) for x in ("base", "severe") if x in row] for row in first]),
        event=event,
        strategy=chosen,
        reference=0,
    )


@cache
def _fit(name, strategies, covariance_by_arm):
    return impute_with_jackknife(_read(name, strategies), covariance_by_arm=covariance_by_arm)


def _impute(case, strategies):
    """The model is fitted once for all strategies under which it sees the same values."""
    strategies = tuple(strategies)
    shared = strategies if case["trial"] == "gaps" and strategies != ("CR",) and strategies != ("CIR",) else ("JR",)
    fitted = _fit(case["trial"], shared, not case["same_cov"])
    return change_strategy(fitted, _read(case["trial"], strategies).strategy)


def _analyze(completed):
    return fit_ancova(
        completed.outcome[..., -1],
        completed.arm == 1,
        covariates=completed.covariates,
        factors=completed.covariates[..., :0],
        weights="equal",
        level=0.95,
    ).difference


def _answer(imputed, delta):
    effect = estimate_imputed_effect(imputed, _analyze, method="jackknife", level=0.95, delta=delta)
    answer = effect.estimate
    return answer.estimate, answer.se, answer.lower, answer.upper, effect.test.p_value
