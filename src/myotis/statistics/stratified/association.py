"""Cochran-Mantel-Haenszel tests of R x C tables over strata: general association, and row mean scores.

When to use: general association for more than two groups or outcomes without an order; row mean scores where the
outcome is ordered (minimal, moderate, major improvement), which then has more power. With modified ridit scores the
row mean scores test of two groups is van Elteren's.

``counts[..., stratum, group, outcome]``; leading axes are trials. A stratum with fewer than two subjects, or with one
group only, or with one outcome only, says nothing. A group or an outcome that nobody has takes no degree of freedom.
"""

from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from myotis.errors import StatisticsError
from myotis.statistics.result import Numbers, TestResult, settle
from myotis.statistics.stratified.quadratic_form import (
    compute_margin_covariance,
    compute_quadratic_form,
    take_cross_tables,
)

NO_VARIANCE = "within each stratum all subjects are of one group or have the same outcome or score"


class ColumnScores(StrEnum):
    """Scores of the outcomes."""

    TABLE = "table"
    """Numbers that are given, the same in every stratum."""
    INTEGER = "integer"
    """1, 2, 3 ... in every stratum."""
    RANK = "rank"
    """Mid-ranks within each stratum: large strata count more than their size."""
    RIDIT = "ridit"
    """Mid-ranks over the size of the stratum, n."""
    MODIFIED_RIDIT = "modified-ridit"
    """Mid-ranks over n + 1: those of van Elteren."""


LANDIS = "Landis JR, Heyman ER, Koch GG, Int Stat Rev 1978;46:237-254"
VAN_ELTEREN = "van Elteren PH, Bull Int Stat Inst 1960;37:351-361"

REFERENCES: Final = {
    "cochran-mantel-haenszel-general-association": LANDIS,
    **{
        f"cochran-mantel-haenszel-row-mean-scores-{scores}": f"{LANDIS}; {VAN_ELTEREN}"
        if scores is ColumnScores.MODIFIED_RIDIT
        else LANDIS
        for scores in ColumnScores
    },
}


def general_association_test(counts: ArrayLike) -> TestResult:
    """The test of no association between group and outcome in any stratum, without an order of either.

    Degrees of freedom are (groups - 1) (outcomes - 1) of those that occur. For 2 x 2 tables it is the
    Cochran-Mantel-Haenszel test without correction. Where no stratum says anything there is no answer.

    >>> tables = [[[12, 9, 4], [5, 11, 13]], [[6, 5, 3], [2, 7, 8]]]
    >>> answer = general_association_test(tables)
    >>> round(float(answer.statistic), 3), float(answer.df)
    (11.57, 2.0)
    """
    tables = take_cross_tables(counts)
    groups, outcomes = tables.sum(axis=-1), tables.sum(axis=-2)
    total = groups.sum(axis=-1)
    safe = np.maximum(total, 1)[..., None, None]
    deviation = (tables - groups[..., :, None] * outcomes[..., None, :] / safe).sum(axis=-3)
    within = compute_margin_covariance(groups)[..., :, None, :, None]
    between = compute_margin_covariance(outcomes)[..., None, :, None, :]
    covariance = (within * between / np.maximum(total - 1, 1)[..., None, None, None, None]).sum(axis=-5)
    cells = tables.shape[-2] * tables.shape[-1]
    flat = covariance.reshape(*covariance.shape[:-4], cells, cells)
    return _test(deviation.reshape(*deviation.shape[:-2], cells), flat, "cochran-mantel-haenszel-general-association")


def row_mean_scores_test(
    counts: ArrayLike, *, scores: ColumnScores | str, values: ArrayLike | None = None
) -> TestResult:
    """The test that the groups have the same mean score of the outcome in every stratum.

    ``values[outcome]`` are the scores of kind ``table``, and only of that. Degrees of freedom are the groups that occur
    less one. Where no stratum says anything there is no answer.

    >>> tables = [[[12, 9, 4], [5, 11, 13]], [[6, 5, 3], [2, 7, 8]]]
    >>> answer = row_mean_scores_test(tables, scores="modified-ridit")
    >>> round(float(answer.statistic), 3), float(answer.df)
    (11.294, 1.0)
    """
    scores = ColumnScores(scores)
    tables = take_cross_tables(counts)
    groups, outcomes = tables.sum(axis=-1), tables.sum(axis=-2)
    total = groups.sum(axis=-1)
    safe = np.maximum(total, 1)[..., None]
    score = _compute_scores(outcomes, scores, values)
    centered = score - (outcomes * score).sum(axis=-1, keepdims=True) / safe
    deviation = (tables * centered[..., None, :]).sum(axis=(-3, -1))
    spread = (outcomes * centered**2).sum(axis=-1) / np.maximum(total - 1, 1)
    covariance = (compute_margin_covariance(groups) * spread[..., None, None]).sum(axis=-3)
    return _test(deviation, covariance, f"cochran-mantel-haenszel-row-mean-scores-{scores}")


def _compute_scores(outcomes: Numbers, kind: ColumnScores, values: ArrayLike | None) -> Numbers:
    """The scores of each stratum, [..., stratum, outcome]."""
    if (values is None) is (kind is ColumnScores.TABLE):
        raise StatisticsError(f"scores are {kind}; expected values with table scores, and with no other")
    if values is not None:
        given = np.asarray(values, dtype=float)
        if given.shape != outcomes.shape[-1:] or not np.isfinite(given).all():
            raise StatisticsError(f"values have the shape {given.shape}; expected one finite number an outcome")
        return np.broadcast_to(given, outcomes.shape)
    if kind is ColumnScores.INTEGER:
        return np.broadcast_to(np.arange(1.0, outcomes.shape[-1] + 1), outcomes.shape)
    rank = outcomes.cumsum(axis=-1) - (outcomes - 1) / 2
    total = outcomes.sum(axis=-1, keepdims=True)
    over = {ColumnScores.RANK: 1, ColumnScores.RIDIT: np.maximum(total, 1), ColumnScores.MODIFIED_RIDIT: total + 1}
    return np.asarray(rank / over[kind])


def _test(deviation: Numbers, covariance: Numbers, method: str) -> TestResult:
    statistic, rank = compute_quadratic_form(deviation, covariance)
    p = special.chdtrc(np.maximum(rank, 1), statistic)
    (chi_square, df, p_value), undefined = settle([(rank == 0, NO_VARIANCE)], statistic, rank, p)
    return TestResult(
        statistic=chi_square,
        df=df,
        p_value=p_value,
        method=method,
        reference=REFERENCES[method],
        undefined=undefined,
    )
