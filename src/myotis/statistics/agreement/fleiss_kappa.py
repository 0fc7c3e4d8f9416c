"""Fleiss' kappa of several raters: agreement beyond chance on categories without order.

When to use: where each subject is put into categories by the same number of raters, not always the same ones. For
ordered scores of the same raters an intraclass correlation says more.
"""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from myotis.errors import StatisticsError
from myotis.statistics.agreement.counts import take_whole_counts
from myotis.statistics.normal import normal_quantile
from myotis.statistics.result import Alternative, Estimate, Numbers, Reasons, TestResult, check_level, settle
from myotis.statistics.tails import check_alternative, compute_tail

REFERENCES: Final = {
    "fleiss-kappa": "Fleiss JL, Psychol Bull 1971;76:378-382; standard error: Gwet KL, "
    "Br J Math Stat Psychol 2008;61:29-48",
    "fleiss-kappa-test": "Fleiss JL, Nee JCM, Landis JR, Psychol Bull 1979;86:974-977",
}
NO_SUBJECTS = "there are no subjects"
ONE_SUBJECT = "a standard error needs two subjects or more"
ONE_CATEGORY = "all ratings are of one category, so chance alone explains the agreement"


def estimate_fleiss_kappa(counts: ArrayLike, *, level: float) -> Estimate:
    """Fleiss' kappa from ``counts[..., subject, category]``, how many raters put the subject into the category.

    All subjects have the same number of raters, two or more. The standard error does not take kappa to be 0: it is
    that of a mean over subjects, which are a sample. The normal interval is cut to -1 and 1. Where the raters agree
    wholly kappa is 1 and the interval has no width. There is no answer with fewer than two subjects, or where all
    ratings are of one category. Raises StatisticsError for other counts.

    >>> rated = [[3, 0, 0], [0, 3, 0], [1, 2, 0], [0, 1, 2], [0, 0, 3]]
    >>> answer = estimate_fleiss_kappa(rated, level=0.95)
    >>> [round(float(value), 3) for value in (answer.estimate, answer.lower, answer.upper)]
    [0.595, 0.092, 1.0]
    """
    check_level(level)
    found = _compare(counts)
    margin = normal_quantile(level) * found.se
    low, high = np.clip(found.kappa - margin, -1, 1), np.clip(found.kappa + margin, -1, 1)
    reasons: Reasons = [*found.reasons, (found.single, ONE_SUBJECT)]
    (estimate, lower, upper, se), undefined = settle(reasons, found.kappa, low, high, found.se)
    return Estimate(
        estimate=estimate,
        lower=lower,
        upper=upper,
        level=level,
        se=se,
        method="fleiss-kappa",
        reference=REFERENCES["fleiss-kappa"],
        undefined=undefined,
    )


def fleiss_kappa_test(counts: ArrayLike, *, alternative: Alternative) -> TestResult:
    """The normal test that Fleiss' kappa is 0, with the standard error under that hypothesis.

    "greater" says that there is more agreement than by chance. ``counts`` as for the estimate; there is no answer
    without subjects, or where all ratings are of one category.

    >>> rated = [[3, 0, 0], [0, 3, 0], [1, 2, 0], [0, 1, 2], [0, 0, 3]]
    >>> round(float(fleiss_kappa_test(rated, alternative="two-sided").p_value), 4)
    0.0012
    """
    check_alternative(alternative)
    found = _compare(counts)
    z = found.kappa / found.null_se
    (statistic, p), undefined = settle(found.reasons, z, compute_tail(z, alternative, special.ndtr))
    return TestResult(
        statistic=statistic,
        df=None,
        p_value=p,
        method="fleiss-kappa-test",
        reference=REFERENCES["fleiss-kappa-test"],
        alternative=alternative,
        undefined=undefined,
    )


class _Comparison(NamedTuple):
    kappa: Numbers
    se: Numbers
    null_se: Numbers
    single: NDArray[np.bool_]
    reasons: Reasons


def _compare(counts: ArrayLike) -> _Comparison:
    """Kappa, its standard error, the one where kappa is 0 (1 where there is none), and where there are none."""
    table = take_whole_counts(counts, axes=2)
    subjects = table.shape[-2]
    of_each = np.unique(table.sum(axis=-1))
    if of_each.size > 1 or (of_each < 2).any():
        raise StatisticsError("the subjects have not all the same number of raters; expected one number, two or more")
    raters = float(of_each[0]) if of_each.size else 2.0
    n = max(subjects, 1)
    p = table.sum(axis=-2) / (n * raters)
    expected = (p**2).sum(axis=-1)
    none, one = np.full(expected.shape, subjects == 0), (p == 1).any(axis=-1)
    rest = np.where(none | one, 1, 1 - expected)
    agreed = ((table**2).sum(axis=-1) - raters) / (raters * (raters - 1))
    kappa = (agreed.sum(axis=-1) / n - expected) / rest
    chance = (table * p[..., None, :]).sum(axis=-1) / raters
    each = (agreed - expected[..., None]) / rest[..., None]
    each = each - 2 * ((1 - kappa) / rest)[..., None] * (chance - expected[..., None])
    variance = ((each - kappa[..., None]) ** 2).sum(axis=-1) / (n * max(n - 1, 1))
    pq = p * (1 - p)
    null = (pq.sum(axis=-1) ** 2 - (pq * (1 - 2 * p)).sum(axis=-1)) * 2 / (n * raters * (raters - 1))
    null_se = np.where(none | one, 1, np.sqrt(np.maximum(null, 0)) / rest)
    single = np.full(one.shape, subjects == 1)
    return _Comparison(kappa, np.sqrt(variance), null_se, single, [(none, NO_SUBJECTS), (one, ONE_CATEGORY)])
