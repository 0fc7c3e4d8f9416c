"""Conditional-mean imputation under five strategies on two trials: against rbmi.

On the trial `monotone` values are missing from the event on; on `gaps` there are values after events, gaps without an
event, events at the first visit and subjects without any value.
"""

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import numpy as np
from comparison import Comparison
from incomplete_trials import analyze_last_visit, read_trial

from myotis.statistics.imputation.conditional_mean import impute_with_jackknife
from myotis.statistics.imputation.delta import compute_delta
from myotis.statistics.imputation.effect import change_strategy, estimate_imputed_effect

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
        trial = _read(case["trial"], strategies)
        return compute_delta(trial, case["delta"], lag=case["lag"])

    yield Comparison(
        function=compute_delta,
        what=f"{what}: deltas {case['delta']}, lag {case['lag']}",
        ours=lambda: np.where(np.isnan(_read(case["trial"], strategies).outcome), ours(), 0.0),
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


def _read(name, strategies):
    return read_trial(name, tuple(STRATEGIES[strategy] for strategy in strategies))


@cache
def _fit(name, strategies, covariance_by_arm):
    return impute_with_jackknife(_read(name, strategies), covariance_by_arm=covariance_by_arm)


def _impute(case, strategies):
    """The model is fitted once for all strategies under which it sees the same values."""
    alone = case["trial"] == "gaps" and "MAR" in strategies
    fitted = _fit(case["trial"], tuple(strategies) if alone else ("JR",), not case["same_cov"])
    return change_strategy(fitted, _read(case["trial"], strategies).strategy)


def _answer(imputed, delta):
    effect = estimate_imputed_effect(imputed, analyze_last_visit, method="jackknife", level=0.95, delta=delta)
    answer = effect.estimate
    return answer.estimate, answer.se, answer.lower, answer.upper, effect.test.p_value
