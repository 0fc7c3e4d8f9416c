"""Stratified score intervals: one difference, ratio or odds ratio of proportions over strata.

When to use: for the primary comparison of responders in a trial that was randomized within strata, above all with
few subjects or few events in some; the Miettinen-Nurminen interval of the difference with Mantel-Haenszel weights
excludes 0 where the Cochran-Mantel-Haenszel test without correction rejects. The correction for skewness (Laud)
brings both tails nearer to their level where the groups differ in size.

The weights of the strata: ``mantel-haenszel`` n1 n2 / (n1 + n2), fixed by design; ``inverse-variance`` one over the
variance of the score at each value that is tested, ``inverse-variance-of-score`` the same with N / (N - 1);
``miettinen-nurminen`` one over the variance at proportions common to all strata, found by iteration;
``minimum-risk`` the least expected squared error over the trial's own strata, from the observed differences.

``counts[..., stratum, group, outcome]``: group 0 is the one whose difference is asked for and group 1 its
comparator; outcome 0 is response and outcome 1 is none. Leading axes are trials. A stratum in which one group
has no subjects says nothing about the difference and weighs nothing; so does a stratum without any.
"""

from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from myotis.errors import StatisticsError
from myotis.statistics.normal import normal_quantile
from myotis.statistics.result import Estimate, Numbers, Reasons, check_level, settle
from myotis.statistics.stratified.contrasts import (
    Scorer,
    Strata,
    score_difference,
    score_odds_ratio,
    score_odds_ratio_without_bias,
    score_ratio,
)
from myotis.statistics.stratified.score_root import ScoreProblem, fix_mantel_haenszel
from myotis.statistics.stratified.tables import NOTHING_TO_COMPARE, has_nothing_to_compare, take_tables
from myotis.statistics.stratified.weights import StratumWeights, compute_minimum_risk_weights

NO_EVENTS = "no subject of a stratum with both groups had an event, so there is no ratio"
NO_DISCORDANCE = "within each stratum with both groups every subject has the same outcome, so there is no odds ratio"


class Contrast(StrEnum):
    """How two proportions are compared."""

    DIFFERENCE = "difference"
    """p1 - p2."""
    RATIO = "ratio"
    """p1 / p2."""
    ODDS_RATIO = "odds-ratio"
    """The odds of p1 over the odds of p2."""
    ODDS_RATIO_BIAS_CORRECTED = "odds-ratio-bias-corrected"
    """The same, from a score less its bias in small strata (Gart 1985, Laud 2018), which ratesci does by default."""


ODDS_RATIOS = (Contrast.ODDS_RATIO, Contrast.ODDS_RATIO_BIAS_CORRECTED)

SOURCES: Final = {
    StratumWeights.MANTEL_HAENSZEL: "Mantel N, Haenszel W, J Natl Cancer Inst 1959;22:719-748",
    StratumWeights.INVERSE_VARIANCE: "Radhakrishna S, Biometrics 1965;21:86-98",
    StratumWeights.INVERSE_VARIANCE_OF_SCORE: "Laud PJ, Pharm Stat 2017;16:334-348",
    StratumWeights.MINIMUM_RISK: "Mehrotra DV, Railkar R, Stat Med 2000;19:811-825",
    StratumWeights.MIETTINEN_NURMINEN: "Miettinen O, Nurminen M, Stat Med 1985;4:213-226",
}

MIETTINEN_NURMINEN = "Miettinen O, Nurminen M, Stat Med 1985;4:213-226"
LAUD = "Laud PJ, Pharm Stat 2017;16:334-348"

REFERENCES: Final = {
    f"{name}-{weights}": paper if source == paper else f"{paper}; weights: {source}"
    for name, paper in (("stratified-score", MIETTINEN_NURMINEN), ("stratified-score-skewness-corrected", LAUD))
    for weights, source in SOURCES.items()
}


