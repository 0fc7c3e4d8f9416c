"""The plan's subgroups: an estimand repeated within levels of what was known at baseline."""

from typing import Literal

from myotis.protocol.fields import Id, Number, Section


class Subgroup(Section):
    """One factor of the forest table, for one estimand."""

    id: Id
    label: str
    estimand: Id
    by: Literal["sex", "age", "stratum"]
    """What divides the subjects: sex, age cut at limits, or the stratum as randomized."""
    cuts: tuple[Number, ...] = ()
    """The limits of age in rising order: each is the least value of the group above it."""
