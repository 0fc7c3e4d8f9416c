"""Fitting a course to published figures: the most probable parameters, and how sure they are.

Each figure of one trial is taken as normal around its mean over simulated trials, all figures together with the
covariance that simulated trials of the same size have (a synthetic likelihood: Wood SN, Nature 2010;466:1102-1104).
Figures are put on a scale on which this is near the truth: shares on that of the arcsine, counts of events on that
of the square root, standard deviations and times on that of the logarithm. The priors are those of the declaration.
The posterior is found by Gauss and Newton's steps, all on the same virtual patients, and is normal around its mode,
with the curvature there.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from typing import Final, NamedTuple

import numpy as np

from myotis.protocol.trial import Trial
from myotis.simulate.batch import VirtualTrial
from myotis.simulate.calibration.figures import Figure, simulate_figures
from myotis.simulate.calibration.observed_trials import observe_trials
from myotis.simulate.calibration.parameters import Parameters
from myotis.simulate.truth import Numbers

STEP: Final = 1.0
"""Derivatives are taken over so many standard deviations of the prior to either side: who is screened changes with
them, and over short steps that noise would look like knowledge."""

ENOUGH: Final = 0.25
"""Steps end where the next one would not lower the objective (a chi-square) by more."""

MOST_STEPS: Final = 6
SHORTEST: Final = 1 / 16


class Effort(NamedTuple):
    """Over how many batches of trials means and covariances, and derivatives, are taken while the fit steps; in the end
    derivatives are taken anew over more."""

    batches: int = 8
    slope_batches: int = 2
    last_slope_batches: int = 4


class Fitted(NamedTuple):
    """A fit, on the scales of the priors."""

    mode: Numbers
    """[parameter]"""
    covariance: Numbers
    """[parameter, parameter]"""
    objectives: tuple[float, ...]
    """The chi-square of figures and priors before every step, and at the mode."""

    @property
    def sd(self) -> Numbers:
        """[parameter]: the standard deviation of the posterior."""
        return np.sqrt(np.diagonal(self.covariance))


TRANSFORMS: Final[dict[str, Callable[[Numbers], Numbers]]] = {
    "share": lambda values: np.arcsin(np.sqrt(np.clip(values, 0, 1))),
    "events": lambda values: np.sqrt(np.maximum(values, 0)),
    "sd": np.log,
    "days": np.log,
    "mean": lambda values: values,
    "subjects": lambda values: values,
}


def transform(figures: Sequence[Figure], values: Numbers) -> Numbers:
    """Figures [..., figure], as ``Figure.simulate`` tells them, on the scales on which they are nearly normal."""
    columns = [TRANSFORMS[figure.kind](values[..., at]) for at, figure in enumerate(figures)]
    return np.stack(columns, axis=-1)


def say_nothing(done: int, of: int, what: str) -> None:
    """Tell nobody how far the work is."""


class Simulator(NamedTuple):
    """Simulates the figures of a trial at any position of the parameters."""

    trial: Trial
    parameters: Parameters
    figures: tuple[Figure, ...]
    seed: int
    subjects: int
    workers: Executor
    tell: Callable[[int, int, str], None] = say_nothing
    """Hears how many of how many batches are done, and of what."""

    def simulate(self, position: Numbers, batch: int) -> Numbers:
        """[trial, figure]: the figures, not transformed, of a batch of trials."""
        virtual = VirtualTrial.build(self.trial, self.parameters.make_course(position))
        return simulate_figures(self.figures, observe_trials(virtual, self.seed, batch, self.subjects))

    def simulate_all(self, asked: Sequence[tuple[Numbers, int]], what: str) -> list[Numbers]:
        """The figures of many batches, each at its position."""
        found: list[Numbers] = []
        for values in self.workers.map(lambda one: self.simulate(*one), asked):
            found.append(values)
            self.tell(len(found), len(asked), what)
        return found

    def summarize(self, positions: Sequence[Numbers], batches: int, what: str) -> list[Numbers]:
        """By position [trial, figure] on the transformed scales: all on the same virtual patients."""
        asked = [(position, batch) for position in positions for batch in range(batches)]
        found = self.simulate_all(asked, what)
        joined = [np.concatenate(found[at : at + batches]) for at in range(0, len(found), batches)]
        return [transform(self.figures, values) for values in joined]


class Target(NamedTuple):
    """What a fit aims at: the published figures [figure], and the priors [parameter]."""

    observed: Numbers
    center: Numbers
    sd: Numbers

    def find_objective(self, at: Numbers, expected: Numbers, precision: Numbers) -> float:
        """The chi-square of figures and priors: twice the negative logarithm of the posterior, but for a constant."""
        misfit, moved = self.observed - expected, (at - self.center) / self.sd
        return float(misfit @ precision @ misfit + moved @ moved)

    def find_covariance(self, derivatives: Numbers, precision: Numbers) -> Numbers:
        """[parameter, parameter]: of the posterior, were figures linear in the parameters."""
        return np.asarray(np.linalg.inv(derivatives.T @ precision @ derivatives + np.diag(self.sd**-2)))

    def find_pull(self, at: Numbers, expected: Numbers, derivatives: Numbers, precision: Numbers) -> Numbers:
        """[parameter]: half of the objective's slope, downward."""
        return derivatives.T @ precision @ (self.observed - expected) + (self.center - at) / self.sd**2


