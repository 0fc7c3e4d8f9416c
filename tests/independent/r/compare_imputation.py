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
ANSWERS = ("est", "se", "lci", "uci", "p")
SHARED = {"source": RBMI, "made_by": "tests/independent/r/imputation.R"}
FITTED = "both fit by REML to a gradient below 1e-8 (rbmi by itself stops 5e-5 standard errors away)"


def comparisons() -> Iterator[Comparison]:
    """Imputed values and what the jackknife answers: strategies alone, in turn from subject to subject, with deltas."""
    cases = [{**case, "strategies": tuple(np.atleast_1d(case["strategies"]))} for case in RECORDED["results"]]
    for (trial, same, mixed), group in _group(case for case in cases if not case["delta"]).items():
        arms = "one covariance" if same else "a covariance for each arm"
        names = [name for case in group for name in case["strategies"]]
        what = f"{trial}, {arms}, {'in turn ' if mixed else ''}{' '.join(names)}"
        yield Comparison(
            function=impute_with_jackknife,
            what=f"{what}: the values imputed",
            ours=lambda group=group: np.array([_impute(case).completed[0] for case in group]),
            theirs=[case["completed"] for case in group],
            tolerance=1e-6,
            scale="absolute",
            why=FITTED,
            **SHARED,
        )
        yield Comparison(
            function=change_strategy if len(names) == 5 else estimate_imputed_effect,
            what=f"{what}: estimate, SE, limits and p",
            ours=lambda group=group: [_answer(_impute(case), 0.0) for case in group],
            theirs=[[case["difference"][name] for name in ANSWERS] for case in group],
            tolerance=1e-6,
            scale="relative",
            why=FITTED,
            **SHARED,
        )
    for case in cases:
        if case["delta"]:
            yield from _compare_delta(case)


def _group(cases):
    groups = {}
    for case in cases:
        groups.setdefault((case["trial"], case["same_cov"], len(case["strategies"]) > 1), []).append(case)
    return groups


def _compare_delta(case) -> Iterator[Comparison]:
    what = f"{case['trial']}, {' '.join(case['strategies'])}, deltas {case['delta']}, lag {case['lag']}"

    def ours():
        return compute_delta(_read(case), case["delta"], lag=case["lag"])

    yield Comparison(
        function=compute_delta,
        what=what,
        ours=lambda: np.where(np.isnan(_read(case).outcome), ours(), 0.0),
        theirs=case["delta_template"],
        tolerance=1e-12,
        scale="absolute",
        why="sums of whole numbers",
        **SHARED,
    )
    yield Comparison(
        function=estimate_imputed_effect,
        what=f"{what}: estimate, SE, limits and p",
        ours=lambda: _answer(_impute(case), ours()),
        theirs=[case["difference"][name] for name in ANSWERS],
        tolerance=1e-6,
        scale="relative",
        why=FITTED,
        **SHARED,
    )


def _read(case):
    return read_trial(case["trial"], tuple(STRATEGIES[name] for name in case["strategies"]))


@cache
def _fit(name, strategies, covariance_by_arm):
    trial = read_trial(name, tuple(STRATEGIES[strategy] for strategy in strategies))
    return impute_with_jackknife(trial, covariance_by_arm=covariance_by_arm)


def _impute(case):
    """The model is fitted once for all strategies under which it sees the same values."""
    alone = case["trial"] == "gaps" and "MAR" in case["strategies"]
    fitted = _fit(case["trial"], case["strategies"] if alone else ("JR",), not case["same_cov"])
    return change_strategy(fitted, _read(case).strategy)


def _answer(imputed, delta):
    effect = estimate_imputed_effect(imputed, analyze_last_visit, method="jackknife", level=0.95, delta=delta)
    answer = effect.estimate
    return answer.estimate, answer.se, answer.lower, answer.upper, effect.test.p_value
