"""The strategies alone, bootstrap samples that rbmi drew, and a grid of deltas: against rbmi."""

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import numpy as np
from comparison import Comparison
from incomplete_trials import analyze_last_visit, read_trial

from myotis.statistics.imputation.conditional_mean import draw_bootstrap_imputation, impute_with_jackknife
from myotis.statistics.imputation.delta import compute_tipping_grid
from myotis.statistics.imputation.effect import estimate_imputed_effect
from myotis.statistics.imputation.reference_based import compute_marginal

HERE = Path(__file__).parent
RECORDED = json.loads((HERE / "imputation_parts.json").read_text(encoding="utf-8"))
FITTED = "both fit by REML to a gradient below 1e-8 (rbmi by itself stops 5e-5 standard errors away)"
SHARED = {"source": "R 4.2.2, rbmi 1.5.2, mmrm 0.3.16", "made_by": "tests/independent/r/imputation_parts.R"}
NAMES = ("est", "se", "lci", "uci", "pval")


def comparisons() -> Iterator[Comparison]:
    """19 marginal distributions; 40 bootstrap samples; 9 pairs of deltas with the jackknife."""
    marginals = RECORDED["marginals"]
    for what, pick in (("mean", lambda answer: answer.mean), ("covariance", lambda answer: answer.covariance)):
        yield Comparison(
            function=compute_marginal,
            what=f"{what} of every strategy, the event before each of four visits",
            ours=lambda pick=pick: np.array([pick(_marginal(case)) for case in marginals]),
            theirs=np.array([case[what] for case in marginals]),
            tolerance=1e-10,
            scale="absolute",
            why="closed forms of numbers up to 324",
            **SHARED,
        )
    fitted = {"tolerance": 1e-6, "scale": "relative", "why": FITTED}
    bootstrap = RECORDED["bootstrap"]
    yield Comparison(
        function=draw_bootstrap_imputation,
        what="jump-to-reference, rbmi's own 40 samples, normal: estimate, SE, limits and p",
        ours=lambda: _answer(_bootstrap("bootstrap-normal")),
        theirs=[bootstrap["normal"][name] for name in NAMES],
        **fitted,
        **SHARED,
    )
    yield Comparison(
        function=draw_bootstrap_imputation,
        what="jump-to-reference, rbmi's own 40 samples, percentile: limits",
        ours=lambda: _answer(_bootstrap("bootstrap-percentile"))[2:4],
        theirs=[bootstrap["percentile"][name] for name in ("lci", "uci")],
        **fitted,
        **SHARED,
    )
    yield Comparison(
        function=compute_tipping_grid,
        what="jump-to-reference, jackknife, 3 x 3 deltas: estimate, limits and p",
        ours=_grid,
        theirs=np.array([[point[name] for name in ("est", "lci", "uci", "pval")] for point in RECORDED["grid"]]).T,
        **fitted,
        **SHARED,
    )


def _marginal(case):
    own, reference = RECORDED["own"], RECORDED["reference"]
    return compute_marginal(
        own["mu"],
        own["sigma"],
        reference["mu"],
        reference["sigma"],
        event=case["event"],
        strategy=case["strategy"],
    )


class Replay:
    """Answers as a generator would, with the samples that R drew."""

    def __init__(self, samples):
        self.samples = iter(samples)
        self.sample = np.array([], dtype=int)

    def choice(self, members, size):
        """The subjects of the sample who are of the same arm."""
        if not np.isin(self.sample, members).any():
            self.sample = np.array(next(self.samples))
        here = np.isin(self.sample, members)
        drawn, self.sample = self.sample[here], self.sample[~here]
        assert drawn.size == size
        return drawn


@cache
def _bootstrapped():
    samples = RECORDED["bootstrap"]["samples"]
    return draw_bootstrap_imputation(
        Replay(samples), read_trial("monotone"), replicates=len(samples), covariance_by_arm=False
    )


def _bootstrap(method):
    return estimate_imputed_effect(_bootstrapped(), analyze_last_visit, method=method, level=0.95)


def _answer(effect):
    answer = effect.estimate
    return answer.estimate, answer.se, answer.lower, answer.upper, effect.test.p_value


def _grid():
    grid = compute_tipping_grid(
        impute_with_jackknife(read_trial("monotone"), covariance_by_arm=False),
        analyze_last_visit,
        active=1,
        control=0,
        active_delta=[-30, -15, 0],
        control_delta=[-10, 0, 10],
        lag=[1, 0, 0, 0],
        method="jackknife",
        level=0.95,
    )
    return [part.reshape(-1) for part in (grid.estimate, grid.lower, grid.upper, grid.p_value)]
