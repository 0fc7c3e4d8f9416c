"""The criteria of a trial: who may enter, what improvement is, what deterioration is, who responds."""

from enum import IntEnum
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from myotis.errors import SettingError
from myotis.instruments.chq import chq_phs
from myotis.instruments.core_set import Criteria
from myotis.instruments.tis import TisSettings
from myotis.instruments.tis_rule import AboveRange, EnzymeChoice, MissingPolicy, NormalEnzymes
from myotis.protocol.fields import ByName, Id, Number, Section, Units
from myotis.terms.units import Quantity

SlotName = Literal["physician_global", "patient_global", "mmt", "haq", "extramuscular"]

FactUnit = Annotated[Quantity, Units("years", "cm", "points", "x ULN", "kg/m2", "days", "mg/day")]


FACT_STEPS_PER_UNIT = 1000
"""Limits of screening facts are in thousandths of their unit."""


class FactDeclaration(Section):
    """Something that is known about a subject at screening and that eligibility asks for."""

    id: Id
    label: str
    kind: Literal["yes_no", "number", "choice"]
    unit: str | None = None
    """The unit of a number."""
    choices: tuple[str, ...] = ()
    """The possible answers of a choice."""

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if (self.kind == "number") != (self.unit is not None):
            raise ValueError("has a unit without being a number, or is one without; expected a unit for numbers only")
        if (self.kind == "choice") != bool(self.choices):
            raise ValueError(
                "has choices without being a choice, or is one without; expected choices for a choice only"
            )
        return self


class Condition(Section):
    """One comparison of a fact. Exactly one of the comparisons is given."""

    fact: Id
    equals: bool | str | None = None
    at_least: FactUnit | None = None
    above: FactUnit | None = None
    at_most: FactUnit | None = None
    below: FactUnit | None = None

    @property
    def comparisons(self) -> dict[str, object]:
        """The comparisons that are given."""
        names = ("equals", "at_least", "above", "at_most", "below")
        return {name: value for name in names if (value := getattr(self, name)) is not None}

    @model_validator(mode="after")
    def _one_comparison(self) -> Self:
        if len(self.comparisons) != 1:
            raise ValueError("does not compare once; expected exactly one of equals, at_least, above, at_most, below")
        return self


