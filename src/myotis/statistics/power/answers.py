"""Power, sample size and detectable effect: three answers from one power function.

The assumptions are a model of this package: two proportions (approximate, exact), proportions over strata, two means,
a mixed model, a time to event; with dropout, interim analyses or a prior laid over it.

When to use: to size a trial. The effect assumed should be the least that matters, or what is believed: the detectable
effect of a size that is given tells which of both a trial can show.
"""

from dataclasses import asdict, dataclass
from typing import Final, Literal

from myotis.errors import StatisticsError
from myotis.statistics.power.assumptions import Assumptions, Options
from myotis.statistics.power.search import find_effect, find_first_and_lasting, find_smallest
from myotis.statistics.result import Alternative

REFERENCES: Final = {
    "power-search": "Julious SA, Sample Sizes for Clinical Trials, 2010; Chernick MR, Liu CY, Am Stat 2002;56:149-155",
}

Ratio = tuple[int, int]
"""How many subjects group 1 gets for how many of group 2, in the smallest whole numbers."""

Direction = Literal["greater", "less"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PowerAnswer:
    """The power of ``n1`` and ``n2`` subjects for an ``effect``, with the test and all that was assumed.

    ``options`` are the values assumed, by name. ``method`` is that of the power, where that of the analysis differs.
    """

    n1: int
    n2: int
    power: float
    effect: float
    alpha: float
    alternative: Alternative
    method: str
    reference: str
    options: Options


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleSize(PowerAnswer):
    """The smallest size with a power of at least ``target``; ``power`` is what it has.

    An exact power jumps: a larger trial can have less. ``lasting`` are the sizes of both groups from which on, as far
    as ``looked_to``, every larger trial reaches the target too. Where nothing jumps they are the size itself.
    """

    target: float
    lasting: tuple[int, int]
    looked_to: tuple[int, int]


def compute_power(assumptions: Assumptions, n1: int, n2: int) -> PowerAnswer:
    """The power of two groups of n1 and n2 subjects.

    Raises StatisticsError for sizes that are no whole numbers above 0.

    >>> from myotis.statistics.power.two_proportions import TwoProportions
    >>> assumed = TwoProportions(p1=0.6, p2=0.3, alpha=0.05, alternative="two-sided", test="z-pooled")
    >>> round(compute_power(assumed, 42, 42).power, 4)
    0.8003
    """
    if not (n1 >= 1 and n2 >= 1 and n1 == int(n1) and n2 == int(n2)):
        raise StatisticsError(f"the groups have {n1:g} and {n2:g} subjects; expected whole numbers above 0")
    return _answer(assumptions, int(n1), int(n2))


def find_sample_size(assumptions: Assumptions, *, power: float, ratio: Ratio) -> SampleSize:
    """The smallest trial with at least that power whose groups have exactly the ``ratio`` of group 1 to group 2.

    Sizes are whole multiples of the ratio in smallest numbers, so that rounding goes up in both groups at once and the
    ratio is kept: 1:1 gives two equal groups, 2:1 a total that three divides. Raises StatisticsError for a power that
    is not above alpha and below 1, and where no trial has it.

    >>> from myotis.statistics.power.two_proportions import TwoProportions
    >>> assumed = TwoProportions(p1=0.6, p2=0.3, alpha=0.05, alternative="two-sided", test="z-pooled")
    >>> answer = find_sample_size(assumed, power=0.8, ratio=(2, 1))
    >>> answer.n1, answer.n2, round(answer.power, 4)
    (64, 32, 0.8064)
    """
    _check_target(power, assumptions.alpha)
    first, second = ratio
    if not (first >= 1 and second >= 1):
        raise StatisticsError(f"the ratio is {first}:{second}; expected whole numbers above 0")
    most = max(assumptions.most_subjects // (first + second), 1)

    def reaches(k: int) -> bool:
        return assumptions.compute_power(k * first, k * second) >= power

    if assumptions.jumps:
        smallest, lasting, looked_to = find_first_and_lasting(reaches, most)
    else:
        smallest = lasting = looked_to = find_smallest(reaches, most)
    if not smallest:
        reached = assumptions.compute_power(most * first, most * second)
        raise StatisticsError(
            f"a power of {power:g} is not reached: {most * (first + second)} subjects have {reached:.4g}; "
            "expected an effect on the side of the alternative, or a lower power"
        )
    found = _answer(assumptions, smallest * first, smallest * second)
    return SampleSize(
        **asdict(found),
        target=power,
        lasting=(lasting * first, lasting * second),
        looked_to=(looked_to * first, looked_to * second),
    )


def find_detectable_effect(
    assumptions: Assumptions, n1: int, n2: int, *, power: float, direction: Direction
) -> PowerAnswer:
    """The smallest effect, above (``greater``) or below the null hypothesis, for which n1 and n2 subjects have a power.

    What else is assumed stays; the effect that the assumptions have counts nothing. Raises StatisticsError where the
    alternative has not that side, and where no effect has the power.

    >>> from myotis.statistics.power.two_proportions import TwoProportions
    >>> assumed = TwoProportions(p1=0.3, p2=0.3, alpha=0.05, alternative="two-sided", test="z-pooled")
    >>> round(find_detectable_effect(assumed, 42, 42, power=0.8, direction="greater").effect, 4)
    0.2999
    """
    _check_target(power, assumptions.alpha)
    if assumptions.alternative not in {"two-sided", direction}:
        raise StatisticsError(f"the alternative is {assumptions.alternative}; expected two-sided or {direction}")
    end = assumptions.effect_limits[direction == "greater"]
    effect = find_effect(
        lambda effect: assumptions.with_effect(effect).compute_power(n1, n2),
        power,
        assumptions.null,
        end,
        assumptions.unit,
    )
    return compute_power(assumptions.with_effect(effect), n1, n2)


def split_subjects(total: int, ratio: Ratio) -> tuple[int, int]:
    """A total split by the ratio; where it does not come out even, each group gets the nearest whole number.

    >>> split_subjects(95, (1, 1)), split_subjects(94, (2, 1))
    ((48, 47), (63, 31))
    """
    first, second = ratio
    n1 = (2 * total * first + first + second) // (2 * (first + second))
    if not 0 < n1 < total:
        raise StatisticsError(f"{total} subjects can't be split {first}:{second}; expected both groups to get some")
    return n1, total - n1


def _check_target(power: float, alpha: float) -> None:
    if not alpha < power < 1:
        raise StatisticsError(f"the power is {power:g}; expected a proportion above alpha = {alpha:g} and below 1")


def _answer(assumptions: Assumptions, n1: int, n2: int) -> PowerAnswer:
    return PowerAnswer(
        n1=n1,
        n2=n2,
        power=assumptions.compute_power(n1, n2),
        effect=assumptions.effect,
        alpha=assumptions.alpha,
        alternative=assumptions.alternative,
        method=assumptions.method,
        reference=assumptions.reference,
        options=assumptions.options,
    )
