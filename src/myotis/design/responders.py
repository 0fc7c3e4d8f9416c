"""Models of responders, from a test by its name in the plan and the rates that are assumed."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from myotis.design.planned import Setup, check_name, take_test
from myotis.errors import SettingError
from myotis.statistics.power.assumptions import ResponseAssumptions
from myotis.statistics.power.exact_proportions import EnumeratedTest, ExactTwoProportions
from myotis.statistics.power.exact_stratified import ExactStratifiedProportions
from myotis.statistics.power.rates import Strata
from myotis.statistics.power.stratified_proportions import StratifiedProportions, StratifiedTest
from myotis.statistics.power.two_proportions import NormalTest, TwoProportions

APPROXIMATIONS: Final = {
    EnumeratedTest.PEARSON.value: NormalTest.POOLED,
    EnumeratedTest.YATES.value: NormalTest.CORRECTED,
    EnumeratedTest.FISHER.value: NormalTest.CORRECTED,
    EnumeratedTest.FARRINGTON_MANNING.value: NormalTest.POOLED,
    EnumeratedTest.MIETTINEN_NURMINEN.value: NormalTest.POOLED,
    EnumeratedTest.SCAS.value: NormalTest.POOLED,
    EnumeratedTest.WALD.value: NormalTest.UNPOOLED,
    # With the same rates in all strata, the stratified test has the power of the plain one.
    StratifiedTest.PLAIN.value: NormalTest.POOLED,
    StratifiedTest.CORRECTED.value: NormalTest.CORRECTED,
}
"""The normal approximation of each test's power, where there is one."""


class Stratum(NamedTuple):
    """A stratum as it is assumed: its part of the subjects in any unit, and both rates; without ``rate``, no effect."""

    part: float
    rate: float | None
    comparator_rate: float


def assume_rates(setup: Setup, p1: float, p2: float, *, exact: bool) -> ResponseAssumptions:
    """Two rates under the test of the setup, approximated or enumerated.

    Raises SettingError where the test has no such power.

    >>> setup = Setup(alpha=0.05, alternative="two-sided", test="fisher-exact", said={})
    >>> assume_rates(setup, 0.6, 0.3, exact=False).method
    'z-pooled-corrected'
    """
    alpha, alternative, test = take_test(setup)
    margin = setup.margin or 0.0
    if exact and test in set(StratifiedTest):
        raise SettingError(f"{test} is enumerated over strata; expected --stratum for each of them, or another --test")
    if not exact and test not in APPROXIMATIONS:
        expected = "--exact" if test in set(EnumeratedTest) else f"a --test among {', '.join(APPROXIMATIONS)}"
        raise SettingError(f"the power of {test} is not approximated; expected {expected}")
    if exact:
        check_name(test, *EnumeratedTest)
        return ExactTwoProportions(p1=p1, p2=p2, alpha=alpha, alternative=alternative, test=test, margin=margin)
    return TwoProportions(p1=p1, p2=p2, alpha=alpha, alternative=alternative, test=APPROXIMATIONS[test], margin=margin)


def assume_strata(setup: Setup, strata: Sequence[Stratum], *, exact: bool) -> ResponseAssumptions:
    """Strata under a Cochran-Mantel-Haenszel test.

    Raises SettingError for another test, and for a margin, which that test does not take.
    """
    alpha, alternative, test = take_test(setup)
    check_name(test, *StratifiedTest)
    if setup.margin:
        raise SettingError(f"{test} tests no difference; expected no margin")
    total = sum(stratum.part for stratum in strata)
    if not total > 0:
        raise SettingError("the strata have no subjects; expected parts above 0")
    held = Strata(
        shares=tuple(stratum.part / total for stratum in strata),
        p1=tuple(stratum.comparator_rate if stratum.rate is None else stratum.rate for stratum in strata),
        p2=tuple(stratum.comparator_rate for stratum in strata),
    )
    model = ExactStratifiedProportions if exact else StratifiedProportions
    return model(strata=held, alpha=alpha, alternative=alternative, test=test)


def read_strata(texts: Sequence[str]) -> list[Stratum]:
    """Strata from texts: the part of the subjects, the rate (which may be left out in all) and the comparator's.

    >>> read_strata(["28:0.8:0.5", "19:0.6:0.3"])[0]
    Stratum(part=28.0, rate=0.8, comparator_rate=0.5)
    """
    expected = "PART:RATE:RATE, such as 0.3:0.8:0.5, or in all of them PART:RATE of the comparator alone"
    try:
        parts = [[float(part) for part in text.split(":")] for text in texts]
    except ValueError as error:
        raise SettingError(f"the strata are {' '.join(texts)}; expected {expected}") from error
    if len({len(part) for part in parts} | {2, 3}) > 2 or len({len(part) for part in parts}) > 1:
        raise SettingError(f"the strata are {' '.join(texts)}; expected {expected}")
    return [Stratum(part[0], part[1] if len(part) == 3 else None, part[-1]) for part in parts]


def check_one_form(strata: Sequence[Stratum], rates: Sequence[float], comparator_rates: Sequence[float]) -> None:
    """Raise SettingError for rates beside strata, which have their own."""
    if strata and (rates or comparator_rates):
        raise SettingError("both rates and strata are given; expected --stratum alone, or --rate and --comparator-rate")


def pair_rates(rates: Sequence[float], comparator_rates: Sequence[float]) -> list[tuple[float, float]]:
    """Every rate with every comparator's rate; without rates the comparator's own, for an effect that is asked for.

    >>> pair_rates([0.6, 0.55], [0.3]), pair_rates([], [0.3])
    ([(0.6, 0.3), (0.55, 0.3)], [(0.3, 0.3)])
    """
    if not comparator_rates:
        raise SettingError("the comparator has no rate; expected --comparator-rate, or --stratum for every stratum")
    if not rates:
        return [(p2, p2) for p2 in comparator_rates]
    return [(p1, p2) for p1 in rates for p2 in comparator_rates]
