"""The product-limit curve of many trials at once, with Greenwood's sum."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from myotis.statistics.result import Numbers
from myotis.statistics.time_to_event.risk_sets import Mask, RiskSets


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductLimit:
    """A Kaplan-Meier curve at the ordered times of its subjects, [..., subject]; true at the steps of ``sets``.

    ``greenwood`` is the variance of the curve over its square; infinite where the curve is 0.
    """

    sets: RiskSets
    at_risk: Numbers
    events: Numbers
    survival: Numbers
    greenwood: Numbers

    @classmethod
    def of(cls, time: Numbers, event: Numbers) -> Self:
        """The curve of subjects as `take_subjects` gives them; event is 1 or 0."""
        sets = RiskSets.of(time)
        at_risk, events = sets.sum_at_risk(1.0), sets.sum_at_steps(event)
        survival: Numbers = np.cumprod(1 - events / np.maximum(at_risk, 1), axis=-1, dtype=float)
        return cls(
            sets=sets,
            at_risk=at_risk,
            events=events,
            survival=survival,
            greenwood=np.cumsum(compute_greenwood_terms(events, at_risk), axis=-1),
        )

    @property
    def survival_before(self) -> Numbers:
        """The curve just before each time."""
        return np.concatenate([np.ones_like(self.survival[..., :1]), self.survival[..., :-1]], axis=-1)

    def is_unknown(self, at: Numbers) -> Mask:
        """Where a time point [..., point] lies after the last time of anyone, and the curve has not reached 0."""
        return np.asarray((at > self.sets.last_time[..., None]) & (self.survival[..., -1:] > 0))


def compute_greenwood_terms(events: Numbers, at_risk: Numbers) -> Numbers:
    """d / (y (y - d)) at each time; infinite where all at risk have the event."""
    staying = at_risk - events
    safe = np.maximum(at_risk * staying, 1)
    return np.where(events == 0, 0.0, np.where(staying > 0, events / safe, np.inf))
