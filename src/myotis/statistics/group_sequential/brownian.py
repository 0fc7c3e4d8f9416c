"""The path of a test statistic between boundaries, by recursive numerical integration.

At information fraction t the statistic Z times the root of t is Brownian motion B(t) with a drift: B(t) is normal with
mean drift * t and variance t. Armitage, McPherson and Rowe (J R Stat Soc A 1969) carry the density of the paths that
are still between the boundaries from look to look. Two things make that fast and exact here. The density is smooth, so
that Gauss-Legendre nodes on short pieces reach the precision of the machine where Simpson's rule gives
six digits. And the likelihood ratio of two drifts depends on the last place only, so that the recursion is done once,
at one drift amid those that are asked about, and answers all of them.
"""

from dataclasses import dataclass

import numpy as np
from scipy import special

from myotis.errors import StatisticsError
from myotis.statistics.result import Numbers

REACH = 9.0
"""Standard deviations of B(t) that are integrated over: what lies beyond has the probability 1e-19."""

PIECE = 4.0
"""The length of a piece, in standard deviations of the narrower of two neighboring steps."""

WIDEST = 25.0
"""Drifts so far from that of the recursion are answered: beyond, a density underflows."""

NODES, WEIGHTS = np.polynomial.legendre.leggauss(16)


@dataclass(frozen=True, slots=True, kw_only=True)
class Path:
    """The paths that are still between the boundaries at one look, as masses at places, under the drift ``amid``.

    ``start`` and ``origin`` are the time and the place [...] where the paths began, ``place`` is [node] (or
    [..., 1] at the start), ``mass`` is [..., node].
    """

    amid: float
    start: float
    origin: Numbers
    time: float
    place: Numbers
    mass: Numbers

    def weigh(self, drift: Numbers) -> Numbers:
        """The masses [..., node] under a drift [...]."""
        elapsed = self.time - self.start
        more, mean = drift[..., None] - self.amid, (drift[..., None] + self.amid) / 2
        ratio = more * (self.place - self.origin[..., None] - mean * elapsed)
        return np.where(self.mass > 0, self.mass * np.exp(np.where(self.mass > 0, ratio, 0)), 0)


def start_path(drift: Numbers, time: float = 0.0, origin: Numbers | float = 0.0) -> Path:
    """A path that begins at a time in the places ``origin`` [...], to be asked about these drifts."""
    amid = (drift.min() + drift.max()) / 2 if drift.size else 0.0
    place = np.asarray(origin, dtype=float)
    return Path(
        amid=float(amid), start=time, origin=place, time=time, place=place[..., None], mass=np.ones((*place.shape, 1))
    )


def compute_above(path: Path, time: float, bound: Numbers | float, drift: Numbers) -> Numbers:
    """The probability to be between the boundaries so far, and with Z at or above ``bound`` at ``time``."""
    return _compute_beyond(path, time, bound, drift, 1)


def compute_below(path: Path, time: float, bound: Numbers | float, drift: Numbers) -> Numbers:
    """The probability to be between the boundaries so far, and with Z at or below ``bound`` at ``time``."""
    return _compute_beyond(path, time, bound, drift, -1)


def _compute_beyond(path: Path, time: float, bound: Numbers | float, drift: Numbers, side: int) -> Numbers:
    step = time - path.time
    limit = np.asarray(bound, dtype=float)[..., None] * np.sqrt(time)
    beyond = special.ndtr(side * (path.place + drift[..., None] * step - limit) / np.sqrt(step))
    return np.asarray((path.weigh(drift) * beyond).sum(axis=-1))


def extend_path(path: Path, time: float, lower: float, upper: float, *, following: float, drift: Numbers) -> Path:
    """The paths that are between ``lower`` and ``upper`` (of Z) at ``time``.

    ``following`` is the time of the next look: it sets how fine the places lie. They reach far enough for all of
    ``drift``.
    """
    span = _find_span(drift)
    if span[1] - span[0] > 2 * WIDEST:
        raise StatisticsError(f"the drifts are more than {2 * WIDEST:g} apart; ask about them in parts")
    step = time - path.time
    reach = REACH * np.sqrt(time - path.start)
    first, last = (origin + d * (time - path.start) for origin, d in zip(_find_span(path.origin), span, strict=True))
    low, high = max(lower * np.sqrt(time), first - reach), min(upper * np.sqrt(time), last + reach)
    place, weight = _lay_places(low, high, np.sqrt(min(step, following - time)))
    density = np.exp(-((place[:, None] - path.place[..., None, :] - path.amid * step) ** 2) / (2 * step)) / np.sqrt(
        2 * np.pi * step
    )
    mass = weight * (density @ path.mass[..., None])[..., 0]
    return Path(amid=path.amid, start=path.start, origin=path.origin, time=time, place=place, mass=mass)


def _find_span(values: Numbers) -> tuple[float, float]:
    """The smallest and the largest; nothing to span where no trial was asked about."""
    return (float(values.min()), float(values.max())) if values.size else (0.0, 0.0)


def _lay_places(low: float, high: float, scale: float) -> tuple[Numbers, Numbers]:
    """Gauss-Legendre nodes and weights on pieces of equal length; no mass where there is nothing between."""
    width = max(high - low, 0.0)
    pieces = max(int(np.ceil(width / (PIECE * scale))), 1)
    half = width / (2 * pieces)
    middles = low + half * (2 * np.arange(pieces) + 1)
    return np.asarray(middles[:, None] + half * NODES, dtype=float).ravel(), np.tile(half * WEIGHTS, pieces)
