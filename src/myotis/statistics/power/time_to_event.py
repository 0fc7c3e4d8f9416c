"""Power of the log-rank test: by the number of events, and by the subjects who give them.

When to use: for a time to an event, such as deterioration, with proportional hazards. Events decide the power; accrual,
follow-up and dropout decide how many subjects give them and how long the trial lasts.
"""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final, Self

import numpy as np
from scipy import special

from myotis.errors import StatisticsError
from myotis.statistics.power.assumptions import (
    Assumptions,
    Options,
    check_positive,
    check_test,
    compute_normal_power,
    join_numbers,
)
from myotis.statistics.power.observed_events import Hazard, compute_event_probability
from myotis.statistics.power.search import find_effect
from myotis.statistics.result import Alternative


class EventsFormula(StrEnum):
    """How far the log-rank statistic lies from 0, for a hazard ratio and a number of events."""

    SCHOENFELD = "schoenfeld"
    """By the logarithm of the hazard ratio and the allocation."""
    FREEDMAN = "freedman"
    """By the hazard ratio itself; for equal groups nearer the truth with few events."""


REFERENCES: Final = {
    EventsFormula.SCHOENFELD: "Schoenfeld DA, Biometrika 1981;68:316-319; Biometrics 1983;39:499-503",
    EventsFormula.FREEDMAN: "Freedman LS, Stat Med 1982;1:121-129",
}

LIMITS: Final = (1e-4, 1e4)
"""Hazard ratios beyond are not looked for."""

LONGEST = 1e6
"""No trial lasts so many times its accrual and follow-up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeToEvent(Assumptions):
    """An assumed hazard ratio (group 1 over group 2), the comparator's hazard, and how long subjects are followed.

    Subjects enter evenly over ``accrual`` and the trial ends ``follow_up`` later; ``dropout1`` and ``dropout2`` are
    hazards of leaving. All are in one unit of time. The effect is the hazard ratio, of the null hypothesis 1. Raises
    StatisticsError for times and ratios that are not above 0.

    >>> none = Hazard(rates=(0.0,))
    >>> assumed = TimeToEvent(
    ...     hazard_ratio=0.5, comparator=Hazard.of_median(12), dropout1=none, dropout2=none, accrual=12, follow_up=12,
    ...     alpha=0.05, alternative="two-sided", formula="schoenfeld",
    ... )
    >>> round(assumed.count_events(60, 60), 1), round(assumed.compute_power(60, 60), 4)
    (62.5, 0.7823)
    """

    hazard_ratio: float
    comparator: Hazard
    dropout1: Hazard
    dropout2: Hazard
    accrual: float
    follow_up: float
    alpha: float
    alternative: Alternative
    formula: EventsFormula | str

    def __post_init__(self) -> None:
        check_positive("the hazard ratio", self.hazard_ratio)
        check_test(self.alpha, self.alternative)
        EventsFormula(self.formula)
        if not (self.accrual >= 0 and self.follow_up >= 0 and 0 < self.duration < np.inf):
            raise StatisticsError("accrual and follow-up make no trial; expected times from 0, not both 0")
        if not any(self.comparator.rates):
            raise StatisticsError("the comparator has no hazard; expected a rate above 0")

    @property
    def duration(self) -> float:
        """From the first subject's entry to the end."""
        return self.accrual + self.follow_up

    @property
    def effect(self) -> float:
        return self.hazard_ratio

    @property
    def null(self) -> float:
        return 1.0

    @property
    def effect_limits(self) -> tuple[float, float]:
        return LIMITS

    @property
    def method(self) -> str:
        return EventsFormula(self.formula).value

    @property
    def reference(self) -> str:
        return REFERENCES[EventsFormula(self.formula)]

    @property
    def options(self) -> Options:
        hazards = {
            "comparator_hazard": self.comparator,
            "dropout_hazard": self.dropout1,
            "comparator_dropout_hazard": self.dropout2,
        }
        told = {name: join_numbers(np.array(hazard.rates)) for name, hazard in hazards.items()}
        return {"hazard_ratio": self.hazard_ratio, **told, "accrual": self.accrual, "follow_up": self.follow_up}

    def count_events(self, n1: float, n2: float, *, at: float | None = None) -> float:
        """The events expected of both groups by the end, or by another time from the first entry on."""
        end = self.duration if at is None else at
        return n1 * self._compute_probability(1, end) + n2 * self._compute_probability(2, end)

    def _compute_probability(self, group: int, end: float) -> float:
        hazard = self.comparator.times(self.hazard_ratio) if group == 1 else self.comparator
        dropout = self.dropout1 if group == 1 else self.dropout2
        return compute_event_probability(hazard, dropout, accrual=self.accrual, duration=end)

    def compute_power(self, n1: float, n2: float) -> float:
        drift = compute_log_rank_drift(
            self.count_events(n1, n2), hazard_ratio=self.hazard_ratio, ratio=n1 / n2, formula=self.formula
        )
        return compute_normal_power(drift, 1, 1, alpha=self.alpha, alternative=self.alternative)

    def with_effect(self, effect: float) -> Self:
        return replace(self, hazard_ratio=effect)

    def with_error(self, alpha: float, alternative: Alternative) -> Self:
        return replace(self, alpha=alpha, alternative=alternative)


