"""The analysis plan: sets, intercurrent events, estimands with their methods, and how numbers are displayed."""

from typing import Annotated, Literal

from pydantic import Field

from myotis.protocol.fields import Id, Number, Section
from myotis.protocol.imputation import Imputation
from myotis.protocol.methods import Interval, MixedModel, Summary, Test, TimeToEvent, Variable
from myotis.protocol.multiplicity import Family
from myotis.protocol.safety import SafetyPlan
from myotis.protocol.subgroups import Subgroup

Strategy = Literal["composite", "treatment_policy", "hypothetical", "while_on_treatment", "principal_stratum"]


Decimals = Annotated[int, Field(ge=0, le=9)]
"""How many decimals are displayed."""


class AnalysisSet(Section):
    """Which subjects are analyzed, and by which treatment."""

    id: Id
    label: str
    flag: Annotated[str, Field(pattern=r"^[A-Z]{2,6}FL$")]
    """The flag of the set in ADSL."""
    subjects: Literal["randomized", "treated", "completed_as_planned"]
    by: Literal["planned", "actual"]


class IntercurrentEvent(Section):
    """Something after randomization that changes what a measurement means or whether it exists."""

    id: Literal["switch", "rescue", "discontinuation", "death"]
    label: str


class Estimand(Section):
    """What is estimated: variable, visit, population, summary, and what intercurrent events mean (ICH E9(R1))."""

    id: Id
    label: str
    variable: Variable
    threshold: Number | None = None
    """The TIS of ``tis_at_least`` and ``time_to_tis_at_least``."""
    parameter: Id | None = None
    """The measure of ``change``."""
    visit: Id
    """The visit of the value; of a time to event, the last visit that is looked at."""
    analysis_set: Id
    group: Id
    comparator: Id
    summary: Summary
    intercurrent_events: dict[Literal["switch", "rescue", "discontinuation", "death"], Strategy]
    missing: Literal[
        "nonresponse",
        "last_observation_carried_forward",
        "observed_cases",
        "missing_at_random",
        "multiple_imputation",
    ]
    """What stands for a value that is missing although nothing intercurrent explains it."""
    imputation: Id | None = None
    """The imputation of ``multiple_imputation``."""
    test: Test
    interval: Interval
    covariates: tuple[Literal["baseline", "strata"], ...] = ()
    model: MixedModel | None = None
    """The mixed model of ``mixed_model`` and ``mixed_model_t``."""
    time_to_event: TimeToEvent | None = None
    """How times to an event are estimated."""


class Display(Section):
    """How numbers become text. Nothing is rounded before it is displayed."""

    percentile: Literal["sas_pctldef_5"]
    """The definition of medians and quartiles."""
    rounding: Literal["half_away_from_zero"]
    percent_decimals: Decimals
    mean_decimals: Decimals
    parameter_decimals: dict[Id, Decimals] = Field(default_factory=dict)
    """Decimals of means of parameters (by PARAMCD) whose scale asks for others, such as 2 for the HAQ."""
    p_value_decimals: Decimals


class Plan(Section):
    """The analysis plan."""

    strata_as: Literal["randomized", "corrected"]
    """Which stratum a subject is analyzed in where it was randomized in a wrong one."""
    baseline: Literal["last_before_first_dose", "last_before_randomization"]
    """Which of several measurements is the baseline."""
    analysis_sets: tuple[AnalysisSet, ...]
    intercurrent_events: tuple[IntercurrentEvent, ...]
    estimands: tuple[Estimand, ...]
    families: tuple[Family, ...] = ()
    """Hypotheses whose error rate is controlled together; p-values of estimands in none are descriptive."""
    subgroups: tuple[Subgroup, ...] = ()
    safety: SafetyPlan | None = None
    imputations: tuple[Imputation, ...] = ()
    display: Display
