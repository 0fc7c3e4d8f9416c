"""The published figures of a trial beside what can be recomputed from other published figures.

Each row of `reproduce_published` is one figure as printed, with what was recomputed and whether the two agree
(`myotis.analyze.agreement` says when). ``kind`` tells rows apart:

* ``reproduction``: the figure by the method that the publication seems to have used, or why it can't be had;
* ``comparison``: what another method gives from the same numbers;
* ``reading``: what one reading of two sources that contradict each other would give.
"""

import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib import resources
from typing import Any

import polars as pl

from myotis.analyze.agreement import (
    Recomputed,
    agrees,
    compute_rounding_interval,
    count_decimals,
    recompute,
    show_range,
)
from myotis.errors import SettingError
from myotis.statistics.display import format_number
from myotis.statistics.means import DifferenceOfMeans, Summary, estimate_difference_of_means, estimate_mean
from myotis.statistics.proportions import (
    DifferenceInterval,
    estimate_difference_of_proportions,
    fisher_exact_test,
    pearson_chi_square_test,
)
from myotis.statistics.result import Estimate, Numbers
from myotis.statistics.stratified import cochran_mantel_haenszel_test
from myotis.terms.source import Fact, Source, Status

NO_VALUES = "it needs the subjects' values, which are not published"
NO_MODEL = "a model adjusted for baseline needs the subjects' values, which are not published"
NO_TIMES = "a Kaplan-Meier median needs the subjects' times, which are not published"
NO_COUNT = "it is a count that was observed, not computed"
NO_STRATA = (
    "the plan names a Cochran-Mantel-Haenszel test, by all signs stratified by physician global, and the responders "
    "of each stratum are not published"
)
NO_EXPOSURE = "a rate needs the patient-months, which are not published"
OTHER_METHOD = "another method on the same counts"
NOT_STRATIFIED = "a test without strata"
NOT_ADJUSTED = "not adjusted for baseline; the published model was"
AGREEING_IS_NO_PROOF = "it agrees, which does not show that it was used"

YES, NO, NOT_RECOMPUTABLE = "yes", "no", "not recomputable"

