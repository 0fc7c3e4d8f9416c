"""Two arms of responders, and the methods that a plan can name for them: intervals and tests, none a default."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from myotis.protocol.methods import STANDARDIZATIONS, WEIGHTED_INTERVALS
from myotis.protocol.plan import Estimand
from myotis.statistics.proportions.difference import estimate_difference_of_proportions
from myotis.statistics.proportions.exact_tests import barnard_test, boschloo_test
from myotis.statistics.proportions.exact_unconditional import estimate_exact_difference_of_proportions
from myotis.statistics.proportions.independence import fisher_exact_test, fisher_mid_p_test, pearson_chi_square_test
from myotis.statistics.proportions.margins import difference_score_test
from myotis.statistics.proportions.odds_ratio import estimate_odds_ratio
from myotis.statistics.proportions.ratio import estimate_ratio_of_proportions
from myotis.statistics.regression.standardization import estimate_standardized_effect
from myotis.statistics.result import Estimate, TestResult
from myotis.statistics.stratified.cochran_mantel_haenszel import cochran_mantel_haenszel_test
from myotis.statistics.stratified.exact import estimate_common_odds_ratio, exact_stratified_test
from myotis.statistics.stratified.mantel_haenszel import (
    estimate_mantel_haenszel_difference,
    estimate_mantel_haenszel_odds_ratio,
    estimate_mantel_haenszel_risk_ratio,
)
from myotis.statistics.stratified.newcombe import estimate_stratified_newcombe_difference
from myotis.statistics.stratified.score_interval import estimate_stratified_score
from myotis.statistics.stratified.weighted_difference import estimate_weighted_difference

CONTRASTS: Final = {
    "difference_in_proportions": "difference",
    "ratio_of_proportions": "ratio",
    "odds_ratio": "odds-ratio",
}
"""What statistics calls each summary."""


class TwoArms(Protocol):
    """Two arms of responders, of one trial or of many."""

    @property
    def counts(self) -> tuple[ArrayLike, ArrayLike, ArrayLike, ArrayLike]:
        """Responders and subjects of the group, then of the comparator, over all strata."""
        ...

    @property
    def tables(self) -> NDArray[np.float64]:
        """[..., stratum, group, outcome], as the methods over strata take them."""
        ...


@dataclass(frozen=True, slots=True)
class CountedResponders:
    """Arms that are counted already: ``tables`` is [trial, stratum, group, outcome]; group 0 is the one whose
    difference is asked for, outcome 0 is response."""

    tables: NDArray[np.float64]

    @property
    def counts(self) -> tuple[ArrayLike, ArrayLike, ArrayLike, ArrayLike]:
        """Responders and subjects of the group, then of the comparator, over all strata."""
        over_strata = self.tables.sum(axis=-3)
        subjects = over_strata.sum(axis=-1)
        return over_strata[..., 0, 0], subjects[..., 0], over_strata[..., 1, 0], subjects[..., 1]


@dataclass(frozen=True, slots=True)
class Responders:
    """The subjects of two arms: who responded, who is in the group (the others are comparators), and their strata.

    ``stratum[subject]`` are whole numbers from 0.
    """

    responded: NDArray[np.bool_]
    in_group: NDArray[np.bool_]
    stratum: NDArray[np.int64]

    @property
    def counts(self) -> tuple[int, int, int, int]:
        """Responders and subjects of the group, then of the comparator, over all strata."""
        sides = (self.in_group, ~self.in_group)
        return tuple(int(n) for side in sides for n in ((self.responded & side).sum(), side.sum()))  # type: ignore[return-value] # they are four

    @property
    def tables(self) -> NDArray[np.float64]:
        """[stratum, group, outcome], as the methods over strata take them."""
        counts = np.zeros((int(self.stratum.max(initial=-1)) + 1, 2, 2))
        np.add.at(counts, (self.stratum, 1 - self.in_group.astype(int), 1 - self.responded.astype(int)), 1)
        return counts

    @property
    def indicators(self) -> NDArray[np.float64]:
        """[subject, column]: a column for every stratum but the first that has subjects."""
        known = np.unique(self.stratum)
        return np.asarray(self.stratum[:, None] == known[1:], dtype=float)


UNSTRATIFIED: Final[dict[str, Callable[..., Estimate]]] = {
    "difference_in_proportions": estimate_difference_of_proportions,
    "ratio_of_proportions": estimate_ratio_of_proportions,
    "odds_ratio": estimate_odds_ratio,
}


def compare_responders(arms: TwoArms, estimand: Estimand) -> Estimate:
    """The summary that the estimand names, with its interval by the method that it names; proportions, not percents.

    Standardization needs the subjects one by one; all other methods take many trials at once too. Raises
    StatisticsError where the method has no answer.
    """
    interval = estimand.interval
    method, level = interval.method.replace("_", "-"), float(interval.level.number / 100)
    match interval.method:
        case "chan_zhang" | "agresti_min":
            return estimate_exact_difference_of_proportions(*arms.counts, method=method, level=level)
        case "mantel_haenszel_sato" | "mantel_haenszel_greenland_robins":
            return estimate_mantel_haenszel_difference(arms.tables, method=method, level=level)
        case "inverse_variance" | "minimum_risk":
            return estimate_weighted_difference(arms.tables, weights=method, level=level)
        case "stratified_newcombe_mantel_haenszel" | "stratified_newcombe_yan_su":
            return estimate_stratified_newcombe_difference(arms.tables, method=method, level=level)
        case "mantel_haenszel_risk_ratio":
            return estimate_mantel_haenszel_risk_ratio(arms.tables, level=level)
        case "mantel_haenszel_odds_ratio":
            return estimate_mantel_haenszel_odds_ratio(arms.tables, level=level)
        case "stratified_exact_conditional" | "stratified_mid_p_conditional":
            return estimate_common_odds_ratio(arms.tables, method=method.removeprefix("stratified-"), level=level)
    contrast = CONTRASTS[estimand.summary]
    if interval.method in WEIGHTED_INTERVALS:
        assert interval.weights is not None, "a plan without them is refused"
        skewness = interval.method == "stratified_score_skewness_corrected"
        weights = interval.weights.replace("_", "-")
        return estimate_stratified_score(
            arms.tables, contrast=contrast, weights=weights, skewness=skewness, level=level
        )
    if interval.method in STANDARDIZATIONS:
        assert isinstance(arms, Responders), "a model needs the subjects one by one"
        return estimate_standardized_effect(
            arms.responded, arms.in_group, arms.indicators, contrast=contrast, method=method, level=level
        )
    return UNSTRATIFIED[estimand.summary](*arms.counts, method=method, level=level)


def carry_out_test(arms: TwoArms, estimand: Estimand) -> TestResult:
    """The test that the estimand names; raises StatisticsError where it has no answer."""
    test = estimand.test
    match test.method:
        case "cochran_mantel_haenszel":
            return cochran_mantel_haenszel_test(arms.tables, correction=test.continuity_correction)
        case "exact_conditional" | "mid_p_conditional":
            return exact_stratified_test(arms.tables, method=test.method.replace("_", "-"))
        case "pearson_chi_square":
            return pearson_chi_square_test(*arms.counts, yates=test.continuity_correction)
        case "fisher_exact":
            return fisher_exact_test(*arms.counts)
        case "fisher_mid_p":
            return fisher_mid_p_test(*arms.counts)
        case "barnard":
            return barnard_test(*arms.counts, alternative="two-sided")
        case "boschloo":
            return boschloo_test(*arms.counts, alternative="two-sided")
        case "farrington_manning":
            assert test.margin is not None, "a plan without it is refused"
            margin = float(test.margin.number) / 100
            return difference_score_test(
                *arms.counts, difference=margin, method="farrington-manning", alternative="greater"
            )
    raise AssertionError(f"{test.method} is no test of responders")
