"""The likelihood of a mixed model at given covariances, with its exact gradient and Hessian.

All is twice the negative logarithm. It is written in entries of the covariance between visits; the derivatives of the
covariance in its parameters enter last, so that every structure shares one likelihood. With V the covariance of all
rows, P = V^-1 - V^-1 X (X' V^-1 X)^-1 X' V^-1 and V_h, V_hj the derivatives in the parameters, the restricted
criterion has the gradient tr(P V_h) - y' P V_h P y and the Hessian
tr(P V_hj) - tr(P V_h P V_j) + 2 y' P V_h P V_j P y - y' P V_hj P y; the full one has V^-1 for P in the traces.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from myotis.statistics.mixed_model.panel import Panel
from myotis.statistics.result import Numbers

LOG_2_PI: Final = float(np.log(2 * np.pi))


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """The model at one covariance. The coefficients are those of the panel's orthonormal columns."""

    minus2_log_likelihood: float
    coefficients: Numbers
    root: Numbers
    """[column, column], times its transpose the covariance of the coefficients"""
    precision: Numbers
    """[pattern, visit, visit], the inverse of the covariance of the visits seen, 0 for the others"""
    weighted_design: Numbers
    """[subject, visit, column], precision times design times root"""
    weighted_residual: Numbers
    """[subject, visit]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moments:
    """Sums over the subjects of each group, from which all derivatives follow."""

    design: Numbers
    """[group, visit, visit, column, column], of the weighted design with itself"""
    mixed: Numbers
    """[group, visit, visit, column], of the weighted residual with the weighted design"""
    design_spread: Numbers
    """[pattern, visit, visit], of the weighted design, over its columns"""
    residual_spread: Numbers
    """[pattern, visit, visit], of the weighted residual"""


def evaluate(panel: Panel, covariance: Numbers, *, restricted: bool) -> Point | None:
    """The likelihood at covariance[group, visit, visit], or None where that is not positive definite."""
    both = panel.seen[:, :, None] & panel.seen[:, None, :]
    padded = np.where(both, covariance[panel.pattern_group], np.eye(panel.visits))
    try:
        diagonal = np.diagonal(np.linalg.cholesky(padded), axis1=1, axis2=2)
        precision = np.where(both, np.linalg.inv(padded), 0.0)
        weight = precision[panel.pattern_of]
        weighted = weight @ panel.design
        columns = panel.columns
        information = panel.design.reshape(-1, columns).T @ weighted.reshape(-1, columns)
        lower = np.linalg.cholesky(information)
    except np.linalg.LinAlgError:
        return None
    root = np.linalg.inv(lower).T
    coefficients = root @ (root.T @ np.einsum("iap,ia->p", weighted, panel.outcome))
    residual = panel.outcome - panel.design @ coefficients
    weighted_residual = (weight @ residual[..., None])[..., 0]
    value = 2 * panel.pattern_size @ np.log(diagonal).sum(axis=1) + (residual * weighted_residual).sum()
    degrees = panel.rows
    if restricted:
        value += 2 * np.log(np.diagonal(lower)).sum() + 2 * np.log(np.abs(np.diagonal(panel.triangle))).sum()
        degrees -= columns
    value += degrees * LOG_2_PI
    if not np.isfinite(value):
        return None
    return Point(
        minus2_log_likelihood=float(value),
        coefficients=coefficients,
        root=root,
        precision=precision,
        weighted_design=weighted @ root,
        weighted_residual=weighted_residual,
    )


def sum_moments(panel: Panel, point: Point) -> Moments:
    """The sums over subjects that the derivatives need."""
    design, residual = point.weighted_design, point.weighted_residual
    columns, visits = panel.columns, panel.visits
    groups = [slice(*ends) for ends in zip(panel.group_ends[:-1], panel.group_ends[1:], strict=True)]
    flat = design.reshape(panel.subjects, -1)
    cross = np.stack([flat[here].T @ flat[here] for here in groups])
    mixed = np.stack([residual[here].T @ flat[here] for here in groups])
    return Moments(
        design=np.swapaxes(cross.reshape(-1, visits, columns, visits, columns), 2, 3),
        mixed=mixed.reshape(-1, visits, visits, columns),
        design_spread=panel.sum_by_pattern(design @ np.swapaxes(design, 1, 2)),
        residual_spread=panel.sum_by_pattern(residual[:, :, None] * residual[:, None, :]),
    )


def differentiate(
    panel: Panel, point: Point, first: list[Numbers], second: list[Numbers], *, restricted: bool
) -> tuple[Numbers, Numbers]:
    """The gradient and the Hessian in the parameters of all groups, one after the other.

    ``first`` and ``second`` are the derivatives of each group's covariance.
    """
    moments = sum_moments(panel, point)
    counted = panel.pattern_size[:, None, None] * point.precision
    pulled = moments.residual_spread + (moments.design_spread if restricted else 0.0)
    slope_by_pattern = counted - pulled
    curve_by_pattern = 2 * pulled - counted
    gradients, sizes = [], [len(each) for each in first]
    hessian = np.zeros((sum(sizes), sum(sizes)))
    ends = np.cumsum([0, *sizes])
    for group, (once, twice) in enumerate(zip(first, second, strict=True)):
        patterns = panel.pattern_group == group
        slope = slope_by_pattern[patterns].sum(axis=0)
        gradients.append(np.tensordot(once, slope, 2))
        block = _contract_twice(once, point.precision[patterns], curve_by_pattern[patterns])
        here = slice(ends[group], ends[group + 1])
        hessian[here, here] = block + np.tensordot(twice, slope, 2)
    mixed = np.concatenate([np.tensordot(once, mix, 2) for once, mix in zip(first, moments.mixed, strict=True)])
    hessian -= 2 * mixed @ mixed.T
    if restricted:
        flat = differentiate_information(first, moments).reshape(len(hessian), -1)
        hessian -= flat @ flat.T
    return np.concatenate(gradients), (hessian + hessian.T) / 2


def differentiate_information(first: list[Numbers], moments: Moments) -> Numbers:
    """The derivatives [k, column, column] of minus the information of the coefficients, both sides times the root."""
    return np.concatenate([np.tensordot(once, each, 2) for once, each in zip(first, moments.design, strict=True)])


def _contract_twice(first: Numbers, precision: Numbers, weight: Numbers) -> Numbers:
    """The sum over patterns of tr(V_h precision V_j weight)."""
    patterns, visits = precision.shape[:2]
    outer = precision.reshape(patterns, -1).T @ weight.reshape(patterns, -1)
    arranged = outer.reshape((visits,) * 4).transpose(3, 0, 1, 2).reshape(visits**2, visits**2)
    flat = first.reshape(len(first), -1)
    return np.asarray(flat @ arranged @ flat.T)