Entry = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One row: a published figure, what was recomputed, and whether they agree."""

    section: str
    figure: str
    kind: str = "reproduction"
    published: str
    recomputed: str = ""
    range: str = ""
    method: str = ""
    agrees: str = NOT_RECOMPUTABLE
    reason: str = ""
    source: str
    status: str


def read_published(trial: str) -> dict[str, Any]:
    """The published results of a shipped trial, as they lie in its ``published.toml``.

    Raises SettingError where no such trial is shipped or nothing of it has been published.

    >>> read_published("proderm")["registration"]
    'NCT02728752'
    """
    shipped = resources.files("myotis.trials")
    names = sorted(folder.name for folder in shipped.iterdir() if folder.joinpath("published.toml").is_file())
    if trial not in names:
        raise SettingError(f"no published results are shipped for {trial!r}; expected one of {', '.join(names)}")
    return tomllib.loads(shipped.joinpath(trial, "published.toml").read_text(encoding="utf-8"))


def reproduce_published(published: Mapping[str, Any]) -> pl.DataFrame:
    """Every published figure with what can be recomputed of it, one row each; see the module for the columns.

    >>> rows = reproduce_published(read_published("proderm"))
    >>> primary = rows.filter(pl.col("figure").str.starts_with("TIS >= 20 at week 16"), method="wald")
    >>> primary.select("published", "recomputed", "agrees").row(0)
    ('34.97 (16.70 to 53.24)', '34.97 (16.70 to 53.24)', 'yes')
    """
    figures = list(_reproduce_all(published))
    return pl.DataFrame([asdict(figure) for figure in figures], schema=dict.fromkeys(Figure.__slots__, pl.String))


def list_published_facts(published: Mapping[str, Any]) -> Iterator[Fact]:
    """Every published figure as one line of the list of sources."""
    for row in _reproduce_all(published):
        if row.kind == "reproduction":
            yield Fact(row.figure, row.published, Source(row.source, Status(row.status)))


def _reproduce_all(published: Mapping[str, Any]) -> Iterator[Figure]:
    for section, reproduce in SECTIONS.items():
        for entry in published.get(section, []):
            try:
                yield from reproduce(published, entry)
            except KeyError as error:
                name = entry.get("id", "an entry without id")
                raise SettingError(f"published results, {section}, {name}: {error} is absent or unknown") from error
    if "safety" in published:
        yield from _reproduce_safety(published)


def _cite(published: Entry, entry: Entry, *keys: str) -> dict[str, str]:
    """Reference and status of the first of the keys that the entry has."""
    key = next(key for key in (*keys, "source") if key in entry or key == "source")
    source = published["sources"][entry[key]]
    return {"source": source["reference"], "status": source["status"]}


def _compare(printed: Sequence[str], figures: Sequence[Recomputed]) -> dict[str, str]:
    """The texts of one figure, or of an estimate with its limits, and whether all of them agree."""
    shown = [format_number(figure.value, count_decimals(text)) for text, figure in zip(printed, figures, strict=True)]
    ranges = [show_range(text, figure) for text, figure in zip(printed, figures, strict=True)]
    all_agree = all(agrees(text, figure) for text, figure in zip(printed, figures, strict=True))
    return {
        "published": _show(printed),
        "recomputed": _show(shown),
        "range": "; ".join(text for text in ranges if text),
        "agrees": YES if all_agree else NO,
    }


def _show(texts: Sequence[str]) -> str:
    if len(texts) == 1:
        return texts[0]
    return f"{texts[0]} ({texts[1]} to {texts[2]})"


def _limits(answer: Estimate) -> tuple[Numbers, Numbers, Numbers]:
    return answer.estimate, answer.lower, answer.upper


def _groups(published: Entry, entry: Entry) -> Iterator[tuple[str, Entry]]:
    for arm in ("group", "comparator"):
        if arm in entry:
            yield published[arm], entry[arm]


def _reproduce_responders(published: Entry, entry: Entry) -> Iterator[Figure]:
    label = entry["label"]
    for name, group in _groups(published, entry):
        cited = _cite(published, entry, "percent_source", "counts_source")
        yield _reproduce_percent("responders", f"{label}: {name}, percent", group["count"], group, cited)
    if "difference" in entry:
        yield from _reproduce_difference(published, entry)
    for again in entry.get("also_printed", []):
        cited = {"interval_source": again["source"], "p_source": again["source"]}
        yield next(_reproduce_difference(published, dict(entry) | again | cited))
        yield next(_reproduce_p_value(published, dict(entry) | again | cited))
    if "p_value" in entry:
        yield from _reproduce_p_value(published, entry)


def _reproduce_percent(section: str, label: str, count: int, entry: Entry, cited: dict[str, str]) -> Figure:
    (figure,) = recompute(lambda x, n: [100 * x / n], count, entry["n"])
    compared = _compare([entry["percent"]], [figure])
    return Figure(section=section, figure=label, method=f"{count} of {entry['n']}", **compared, **cited)


def _reproduce_difference(published: Entry, entry: Entry) -> Iterator[Figure]:
    methods = published["methods"]
    counts = [entry[arm][part] for arm in ("group", "comparator") for part in ("count", "n")]
    printed = [entry["difference"], entry["lower"], entry["upper"]]
    used = DifferenceInterval(methods["difference_interval"])
    for method in [used, *(other for other in DifferenceInterval if other is not used)]:
        answer = recompute(
            lambda *x, method=method: _limits(
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
            **_compare(printed, [figure.scaled(100) for figure in answer]),
            **_cite(published, entry, "interval_source"),
        )


def _reproduce_p_value(published: Entry, entry: Entry) -> Iterator[Figure]:
    label, printed = f"{entry['label']}: p-value", entry["p_value"]
    cited = _cite(published, entry, "p_source")
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


def _describe(group: Entry) -> str:
    names = {"sd": "SD", "n": "n", "p_value": "p"}
    parts = ", ".join(f"{name} {group[key]}" for key, name in names.items() if key in group)
    return f"{group['mean']} ({parts})" if parts else f"{group['mean']}"


def _reproduce_mean(section: str) -> Callable[[Entry, Entry], Iterator[Figure]]:
    def reproduce(published: Entry, entry: Entry) -> Iterator[Figure]:
        for name, group in _groups(published, entry):
            yield Figure(
                section=section,
                figure=f"{entry['label']}: {name}, mean",
                published=_describe(group),
                reason=NO_VALUES,
                **_cite(published, entry),
            )

    return reproduce


def _reproduce_change(published: Entry, entry: Entry) -> Iterator[Figure]:
    yield from _reproduce_mean("changes")(published, entry)
    for name, group in _groups(published, entry):
        if "lower" in group:
            yield _reproduce_mean_interval(published, entry, f"{name}, interval", group, group, kind="reproduction")
    if "model" in entry:
        yield from _reproduce_model(published, entry)


def _reproduce_mean_interval(
    published: Entry, entry: Entry, what: str, printed: Entry, summary: Entry, *, kind: str
) -> Figure:
    level = published["methods"]["level"]
    answer = recompute(
        lambda mean, sd, n: _limits(estimate_mean(mean, sd, n, level=level)),
        summary["mean"],
        summary["sd"],
        summary["n"],
    )
    return Figure(
        section="changes",
        figure=f"{entry['label']}: {what}",
        kind=kind,
        method=f"t-one-sample from mean {summary['mean']}, SD {summary['sd']}, n {summary['n']}",
        **_compare([printed["mean"], printed["lower"], printed["upper"]], answer),
        **_cite(published, entry, "interval_source", "published_source"),
    )


def _reproduce_model(published: Entry, entry: Entry) -> Iterator[Figure]:
    model, cited = entry["model"], _cite(published, entry)
    label, printed = f"{entry['label']}: difference", [model["difference"], model["lower"], model["upper"]]
    shown = f"{_show(printed)}, p {model['p_value']}"
    yield Figure(section="changes", figure=label, published=shown, method=model["method"], reason=NO_MODEL, **cited)
    level = published["methods"]["level"]

    def compare_means(*x: Numbers) -> tuple[Numbers, Numbers, Numbers]:
        first, second = Summary(*x[:3]), Summary(*x[3:])
        return _limits(estimate_difference_of_means(first, second, method=DifferenceOfMeans.POOLED, level=level))

    summaries = [entry[arm][part] for arm in ("group", "comparator") for part in ("mean", "sd", "n")]
    yield Figure(
        section="changes",
        figure=label,
        kind="comparison",
        method=DifferenceOfMeans.POOLED.value,
        reason=NOT_ADJUSTED,
        **_compare(printed, recompute(compare_means, *summaries)),
        **cited,
    )


def _reproduce_conflict(published: Entry, entry: Entry) -> Iterator[Figure]:
    for reading in entry["readings"]:
        for arm in ("group", "comparator"):
            what = f"{published[arm]}, interval, {reading['name']}"
            yield _reproduce_mean_interval(
                published, entry, what, entry["published"][arm], reading[arm], kind="reading"
            )


def _reproduce_time(published: Entry, entry: Entry) -> Iterator[Figure]:
    for name, group in _groups(published, entry):
        yield Figure(
            section="time to event",
            figure=f"{entry['label']}: {name}, median days",
            published=_show([group["median"], group["lower"], group["upper"]]),
            reason=NO_TIMES,
            **_cite(published, entry),
        )


def _reproduce_deterioration(published: Entry, entry: Entry) -> Iterator[Figure]:
    for name, group in _groups(published, entry):
        yield Figure(
            section="deterioration",
            figure=f"{entry['label']}: {name}",
            published=f"{group['count']} of {group['n']}",
            reason="; ".join(text for text in (NO_COUNT, entry.get("note", "")) if text),
            **_cite(published, entry),
        )


def _reproduce_share(published: Entry, entry: Entry) -> Iterator[Figure]:
    cited = _cite(published, entry)
    if "count" in entry:
        yield _reproduce_percent("flow and baseline", entry["label"], entry["count"], entry, cited)
        return
    low, high = compute_rounding_interval(entry["percent"])
    possible = [count for count in range(entry["n"] + 1) if low <= 100 * count / entry["n"] <= high]
    yield Figure(
        section="flow and baseline",
        figure=entry["label"],
        published=entry["percent"],
        reason=f"the count is not printed; of {entry['n']} it can be {' or '.join(map(str, possible))}",
        **cited,
    )


def _reproduce_safety(published: Entry) -> Iterator[Figure]:
    safety = published["safety"]
    cited = _cite(published, safety)
    for event in safety["events"]:
        for key, group in safety["groups"].items():
            label, cell = f"{event['label']}: {group['label']}", event[key]
            yield from _reproduce_event(f"{label}, patients", cell | {"n": group["n"]}, cited)
            if "events" in cell:
                yield _count_figure(f"{label}, events", str(cell["events"]), cited)
    for entry in safety["listed"]:
        yield from _reproduce_event(f"{entry['label']}: patients", entry, _cite(published, entry))
        if "events" in entry:
            yield _count_figure(f"{entry['label']}: events", str(entry["events"]), _cite(published, entry))
    for entry in safety["rates"]:
        yield Figure(
            section="safety",
            figure=entry["label"],
            published=entry["rate"],
            reason=NO_EXPOSURE,
            **_cite(published, entry),
        )


def _reproduce_event(label: str, cell: Entry, cited: dict[str, str]) -> Iterator[Figure]:
    if "percent" in cell:
        yield _reproduce_percent("safety", f"{label}, percent", cell["patients"], cell, cited)
    else:
        yield _count_figure(label, str(cell["patients"]), cited)


def _count_figure(label: str, count: str, cited: dict[str, str]) -> Figure:
    return Figure(section="safety", figure=label, published=count, reason=NO_COUNT, **cited)


SECTIONS: dict[str, Callable[[Entry, Entry], Iterator[Figure]]] = {
    "percents": _reproduce_share,
    "responders": _reproduce_responders,
    "means": _reproduce_mean("TIS"),
    "changes": _reproduce_change,
    "conflicts": _reproduce_conflict,
    "time_to_event": _reproduce_time,
    "deteriorations": _reproduce_deterioration,
    "post_hoc": _reproduce_mean("post hoc"),
}
