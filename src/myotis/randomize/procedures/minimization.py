"""Minimization with a random element: the next subject most likely gets the arm that leaves the factors most even.

It needs to know how many subjects each arm has, so it runs at the pharmacy and has no list. The site only asks.
"""

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from math import isqrt, lcm
from typing import Annotated, Final, Literal

from pydantic import Field

from myotis.errors import Fault, SettingError
from myotis.protocol.fields import Id, Number, Section
from myotis.randomize.bits import Randomness, draw_below
from myotis.randomize.procedures.law import Ratio

Totals = Mapping[str, Mapping[str, Mapping[str, int]]]
"""How many subjects each arm has so far: ``totals[factor][level][arm]``. What is absent is 0."""

TIE_DIGITS: Final = 20
"""Sums of roots have twice so many digits after the point, and are equal if they agree in half of them."""


class Minimization(Section):
    """The design of Pocock and Simon, with a biased coin that keeps unequal ratios.

    Pocock SJ, Simon R. Biometrics 1975;31:103-115, doi:10.2307/2529712. Unequal ratios as in the biased-coin
    minimization of Han B, Enas NH, McEntegart D. Stat Med 2009;28:3329-3346, doi:10.1002/sim.3710: numbers of subjects
    are divided by the share of their arm, and a preferred arm leaves to the others what is in proportion to their
    shares. So the ratio is kept as long as each arm is preferred as often as its share says.
    """

    weights: dict[Id, Annotated[Number, Field(gt=0)]] = Field(min_length=1)
    """How much the imbalance within each factor counts, by factor."""
    imbalance: Literal["range", "variance", "standard_deviation"]
    """How far apart the arms are within a level."""
    probability: Annotated[Number, Field(gt=0, le=1)]
    """The probability of the preferred arm; where shares differ, of the one with the least, and the others get more."""

    @property
    def label(self) -> str:
        """What tables and figures call it."""
        return f"minimization by {self.imbalance.replace('_', ' ')}, {self.probability:f}"

    def find_faults(self, ratio: Ratio, factors: Sequence[str]) -> Iterator[Fault]:
        """Weights of other factors than the trial's, or a preferred arm that is no more likely than without a coin."""
        for name in self.weights:
            if name not in factors:
                what, expected = f"{name} is no factor of the protocol", f"the factors {', '.join(factors) or '(none)'}"
                yield Fault(
                    what=what, expected=expected, remedy="Correct the name.", key=f"minimization.weights.{name}"
                )
        for name in factors:
            if name not in self.weights:
                what, expected = f"the factor {name} has no weight", "a weight for each factor"
                yield Fault(what=what, expected=expected, remedy="Add it.", key="minimization.weights")
        share = Fraction(min(ratio.values()), sum(ratio.values()))
        if Fraction(self.probability) <= share:
            what, expected = "the preferred arm is not more likely than by its share", f"a probability above {share}"
            yield Fault(what=what, expected=expected, remedy="Raise it.", key="minimization.probability")


def draw_minimized_arm(
    generator: Randomness, options: Minimization, ratio: Ratio, totals: Totals, levels: Mapping[str, str]
) -> str:
    """Draw the arm of a new subject.

    ``totals`` are the subjects allocated so far, ``levels`` the level of each factor that the new subject has. Raises
    SettingError where a factor has no level, or is not one that is minimized over.

    >>> from myotis.randomize.bits import SeededBits
    >>> options = Minimization(weights={"gda": 1}, imbalance="range", probability=1)
    >>> totals = {"gda": {"mild": {"ivig": 3, "placebo": 2}}}
    >>> draw_minimized_arm(SeededBits(b"demo"), options, {"ivig": 1, "placebo": 1}, totals, {"gda": "mild"})
    'placebo'
    """
    return draw_arm(generator, compute_minimized_chances(options, ratio, totals, levels))


def draw_arm(generator: Randomness, chances: Mapping[str, Fraction]) -> str:
    """Draw one of the arms, each with its probability; these add up to 1.

    >>> from myotis.randomize.bits import SeededBits
    >>> draw_arm(SeededBits(b"demo"), {"ivig": Fraction(1, 5), "placebo": Fraction(4, 5)})
    'placebo'
    """
    whole = lcm(*(chance.denominator for chance in chances.values()))
    number = draw_below(generator, whole)
    for arm, chance in chances.items():
        number -= int(chance * whole)
        if number < 0:
            return arm
    raise AssertionError("the probabilities add up to 1")


def compute_minimized_chances(
    options: Minimization, ratio: Ratio, totals: Totals, levels: Mapping[str, str]
) -> dict[str, Fraction]:
    """The probability of each arm for a new subject, exact. Arms that tie are chosen among by their shares.

    >>> from decimal import Decimal
    >>> options = Minimization(weights={"gda": 1}, imbalance="range", probability=Decimal("0.8"))
    >>> totals = {"gda": {"mild": {"ivig": 3, "placebo": 2}}}
    >>> compute_minimized_chances(options, {"ivig": 1, "placebo": 1}, totals, {"gda": "mild"})
    {'ivig': Fraction(1, 5), 'placebo': Fraction(4, 5)}
    """
    if set(levels) != set(options.weights):
        raise SettingError(f"levels are needed of exactly these factors: {', '.join(options.weights)}")
    imbalances = {arm: _measure_imbalance(options, ratio, totals, levels, arm) for arm in ratio}
    preferred = [arm for arm in ratio if imbalances[arm] == min(imbalances.values())]
    shares = sum(ratio[arm] for arm in preferred)
    chances = dict.fromkeys(ratio, Fraction(0))
    for arm in preferred:
        for other, chance in _toss_coin(Fraction(options.probability), ratio, arm).items():
            chances[other] += chance * ratio[arm] / shares
    return chances


def _toss_coin(probability: Fraction, ratio: Ratio, preferred: str) -> dict[str, Fraction]:
    """Each arm's probability where one is preferred. What the preferred one leaves goes to the others by their shares;
    how much it leaves is proportional to their shares, so that the ratio is kept."""
    whole = sum(ratio.values())
    left = (1 - probability) / (whole - min(ratio.values()))
    return {arm: 1 - left * (whole - share) if arm == preferred else left * share for arm, share in ratio.items()}


def _measure_imbalance(
    options: Minimization, ratio: Ratio, totals: Totals, levels: Mapping[str, str], chosen: str
) -> int:
    """The weighted sum over factors of how far apart the arms were, if the new subject got the chosen one.

    In whole numbers: everything is multiplied by what makes it whole, which leaves the order of the arms as it is.
    """
    whole = lcm(*ratio.values())
    digits = max(-int(weight.normalize().as_tuple().exponent) for weight in options.weights.values())
    imbalance = 0
    for factor, weight in options.weights.items():
        counts = totals.get(factor, {}).get(levels[factor], {})
        adjusted = [(counts.get(arm, 0) + (arm == chosen)) * (whole // share) for arm, share in ratio.items()]
        imbalance += int(weight.scaleb(max(digits, 0))) * _spread(adjusted, options.imbalance)
    return round(imbalance, -TIE_DIGITS) if options.imbalance == "standard_deviation" else imbalance


def _spread(counts: Sequence[int], imbalance: str) -> int:
    """Range, or what the variance is proportional to, or the root of that with twice ``TIE_DIGITS`` digits more."""
    if imbalance == "range":
        return max(counts) - min(counts)
    variance = len(counts) * sum(count**2 for count in counts) - sum(counts) ** 2
    return variance if imbalance == "variance" else isqrt(variance * 10 ** (4 * TIE_DIGITS))
