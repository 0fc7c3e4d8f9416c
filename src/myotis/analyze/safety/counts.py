"""Patients and events of one kind in a column of the safety tables, as results rows. The two are counted apart."""

from collections.abc import Iterator
from dataclasses import replace

import polars as pl

from myotis.analyze.safety.columns import DAYS_PER, Column
from myotis.datasets.results import Result
from myotis.errors import StatisticsError
from myotis.protocol.safety import SafetyPlan
from myotis.statistics.proportions.difference import estimate_difference_of_proportions
from myotis.statistics.proportions.one import estimate_proportion
from myotis.statistics.rates.difference import estimate_difference_of_rates
from myotis.statistics.rates.one import estimate_rate

POISSON = "the events of a patient are taken as independent"
PER_INFUSIONS = 100


def describe_kind(column: Column, events: pl.DataFrame, plan: SafetyPlan, head: Result) -> Iterator[Result]:
    """The rows of one kind of event in one column.

    ``analysis_id`` of the head: patients with such an event, of all, with percent and interval. With ``.events``: the
    number of events and their rate for the patient-time at risk, with its interval; with ``.infusions``: events for
    100 infusions. With ``.first``: the exposure-adjusted incidence rate, patients for the time at risk up to their
    first event.
    """
    head = replace(head, group=column.label, n=column.patients)
    patients = events["USUBJID"].n_unique()
    yield head.number("count", patients)
    yield head.number("denominator", column.patients)
    if column.patients:
        share = estimate_proportion(
            patients, column.patients, method=_kebab(plan.incidence_interval), level=_level(plan)
        )
        yield head.number("percent", 100 * patients / column.patients, unit="%")
        yield from (
            row for row in replace(head, unit="%").estimate(share.scaled(100)) if row.statistic in {"lower", "upper"}
        )
    of_events = replace(head, analysis_id=f"{head.analysis_id}.events")
    yield of_events.number("count", events.height)
    yield from _rate(events.height, column.days, plan, replace(of_events, method_options=POISSON))
    if column.infusions.height:
        part = replace(head, analysis_id=f"{head.analysis_id}.infusions", unit=f"per {PER_INFUSIONS} infusions")
        yield part.number("estimate", PER_INFUSIONS * events.height / column.infusions.height)
    yield from _rate(
        patients, column.days_to_first(events), plan, replace(head, analysis_id=f"{head.analysis_id}.first")
    )


def compare_kind(
    pair: tuple[Column, Column], kinds: tuple[pl.DataFrame, pl.DataFrame], plan: SafetyPlan, head: Result
) -> Iterator[Result]:
    """The difference of two columns in one kind of event: of patients in percentage points, of both rates."""
    sizes = [column.patients for column in pair]
    patients = [events["USUBJID"].n_unique() for events in kinds]
    head = replace(head, group=pair[0].label, comparator=pair[1].label, n=sum(sizes))
    part = replace(head, unit="percentage points", method=_kebab(plan.difference_interval))
    try:
        counts = (patients[0], sizes[0], patients[1], sizes[1])
        answer = estimate_difference_of_proportions(
            *counts, method=_kebab(plan.difference_interval), level=_level(plan)
        )
    except StatisticsError as error:
        yield from part.no_answer(["estimate", "lower", "upper"], str(error))
    else:
        yield from part.estimate(answer.scaled(100))
    first = [column.days_to_first(events) for column, events in zip(pair, kinds, strict=True)]
    days = [column.days for column in pair]
    part = replace(head, analysis_id=f"{head.analysis_id}.events", method_options=POISSON)
    yield from _compare_rates([events.height for events in kinds], days, plan, part)
    yield from _compare_rates(patients, first, plan, replace(head, analysis_id=f"{head.analysis_id}.first"))


def _rate(count: int, days: int, plan: SafetyPlan, head: Result) -> Iterator[Result]:
    head = replace(head, unit=f"per {plan.rate_per}", method=_kebab(plan.rate_interval))
    yield replace(head, unit="days", method=None).number("time_at_risk", days)
    try:
        answer = estimate_rate(
            count, days, method=_kebab(plan.rate_interval), level=_level(plan), per=_days_per_unit(plan)
        )
    except StatisticsError as error:
        yield from head.no_answer(["estimate", "lower", "upper"], str(error))
    else:
        yield from head.estimate(answer)


def _compare_rates(counts: list[int], days: list[int], plan: SafetyPlan, head: Result) -> Iterator[Result]:
    method = _kebab(plan.rate_difference_interval)
    head = replace(head, unit=f"per {plan.rate_per}", method=method)
    try:
        pairs = (counts[0], days[0], counts[1], days[1])
        answer = estimate_difference_of_rates(*pairs, method=method, level=_level(plan), per=_days_per_unit(plan))
    except StatisticsError as error:
        yield from head.no_answer(["estimate", "lower", "upper"], str(error))
    else:
        yield from head.estimate(answer)


def _days_per_unit(plan: SafetyPlan) -> float:
    return float(plan.rate_per.number) * DAYS_PER[plan.rate_per.unit]


def _level(plan: SafetyPlan) -> float:
    return float(plan.level.number / 100)


def _kebab(name: str) -> str:
    return name.replace("_", "-")
