"""Rates from the events of each subject: are they Poisson, and an interval where they are not.

``events`` and ``exposure`` are [..., subject]; a subject without exposure (0) says nothing and is left out.

When to use: before a Poisson interval is believed. Infusion reactions come again and again in some patients and never
in others; the interval of `estimate_rate_of_subjects` holds then, from about twenty patients on.
"""

from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from myotis.errors import StatisticsError
from myotis.statistics.normal import normal_quantile
from myotis.statistics.rates.exposure import take_events
from myotis.statistics.result import Estimate, Numbers, TestResult, check_level, settle

REFERENCES: Final = {
    "robust": "Cochran WG, Sampling Techniques, Wiley 1977, chapter 6 (ratio of two sums)",
    "pearson-dispersion": "McCullagh P, Nelder JA, Generalized Linear Models, Chapman and Hall 1989, chapter 6",
}

TOO_FEW = "fewer than two subjects have exposure, or none has an event"


def estimate_rate_of_subjects(events: ArrayLike, exposure: ArrayLike, *, level: float, per: float = 1) -> Estimate:
    """All events over all exposure, ``per`` so much exposure; its error is by how subjects differ, not by Poisson.

    The interval is made on the logarithm, and ``se`` is of the logarithm: it is that of a Poisson regression with
    robust errors times the root of n / (n - 1). There is no answer with fewer than two subjects, or without events.

    >>> answer = estimate_rate_of_subjects([0, 0, 9, 1, 0, 2], [6, 6, 7, 5, 6, 6], level=0.95)
    >>> [round(float(value), 2) for value in (answer.estimate, answer.lower, answer.upper)]
    [0.33, 0.09, 1.29]
    """
    check_level(level)
    x, t, n, is_none = _take(events, exposure)
    total, time = np.where(is_none, 1.0, x.sum(axis=-1)), np.where(is_none, 1.0, t.sum(axis=-1))
    rate = total / time
    squares = ((x - rate[..., None] * t) ** 2).sum(axis=-1)
    se = np.sqrt(n / np.maximum(n - 1, 1) * squares) / total
    factor = np.exp(normal_quantile(level) * se)
    (estimate, error, low, high), undefined = settle(
        [(is_none, TOO_FEW)], rate * per, se, rate * per / factor, rate * per * factor
    )
    return Estimate(
        estimate=estimate,
        lower=low,
        upper=high,
        se=error,
        level=level,
        method="robust",
        reference=REFERENCES["robust"],
        undefined=undefined,
    )


def dispersion_test(events: ArrayLike, exposure: ArrayLike) -> TestResult:
    """Pearson's chi-square test that all subjects have one rate and events are Poisson.

    The statistic over ``df`` is the dispersion: 1 for Poisson, more where events cluster. The p-value is
    against more than 1.

    >>> answer = dispersion_test([0, 0, 9, 1, 0, 2], [6, 6, 7, 5, 6, 6])
    >>> round(float(answer.statistic / answer.df), 2), round(float(answer.p_value), 5)
    (5.06, 0.00012)
    """
    x, t, n, is_none = _take(events, exposure)
    rate = x.sum(axis=-1) / np.where(is_none, 1.0, t.sum(axis=-1))
    expected = np.where(is_none, 0.0, rate)[..., None] * t
    squares = np.divide((x - expected) ** 2, expected, out=np.zeros_like(expected), where=expected > 0)
    statistic, df = squares.sum(axis=-1), np.maximum(n - 1, 1)
    (chi2, degrees, p_value), undefined = settle([(is_none, TOO_FEW)], statistic, df, special.chdtrc(df, statistic))
    return TestResult(
        statistic=chi2,
        df=degrees,
        p_value=p_value,
        method="pearson-dispersion",
        reference=REFERENCES["pearson-dispersion"],
        alternative="greater",
        undefined=undefined,
    )


def _take(events: ArrayLike, exposure: ArrayLike) -> tuple[Numbers, Numbers, Numbers, NDArray[np.bool_]]:
    """Events, exposure, how many subjects have any, and where there is no answer."""
    x, t = take_events(events, exposure)
    if x.ndim == 0:
        raise StatisticsError("expected events [..., subject], not a single number")
    n = (t > 0).sum(axis=-1).astype(float)
    return x, t, n, (n < 2) | (x.sum(axis=-1) == 0)
