"""Events that are seen of subjects who enter over time: hazards constant by pieces, dropout, and a last day.

When to use: to tell how many subjects give the events that a time to event needs, and by when.
"""

from dataclasses import dataclass
from typing import Final, Self

import numpy as np

from myotis.errors import StatisticsError
from myotis.statistics.power.assumptions import check_positive
from myotis.statistics.result import Numbers

REFERENCES: Final = {"piecewise-exponential": "Lachin JM, Foulkes MA, Biometrics 1986;42:507-519"}

NODES, WEIGHTS = np.polynomial.legendre.leggauss(24)

LONGEST = 4.0
"""A piece is cut so that no more than this of the cumulative hazard lies in it: nodes then give every digit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hazard:
    """A hazard that is constant by pieces: ``rates`` [piece], and ``cuts`` [piece - 1], the times at which it changes.

    Raises StatisticsError for rates below 0 and for cuts that don't increase.
    """

    rates: tuple[float, ...]
    cuts: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        if len(self.rates) != len(self.cuts) + 1:
            raise StatisticsError(f"{len(self.rates)} hazards have {len(self.cuts)} cuts; expected one cut less")
        if not all(0 <= rate < np.inf for rate in self.rates):
            raise StatisticsError("a hazard is negative or no number; expected numbers from 0")
        if not all(low < high < np.inf for low, high in zip((0.0, *self.cuts), self.cuts, strict=False)):
            raise StatisticsError("the cuts do not increase; expected times above 0, each after the one before")

    @classmethod
    def of_median(cls, median: float) -> Self:
        """The constant hazard with that median time.

        >>> round(Hazard.of_median(12).rates[0], 4)
        0.0578
        """
        check_positive("the median time", median)
        return cls(rates=(float(np.log(2)) / median,))

    @classmethod
    def of_share(cls, share: float, time: float) -> Self:
        """The constant hazard by which that share has the event up to a time.

        >>> round(Hazard.of_share(0.1, 52).rates[0], 6)
        0.002026
        """
        check_positive("the time", time)
        if not 0 <= share < 1:
            raise StatisticsError(f"the share with the event is {share:g}; expected a proportion below 1")
        return cls(rates=(float(-np.log1p(-share)) / time,))

    def at(self, times: Numbers) -> Numbers:
        """The hazard at times [...]."""
        return np.array(self.rates)[np.searchsorted(self.cuts, times, side="right")]

    def accumulate(self, times: Numbers) -> Numbers:
        """The cumulative hazard up to times [...]."""
        edges = np.array([0.0, *self.cuts])
        within = np.clip(times[..., None] - edges, 0, np.append(np.diff(edges), np.inf))
        return np.asarray(within @ np.array(self.rates))

    def times(self, ratio: float) -> Self:
        """The same in proportion."""
        return type(self)(rates=tuple(ratio * rate for rate in self.rates), cuts=self.cuts)


def compute_event_probability(hazard: Hazard, dropout: Hazard, *, accrual: float, duration: float) -> float:
    """The probability that a subject's event is seen by ``duration``, counted from the first subject's entry.

    Subjects enter evenly over ``accrual`` (0: all at once) and are followed to their event, their dropout or the end;
    who would enter later than the end has none seen.

    >>> half = Hazard.of_median(12)
    >>> round(compute_event_probability(half, Hazard(rates=(0.0,)), accrual=0, duration=12), 4)
    0.5
    """
    if not (0 <= accrual < np.inf and 0 < duration < np.inf):
        raise StatisticsError(f"accrual lasts {accrual:g} of {duration:g}; expected 0 or more, and an end after 0")
    edges = _list_edges(hazard, dropout, accrual, duration)
    low, high = edges[:-1, None], edges[1:, None]
    time = (low + high) / 2 + (high - low) / 2 * NODES
    under_watch = np.clip((duration - time) / accrual, 0, 1) if accrual else np.ones_like(time)
    alive = np.exp(-hazard.accumulate(time) - dropout.accumulate(time))
    density = hazard.at(time) * alive * under_watch
    return float((density * WEIGHTS * (high - low) / 2).sum())


def _list_edges(hazard: Hazard, dropout: Hazard, accrual: float, duration: float) -> Numbers:
    """Where the density bends, and so many places between that little of the hazard lies in each piece."""
    inner = [time for time in (*hazard.cuts, *dropout.cuts, duration - accrual) if 0 < time < duration]
    edges = np.unique([0.0, *inner, duration])
    total = hazard.accumulate(edges) + dropout.accumulate(edges)
    pieces = np.clip(np.ceil(np.diff(total) / LONGEST), 1, 1000).astype(int)
    parts = [np.linspace(low, high, k, endpoint=False) for low, high, k in zip(edges, edges[1:], pieces, strict=False)]
    return np.append(np.concatenate(parts), duration)
