"""The analysis plan: sets, intercurrent events, estimands with their methods, and how numbers are displayed."""

from typing import Annotated, Literal

from pydantic import Field

from myotis.protocol.fields import Id, Number, Section, Units
from myotis.protocol.imputation import Imputation
from myotis.terms.units import Quantity

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


class Test(Section):
    """The hypothesis test of an estimand."""

    method: Literal["cochran_mantel_haenszel", "none"]
    continuity_correction: bool
    strata: tuple[Id, ...] = ()
    """The stratification factors of the test."""


class Interval(Section):
    """The confidence interval of an estimand."""

    method: Literal["wald", "wald_corrected", "newcombe", "miettinen_nurminen", "agresti_caffo", "mee", "ancova_t"]
    level: Annotated[Quantity, Units("%")]


class Estimand(Section):
    """What is estimated: variable, visit, population, summary, and what intercurrent events mean (ICH E9(R1))."""

    id: Id
    label: str
    variable: Literal["response", "tis_at_least", "change"]
    threshold: Number | None = None
    """The TIS of ``tis_at_least``."""
    parameter: Id | None = None
    """The measure of ``change``."""
    visit: Id
    analysis_set: Id
    group: Id
    comparator: Id
    summary: Literal["difference_in_proportions", "difference_in_adjusted_means"]
    intercurrent_events: dict[Literal["switch", "rescue", "discontinuation", "death"], Strategy]
    missing: Literal["nonresponse", "last_observation_carried_forward", "observed_cases", "multiple_imputation"]
    """What stands for a value that is missing although nothing intercurrent explains it."""
    imputation: Id | None = None
    """The imputation of ``multiple_imputation``."""
    test: Test
    interval: Interval
    covariates: tuple[Literal["baseline", "strata"], ...] = ()


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
    imputations: tuple[Imputation, ...] = ()
    display: Display