def fit_parameters(simulator: Simulator, effort: Effort) -> Fitted:
    """Find the mode of the posterior and the curvature there."""
    figures, parameters = simulator.figures, simulator.parameters
    observed = transform(figures, np.array([figure.standardized for figure in figures]))
    target = Target(observed, parameters.center, parameters.sd)
    at, objectives = parameters.center, []
    for step in range(1, MOST_STEPS + 1):
        moved, objective = _step(simulator, effort, target, at, f"step {step}")
        if moved is None:
            break
        objectives.append(objective)
        at = moved
    (here,) = simulator.summarize([at], effort.batches, "uncertainty")
    precision = weigh(here)
    objectives.append(target.find_objective(at, np.nanmean(here, axis=0), precision))
    derivatives = differentiate(simulator, at, effort.last_slope_batches, "uncertainty")
    return Fitted(at, target.find_covariance(derivatives, precision), tuple(objectives))


def _step(simulator: Simulator, effort: Effort, target: Target, at: Numbers, what: str) -> tuple[Numbers | None, float]:
    """Where one step leads from a position (None: it is not worth while), and the objective before it."""
    (here,) = simulator.summarize([at], effort.batches, what)
    derivatives = differentiate(simulator, at, effort.slope_batches, what)
    precision, expected = weigh(here), np.nanmean(here, axis=0)
    objective = target.find_objective(at, expected, precision)
    pull = target.find_pull(at, expected, derivatives, precision)
    move = target.find_covariance(derivatives, precision) @ pull
    length = 1.0
    while pull @ move >= ENOUGH and length >= SHORTEST:
        moved = at + length * move
        (there,) = simulator.summarize([moved], effort.batches, what)
        if target.find_objective(moved, np.nanmean(there, axis=0), precision) < objective:
            return moved, objective
        length /= 2
    return None, objective


def differentiate(simulator: Simulator, position: Numbers, batches: int, what: str) -> Numbers:
    """The derivatives of the figures' means [figure, parameter] at a position, over steps to both sides."""
    widths = STEP * simulator.parameters.sd
    moves = [sign * width * row for width, row in zip(widths, np.eye(len(widths)), strict=True) for sign in (1, -1)]
    found = simulator.summarize([position + one for one in moves], batches, what)
    means = [np.nanmean(values, axis=0) for values in found]
    slopes = [(up - down) / (2 * w) for up, down, w in zip(means[::2], means[1::2], widths, strict=True)]
    return np.stack(slopes, axis=-1)


def weigh(values: Numbers) -> Numbers:
    """The inverse of the covariance of figures [trial, figure], without the bias that few trials give it (Hartlap J et
    al., Astron Astrophys 2007;464:399-404). A figure that a trial lacks counts as its mean."""
    filled = np.where(np.isnan(values), np.nanmean(values, axis=0), values)
    trials, figures = filled.shape
    unbiased = (trials - figures - 2) / (trials - 1)
    covariance = np.atleast_2d(np.cov(filled, rowvar=False))
    return np.asarray(unbiased * np.linalg.pinv(covariance, hermitian=True))
