"""Models of means: at one visit, and at the last of several by a mixed model."""

from collections.abc import Sequence
from typing import Literal

import numpy as np

from myotis.design.planned import Setup, check_name, take_test
from myotis.errors import SettingError
from myotis.statistics.power.means import MeansTest, TwoMeans
from myotis.statistics.power.mixed_model import Matrix, RepeatedMeans

Structure = Literal["autoregressive", "compound-symmetry"]


def assume_means(
    setup: Setup, difference: float, *, sd: float, comparator_sd: float | None, correlation: float | None
) -> TwoMeans:
    """Two means under the test of the setup; the comparator has the same standard deviation unless another is given.

    >>> setup = Setup(alpha=0.05, alternative="two-sided", test="t-pooled", said={})
    >>> round(assume_means(setup, 10, sd=15, comparator_sd=None, correlation=None).compute_power(37, 37), 4)
    0.8076
    """
    alpha, alternative, test = take_test(setup)
    check_name(test, *MeansTest)
    if test == MeansTest.ANCOVA and correlation is None:
        raise SettingError("ancova-t needs the covariate's correlation; expected --correlation, or another --test")
    return TwoMeans(
        difference=difference,
        sd1=sd,
        sd2=sd if comparator_sd is None else comparator_sd,
        alpha=alpha,
        alternative=alternative,
        test=test,
        margin=setup.margin or 0.0,
        correlation=correlation,
    )


def assume_repeated_means(
    setup: Setup, difference: float, *, covariance: Matrix, retention: str | None, comparator_retention: str | None
) -> RepeatedMeans:
    """Means over visits; ``retention`` are shares such as 1,0.95,0.9, of all visits where it is None."""
    alpha, alternative, _ = take_test(setup)
    kept = read_numbers(retention, "the retention") if retention else (1.0,) * len(covariance)
    other = read_numbers(comparator_retention, "the comparator's retention") if comparator_retention else kept
    return RepeatedMeans(
        difference=difference,
        covariance=covariance,
        retention1=kept,
        retention2=other,
        alpha=alpha,
        alternative=alternative,
    )


def build_covariance(sd: str, structure: Structure, correlation: float) -> Matrix:
    """The covariance of visits from their standard deviations, such as 10,11,12, and one correlation.

    That is of neighboring visits where it is autoregressive, else of any two.

    >>> build_covariance("1,2", "autoregressive", 0.5)
    ((1.0, 1.0), (1.0, 4.0))
    """
    spread = np.array(read_numbers(sd, "the standard deviations"))
    visits = np.arange(len(spread))
    apart = np.abs(visits[:, None] - visits)
    power = apart if structure == "autoregressive" else np.minimum(apart, 1)
    return take_matrix((np.outer(spread, spread) * correlation**power).tolist())


def take_matrix(rows: Sequence[Sequence[float]]) -> Matrix:
    """Rows of numbers as a covariance; whether they are one is asked later."""
    return tuple(tuple(float(value) for value in row) for row in rows)


def read_numbers(text: str, name: str) -> tuple[float, ...]:
    """Numbers with commas between them; raises SettingError that names them."""
    try:
        return tuple(float(part) for part in text.split(","))
    except ValueError as error:
        raise SettingError(f"{name}: {text}; expected numbers with commas between them, such as 1,0.9") from error