def estimate_stratified_score(
    counts: ArrayLike, *, contrast: Contrast | str, weights: StratumWeights | str, skewness: bool, level: float
) -> Estimate:
    """The score estimate over strata and its interval; the limits are what a score test would just not reject.

    The variance has N / (N - 1) of each stratum. The estimate is where the score is 0, which for the difference with
    fixed weights and without ``skewness`` is the weighted difference. A ratio or odds ratio can be 0 or infinite, and
    so can its limits. Minimum-risk weights are for the difference only; for the odds ratio, Miettinen and Nurminen's
    weights are those of the inverse variance. With inverse-variance weights, a stratum where nobody or everybody
    responded has no variance: one half of a subject is added to its four cells (difference; ratio where everybody
    responded), or it says nothing. There is no answer where no stratum has both groups, and for the ratios where the
    strata say nothing about them. Computed for 100,000 trials at once by one search.

    >>> tables = [[[11, 2], [6, 7]], [[20, 7], [13, 15]], [[6, 1], [2, 5]]]
    >>> answer = estimate_stratified_score(
    ...     tables, contrast="difference", weights="mantel-haenszel", skewness=False, level=0.95
    ... )
    >>> [round(float(value), 4) for value in (answer.estimate, answer.lower, answer.upper)]
    [0.3495, 0.154, 0.5197]
    """
    contrast, weights = Contrast(contrast), StratumWeights(weights)
    check_level(level)
    if weights is StratumWeights.MINIMUM_RISK and contrast is not Contrast.DIFFERENCE:
        raise StatisticsError(f"{weights} weights are those of a difference; the contrast is {contrast}")
    x1, n1, x2, n2 = take_tables(counts)
    shape, strata = x1.shape[:-1], _list_strata(x1, n1, x2, n2, contrast)
    problem = _pose(_adjust(strata, contrast, weights), contrast, weights, skewness=skewness)
    positions = problem.find_positions(normal_quantile(level))
    (estimate, lower, upper), undefined = settle(
        _find_reasons(x1, n1, x2, n2, contrast), *(_to_value(p, contrast).reshape(shape) for p in positions)
    )
    method = f"stratified-score{'-skewness-corrected' if skewness else ''}-{weights}"
    return Estimate(
        estimate=estimate,
        lower=lower,
        upper=upper,
        level=level,
        method=method,
        reference=REFERENCES[method],
        undefined=undefined,
    )


def _list_strata(x1: Numbers, n1: Numbers, x2: Numbers, n2: Numbers, contrast: Contrast) -> Strata:
    """One trial a row; strata that say nothing about the contrast are not present, and stand as 0 of 1."""
    strata = x1.shape[-1]
    a, m, b, n = (x.reshape(-1, strata) for x in (x1, n1, x2, n2))
    present = m > 0
    if contrast is Contrast.RATIO:
        present = present & (a + b > 0)
    if contrast in ODDS_RATIOS:
        present = present & (a + b > 0) & (a + b < m + n)
    return Strata(
        x1=np.where(present, a, 0),
        n1=np.where(present, m, 1),
        x2=np.where(present, b, 0),
        n2=np.where(present, n, 1),
        present=present,
    )


def _adjust(strata: Strata, contrast: Contrast, weights: StratumWeights) -> Strata:
    """One half of a subject in every cell of strata without a variance, where weights are one over a variance."""
    inverse = (StratumWeights.INVERSE_VARIANCE, StratumWeights.INVERSE_VARIANCE_OF_SCORE)
    if weights not in inverse or contrast in ODDS_RATIOS:
        return strata
    events = strata.x1 + strata.x2
    flat = strata.present & ((events == 0) | (events == strata.n1 + strata.n2))
    return Strata(
        x1=strata.x1 + 0.5 * flat,
        n1=strata.n1 + flat,
        x2=strata.x2 + 0.5 * flat,
        n2=strata.n2 + flat,
        present=strata.present,
    )


def _pose(strata: Strata, contrast: Contrast, weights: StratumWeights, *, skewness: bool) -> ScoreProblem:
    if contrast in ODDS_RATIOS and weights is StratumWeights.MIETTINEN_NURMINEN:
        weights = StratumWeights.INVERSE_VARIANCE
    if weights is StratumWeights.MINIMUM_RISK:
        fixed = compute_minimum_risk_weights(strata.x1, strata.n1, strata.x2, strata.n2, strata.present)
    else:
        fixed = fix_mantel_haenszel(strata)
    return ScoreProblem(
        strata=strata,
        scorer=SCORERS[contrast],
        scale=(-1.0, 1.0) if contrast is Contrast.DIFFERENCE else (0.0, 1.0),
        weights=weights,
        fixed=fixed,
        skewness=skewness,
    )


def _to_value(position: Numbers, contrast: Contrast) -> Numbers:
    if contrast is Contrast.DIFFERENCE:
        return position
    return np.where(position < 1, position / np.where(position < 1, 1 - position, 1), np.inf)


def _find_reasons(x1: Numbers, n1: Numbers, x2: Numbers, n2: Numbers, contrast: Contrast) -> Reasons:
    reasons: Reasons = [(has_nothing_to_compare(n1, n2), NOTHING_TO_COMPARE)]
    events, total = x1 + x2, n1 + n2
    if contrast is Contrast.RATIO:
        reasons.append((_none(events > 0), NO_EVENTS))
    if contrast in ODDS_RATIOS:
        reasons.append((_none((events > 0) & (events < total)), NO_DISCORDANCE))
    return reasons


def _none(says: NDArray[np.bool_]) -> NDArray[np.bool_]:
    return np.asarray(~says.any(axis=-1))


SCORERS: dict[Contrast, Scorer] = {
    Contrast.DIFFERENCE: score_difference,
    Contrast.RATIO: score_ratio,
    Contrast.ODDS_RATIO: score_odds_ratio,
    Contrast.ODDS_RATIO_BIAS_CORRECTED: score_odds_ratio_without_bias,
}
