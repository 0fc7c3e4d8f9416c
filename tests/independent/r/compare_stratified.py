"""Stratified 2 x 2 tables: against ratesci, metafor, DescTools, base R and tern. Numbers and program lie here."""

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from comparison import Comparison

from myotis.statistics.stratified.exact import estimate_common_odds_ratio, exact_stratified_test
from myotis.statistics.stratified.homogeneity import breslow_day_test
from myotis.statistics.stratified.mantel_haenszel import (
    estimate_mantel_haenszel_difference,
    estimate_mantel_haenszel_odds_ratio,
    estimate_mantel_haenszel_risk_ratio,
)
from myotis.statistics.stratified.newcombe import estimate_stratified_newcombe_difference
from myotis.statistics.stratified.score_interval import estimate_stratified_score
from myotis.statistics.stratified.weighted_difference import estimate_weighted_difference

RECORDED = json.loads((Path(__file__).parent / "stratified.json").read_text(encoding="utf-8"))["tables"]
MADE_BY = "tests/independent/r/stratified.R"

RATESCI = "R 4.2.2, ratesci 1.0.0"
METAFOR = "R 4.2.2, metafor 3.8.1"
DESCTOOLS = "R 4.2.2, DescTools 0.99.59"
BASE_R = "R 4.2.2"
TERN = "R 4.2.2, tern of commit eab2bd71"
CLOSED = "both are closed forms"

CONTRASTS = {"RD": "difference", "RR": "ratio", "OR": "odds-ratio", "ORB": "odds-ratio-bias-corrected"}
RATIOS = ("RR_", "OR_", "ORB_")
WEIGHTS = {
    "MH": "mantel-haenszel",
    "INV": "inverse-variance",
    "IVS": "inverse-variance-of-score",
    "MN": "miettinen-nurminen",
}


def comparisons() -> Iterator[Comparison]:
    """Every interval and test on strata that are small, large, rare, full, empty in part, and one alone."""
    yield from _compare_scores()
    yield from _compare_differences()
    yield from _compare_ratios()
    yield from _compare_exact()
    for tarone, name in ((False, "breslow_day"), (True, "tarone")):
        yield _compare(
            breslow_day_test,
            f"statistic and p-value, Tarone's adjustment: {tarone}",
            name,
            lambda counts, tarone=tarone: _test(breslow_day_test(counts, tarone=tarone)),
            lambda recorded, name=name: recorded[name],
            source=DESCTOOLS,
            tolerance=1e-9,
            why="DescTools solves the same quadratic equations; rounding of differences of squares",
        )


def _compare_scores() -> Iterator[Comparison]:
    for short, contrast in CONTRASTS.items():
        for weight, weights in WEIGHTS.items():
            if short.startswith("OR") and weight == "MN":
                continue  # the same as INV in both programs
            for skewness in (False, True):
                name = f"{short}_{weight}{'_skew' * skewness}"
                yield _compare(
                    estimate_stratified_score,
                    f"{contrast}, {weights}{', skewness corrected' * skewness}",
                    name,
                    lambda counts, c=contrast, w=weights, s=skewness: _on_scale(
                        _limits(estimate_stratified_score(counts, contrast=c, weights=w, skewness=s, level=0.95)), c
                    ),
                    lambda recorded, name=name, c=contrast: _on_scale(_read(recorded["score"].get(name)), c),
                    source=RATESCI,
                    tolerance=1e-8,
                    why="ratesci searches to 10 places on its own scale; ratios are compared as r / (1 + r)",
                )


def _compare_differences() -> Iterator[Comparison]:
    closed = {"tolerance": 1e-12, "why": CLOSED}
    for method, name, source in (
        ("mantel-haenszel-sato", "difference_sato", TERN),
        ("mantel-haenszel-sato", "metafor_rd", METAFOR),
        ("mantel-haenszel-greenland-robins", "difference_standard", TERN),
    ):
        yield _compare(
            estimate_mantel_haenszel_difference,
            f"{method}, {name}",
            name,
            lambda counts, m=method: _limits(estimate_mantel_haenszel_difference(counts, method=m, level=0.95)),
            lambda recorded, name=name: np.clip(_read(recorded[name]), -1, 1),
            source=source,
            **closed,
        )
    yield _compare(
        estimate_weighted_difference,
        "inverse-variance",
        "inverse_variance",
        lambda counts: _limits(estimate_weighted_difference(counts, weights="inverse-variance", level=0.95)),
        lambda recorded: np.clip(_read(recorded["inverse_variance"]), -1, 1),
        source=f"{METAFOR}, common-effect model of the strata's differences",
        **closed,
    )
    for method, name, tolerance, why in (
        ("stratified-newcombe-mantel-haenszel", "newcombe_cmh", 1e-8, "R's root of a number that should be 0 is 1e-8"),
        ("stratified-newcombe-yan-su", "newcombe_wilson", 1e-8, "as before; tern's iteration carried on to 1e-13"),
    ):
        yield _compare(
            estimate_stratified_newcombe_difference,
            method,
            name,
            lambda counts, m=method: _limits(estimate_stratified_newcombe_difference(counts, method=m, level=0.95)),
            lambda recorded, name=name: _read(recorded[name]),
            source=TERN,
            tolerance=tolerance,
            why=why,
        )


