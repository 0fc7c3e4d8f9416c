"""How an estimand imputes the core set measures: the model, what is imputed after what, and how the answer tips."""

from typing import Annotated, Literal

from pydantic import Field

from myotis.protocol.criteria import SlotName
from myotis.protocol.fields import Id, Number, Section

MeasureName = Literal[SlotName, "enzyme"]
"""A place of the core set, the enzyme that is followed included."""

Count = Annotated[int, Field(ge=1)]
Steps = Annotated[int, Field(ge=0)]

Assumption = Literal[
    "missing_at_random", "jump_to_reference", "copy_reference", "copy_increments_in_reference",
]  # fmt: skip


class ImputedMeasure(Section):
    """How one measure is imputed."""

    scale: Literal["identity", "logit_of_range", "log"]
    """On which the measure is taken as normal; ``log`` is for the enzyme, ``logit_of_range`` for the others."""
    step: Number
    """Imputed values are rounded to multiples of it, as the form records them, in the unit of the measure (for the
    enzyme in multiples of its ULN)."""


class Tipping(Section):
    """By how much imputed values are made worse, step by step, to see where the answer tips."""

    worse_by: dict[MeasureName, Number]
    """One step for each measure in its unit (for the enzyme in multiples of its ULN); others stay as imputed."""
    group: tuple[Steps, ...] = Field(min_length=1)
    """How many steps the imputed values of the estimand's group are made worse by: one analysis for each."""
    comparator: tuple[Steps, ...] = Field(min_length=1)
    """The same for the comparator; every pair of the two is analyzed."""


class Imputation(Section):
    """Multiple imputation of the core set measures at every visit up to that of the estimand.

    TIS, deterioration and response are then computed from each completed dataset, and the analyses are pooled by
    Rubin's rules.
    """

    id: Id
    label: str
    model: Literal["joint_normal"]
    measures: dict[MeasureName, ImputedMeasure]
    """Every measure of the core set."""
    covariates: tuple[Literal["strata"], ...] = ()
    """What shifts the means beside the arm."""
    covariance: Literal["common", "by_arm"]
    """Whether the arms share the covariance."""
    prior: Literal["ridge", "jeffreys"]
    """The prior of the covariance: a ridge toward a diagonal one, or none."""
    prior_df: Number
    """The degrees of freedom of the ridge: as many further subjects would show no correlation."""
    after_switch: Literal["set_missing", "kept"]
    """What becomes of values that were recorded after a switch of treatment, before anything is imputed."""
    after_discontinuation: Assumption
    """How values are imputed after a discontinuation that an estimand handles by treatment policy. All other values
    are imputed as missing at random."""
    reference: Id | None = None
    """The arm of an imputation in reference to one."""
    imputations: Annotated[int, Field(ge=2)]
    chains: Count
    """Independent chains, which the imputations are taken from in turn."""
    burn_in: Steps
    """Iterations of each chain before its first imputation."""
    thinning: Count
    """Iterations of a chain from one imputation to its next."""
    seed: Steps
    """Of the random numbers: the same seed gives the same results."""
    tipping: Tipping | None = None