def compute_log_rank_drift(events: float, *, hazard_ratio: float, ratio: float, formula: EventsFormula | str) -> float:
    """The expected log-rank Z at a number of events of both groups; ``ratio`` is the size of group 1 over group 2.

    >>> round(compute_log_rank_drift(66, hazard_ratio=0.5, ratio=1, formula="schoenfeld"), 4)
    -2.8156
    """
    check_positive("hazard ratio and allocation", hazard_ratio, ratio)
    if EventsFormula(formula) is EventsFormula.SCHOENFELD:
        return float(np.log(hazard_ratio) * np.sqrt(events * ratio) / (1 + ratio))
    return float((hazard_ratio - 1) * np.sqrt(events * ratio) / (1 + ratio * hazard_ratio))


def compute_events(
    *,
    hazard_ratio: float,
    ratio: float,
    alpha: float,
    alternative: Alternative,
    power: float,
    formula: EventsFormula | str,
) -> float:
    """The number of events of both groups that gives a power, before rounding; of a two-sided test on one side.

    >>> round(compute_events(
    ...     hazard_ratio=0.5, ratio=1, alpha=0.05, alternative="two-sided", power=0.8, formula="schoenfeld"
    ... ), 2)
    65.35
    """
    check_test(alpha, alternative)
    error = alpha / 2 if alternative == "two-sided" else alpha
    if not error < power < 1 or hazard_ratio == 1:
        raise StatisticsError("expected a power above the error of a side and below 1, and a hazard ratio other than 1")
    one = compute_log_rank_drift(1, hazard_ratio=hazard_ratio, ratio=ratio, formula=formula)
    return float(((special.ndtri(power) - special.ndtri(error)) / one) ** 2)


def find_duration(assumptions: TimeToEvent, n1: int, n2: int, *, events: float) -> float:
    """When so many events are expected, from the first entry on; accrual as assumed, follow-up as long as it takes.

    Raises StatisticsError where so many never come.

    >>> none = Hazard(rates=(0.0,))
    >>> assumed = TimeToEvent(
    ...     hazard_ratio=0.5, comparator=Hazard.of_median(12), dropout1=none, dropout2=none, accrual=12, follow_up=12,
    ...     alpha=0.05, alternative="two-sided", formula="schoenfeld",
    ... )
    >>> round(find_duration(assumed, 60, 60, events=66), 2)
    25.58
    """
    return find_effect(
        lambda time: assumptions.count_events(n1, n2, at=time) if time > 0 else 0.0,
        events,
        0.0,
        LONGEST * assumptions.duration,
        assumptions.duration,
    )
