"""Published means and mean changes, their t intervals, and differences by an adjusted model."""

from collections.abc import Callable, Iterator

from myotis.analyze.agreement import recompute
from myotis.analyze.published_figure import Entry, Figure, cite, compare, each_group, show_estimate, take_limits
from myotis.statistics.continuous.means import DifferenceOfMeans, Summary, estimate_difference_of_means, estimate_mean
from myotis.statistics.result import Numbers

NO_VALUES = "it needs the subjects' values, which are not published"
NO_MODEL = "an adjusted model needs the subjects' values, which are not published"
NOT_ADJUSTED = "not adjusted; the published model was"


def _describe(group: Entry) -> str:
    names = {"sd": "SD", "n": "n", "p_value": "p"}
    parts = ", ".join(f"{name} {group[key]}" for key, name in names.items() if key in group)
    return f"{group['mean']} ({parts})" if parts else f"{group['mean']}"


def reproduce_mean(section: str) -> Callable[[Entry, Entry], Iterator[Figure]]:
    """What lists the means of one entry: they can't be recomputed."""

    def reproduce(published: Entry, entry: Entry) -> Iterator[Figure]:
        for name, group in each_group(published, entry):
            yield Figure(
                section=section,
                figure=f"{entry['label']}: {name}, mean",
                published=_describe(group),
                reason=NO_VALUES,
                **cite(published, entry),
            )

    return reproduce


def reproduce_change(published: Entry, entry: Entry) -> Iterator[Figure]:
    """The mean changes of one measure, their intervals and the difference by a model."""
    yield from reproduce_mean("changes")(published, entry)
    for name, group in each_group(published, entry):
        if "lower" in group:
            yield _reproduce_mean_interval(published, entry, f"{name}, interval", group, group, kind="reproduction")
    if "model" in entry:
        yield from _reproduce_model(published, entry)


def _reproduce_mean_interval(
    published: Entry, entry: Entry, what: str, printed: Entry, summary: Entry, *, kind: str
) -> Figure:
    level = published["methods"]["level"]
    answer = recompute(
        lambda mean, sd, n: take_limits(estimate_mean(mean, sd, n, level=level)),
        summary["mean"],
        summary["sd"],
        summary["n"],
    )
    return Figure(
        section="changes",
        figure=f"{entry['label']}: {what}",
        kind=kind,
        method=f"t-one-sample from mean {summary['mean']}, SD {summary['sd']}, n {summary['n']}",
        **compare([printed["mean"], printed["lower"], printed["upper"]], answer),
        **cite(published, entry, "interval_source", "published_source"),
    )


def _reproduce_model(published: Entry, entry: Entry) -> Iterator[Figure]:
    model, cited = entry["model"], cite(published, entry)
    label, printed = f"{entry['label']}: difference", [model["difference"], model["lower"], model["upper"]]
    shown = f"{show_estimate(printed)}, p {model['p_value']}"
    yield Figure(section="changes", figure=label, published=shown, method=model["method"], reason=NO_MODEL, **cited)
    level = published["methods"]["level"]

    def compare_means(*x: Numbers) -> tuple[Numbers, Numbers, Numbers]:
        first, second = Summary(*x[:3]), Summary(*x[3:])
        return take_limits(estimate_difference_of_means(first, second, method=DifferenceOfMeans.POOLED, level=level))

    summaries = [entry[arm][part] for arm in ("group", "comparator") for part in ("mean", "sd", "n")]
    yield Figure(
        section="changes",
        figure=label,
        kind="comparison",
        method=DifferenceOfMeans.POOLED.value,
        reason=NOT_ADJUSTED,
        **compare(printed, recompute(compare_means, *summaries)),
        **cited,
    )


def reproduce_conflict(published: Entry, entry: Entry) -> Iterator[Figure]:
    """The intervals printed, recomputed under each reading of two sources that contradict each other."""
    for reading in entry["readings"]:
        for arm in ("group", "comparator"):
            what = f"{published[arm]}, interval, {reading['name']}"
            yield _reproduce_mean_interval(
                published, entry, what, entry["published"][arm], reading[arm], kind="reading"
            )