def _compare_ratios() -> Iterator[Comparison]:
    for function, name in (
        (estimate_mantel_haenszel_risk_ratio, "metafor_rr"),
        (estimate_mantel_haenszel_odds_ratio, "metafor_or"),
    ):
        yield _compare(
            function,
            "logarithms of ratio and limits",
            name,
            lambda counts, f=function: np.log(_limits(f(counts, level=0.95))),
            lambda recorded, name=name: _read(recorded[name]),
            source=METAFOR,
            tolerance=1e-12,
            why=CLOSED,
        )
    yield _compare(
        estimate_mantel_haenszel_odds_ratio,
        "logarithms of limits",
        "cmh",
        lambda counts: np.log(_limits(estimate_mantel_haenszel_odds_ratio(counts, level=0.95)))[1:],
        lambda recorded: np.log(np.array(recorded["cmh"]["ci"], dtype=float)),
        source=f"{BASE_R}, mantelhaen.test",
        tolerance=1e-12,
        why=CLOSED,
    )


def _compare_exact() -> Iterator[Comparison]:
    for alternative, name in (("two-sided", "p"), ("greater", "p_greater"), ("less", "p_less")):
        yield _compare(
            exact_stratified_test,
            f"p-value, {alternative}",
            "exact",
            lambda counts, a=alternative: (
                exact_stratified_test(counts, method="exact-conditional", alternative=a).p_value
            ),
            lambda recorded, name=name: recorded["exact"][name],
            source=f"{BASE_R}, mantelhaen.test",
            tolerance=1e-10,
            why="sums of the same probabilities",
        )
    yield _compare(
        estimate_common_odds_ratio,
        "estimate and exact limits as r / (1 + r)",
        "exact",
        lambda counts: _on_scale(
            _limits(estimate_common_odds_ratio(counts, method="exact-conditional", level=0.95)), ""
        ),
        lambda recorded: _on_scale(_read([recorded["exact"]["estimate"], *recorded["exact"]["ci"]]), ""),
        source=f"{BASE_R}, mantelhaen.test",
        tolerance=1.3e-4,
        why="R searches odds ratios to 1.2e-4, uniroot's default; the unit tests hold ours to its definition",
    )


def _compare(function, what, key, ours, theirs, *, source, tolerance, why) -> Comparison:
    """One comparison over the recorded strata for which the other program has an answer."""
    recorded = [r for r in RECORDED if _has(r, key)]
    return Comparison(
        function=function,
        what=f"{what}, {len(recorded)} sets of strata",
        source=source,
        made_by=MADE_BY,
        ours=lambda: [ours(_tables(r["tables"])) for r in recorded],
        theirs=np.array([np.asarray(theirs(r), dtype=float) for r in recorded]),
        tolerance=tolerance,
        scale="absolute",
        why=why,
    )


def _has(recorded, key) -> bool:
    """Whether the other program gave numbers; of ratios, an upper limit without end is recorded as null."""
    if key == "cmh":
        return recorded[key] is not None and isinstance(recorded[key]["odds_ratio"], float)
    answer = recorded["score"].get(key) if key.startswith((*RATIOS, "RD_")) else recorded.get(key)
    if answer is None or (isinstance(answer, list) and answer[0] is None and not key.startswith(RATIOS)):
        return False
    if key.startswith("ORB_") and not key.endswith("_skew") and answer[0] is None:
        return False  # everybody against nobody: ratesci's estimate has no end, though its score is 0 at a finite one
    if key.startswith("RD_") and key.endswith("_skew") and answer[0] == 1:
        return False  # ratesci leaves the correction out of an estimate of 1, and only of a difference
    return key not in ("metafor_rr", "metafor_or") or None not in answer


def _read(numbers):
    return np.array([np.inf if x is None else float(x) for x in numbers])


def _on_scale(ratios, contrast):
    ratios = np.asarray(ratios, dtype=float)
    return ratios if contrast == "difference" else 1 - 1 / (1 + ratios)


def _limits(answer):
    return np.array([answer.estimate, answer.lower, answer.upper])


def _test(answer):
    return answer.statistic, answer.p_value


def _tables(strata):
    x1, n1, x2, n2 = (np.atleast_1d(strata[name]) for name in ("x1", "n1", "x2", "n2"))
    return np.stack([np.stack([x1, n1 - x1], -1), np.stack([x2, n2 - x2], -1)], axis=-2)