class Group(Section):
    """A number of conditions of which at least some are met."""

    at_least: Annotated[int, Field(ge=1)] = 1
    of: tuple[Condition, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _enough(self) -> Self:
        if self.at_least > len(self.of):
            raise ValueError(f"asks for {self.at_least} of {len(self.of)} conditions; expected at most {len(self.of)}")
        return self


class EligibilityCriterion(Section):
    """An inclusion criterion (to be met) or an exclusion criterion (not to be met): all of its groups together."""

    id: Id
    kind: Literal["inclusion", "exclusion"]
    label: str
    require: tuple[Group, ...] = Field(min_length=1)


class TisPlan(Section):
    """Which response criteria, with every point that the sources leave open named."""

    criteria: Criteria = Field(strict=False)
    strength: Literal["mmt8", "mmt8_unilateral", "mmt_total", "cmas"]
    enzyme_range_multiples: dict[Id, int] = Field(default_factory=dict)
    """The range of each enzyme in multiples of its ULN; empty takes the published ones for adults."""
    chq_phs_range: tuple[int, int] | None = None
    """The range of the CHQ physical summary; the PRINTO core set needs it, since no source gives one."""
    enzyme_choice: Annotated[EnzymeChoice, ByName()]
    """What makes an enzyme the most abnormal at baseline."""
    normal_enzymes: Annotated[NormalEnzymes, ByName()]
    """What to do where no enzyme is raised at baseline."""
    above_range: Annotated[AboveRange, ByName()]
    """What an enzyme above its range counts as."""
    missing: Annotated[MissingPolicy, ByName()]
    """What a missing measure does to the TIS."""

    @property
    def settings(self) -> TisSettings:
        """The plan as settings of the TIS; raises SettingError where they contradict one another, ValueError for
        a range of the CHQ-PhS whose minimum is not below its maximum."""
        return TisSettings(
            criteria=self.criteria,
            strength=self.strength,
            enzyme_multiples=self.enzyme_range_multiples,
            chq_phs=chq_phs(*self.chq_phs_range) if self.chq_phs_range else None,
            enzyme_choice=self.enzyme_choice,
            normal_enzymes=self.normal_enzymes,
            above_range=self.above_range,
            missing=self.missing,
        )


def find_settings(plan: TisPlan) -> TisSettings | None:
    """The settings of the TIS, or None where they contradict one another."""
    try:
        return plan.settings
    except (SettingError, ValueError):
        return None


STEPS_PER_PERCENT = 100
"""Percentages of worsening are kept in hundredths of a percent."""


class PercentOf(IntEnum):
    """What a worsening in percent is taken of."""

    BASELINE = 0
    RANGE = 1


class ZeroBaseline(IntEnum):
    """What a worsening in percent of the baseline is where the baseline is 0."""

    PERCENT_OF_RANGE = 0
    ANY_WORSENING = 1
    NEVER = 2


class UnevaluableVisit(IntEnum):
    """What a visit that is missed, or where deterioration can't be evaluated, does to a run of visits."""

    BREAKS_THE_RUN = 0
    IS_SKIPPED = 1


class SameLimb(IntEnum):
    """Whether each visit of the run must show the same limb of the definition."""

    ANY_LIMB = 0
    SAME_LIMB = 1


class Worsening(Section):
    """A measure that is worse than at baseline by at least so much."""

    measure: SlotName
    worse_by: Annotated[Quantity, Units("cm", "points", "%")]


class Limb(Section):
    """One way to deteriorate: at least so many of these worsenings."""

    id: Id
    label: str
    at_least: Annotated[int, Field(ge=1)]
    of: tuple[Worsening, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _enough(self) -> Self:
        if self.at_least > len(self.of):
            raise ValueError(f"asks for {self.at_least} of {len(self.of)} worsenings; expected at most {len(self.of)}")
        return self


class Deterioration(Section):
    """Deterioration from baseline: any limb, confirmed by a run of consecutive scheduled visits."""

    consecutive_visits: Annotated[int, Field(ge=1)]
    """How many visits in a row must show deterioration until it is confirmed."""
    same_limb: Annotated[SameLimb, ByName()]
    """Whether each visit of the run must show the same limb."""
    percent_of: Annotated[PercentOf, ByName()]
    """What a worsening in percent is taken of."""
    zero_baseline: Annotated[ZeroBaseline, ByName()]
    """What a worsening in percent of a baseline of 0 is."""
    unevaluable_visit: Annotated[UnevaluableVisit, ByName()]
    """What a visit that is missed or can't be evaluated does to the run."""
    limbs: tuple[Limb, ...] = Field(min_length=1)


class IncompleteTis(IntEnum):
    """Whether the lowest and highest TIS still possible may settle a response."""

    BOUNDS = 0
    """At least the threshold whatever is missing: yes; below it whatever is missing: no; else not evaluable."""
    NOT_EVALUABLE = 1
    """Without a TIS there is no answer."""


class ResponseDefinition(Section):
    """Who is a responder."""

    visit: Id
    tis_at_least: Number
    """The TIS that the visit must reach."""
    also_at_one_of: tuple[Id, ...] = ()
    """Earlier visits, at one of which the TIS must have reached the threshold too."""
    no_confirmed_deterioration: bool
    """Confirmed deterioration up to and including the visit rules out response."""
    needs_completion: bool
    """Completing the period is part of the definition."""
    no_rescue: bool
    """Having needed rescue treatment rules out response."""
    incomplete_tis: Annotated[IncompleteTis, ByName()]
