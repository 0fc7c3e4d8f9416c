"""The covariance between visits by moments, where the search for the likelihood's starts."""

import numpy as np

from myotis.statistics.mixed_model.panel import Panel
from myotis.statistics.result import Numbers

LEAST_SHARE = 0.01
"""No visit starts with a variance below this share of the variance that least squares leaves over all."""


def estimate_moments(panel: Panel) -> Numbers:
    """[group, visit, visit]: mean products of least-squares residuals over the subjects who have both visits."""
    coefficients = np.einsum("iap,ia->p", panel.design, panel.outcome)
    residual = np.where(panel.seen[panel.pattern_of], panel.outcome - panel.design @ coefficients, 0.0)
    seen = panel.seen[panel.pattern_of].astype(float)
    enlarge = panel.rows / (panel.rows - panel.columns)
    answer = []
    for start, end in zip(panel.group_ends[:-1], panel.group_ends[1:], strict=True):
        pairs = seen[start:end].T @ seen[start:end]
        moments = enlarge * (residual[start:end].T @ residual[start:end]) / np.maximum(pairs, 1)
        least = LEAST_SHARE * panel.residual_scale**2
        np.fill_diagonal(moments, np.maximum(np.diagonal(moments), least))
        answer.append(moments)
    return np.stack(answer)
