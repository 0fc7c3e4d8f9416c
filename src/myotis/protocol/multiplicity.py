"""The plan's control of the error rate over several hypotheses."""

from decimal import Decimal
from typing import Literal

from pydantic import Field

from myotis.protocol.fields import Id, Number, Section

Procedure = Literal[
    "bonferroni",
    "holm",
    "hochberg",
    "hommel",
    "fixed_sequence",
    "fallback_wiens",
    "fallback_wiens_dmitrienko",
    "graphical",
]


class Family(Section):
    """Hypotheses that are tested together at one level, by estimand."""

    id: Id
    label: str
    procedure: Procedure
    estimands: tuple[Id, ...] = Field(min_length=1)
    """The estimands whose tests belong to the family; the order is that of a sequence."""
    alpha: Number
    """The level of the family, two-sided as its tests are, such as 0.05."""
    weights: tuple[Number, ...] = ()
    """The share of the level that each hypothesis starts with (fallback, graphical), as exact numbers that sum to 1."""
    transitions: tuple[tuple[Number, ...], ...] = ()
    """Graphical: what share of its level the hypothesis of a row passes on to that of a column when it is rejected."""


WEIGHTED = frozenset({"fallback_wiens", "fallback_wiens_dmitrienko", "graphical"})


def sums_to_one(numbers: tuple[Decimal, ...]) -> bool:
    """Whether shares sum to 1, where thirds may be written with some decimals."""
    return abs(sum(numbers, Decimal(0)) - 1) <= Decimal("0.000001")
