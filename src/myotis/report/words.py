"""Numbers and names as the report prints them. Rounding is `myotis.statistics.display`'s, by the plan's rules."""

import math
from collections.abc import Sequence
from typing import Final

from myotis.protocol.plan import Display
from myotis.report.rows import Row
from myotis.statistics.display import format_interval, format_number, format_p_value, format_percent

NO_NUMBER: Final = "–"
"""What stands where there is no number."""

METHODS: Final = {
    "wald": "Wald",
    "wald-corrected": "Wald with continuity correction",
    "newcombe": "Newcombe",
    "miettinen-nurminen": "Miettinen–Nurminen",
    "agresti-caffo": "Agresti–Caffo",
    "mee": "Mee",
    "scas": "score, corrected for skewness",
    "chan-zhang": "Chan–Zhang, exact",
    "agresti-min": "Agresti–Min, exact",
    "mantel-haenszel-sato": "Mantel–Haenszel with Sato’s variance",
    "mantel-haenszel-greenland-robins": "Mantel–Haenszel with Greenland and Robins’s variance",
    "mantel-haenszel-risk-ratio": "Mantel–Haenszel risk ratio",
    "mantel-haenszel-odds-ratio": "Mantel–Haenszel odds ratio",
    "inverse-variance": "inverse-variance weights of strata",
    "minimum-risk": "minimum-risk weights of strata",
    "stratified-newcombe-mantel-haenszel": "stratified Newcombe, Mantel–Haenszel weights",
    "stratified-newcombe-yan-su": "stratified Newcombe, Yan and Su’s weights",
    "stratified-score-mantel-haenszel": "stratified Miettinen–Nurminen, Mantel–Haenszel weights",
    "stratified-score-inverse-variance": "stratified Miettinen–Nurminen, inverse-variance weights",
    "stratified-score-minimum-risk": "stratified Miettinen–Nurminen, minimum-risk weights",
    "stratified-score-miettinen-nurminen": "stratified Miettinen–Nurminen with their weights",
    "standardization-ye": "standardized by a logistic model, robust variance of Ye",
    "standardization-ge-model": "standardized by a logistic model, model-based variance",
    "standardization-ge-hc3": "standardized by a logistic model, HC3 variance",
    "katz": "Katz",
    "koopman": "Koopman",
    "woolf": "Woolf",
    "exact-conditional": "exact, conditional",
    "mid-p-conditional": "mid-P, conditional",
    "fisher-exact": "Fisher’s exact test",
    "fisher-mid-p": "Fisher’s mid-P test",
    "pearson-chi-square": "Pearson’s chi-square test",
    "pearson-chi-square-yates": "Pearson’s chi-square test with Yates’s correction",
    "barnard": "Barnard’s test",
    "boschloo": "Boschloo’s test",
    "farrington-manning": "Farrington–Manning test",
    "randomization-monte-carlo": "re-randomization test",
    "van-elteren": "van Elteren’s test",
    "wilcoxon-normal": "Wilcoxon rank sum test",
    "wilcoxon-normal-corrected": "Wilcoxon rank sum test with correction for continuity",
    "wilcoxon-exact": "exact Wilcoxon rank sum test",
    "hodges-lehmann-normal": "Hodges–Lehmann",
    "hodges-lehmann-normal-corrected": "Hodges–Lehmann with correction for continuity",
    "hodges-lehmann-exact": "exact Hodges–Lehmann",
    "ancova-hc3": "analysis of covariance, HC3 variance",
    "satterthwaite": "mixed model, Satterthwaite’s degrees of freedom",
    "kenward-roger": "mixed model, Kenward–Roger degrees of freedom",
    "kenward-roger-linear": "mixed model, linear Kenward–Roger degrees of freedom",
    "between-within": "mixed model, between-within degrees of freedom",
    "rubin": "Rubin’s rules",
    "cochran-mantel-haenszel-rubin": "Cochran–Mantel–Haenszel test pooled by Rubin’s rules",
    "cochran-q": "Cochran’s Q",
    "bonferroni": "Bonferroni",
    "holm": "Holm",
    "hochberg": "Hochberg",
    "hommel": "Hommel",
    "fixed-sequence": "fixed sequence",
    "fallback-wiens": "fallback (Wiens)",
    "fallback-wiens-dmitrienko": "fallback (Wiens and Dmitrienko)",
    "graphical": "graphical procedure",
    "wilson": "Wilson",
    "clopper-pearson": "Clopper–Pearson",
    "cochran-mantel-haenszel": "Cochran–Mantel–Haenszel test",
    "cochran-mantel-haenszel-corrected": "Cochran–Mantel–Haenszel test with continuity correction",
    "ancova": "analysis of covariance",
    "ancova-ls-mean-equal": "least-squares mean, levels of factors weighed alike",
    "ancova-ls-mean-proportional": "least-squares mean, levels of factors weighed by their subjects",
    "t-one-sample": "t interval of one mean",
    "t-pooled": "t, variances pooled",
    "sas-pctldef-5": "percentile, SAS definition 5",
    "log-log, midpoint": "log-log limits, the median in the middle where the curve stays at one half",
    "log-log, first": "log-log limits, the median at the first day at one half",
    "log, midpoint": "log limits, the median in the middle where the curve stays at one half",
    "log, first": "log limits, the median at the first day at one half",
    "log-log": "Kaplan–Meier, log-log limits",
    "log": "Kaplan–Meier, log limits",
    "wald, efron": "Wald limits of the Cox model, ties by Efron",
    "wald, breslow": "Wald limits of the Cox model, ties by Breslow",
    "wald, exact": "Wald limits of the Cox model, ties exact",
    "log-rank": "log-rank test",
    "exact": "exact",
    "first-that-applies": "each subject counted once, under the first reason that applies",
}
"""Methods in words; another name is printed as it is."""

