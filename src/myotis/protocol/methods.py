"""The methods that a plan can name: tests, intervals, models. Each name is one method; nothing has a default."""

from typing import Annotated, Final, Literal

from pydantic import Field

from myotis.protocol.fields import Id, Section, Units
from myotis.terms.units import Quantity

Variable = Literal[
    "response", "tis_at_least", "change", "tis", "time_to_tis_at_least", "time_to_confirmed_deterioration"
]

Summary = Literal[
    "difference_in_proportions",
    "ratio_of_proportions",
    "odds_ratio",
    "difference_in_adjusted_means",
    "shift_in_location",
    "hazard_ratio",
    "difference_in_restricted_means",
]

TestMethod = Literal[
    "none",
    "cochran_mantel_haenszel",
    "exact_conditional",
    "mid_p_conditional",
    "pearson_chi_square",
    "fisher_exact",
    "fisher_mid_p",
    "barnard",
    "boschloo",
    "farrington_manning",
    "rerandomization",
    "ancova",
    "mixed_model",
    "wilcoxon",
    "wilcoxon_exact",
    "van_elteren",
    "log_rank",
]

IntervalMethod = Literal[
    "wald",
    "wald_corrected",
    "agresti_caffo",
    "newcombe",
    "miettinen_nurminen",
    "mee",
    "scas",
    "chan_zhang",
    "agresti_min",
    "mantel_haenszel_sato",
    "mantel_haenszel_greenland_robins",
    "inverse_variance",
    "minimum_risk",
    "stratified_newcombe_mantel_haenszel",
    "stratified_newcombe_yan_su",
    "stratified_score",
    "stratified_score_skewness_corrected",
    "standardization_ye",
    "standardization_ge_model",
    "standardization_ge_hc3",
    "katz",
    "koopman",
    "mantel_haenszel_risk_ratio",
    "woolf",
    "woolf_plus_half",
    "exact_conditional",
    "mid_p_conditional",
    "mantel_haenszel_odds_ratio",
    "stratified_exact_conditional",
    "stratified_mid_p_conditional",
    "ancova_t",
    "ancova_hc3_t",
    "mixed_model_t",
    "hodges_lehmann_normal",
    "hodges_lehmann_normal_corrected",
    "hodges_lehmann_exact",
    "cox_wald",
    "restricted_mean_wald",
]

PROPORTIONS: Final = frozenset({"response", "tis_at_least"})
MEANS: Final = frozenset({"change", "tis"})
TIMES: Final = frozenset({"time_to_tis_at_least", "time_to_confirmed_deterioration"})

VARIABLES: Final[dict[str, frozenset[str]]] = {
    "difference_in_proportions": PROPORTIONS,
    "ratio_of_proportions": PROPORTIONS,
    "odds_ratio": PROPORTIONS,
    "difference_in_adjusted_means": MEANS,
    "shift_in_location": MEANS,
    "hazard_ratio": TIMES,
    "difference_in_restricted_means": TIMES,
}
"""The variables that each summary is one of."""

WEIGHTED_INTERVALS: Final = frozenset({"stratified_score", "stratified_score_skewness_corrected"})
"""Intervals whose weights of the strata are named apart."""

STANDARDIZATIONS: Final = frozenset({"standardization_ye", "standardization_ge_model", "standardization_ge_hc3"})
"""Intervals adjusted by a logistic model of the estimand's covariates."""

INTERVALS: Final[dict[str, frozenset[str]]] = {
    "difference_in_proportions": frozenset(
        {
            "wald", "wald_corrected", "agresti_caffo", "newcombe", "miettinen_nurminen", "mee", "scas", "chan_zhang",
            "agresti_min", "mantel_haenszel_sato", "mantel_haenszel_greenland_robins", "inverse_variance",
            "minimum_risk", "stratified_newcombe_mantel_haenszel", "stratified_newcombe_yan_su",
            *WEIGHTED_INTERVALS, *STANDARDIZATIONS,
        }
    ),
    "ratio_of_proportions": frozenset(
        {"katz", "koopman", "miettinen_nurminen", "scas", "mantel_haenszel_risk_ratio"}
        | WEIGHTED_INTERVALS | STANDARDIZATIONS
    ),
    "odds_ratio": frozenset(
        {
            "woolf", "woolf_plus_half", "miettinen_nurminen", "scas", "exact_conditional", "mid_p_conditional",
            "mantel_haenszel_odds_ratio", "stratified_exact_conditional", "stratified_mid_p_conditional",
            *WEIGHTED_INTERVALS, *STANDARDIZATIONS,
        }
    ),
    "difference_in_adjusted_means": frozenset({"ancova_t", "ancova_hc3_t", "mixed_model_t"}),
    "shift_in_location": frozenset(
        {"hodges_lehmann_normal", "hodges_lehmann_normal_corrected", "hodges_lehmann_exact"}
    ),
    "hazard_ratio": frozenset({"cox_wald"}),
    "difference_in_restricted_means": frozenset({"restricted_mean_wald"}),
}  # fmt: skip
"""The interval methods of each summary."""

