"""Readiness: may an infusion begin, and does the lower cap on its rate hold?"""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from myotis.protocol.conduct import Readiness, ResultLimit


class Problem(StrEnum):
    """Why an item keeps an infusion from beginning."""

    MISSING = "missing"
    """It was not checked."""
    TOO_OLD = "too_old"
    """It was checked too long ago."""
    FAILED = "failed"
    """It was checked, and it forbids the infusion."""


class OpenItem(NamedTuple):
    """An item that keeps an infusion from beginning."""

    item: str
    """``pregnancy_test``, ``hydration``, a vital sign, or the id of an analyte or of a risk factor."""
    problem: Problem


class Result(NamedTuple):
    """The last result of an analyte, in the analyte's unit."""

    value: Decimal
    days_old: int
    """The days from the day of the sample to that of the infusion."""


class Checks(NamedTuple):
    """What the site has found before an infusion; None, or no entry, where it was not found out."""

    can_become_pregnant: bool | None = None
    pregnancy_test_negative: bool | None = None
    """The answer of a test taken for this cycle."""
    well_hydrated: bool | None = None
    vital_signs: frozenset[str] = frozenset()
    """Those that were recorded; the protocol has no limits of them."""
    results: Mapping[str, Result] = {}
    risk_factors: Mapping[str, bool] = {}


class ReadinessAnswer(NamedTuple):
    """Whether an infusion may begin: it may where nothing is open."""

    open_items: tuple[OpenItem, ...]
    at_risk: bool | None
    """Whether the subject is at thrombotic or renal risk, so that the lower cap on the rate holds (``plan_infusion``).
    None where no factor is known to be present and some are not known."""

    @property
    def is_ready(self) -> bool:
        """May the infusion begin?"""
        return not self.open_items


def compute_readiness(readiness: Readiness, checks: Checks, *, first_cycle: bool) -> ReadinessAnswer:
    """What is open before an infusion, all of it at once, and whether the lower cap holds.

    >>> from myotis.protocol.read import read_trial
    >>> asked = read_trial("proderm").conduct.readiness
    >>> answer = compute_readiness(asked, Checks(can_become_pregnant=False, well_hydrated=False), first_cycle=True)
    >>> answer.is_ready, answer.open_items[0].item, answer.open_items[0].problem.value
    (False, 'hydration', 'failed')
    """
    items = [
        *_pregnancy(readiness, checks, first_cycle), *_hydration(readiness, checks),
        *(OpenItem(sign, Problem.MISSING) for sign in readiness.vital_signs if sign not in checks.vital_signs),
        *(item for limit in readiness.results for item in _result(limit, checks.results.get(limit.analyte))),
        *(OpenItem(f.id, Problem.MISSING) for f in readiness.risk_factors if f.id not in checks.risk_factors),
    ]  # fmt: skip
    return ReadinessAnswer(tuple(items), _find_risk(readiness, checks))


def _pregnancy(readiness: Readiness, checks: Checks, first_cycle: bool) -> Iterator[OpenItem]:
    asked = readiness.pregnancy_test == "each_cycle" or (readiness.pregnancy_test == "first_cycle" and first_cycle)
    if not asked or checks.can_become_pregnant is False:
        return
    if checks.pregnancy_test_negative is None:
        yield OpenItem("pregnancy_test", Problem.MISSING)
    elif not checks.pregnancy_test_negative:
        yield OpenItem("pregnancy_test", Problem.FAILED)


def _hydration(readiness: Readiness, checks: Checks) -> Iterator[OpenItem]:
    if readiness.hydration and not checks.well_hydrated:
        yield OpenItem("hydration", Problem.MISSING if checks.well_hydrated is None else Problem.FAILED)


def _result(limit: ResultLimit, result: Result | None) -> Iterator[OpenItem]:
    if result is None:
        yield OpenItem(limit.analyte, Problem.MISSING)
    elif result.days_old > limit.within.number:
        yield OpenItem(limit.analyte, Problem.TOO_OLD)
    elif not _is_within(limit, result.value):
        yield OpenItem(limit.analyte, Problem.FAILED)


def _is_within(limit: ResultLimit, value: Decimal) -> bool:
    lowest, highest = limit.at_least, limit.at_most
    return (lowest is None or value >= lowest.number) and (highest is None or value <= highest.number)


def _find_risk(readiness: Readiness, checks: Checks) -> bool | None:
    answers = [checks.risk_factors.get(factor.id) for factor in readiness.risk_factors]
    if True in answers:
        return True
    return None if None in answers else False
