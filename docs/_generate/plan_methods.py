"""The methods that a plan can name, by summary, each with the page that says what it is."""

from collections.abc import Iterable, Iterator

from _generate.markdown import page, table
from _generate.statistics import list_method_modules, page_path
from myotis.protocol.methods import CORRECTED_TESTS, INTERVALS, STRATIFIED_TESTS, TESTS, VARIABLES

PAGE = "reference/plan-methods.md"

HOMES = {
    "wald": "proportions.difference", "miettinen_nurminen": "proportions.difference", "scas": "proportions.difference",
    "exact_conditional": "proportions.odds_ratio", "mid_p_conditional": "proportions.odds_ratio",
    "cochran_mantel_haenszel": "stratified.cochran_mantel_haenszel", "wilcoxon": "continuous.wilcoxon_rank_sum",
    "stratified_score": "stratified.score_interval",
    "stratified_score_skewness_corrected": "stratified.score_interval",
    "stratified_exact_conditional": "stratified.exact", "stratified_mid_p_conditional": "stratified.exact",
    "ancova": "continuous.ancova", "ancova_t": "continuous.ancova", "ancova_hc3_t": "continuous.ancova",
    "mixed_model": "mixed_model.mmrm", "mixed_model_t": "mixed_model.mmrm", "cox_wald": "time_to_event.hazard_ratio",
    "restricted_mean_wald": "time_to_event.restricted_mean", "log_rank": "time_to_event.log_rank",
    "rerandomization": "randomization_test", "farrington_manning": "proportions.margins",
}  # fmt: skip
"""The module of names that are not those of one method, or of several."""

TEST_HOMES = {"exact_conditional": "stratified.exact", "mid_p_conditional": "stratified.exact"}


def plan_method_pages() -> Iterator[tuple[str, str]]:
    """The page, by path."""
    intro = (
        "What an estimand of a protocol file can name as `summary`, `interval.method` and `test.method`. There is no "
        "default: a plan that names nothing is refused, and so is a method that does not belong to the summary. Each "
        "name leads to the page that says what the method is, when to use it, and what it was checked against. In "
        "results rows the names have hyphens."
    )
    modules = {module.__name__.removeprefix("myotis.statistics."): module for module in list_method_modules()}
    pages = {key: page_path(module) for key, module in modules.items()}
    named = {name: key for key, module in modules.items() for name in module.REFERENCES}
    parts = [intro]
    for summary, methods in INTERVALS.items():
        rows = [(f"`{name}`", _link(name, named, pages, HOMES)) for name in sorted(methods)]
        variables = ", ".join(f"`{name}`" for name in sorted(VARIABLES[summary]))
        heading = f"## Intervals of {summary.replace('_', ' ')}"
        parts.append(f'{heading}\n\n`summary = "{summary}"`, for {variables}.\n\n{table(("Interval", "Page"), rows)}')
    for kinds, methods in TESTS.items():
        rows = [
            (f"`{name}`", _needs(name), _link(name, named, pages, HOMES | TEST_HOMES))
            for name in sorted(methods - {"none"})
        ]
        of = " and ".join(f"`{name}`" for name in sorted(kinds))
        parts.append(f"## Tests of {of}\n\n{table(('Test', 'Strata and correction', 'Page'), rows)}")
    yield PAGE, page("Methods of a plan", "src/myotis/protocol/methods.py", *parts)


def _link(name: str, named: dict[str, str], pages: dict[str, str], homes: dict[str, str]) -> str:
    key = homes.get(name) or named[name.replace("_", "-")]
    return f"[{key.replace('.', ', ').replace('_', ' ')}]({pages[key].removeprefix('reference/')})"


def _needs(name: str) -> str:
    told: Iterable[str] = (
        "over strata" if name in STRATIFIED_TESTS else "",
        "with or without correction for continuity" if name in CORRECTED_TESTS else "",
    )
    return ", ".join(part for part in told if part)
