"""Proportions, their difference, ratio and odds ratio, and score tests against a margin: against R packages."""

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from comparison import Comparison

from myotis.statistics.proportions.difference import estimate_difference_of_proportions
from myotis.statistics.proportions.independence import fisher_mid_p_test
from myotis.statistics.proportions.margins import difference_score_test, odds_ratio_score_test, ratio_score_test
from myotis.statistics.proportions.odds_ratio import estimate_odds_ratio
from myotis.statistics.proportions.one import estimate_proportion
from myotis.statistics.proportions.ratio import estimate_ratio_of_proportions

RECORDED = json.loads((Path(__file__).parent / "two_proportions.json").read_text(encoding="utf-8"))
MADE_BY = "tests/independent/r/two_proportions.R"
DIFFERENCES_TESTED = (-0.1, 0, 0.15)
RATIO_TESTED = 0.8
ODDS_RATIO_TESTED = 0.7

DESCTOOLS = "R 4.2.2, DescTools 0.99.59"
RATESCI = "R 4.2.2, ratesci 1.0.0"
EXACT2X2 = "R 4.2.2, exact2x2 1.7.0"
EXACTCI = "R 4.2.2, exactci 1.4.5"
BASE_R = "R 4.2.2"
RPACT = "R 4.2.2, rpact 4.3.0"

CLOSED = "both are closed forms"
RATESCI_SEARCH = "ratesci was asked for 10 decimals; more than 6 figures are not printed"
ROOT = "R searches to 1.2e-4 on this scale; `test_ratios.py` holds the tails to 1e-9"
RATESCI_STATISTIC = "ratesci's statistics differ by 3e-9 from rpact's and ours; six figures are not printed"

RATIOS = (
    ("katz", "katz", DESCTOOLS, 1e-10, CLOSED),
    ("koopman", "koopman", RATESCI, 1e-6, RATESCI_SEARCH),
    ("koopman", "koopman_desctools", DESCTOOLS, 1e-3, "DescTools' search ends early; two figures are printed"),
    ("miettinen-nurminen", "miettinen_nurminen", RATESCI, 1e-6, RATESCI_SEARCH),
    ("scas", "scas", RATESCI, 1e-6, RATESCI_SEARCH),
)
ODDS_RATIOS = (
    ("woolf", "woolf", DESCTOOLS, 1e-10, CLOSED),
    ("woolf-plus-half", "woolf_plus_half", DESCTOOLS, 1e-10, CLOSED),
    ("miettinen-nurminen", "miettinen_nurminen", f"{RATESCI}, or_bias = FALSE", 1e-6, RATESCI_SEARCH),
    ("scas", "scas", RATESCI, 1e-6, RATESCI_SEARCH),
)
CONDITIONAL = (("exact-conditional", BASE_R), ("mid-p-conditional", EXACT2X2))
ONE = (
    ("wald-corrected", DESCTOOLS, 1e-12, CLOSED),
    ("wilson-corrected", DESCTOOLS, 1e-12, CLOSED),
    ("jeffreys", DESCTOOLS, 1e-12, CLOSED),
    ("agresti-coull", DESCTOOLS, 1e-12, CLOSED),
    ("mid-p", EXACTCI, 1e-4, "exactci's search ends at about 1e-5; a tenth of a percent is printed"),
)


def comparisons() -> Iterator[Comparison]:
    """Intervals on 22 pairs of groups, with 0 and full cells and groups of one subject; tests against margins."""
    yield from _compare_one()
    yield _compare_two(estimate_difference_of_proportions, "rd", ("scas", "scas", RATESCI, 1e-8, RATESCI_SEARCH))
    for row in RATIOS:
        yield _compare_two(estimate_ratio_of_proportions, "rr", row)
    for row in ODDS_RATIOS:
        yield _compare_two(estimate_odds_ratio, "or", row)
    for method, source in CONDITIONAL:
        yield _compare_conditional(method, source)
    yield Comparison(
        function=fisher_mid_p_test,
        what="two-sided p-value, from fisher.test and dhyper",
        source=BASE_R,
        made_by=MADE_BY,
        ours=lambda: fisher_mid_p_test(*np.array([case["case"] for case in RECORDED["two"]]).T).p_value,
        theirs=[case["fisher_mid_p"] for case in RECORDED["two"]],
        tolerance=1e-12,
        scale="absolute",
        why=CLOSED,
    )
    yield from _compare_margins()


