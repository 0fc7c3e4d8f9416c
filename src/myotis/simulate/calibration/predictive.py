"""What trials of a fitted course show, parameters being as uncertain as the fit leaves them."""

from typing import Final

import numpy as np

from myotis.simulate.calibration.fit import Fitted, Simulator
from myotis.simulate.streams import Streams
from myotis.simulate.truth import Numbers

FIRST_BATCH: Final = 1_000
"""Batches from here on are those of prediction: the fit has seen none of their patients."""

RANGE: Final = (0.025, 0.5, 0.975)


def draw_positions(fitted: Fitted, draws: int, seed: int) -> list[Numbers]:
    """Positions of the parameters as the posterior has them, in pairs on opposite sides of its mode."""
    root = np.linalg.cholesky(fitted.covariance)
    luck = Streams(seed).find("posterior").standard_normal((-(-draws // 2), len(fitted.mode)))
    return [fitted.mode + side * root @ row for row in luck for side in (1, -1)][:draws]


def predict_figures(simulator: Simulator, fitted: Fitted, draws: int) -> Numbers:
    """[trial, figure]: the figures of trials whose parameters are drawn from the posterior, a batch for each draw."""
    positions = draw_positions(fitted, draws, simulator.seed)
    asked = [(position, FIRST_BATCH + draw) for draw, position in enumerate(positions)]
    return np.concatenate(simulator.simulate_all(asked, "prediction"))


def find_ranges(values: Numbers) -> Numbers:
    """[figure, (lower limit, median, upper limit)] of values [trial, figure]; NaN for a figure that no trial has."""
    ranges = np.full((values.shape[1], len(RANGE)), np.nan)
    known = ~np.isnan(values).all(axis=0)
    ranges[known] = np.nanquantile(values[:, known], RANGE, axis=0).T
    return ranges