TESTS: Final[dict[frozenset[str], frozenset[str]]] = {
    PROPORTIONS: frozenset(
        {
            "none", "cochran_mantel_haenszel", "exact_conditional", "mid_p_conditional", "pearson_chi_square",
            "fisher_exact", "fisher_mid_p", "barnard", "boschloo", "farrington_manning", "rerandomization",
        }
    ),
    MEANS: frozenset({"none", "ancova", "mixed_model", "wilcoxon", "wilcoxon_exact", "van_elteren"}),
    TIMES: frozenset({"none", "log_rank"}),
}  # fmt: skip
"""The tests of each kind of variable."""

STRATIFIED_TESTS: Final = frozenset(
    {"cochran_mantel_haenszel", "exact_conditional", "mid_p_conditional", "van_elteren", "rerandomization"}
)
"""Tests that need strata."""

MAY_BE_STRATIFIED: Final = STRATIFIED_TESTS | {"log_rank"}

CORRECTED_TESTS: Final = frozenset({"cochran_mantel_haenszel", "pearson_chi_square", "wilcoxon"})
"""Tests that have a correction for continuity."""


class Rerandomization(Section):
    """How a re-randomization test draws: anew by permuted blocks within strata, as the trial was randomized."""

    draws: Annotated[int, Field(ge=100)]
    seed: Annotated[int, Field(ge=0)]
    block_size: Annotated[int, Field(ge=2)]


class Test(Section):
    """The hypothesis test of an estimand."""

    method: TestMethod
    continuity_correction: bool
    strata: tuple[Id, ...] = ()
    """The stratification factors of the test."""
    margin: Annotated[Quantity, Units("%")] | None = None
    """The difference in percentage points that ``farrington_manning`` tests against: below 0 for non-inferiority."""
    rerandomization: Rerandomization | None = None


class Interval(Section):
    """The confidence interval of an estimand."""

    method: IntervalMethod
    level: Annotated[Quantity, Units("%")]
    weights: Literal["mantel_haenszel", "inverse_variance", "minimum_risk", "miettinen_nurminen"] | None = None
    """How the strata weigh in ``stratified_score``."""


Covariance = Literal[
    "unstructured",
    "toeplitz_heterogeneous",
    "toeplitz",
    "ante_dependence_heterogeneous",
    "ante_dependence",
    "autoregressive_heterogeneous",
    "autoregressive",
    "compound_symmetry_heterogeneous",
    "compound_symmetry",
]


class MixedModel(Section):
    """A mixed model for repeated measures: every visit after baseline up to the estimand's, by arm; REML."""

    covariances: tuple[Covariance, ...] = Field(min_length=1)
    """Structures of the covariance within a subject, tried in this order until one can be estimated."""
    by_arm: bool
    """Whether each arm has a covariance of its own."""
    degrees_of_freedom: Literal["satterthwaite", "kenward_roger", "kenward_roger_linear", "between_within"]
    baseline_by_visit: bool
    """Whether the slope on the baseline may differ between visits."""
    weights: Literal["equal", "proportional"]
    """How the strata weigh in a least-squares mean."""
    margins: Literal["rows", "subjects"]
    """Whether visits observed or subjects make the mean of the baseline, and proportional weights."""


class TimeToEvent(Section):
    """How times to an event are estimated. Time is counted in days from day 1, the first dose."""

    survival_interval: Literal["plain", "log", "log_log", "logit", "arcsine"]
    """The scale of the limits of Kaplan-Meier curves and medians."""
    median: Literal["first", "midpoint"]
    """What the median is where the curve stays at one half for a while."""
    ties: Literal["efron", "breslow", "exact"]
    """How the hazard ratio takes events of one day."""
