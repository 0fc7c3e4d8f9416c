"""The safety analysis: exposure, kinds of events, terms and baskets, by column, compared, and by infusion rate."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

import polars as pl

from myotis.analyze.safety.baskets import Basket, select_events
from myotis.analyze.safety.columns import Column, build_columns, take_column
from myotis.analyze.safety.counts import compare_kind, describe_kind
from myotis.datasets.results import Result
from myotis.datasets.sdtm_safety import RELATED, SEVERE, WITHDRAWN
from myotis.protocol.safety import SafetyPlan
from myotis.protocol.trial import Trial

KINDS: Final[dict[str, pl.Expr]] = {
    "any": pl.lit(value=True),
    "infusional": pl.col("INFUSFL") == "Y",
    "related": pl.col("AEREL") == RELATED,
    "severe": pl.col("AESEV") == SEVERE,
    "serious": pl.col("AESER") == "Y",
    "serious_related": (pl.col("AESER") == "Y") & (pl.col("AEREL") == RELATED),
    "withdrawn": pl.col("AEACN") == WITHDRAWN,
}
"""The kinds of treatment-emergent events that the overview counts. Seriousness is not severity."""


def analyze_safety(
    adex: pl.DataFrame, adae: pl.DataFrame, trial: Trial, head: Result, baskets: Sequence[Basket] = ()
) -> Iterator[Result]:
    """The rows of the plan's safety analysis; none where the protocol plans none.

    ``analysis_id`` is ``safety.exposure``, ``safety.overview``, ``safety.term``, ``safety.basket`` (the scope is the
    subgroup) or one of these with ``.events`` or ``.first`` (see ``describe_kind``); ``safety.rate`` and
    ``safety.rate_basket`` compare infusions above and up to the plan's rate limit.
    """
    plan = trial.plan.safety
    if plan is None:
        return
    head = replace(head, dataset="ADAE", analysis_set=plan.analysis_set)
    columns = list(build_columns(adex, adae, plan, trial))
    pairs = [(_find(columns, pair.group), _find(columns, pair.comparator)) for pair in plan.comparisons]
    for column in columns:
        yield from _describe_exposure(column, replace(head, analysis_id="safety.exposure", dataset="ADEX"))
    yield from _describe_all("", columns, pairs, plan, head, baskets)
    yield from _describe_terms(columns, plan, replace(head, analysis_id="safety.term"))
    if plan.rate_limit is not None:
        for column in columns:
            yield from _compare_by_rate(column, plan, head, baskets)


def _find(columns: list[Column], name: str) -> Column:
    return next(column for column in columns if column.id == name)


def _describe_exposure(column: Column, head: Result) -> Iterator[Result]:
    head = replace(head, group=column.label, n=column.patients)
    yield replace(head, parameter="patients").number("count", column.patients)
    yield replace(head, parameter="infusions").number("count", column.infusions.height)
    yield replace(head, parameter="time").number("time_at_risk", column.days, unit="days")


def _describe_all(
    stem: str, columns: Sequence[Column], pairs: Sequence[tuple[Column, Column]], plan: SafetyPlan, head: Result,
    baskets: Sequence[Basket],
) -> Iterator[Result]:  # fmt: skip
    """The kinds of the overview and the baskets of every column, and the pairs compared."""
    for kind, condition in KINDS.items():
        part = replace(head, analysis_id=f"safety.{stem or 'overview'}", parameter=kind)
        for column in columns:
            yield from describe_kind(column, column.select(condition), plan, part)
        for first, second in pairs:
            yield from compare_kind((first, second), (first.select(condition), second.select(condition)), plan, part)
    for basket in baskets:
        for scope in basket.scopes:
            name = f"safety.{stem}_basket" if stem else "safety.basket"
            part = replace(head, analysis_id=name, parameter=basket.name, subgroup=scope)
            found = {column.label: select_events(column.events, basket, scope) for column in columns}
            for column in columns:
                yield from describe_kind(column, found[column.label], plan, part)
            for first, second in pairs:
                yield from compare_kind((first, second), (found[first.label], found[second.label]), plan, part)


def _describe_terms(columns: Sequence[Column], plan: SafetyPlan, head: Result) -> Iterator[Result]:
    """Each term that enough patients of a column have, by its patients in the last column, then by name."""
    counts: dict[str, list[int]] = {}
    for place, column in enumerate(columns):
        named = column.events.select("USUBJID", term=pl.coalesce("AEDECOD", "AETERM"))
        for term, patients in named.group_by("term").agg(pl.col("USUBJID").n_unique()).iter_rows():
            counts.setdefault(term, [0] * len(columns))[place] = patients
    least = float(plan.shown_from.number) / 100
    shown = [
        term
        for term, found in counts.items()
        if any(count and count >= least * column.patients for count, column in zip(found, columns, strict=True))
    ]
    for term in sorted(shown, key=lambda term: (-counts[term][-1], term)):
        for column in columns:
            events = column.select(pl.coalesce("AEDECOD", "AETERM") == term)
            yield from describe_kind(column, events, plan, replace(head, parameter=term))


def _compare_by_rate(column: Column, plan: SafetyPlan, head: Result, baskets: Sequence[Basket]) -> Iterator[Result]:
    """The column's infusions above the plan's rate limit against the others, where both kinds were recorded."""
    assert plan.rate_limit is not None
    limit = float(plan.rate_limit.number)
    conditions = {"above": pl.col("MAXRATE") > limit, "up to": pl.col("MAXRATE") <= limit}
    parts = [
        take_column(column.id, f"{column.label}, {words} {plan.rate_limit}", column.infusions, column.events, condition)
        for words, condition in conditions.items()
    ]
    if all(part.infusions.height for part in parts):
        yield from _describe_all("rate", parts, [(parts[0], parts[1])], plan, head, baskets)
