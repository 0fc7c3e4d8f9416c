"""Power of a trial with interim analyses, over assumptions of one with a single look.

A group-sequential design costs its inflation factor: at a power it needs that many times the subjects of the fixed
design at the same power and error (`myotis.statistics.group_sequential.characteristics`). The power of a size is the
one at which both agree.

When to use: for the size of a trial that may stop early, and for how large it is on average. A composite of exact tests
over looks is not enumerated: the assumptions below have to be approximate.
"""

from dataclasses import dataclass
from typing import Final, Self

from scipy import special

from myotis.errors import StatisticsError
from myotis.statistics.group_sequential.characteristics import compute_boundary_crossing_probabilities
from myotis.statistics.group_sequential.design import GroupSequentialDesign
from myotis.statistics.group_sequential.exits import find_root
from myotis.statistics.power.assumptions import Assumptions, Options, join_numbers
from myotis.statistics.power.laid_over import LaidOver
from myotis.statistics.result import Alternative, Numbers

METHOD = "group-sequential-inflation"

REFERENCES: Final = {METHOD: "Jennison C, Turnbull BW, Group Sequential Methods, 2000, chapters 2, 3 and 19"}

LEAST, MOST = 1e-3, 25.0
"""Drifts between which a power is looked for: those of powers of alpha and of 1."""

SURELY = 1 - 1e-12


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupSequential(LaidOver):
    """Assumptions of a single look, under the boundaries of ``design``; sizes are those of the last look.

    The power is that to reject on the side of the effect. Raises StatisticsError where alpha or sides of the design are
    not those of the assumptions, and for assumptions that enumerate.

    >>> from myotis.statistics.group_sequential.boundaries import compute_boundary
    >>> from myotis.statistics.power.answers import find_sample_size
    >>> from myotis.statistics.power.two_proportions import TwoProportions
    >>> assumed = TwoProportions(p1=0.6, p2=0.3, alpha=0.05, alternative="two-sided", test="z-pooled")
    >>> design = compute_boundary([0.5, 1], method="pocock", alpha=0.05, sides=2)
    >>> find_sample_size(GroupSequential(assumptions=assumed, design=design), power=0.8, ratio=(1, 1)).n1
    47
    """

    design: GroupSequentialDesign

    def __post_init__(self) -> None:
        sides = 2 if self.alternative == "two-sided" else 1
        if self.design.alpha != self.alpha or self.design.sides != sides:
            raise StatisticsError(
                f"the boundaries spend {self.design.alpha:g} on {self.design.sides} sides; expected {self.alpha:g} "
                f"on {sides}, as the test"
            )
        if self.jumps:
            raise StatisticsError(
                f"interim analyses of {self.assumptions.method} are not enumerated; expected an approximation"
            )

    @property
    def method(self) -> str:
        return f"{self.assumptions.method}, {METHOD}, {self.design.method}"

    @property
    def reference(self) -> str:
        return f"{self.assumptions.reference}; {REFERENCES[METHOD]}; {self.design.reference}"

    @property
    def options(self) -> Options:
        return {**self.assumptions.options, "looks": join_numbers(self.design.information)}

    def compute_power(self, n1: float, n2: float) -> float:
        return float(_cross(self.design, self.find_drift(n1, n2)))

    def find_drift(self, n1: float, n2: float) -> float:
        """The expected Z at the last look, on the side of the effect: where inflation and power agree."""
        distance = self.effect - self.null
        if distance == 0:
            return 0.0
        error = self.alpha / self.design.sides
        fixed: Assumptions = self.assumptions.with_error(error, "greater" if distance > 0 else "less")

        def excess(drift: float) -> float:
            power = min(float(_cross(self.design, drift)), SURELY)
            root = (special.ndtri(power) - special.ndtri(error)) / drift
            return fixed.compute_power(n1 * root**2, n2 * root**2) - power

        if excess(LEAST) <= 0:
            return LEAST
        return MOST if excess(MOST) >= 0 else find_root(excess, LEAST, MOST)

    def with_error(self, alpha: float, alternative: Alternative) -> Self:
        raise StatisticsError(
            f"the boundaries are those of alpha = {self.alpha:g}, {self.alternative}; expected no other "
            f"({alpha:g}, {alternative})"
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LooksPlan:
    """What is expected of a group-sequential trial: subjects and boundaries [look], stops and sizes on average.

    ``subjects`` [look] of both groups before rounding, ``upper`` and ``lower`` critical values of Z; ``stop_null`` and
    ``stop_planned`` [look] are the probabilities to stop there, without an effect and with the one assumed.
    ``expected`` sizes are of both groups, without an effect, at half of the drift, and at the effect assumed.
    """

    information: Numbers
    subjects: Numbers
    upper: Numbers
    lower: Numbers
    stop_null: Numbers
    stop_planned: Numbers
    expected_null: float
    expected_half: float
    expected_planned: float


def plan_looks(assumptions: GroupSequential, n1: int, n2: int) -> LooksPlan:
    """What is expected of a group-sequential trial of n1 and n2 subjects at most.

    >>> from myotis.statistics.group_sequential.boundaries import compute_boundary
    >>> from myotis.statistics.power.two_proportions import TwoProportions
    >>> assumed = TwoProportions(p1=0.6, p2=0.3, alpha=0.05, alternative="two-sided", test="z-pooled")
    >>> design = compute_boundary([0.5, 1], method="pocock", alpha=0.05, sides=2)
    >>> plan = plan_looks(GroupSequential(assumptions=assumed, design=design), 47, 47)
    >>> plan.subjects.tolist(), round(plan.expected_planned, 1)
    ([47.0, 94.0], 72.0)
    """
    design, drift, total = assumptions.design, assumptions.find_drift(n1, n2), n1 + n2
    found = compute_boundary_crossing_probabilities(design, drift=[0.0, drift / 2, drift])
    stops = found.upper + found.lower
    stops[:, -1] = 1 - stops[:, :-1].sum(axis=1)
    null, half, planned = (float(total * share) for share in found.expected_information / design.information[-1])
    return LooksPlan(
        information=design.information,
        subjects=total * design.information / design.information[-1],
        upper=design.upper,
        lower=design.lower,
        stop_null=stops[0],
        stop_planned=stops[2],
        expected_null=null,
        expected_half=half,
        expected_planned=planned,
    )


def _cross(design: GroupSequentialDesign, drift: float) -> Numbers:
    return compute_boundary_crossing_probabilities(design, drift=drift).power
