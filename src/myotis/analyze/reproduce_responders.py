"""Published responder counts, their difference with its interval, and the p-value."""

from collections.abc import Iterator

from myotis.analyze.agreement import Recomputed, agrees, recompute
from myotis.analyze.published_figure import (
    NO,
    YES,
    Entry,
    Figure,
    cite,
    compare,
    each_group,
    reproduce_percent,
    take_limits,
)
from myotis.statistics.display import format_number
from myotis.statistics.proportions.difference import DifferenceInterval, estimate_difference_of_proportions
from myotis.statistics.proportions.independence import fisher_exact_test, pearson_chi_square_test
from myotis.statistics.stratified.cochran_mantel_haenszel import cochran_mantel_haenszel_test

NO_STRATA = (
    "the plan names a Cochran-Mantel-Haenszel test, by all signs stratified by physician global, and the responders "
    "of each stratum are not published"
)
OTHER_METHOD = "another method on the same counts"
NOT_STRATIFIED = "a test without strata"
AGREEING_IS_NO_PROOF = "it agrees, which does not show that it was used"


def reproduce_responders(published: Entry, entry: Entry) -> Iterator[Figure]:
    """The percents, the difference by the method that agrees and by others, and the p-value, of one end point."""
    label = entry["label"]
    for name, group in each_group(published, entry):
        cited = cite(published, entry, "percent_source", "counts_source")
        yield reproduce_percent("responders", f"{label}: {name}, percent", group["count"], group, cited)
    if "difference" in entry:
        yield from _reproduce_difference(published, entry)
    for again in entry.get("also_printed", []):
        cited = {"interval_source": again["source"], "p_source": again["source"]}
        yield next(_reproduce_difference(published, dict(entry) | again | cited))
        yield next(_reproduce_p_value(published, dict(entry) | again | cited))
    if "p_value" in entry:
        yield from _reproduce_p_value(published, entry)


def _reproduce_difference(published: Entry, entry: Entry) -> Iterator[Figure]:
    methods = published["methods"]
    counts = [entry[arm][part] for arm in ("group", "comparator") for part in ("count", "n")]
    printed = [entry["difference"], entry["lower"], entry["upper"]]
    used = DifferenceInterval(methods["difference_interval"])
    for method in [used, *(other for other in DifferenceInterval if other is not used)]:
        answer = recompute(
            lambda *x, method=method: take_limits(
                estimate_difference_of_proportions(*x, method=method, level=methods["level"])
            ),
            *counts,
        )
        yield Figure(
            section="responders",
            figure=f"{entry['label']}: difference",
            kind="reproduction" if method is used else "comparison",
            method=method.value,
            reason="" if method is used else OTHER_METHOD,
            **compare(printed, [figure.scaled(100) for figure in answer]),
            **cite(published, entry, "interval_source"),
        )


def _reproduce_p_value(published: Entry, entry: Entry) -> Iterator[Figure]:
    label, printed = f"{entry['label']}: p-value", entry["p_value"]
    cited = cite(published, entry, "p_source")
    yield Figure(section="responders", figure=label, published=printed, reason=NO_STRATA, **cited)
    x1, n1, x2, n2 = (entry[arm][part] for arm in ("group", "comparator") for part in ("count", "n"))
    tests = (
        pearson_chi_square_test(x1, n1, x2, n2, yates=False),
        pearson_chi_square_test(x1, n1, x2, n2, yates=True),
        fisher_exact_test(x1, n1, x2, n2),
        cochran_mantel_haenszel_test([[[x1, n1 - x1], [x2, n2 - x2]]], correction=False),
    )
    for test in tests:
        p = float(test.p_value)
        agreed = agrees(printed, Recomputed(p, p, p))
        yield Figure(
            section="responders",
            figure=label,
            kind="comparison",
            published=printed,
            recomputed=format_number(p, 6),
            method=test.method + (", one stratum" if test.method.startswith("cochran") else ""),
            agrees=YES if agreed else NO,
            reason=f"{NOT_STRATIFIED}; {AGREEING_IS_NO_PROOF}" if agreed else NOT_STRATIFIED,
            **cited,
        )
