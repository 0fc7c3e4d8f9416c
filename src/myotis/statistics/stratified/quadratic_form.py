"""The chi-square of deviations with a covariance that may be singular: the core of tests of R x C tables."""

from typing import cast

import numpy as np

from myotis.errors import StatisticsError
from myotis.statistics.result import Numbers

LEAST_SHARE = 1e-9
"""Eigenvalues below this share of the largest are rounding: the direction has no variance."""


def take_cross_tables(counts: object) -> Numbers:
    """Counts as floats, [..., stratum, row, column]; raises StatisticsError where they can't be."""
    tables = np.asarray(counts, dtype=float)
    if tables.ndim < 3 or min(tables.shape[-2:]) < 2:
        raise StatisticsError(
            f"counts have the shape {tables.shape}; expected [..., stratum, group, outcome] with 2 groups and outcomes "
            "or more"
        )
    wrong = ~((tables >= 0) & (tables == np.round(tables)) & np.isfinite(tables))
    if wrong.any():
        raise StatisticsError(f"{wrong.sum()} of {wrong.size} cells hold no count; expected whole numbers from 0")
    return tables


def compute_margin_covariance(margin: Numbers) -> Numbers:
    """diag(m) - m m' / N of a margin [..., category]: what drawing without replacement makes of it."""
    total = np.maximum(margin.sum(axis=-1), 1)[..., None, None]
    return np.asarray(
        margin[..., None] * np.eye(margin.shape[-1]) - margin[..., :, None] * margin[..., None, :] / total
    )


def compute_quadratic_form(deviation: Numbers, covariance: Numbers) -> tuple[Numbers, Numbers]:
    """d' V⁻ d and the rank of V, for deviations [..., k] that lie in the range of V [..., k, k]."""
    values, vectors = np.linalg.eigh(covariance)
    there = values > LEAST_SHARE * np.maximum(values[..., -1:], 1e-300)
    along = (vectors * deviation[..., :, None]).sum(axis=-2)
    statistic = (np.where(there, along**2, 0) / np.where(there, values, 1)).sum(axis=-1)
    return cast("Numbers", statistic), there.sum(axis=-1).astype(float)
