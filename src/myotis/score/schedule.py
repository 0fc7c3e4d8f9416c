"""The order of visits: from the protocol, from a list, or from their numbers. Never from the order of rows."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Literal, Self

import numpy as np
import polars as pl

from myotis.errors import SettingError
from myotis.protocol.design import Visit
from myotis.protocol.trial import Trial
from myotis.terms.missing import MISSING
from myotis.terms.rule import Steps

NUMERIC: Literal["numeric"] = "numeric"

BEFORE_BASELINE = MISSING + 1
"""The position of a visit that is planned before the baseline: it is known and not scored."""

NUMBER_STEPS = 1_000
"""Visits by number are ordered to a thousandth."""


@dataclass(frozen=True, kw_only=True)
class Schedule:
    """Which visits there are and in which order, the baseline at position 0.

    ``positions`` goes from every name of a visit (case folded) to its position; ``ids`` are the visits from the
    baseline on. Where visits are whatever numbers there are, ``numbered_from`` is the number of the baseline and
    positions are differences to it, in thousandths.
    """

    ids: tuple[str, ...] = ()
    positions: dict[str, int]
    numbered_from: Decimal | None = None

    @classmethod
    def of_trial(cls, trial: Trial, baseline: str | None) -> Self:
        """The scheduled assessment visits of a protocol; a visit before the baseline is known but not scored."""
        first = _find(trial, baseline if baseline is not None else trial.baseline_visit).day
        scheduled = [visit for visit in trial.visits if "core_set" in visit.activities and visit.day >= first]
        positions: dict[str, int] = {}
        for visit in trial.visits:
            if visit in scheduled or visit.day < first:
                position = scheduled.index(visit) if visit in scheduled else BEFORE_BASELINE
                positions |= dict.fromkeys((visit.id.casefold(), str(visit.number), visit.label.casefold()), position)
        return cls(ids=tuple(visit.id for visit in scheduled), positions=positions)

    @classmethod
    def of_list(cls, names: Iterable[str], trial: Trial, baseline: str | None) -> Self:
        """The visits of a list, in its order; the baseline is the one named, else the protocol's."""
        listed = [_fold(name) for name in names]
        ids = [_planned_id(trial, name) for name in listed]
        if len(set(ids)) < len(ids) or "" in ids:
            raise SettingError("the list of visits names one twice, or has an empty name")
        own = _planned_id(trial, _fold(trial.baseline_visit if baseline is None else baseline))
        if own not in ids:
            raise SettingError("the baseline is not in the list of visits: name it")
        first = ids.index(own)
        positions = {
            name: position - first if position >= first else BEFORE_BASELINE for position, name in enumerate(listed)
        }
        return cls(ids=tuple(ids[first:]), positions=positions)

    @classmethod
    def of_numbers(cls, trial: Trial, baseline: str | None) -> Self:
        """Whatever numbers there are, in their order."""
        text = baseline if baseline is not None else str(trial.visit(trial.baseline_visit).number)
        try:
            number = Decimal(text.strip())
        except InvalidOperation:
            number = Decimal("NaN")
        if not number.is_finite():
            raise SettingError("with numeric visits the baseline is a number")
        return cls(positions={}, numbered_from=number)

    @property
    def expected(self) -> str:
        """What a visit may be called, in words."""
        return "a number" if self.numbered_from is not None else "one of " + ", ".join(self.positions)

    def find_positions(self, visits: pl.Series) -> Steps:
        """The position of each visit: 0 is the baseline, MISSING an unknown visit, BEFORE_BASELINE an earlier one."""
        if self.numbered_from is not None:
            return self._numbered(visits)
        spelled = visits.unique()
        names = visits.replace_strict(spelled, [name and _fold(name) for name in spelled], return_dtype=pl.String)
        found = names.replace_strict(self.positions, default=MISSING, return_dtype=pl.Int64)
        return found.fill_null(MISSING).to_numpy()

    def _numbered(self, visits: pl.Series) -> Steps:
        numbers = visits.cast(pl.Float64, strict=False).to_numpy()
        assert self.numbered_from is not None, "called for numbered visits only"
        with np.errstate(invalid="ignore"):
            steps = np.rint(numbers * NUMBER_STEPS) - float(self.numbered_from * NUMBER_STEPS)
        known = np.isfinite(steps) & (np.abs(steps) < 2**62)
        positions = np.where(known, steps, 0).astype(np.int64)
        return np.where(known, np.where(positions < 0, BEFORE_BASELINE, positions), MISSING)


def _fold(name: str) -> str:
    """The name of a visit as names are compared: without capitals, 4.0 being 4."""
    return name.strip().casefold().removesuffix(".0")


def _planned_id(trial: Trial, name: str) -> str:
    """The protocol's id of the visit of this name, else the name itself."""
    try:
        return trial.visit(name).id
    except KeyError:
        return name


def _find(trial: Trial, baseline: str) -> Visit:
    try:
        visit = trial.visit(_fold(baseline))
    except KeyError as error:
        raise SettingError(f"the baseline {baseline} is no visit of the protocol") from error
    if "core_set" not in visit.activities:
        raise SettingError(f"the core set is not assessed at the baseline {baseline}")
    return visit