def _compare_one() -> Iterator[Comparison]:
    one = RECORDED["one"]
    for method, source, tolerance, why in ONE:
        yield Comparison(
            function=estimate_proportion,
            what=f"{method}, {len(one)} groups",
            source=source,
            made_by=MADE_BY,
            ours=lambda method=method: _limits(
                estimate_proportion(*np.array([case["case"] for case in one]).T, method=method, level=0.95)
            ),
            theirs=np.array([case[method.replace("-", "_")] for case in one]).T,
            tolerance=tolerance,
            scale="absolute",
            why=why,
        )


def _compare_two(function, contrast, row) -> Comparison:
    method, name, source, tolerance, why = row
    counts, theirs = _select(contrast, name)
    return Comparison(
        function=function,
        what=f"{method}, {len(theirs)} pairs of groups",
        source=source,
        made_by=MADE_BY,
        ours=lambda: _limits(function(*counts, method=method, level=0.95)),
        theirs=theirs.T,
        tolerance=tolerance,
        scale="absolute" if contrast == "rd" else "relative",
        why=why,
    )


def _compare_conditional(method, source) -> Comparison:
    counts, theirs = _select("or", method.replace("-", "_"))
    return Comparison(
        function=estimate_odds_ratio,
        what=f"{method} as odds / (1 + odds), {len(theirs)} pairs of groups",
        source=source,
        made_by=MADE_BY,
        ours=lambda: _as_share(np.array(_limits(estimate_odds_ratio(*counts, method=method, level=0.95)))),
        theirs=_as_share(theirs.T),
        tolerance=2e-4,
        scale="absolute",
        why=ROOT,
    )


def _as_share(odds):
    return np.where(np.isinf(odds), 1, odds / (1 + np.where(np.isinf(odds), 0, odds)))


def _select(contrast, name):
    """The counts and the limits recorded, where both have an answer.

    Ours has none where no odds ratio is observed; and where all of both groups have events DescTools takes half an
    event away from each before it computes Katz's limits.
    """
    recorded = [
        (case["case"], case[name] if name in case else (case[contrast] or {}).get(name)) for case in RECORDED["two"]
    ]
    same = contrast == "or" or name == "katz"
    kept = [(case, limits) for case, limits in recorded if limits and not (same and _has_one_outcome(*case))]
    return np.array([case for case, _ in kept]).T, np.array([limits for _, limits in kept], dtype=float)


def _has_one_outcome(x1, n1, x2, n2):
    return x1 + x2 in (0, n1 + n2)


def _compare_margins() -> Iterator[Comparison]:
    margin = RECORDED["margin"]
    counts = np.array([case["case"] for case in margin]).T
    shared = {"made_by": MADE_BY, "scale": "absolute"}
    for alternative in ("greater", "less"):
        yield Comparison(
            function=difference_score_test,
            what=f"farrington-manning, {alternative}, statistic and p-value against {DIFFERENCES_TESTED}",
            source=RPACT,
            ours=lambda alternative=alternative: [
                _test(
                    difference_score_test(*counts, difference=at, method="farrington-manning", alternative=alternative)
                )
                for at in DIFFERENCES_TESTED
            ],
            theirs=np.array([[at[alternative] for at in case["farrington_manning"]] for case in margin]).transpose(
                1, 2, 0
            ),
            tolerance=1e-9,
            why=CLOSED,
            **shared,
        )
    for method in ("miettinen-nurminen", "scas"):
        name = method.replace("-", "_")
        yield Comparison(
            function=difference_score_test,
            what=f"{method}, greater, statistic and p-value against {DIFFERENCES_TESTED}",
            source=RATESCI,
            ours=lambda method=method: _test_differences(counts, method, "greater"),
            theirs=np.moveaxis([case[name] for case in margin], 0, -1),
            tolerance=1e-7,
            why=RATESCI_STATISTIC,
            **shared,
        )
    for function, key, at in (
        (ratio_score_test, "ratio", RATIO_TESTED),
        (odds_ratio_score_test, "odds_ratio", ODDS_RATIO_TESTED),
    ):
        for name in margin[0][key]:
            yield Comparison(
                function=function,
                what=f"{name.replace('_', '-')}, greater, statistic and p-value against {at}",
                source=RATESCI,
                ours=lambda function=function, key=key, at=at, name=name: _test(
                    function(*counts, **{key: at}, method=name.replace("_", "-"), alternative="greater")
                ),
                theirs=np.array([case[key][name] for case in margin]).T,
                tolerance=1e-7,
                why=RATESCI_STATISTIC,
                **shared,
            )


def _test_differences(counts, method, alternative):
    return [
        _test(difference_score_test(*counts, difference=at, method=method, alternative=alternative))
        for at in DIFFERENCES_TESTED
    ]


def _limits(answer):
    return answer.lower, answer.upper


def _test(answer):
    return answer.statistic, answer.p_value
