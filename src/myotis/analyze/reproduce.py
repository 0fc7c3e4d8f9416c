"""The published figures of a trial beside what can be recomputed from other published figures.

Each row of `reproduce_published` is one figure as printed, with what was recomputed and whether the two agree
(`myotis.analyze.agreement` says when). ``kind`` tells rows apart:

* ``reproduction``: the figure by the method that the publication seems to have used, or why it can't be had;
* ``comparison``: what another method gives from the same numbers;
* ``reading``: what one reading of two sources that contradict each other would give.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import polars as pl

from myotis.analyze.agreement import compute_rounding_interval
from myotis.analyze.published_figure import Entry, Figure, cite, each_group, reproduce_percent, show_estimate
from myotis.analyze.reproduce_changes import reproduce_change, reproduce_conflict, reproduce_mean
from myotis.analyze.reproduce_responders import reproduce_responders
from myotis.errors import SettingError
from myotis.protocol.files import parse_toml
from myotis.protocol.shipped import list_trials_with, read_shipped_text
from myotis.terms.source import Fact, Source, Status

PUBLISHED: Final = "published.toml"

NO_TIMES = "a Kaplan-Meier median needs the subjects' times, which are not published"
NO_COUNT = "it is a count that was observed, not computed"
NO_EXPOSURE = "a rate needs the patient-months, which are not published"


def read_published(trial: str | Path) -> dict[str, Any]:
    """The published results of a shipped trial, as they lie in its ``published.toml``, or those in a file like it.

    Raises SettingError where no such trial is shipped or nothing of it has been published, and InputError for a file
    that can't be read.

    >>> read_published("proderm")["registration"]
    'NCT02728752'
    """
    if isinstance(trial, str) and trial not in (names := list_trials_with(PUBLISHED)):
        raise SettingError(f"no published results are shipped for {trial!r}; expected one of {', '.join(names)}")
    name, text = read_shipped_text(trial, PUBLISHED, what="a file of published results")
    return parse_toml(text, name, parse_float=float)


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


def _reproduce_time(published: Entry, entry: Entry) -> Iterator[Figure]:
    for name, group in each_group(published, entry):
        yield Figure(
            section="time to event",
            figure=f"{entry['label']}: {name}, median days",
            published=show_estimate([group["median"], group["lower"], group["upper"]]),
            reason=NO_TIMES,
            **cite(published, entry),
        )


def _reproduce_deterioration(published: Entry, entry: Entry) -> Iterator[Figure]:
    for name, group in each_group(published, entry):
        yield Figure(
            section="deterioration",
            figure=f"{entry['label']}: {name}",
            published=f"{group['count']} of {group['n']}",
            reason="; ".join(text for text in (NO_COUNT, entry.get("note", "")) if text),
            **cite(published, entry),
        )


def _reproduce_share(published: Entry, entry: Entry) -> Iterator[Figure]:
    cited = cite(published, entry)
    if "count" in entry:
        yield reproduce_percent("flow and baseline", entry["label"], entry["count"], entry, cited)
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
    cited, groups = cite(published, safety), {group["id"]: group for group in safety["groups"]}
    for event in safety["events"]:
        for key, cell in event["by_group"].items():
            group = groups[key]
            label = f"{event['label']}: {group['label']}"
            yield from _reproduce_event(f"{label}, patients", cell | {"n": group["n"]}, cited)
            if "events" in cell:
                yield _count_figure(f"{label}, events", str(cell["events"]), cited)
    for entry in safety["listed"]:
        yield from _reproduce_event(f"{entry['label']}: patients", entry, cite(published, entry))
        if "events" in entry:
            yield _count_figure(f"{entry['label']}: events", str(entry["events"]), cite(published, entry))
    for entry in safety["rates"]:
        yield Figure(
            section="safety",
            figure=entry["label"],
            published=entry["rate"],
            reason=NO_EXPOSURE,
            **cite(published, entry),
        )


def _reproduce_event(label: str, cell: Entry, cited: dict[str, str]) -> Iterator[Figure]:
    if "percent" in cell:
        yield reproduce_percent("safety", f"{label}, percent", cell["patients"], cell, cited)
    else:
        yield _count_figure(label, str(cell["patients"]), cited)


def _count_figure(label: str, count: str, cited: dict[str, str]) -> Figure:
    return Figure(section="safety", figure=label, published=count, reason=NO_COUNT, **cited)


SECTIONS: dict[str, Callable[[Entry, Entry], Iterator[Figure]]] = {
    "percents": _reproduce_share,
    "responders": reproduce_responders,
    "means": reproduce_mean("TIS"),
    "changes": reproduce_change,
    "conflicts": reproduce_conflict,
    "time_to_event": _reproduce_time,
    "deteriorations": _reproduce_deterioration,
    "post_hoc": reproduce_mean("post hoc"),
}