STRATEGIES: Final = {
    "composite": "composite (the event means no response)",
    "treatment_policy": "treatment policy (the value counts whatever happened)",
    "while_on_treatment": "while on treatment (values after the event do not count)",
    "hypothetical": "hypothetical (as if the event had not happened)",
    "principal_stratum": "principal stratum",
}

MISSING: Final = {
    "nonresponse": "counted as no response",
    "observed_cases": "left out",
    "missing_at_random": "missing at random, by the model",
    "multiple_imputation": "core set measures multiply imputed, the response computed anew",
    "last_observation_carried_forward": "last observation carried forward",
}

REASONS: Final = {
    "death": "Died",
    "switch": "Switched treatment",
    "discontinuation": "Discontinued before the visit",
    "confirmed_deterioration": "Confirmed deterioration",
    "tis_below_threshold": "TIS below the threshold",
    "other_condition": "Another condition of the definition",
    "missing": "Not evaluable or missing",
    "left_out": "Not evaluable or missing (left out)",
}

RATIO_DECIMALS: Final = 2

SEXES: Final = {"F": "Female", "M": "Male", "U": "Unknown"}


class Words:
    """Numbers as text by one trial's display rules."""

    def __init__(self, display: Display) -> None:
        self.display = display

    def of(self, parameter: str) -> "Words":
        """The same words with the decimals of a parameter."""
        decimals = self.display.parameter_decimals.get(parameter, self.display.mean_decimals)
        return Words(self.display.model_copy(update={"mean_decimals": decimals}))

    def count_percent(self, count: int, denominator: int | None) -> str:
        """A count with its percent of the denominator."""
        if not denominator:
            return str(count)
        return f"{count} ({format_percent(count, denominator, self.display.percent_decimals)}\N{NO-BREAK SPACE}%)"

    def mean_fraction(self, count: float, denominator: int) -> str:
        """A count that is a mean over imputed datasets, out of a denominator, with its percent."""
        if not denominator:
            return f"{count:.1f}/0"
        percent = format_number(100 * count / denominator, self.display.percent_decimals)
        return f"{count:.1f}/{denominator} ({percent}\N{NO-BREAK SPACE}%)"

    def fraction(self, count: int, denominator: int) -> str:
        """A count out of a denominator with its percent."""
        return f"{count}/{denominator} ({self.percent(count, denominator)})" if denominator else f"{count}/0"

    def percent(self, count: int, denominator: int) -> str:
        """A count as a percent of its denominator."""
        if not denominator:
            return NO_NUMBER
        return f"{format_percent(count, denominator, self.display.percent_decimals)}\N{NO-BREAK SPACE}%"

    def mean(self, value: float | None) -> str:
        """A mean, a quartile or another number of the measure's scale."""
        return NO_NUMBER if value is None else format_number(value, self.display.mean_decimals).replace("-", "−")

    def mean_sd(self, mean: float | None, sd: float | None) -> str:
        """A mean with its standard deviation in brackets."""
        return NO_NUMBER if mean is None else f"{self.mean(mean)} ({self.mean(sd)})"

    def interval(self, lower: float | None, upper: float | None, *, percent: bool = False) -> str:
        """The limits of an interval."""
        if lower is None or upper is None:
            return NO_NUMBER
        decimals = self.display.percent_decimals if percent else self.display.mean_decimals
        return format_interval(lower, upper, decimals).replace("-", "−")

    def difference(self, value: float | None, *, percent: bool) -> str:
        """A difference, in percentage points or on the measure's scale."""
        if value is None:
            return NO_NUMBER
        decimals = self.display.percent_decimals if percent else self.display.mean_decimals
        return format_number(value, decimals).replace("-", "−")

    def ratio(self, value: float | None) -> str:
        """A ratio, with two decimals."""
        return NO_NUMBER if value is None else format_number(value, RATIO_DECIMALS)

    def ratio_interval(self, lower: float | None, upper: float | None) -> str:
        """The limits of a ratio; one that is infinite or was not reached is named so."""
        if lower is None or upper is None:
            return NO_NUMBER
        shown = ("without limit" if math.isinf(limit) else self.ratio(limit) for limit in (lower, upper))
        return " to ".join(shown)

    def p_value(self, p: float | None) -> str:
        """A p-value without its name."""
        return NO_NUMBER if p is None else format_p_value(p, self.display.p_value_decimals)

    def p_equals(self, p: float | None) -> str:
        """A p-value with its name: ``p = 0.0008``, ``p < 0.0001``, with spaces that don't break."""
        if p is None:
            return "no p-value"
        text = self.p_value(p)
        name, number = (text[0], text[1:]) if text[0] in "<>" else ("=", text)
        return f"p\N{NO-BREAK SPACE}{name}\N{NO-BREAK SPACE}{number}"


def name_method(method: str | None) -> str:
    """A method in words."""
    return METHODS.get(method or "", method or "")


def lower_first(sentence: str) -> str:
    """A sentence's first letter in lower case, unless the word is an abbreviation."""
    return sentence if sentence[:2].isupper() else sentence[:1].lower() + sentence[1:]


def read_option(row: Row | None, name: str) -> str:
    """One option of a row's ``method_options`` (``name=value; …``), or an empty text."""
    options = (row or {}).get("method_options") or ""
    for option in options.split("; "):
        key, _, value = option.partition("=")
        if key == name:
            return value
    return ""


def level_percent(row: Row | None) -> str:
    """The confidence level of a row in percent, such as ``95``."""
    level = read_option(row, "level")
    return format_number(float(level) * 100, 0) if level else ""


def join_words(words: Sequence[str]) -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    return " and ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else "".join(words)


def sentence_case(reason: str) -> str:
    """``ADVERSE EVENT`` as ``Adverse event``."""
    return reason[:1].upper() + reason[1:].lower()
