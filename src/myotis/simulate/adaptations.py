"""What a design decides while a trial runs: looks at which it may stop, and how many subjects it goes on with.

Subjects come in the order of enrollment, and a decision is taken on those whose outcome is known. Everything is decided
by `myotis.statistics.group_sequential`, for all trials of a batch at once.
"""

from typing import Annotated, Final, Literal, NamedTuple, Self

import numpy as np
from pydantic import Field, model_validator
from scipy import special

from myotis.protocol.fields import Real, Section
from myotis.simulate.truth import Numbers
from myotis.statistics.group_sequential.blinded_reestimation import compute_blinded_size_for_proportions
from myotis.statistics.group_sequential.boundaries import Boundary, compute_boundary
from myotis.statistics.group_sequential.design import GroupSequentialDesign
from myotis.statistics.group_sequential.spending import compute_spending_boundary
from myotis.terms.rule import Steps

Share = Annotated[Real, Field(gt=0, le=1)]
Error = Annotated[Real, Field(gt=0, lt=0.5)]


SHAPED: Final = frozenset({"wang_tsiatis", "haybittle_peto", "kim_demets", "hwang_shih_decani"})
"""Boundaries that have a parameter."""


class Looks(Section):
    """Looks at the test of each analysis, two-sided, at which the trial stops where a boundary is crossed."""

    information: tuple[Share, ...] = Field(min_length=2)
    """The shares of the subjects whose outcomes are known at the looks; the last is 1."""
    boundary: Literal[
        "obrien_fleming", "pocock", "wang_tsiatis", "haybittle_peto", "obrien_fleming_type", "pocock_type",
        "kim_demets", "hwang_shih_decani",
    ]  # fmt: skip
    """A boundary of a known shape, or an error spending function (the last four)."""
    alpha: Error
    """The whole two-sided error."""
    shape: Real | None = None
    """The parameter of ``wang_tsiatis``, ``haybittle_peto``, ``kim_demets`` and ``hwang_shih_decani``."""

    @model_validator(mode="after")
    def _shape_where_it_belongs(self) -> Self:
        if (self.shape is not None) != (self.boundary in SHAPED):
            state, expected = ("missing", "its parameter") if self.boundary in SHAPED else ("given", "none")
            raise ValueError(f"the shape of {self.boundary} is {state}; expected {expected}")
        return self

    def find_boundary(self) -> GroupSequentialDesign:
        """The boundary; raises StatisticsError where these numbers have none."""
        name = self.boundary.replace("_", "-")
        if name in set(Boundary):
            more = {
                "delta": self.shape if name == Boundary.WANG_TSIATIS else None,
                "interim": self.shape if name == Boundary.HAYBITTLE_PETO else None,
            }
            return compute_boundary(self.information, method=name, alpha=self.alpha, sides=2, **more)
        return compute_spending_boundary(self.information, method=name, alpha=self.alpha, sides=2, shape=self.shape)

    def find_subjects(self, planned: int) -> Steps:
        """How many subjects of those planned each look has: the whole number that is nearest to its share.

        A share such as 0.667 is meant for two thirds, so it isn't rounded up to one subject more.

        >>> looks = Looks(information=(0.333, 0.667, 1), boundary="pocock", alpha=0.05)
        >>> looks.find_subjects(60).tolist()
        [20, 40, 60]
        """
        shares = np.array([float(share) for share in self.information])
        return np.asarray(np.floor(shares * planned + 0.5), dtype=np.int64)


class BlindedReestimation(Section):
    """The number of subjects is computed anew from the pooled rate of response, which nobody need be unblinded for."""

    at_subjects: Annotated[int, Field(ge=2)]
    """How many subjects have an outcome then."""
    maximum: Annotated[int, Field(ge=2)]
    difference: Annotated[Real, Field(gt=0, lt=1)]
    """The difference of the rates that the trial is to find."""
    alpha: Error
    power: Annotated[Real, Field(gt=0.5, lt=1)]

    @model_validator(mode="after")
    def _before_the_end(self) -> Self:
        if self.at_subjects > self.maximum:
            raise ValueError("at_subjects is more than the maximum; expected at most that")
        return self


class Stops(NamedTuple):
    """When each trial stopped, and whether it rejected then."""

    look: Steps
    """[trial]: the position of the look."""
    rejects: Steps
    """[trial]: 1 or 0."""


def find_stops(p_values: Numbers, estimates: Numbers, neutral: float, boundary: GroupSequentialDesign) -> Stops:
    """The first look [look, trial] at which the test crosses a boundary; the last one where none does.

    The test is two-sided: its Z is that of the p-value, with the sign of the estimate. A look without an answer crosses
    nothing.
    """
    z = np.sign(estimates - neutral) * -special.ndtri(np.clip(p_values, 1e-300, 1) / 2)
    known = np.nan_to_num(z, nan=0.0)
    crosses = (known >= boundary.upper[:, None]) | (known <= boundary.lower[:, None])
    last = len(boundary.information) - 1
    look = np.where(crosses.any(axis=0), crosses.argmax(axis=0), last)
    return Stops(look, np.take_along_axis(crosses, look[None], axis=0)[0].astype(np.int64))


def find_new_sizes(events: Numbers, known: Numbers, planned: int, ratio: float, rule: BlindedReestimation) -> Steps:
    """How many subjects each trial goes on to: no fewer than planned, no more than the maximum."""
    found = compute_blinded_size_for_proportions(
        events, known, difference=rule.difference, alpha=rule.alpha, power=rule.power, sides=2, ratio=ratio,
        minimum=planned, maximum=rule.maximum,
    )  # fmt: skip
    sizes = np.minimum(np.nan_to_num(found.n1 + found.n2, nan=planned), rule.maximum)
    return np.asarray(sizes, dtype=np.int64)
