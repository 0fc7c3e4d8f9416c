"""The search for the covariance that makes the rows most likely, and what it says where there is none."""

from typing import Final

import numpy as np

from myotis.errors import StatisticsError
from myotis.statistics.mixed_model.covariance import CovarianceForm, CovarianceStructure
from myotis.statistics.mixed_model.likelihood import Point, differentiate, evaluate
from myotis.statistics.mixed_model.newton import Minimum, minimize
from myotis.statistics.mixed_model.panel import Panel
from myotis.statistics.mixed_model.starting import estimate_moments
from myotis.statistics.result import Numbers

SIMPLER: Final = "a structure with fewer parameters, or one covariance for all groups, may fit"
NEARLY_SINGULAR: Final = 1e-7
"""A correlation matrix whose smallest eigenvalue is below this is at the edge of what a covariance can be."""
FARTHEST: Final = 1e18
"""The search stays within variances this many times the one that least squares leaves, and this small a part of it."""


class CovarianceError(StatisticsError):
    """The covariance of this structure can't be estimated from the rows; that of a simpler one may be."""


def find_covariance(panel: Panel, form: CovarianceForm, *, restricted: bool) -> Minimum[Point]:
    """The most likely place that a search ends at; raises CovarianceError where none is a maximum.

    The likelihood of a structured covariance may have several maxima, so two starts are tried: the moments, and
    visits that are independent.
    """
    _check_pairs(panel, form.structure)
    starts = [estimate_moments(panel)]
    if form.structure is not CovarianceStructure.UNSTRUCTURED:
        starts.append(starts[0] * np.eye(panel.visits))
    ends = [_search_from(panel, form, start, restricted=restricted) for start in starts]
    faults = [_find_fault(panel, form, end) for end in ends]
    good = [end for end, fault in zip(ends, faults, strict=True) if not fault]
    if not good:
        raise CovarianceError(f"the {form.structure.value} covariance {faults[0]}; {SIMPLER}")
    return min(good, key=lambda end: end.place.minus2_log_likelihood)


def _search_from(panel: Panel, form: CovarianceForm, moments: Numbers, *, restricted: bool) -> Minimum[Point]:
    def find(parameters: Numbers) -> Point | None:
        with np.errstate(all="ignore"):  # a step too far overflows, is answered None and halved
            values = np.stack(expand_groups(panel, form, parameters)[0])
            variances = np.diagonal(values, axis1=1, axis2=2) / panel.residual_scale**2
            inside = np.isfinite(values).all() and variances.min() > 1 / FARTHEST and variances.max() < FARTHEST
            return evaluate(panel, values, restricted=restricted) if inside else None

    return minimize(
        find,
        lambda point: point.minus2_log_likelihood,
        lambda parameters, point: differentiate(
            panel, point, *expand_groups(panel, form, parameters)[1:], restricted=restricted
        ),
        np.concatenate([form.start(each) for each in moments]),
    )


def expand_groups(
    panel: Panel, form: CovarianceForm, parameters: Numbers
) -> tuple[list[Numbers], list[Numbers], list[Numbers]]:
    """Each group's covariance, its first and its second derivatives."""
    parts = [form.expand(part) for part in parameters.reshape(panel.groups, -1)]
    return [part[0] for part in parts], [part[1] for part in parts], [part[2] for part in parts]


def _check_pairs(panel: Panel, structure: CovarianceStructure) -> None:
    """Refuse an unstructured covariance of two visits that no subject of a group has both."""
    if structure is not CovarianceStructure.UNSTRUCTURED:
        return
    for group in range(panel.groups):
        here = panel.pattern_group == group
        seen = panel.seen[here].astype(float)
        missing = np.argwhere((seen.T * panel.pattern_size[here]) @ seen == 0)
        if len(missing):
            one, other = missing[0]
            where = f" in group {group}" if panel.groups > 1 else ""
            raise CovarianceError(f"no subject{where} has both visit {one} and visit {other}; {SIMPLER}")


def _find_fault(panel: Panel, form: CovarianceForm, end: Minimum[Point]) -> str:
    """Why the end of a search is no maximum of the likelihood, or nothing."""
    covariance = np.stack(expand_groups(panel, form, end.parameters)[0])
    sd = np.sqrt(np.diagonal(covariance, axis1=1, axis2=2))
    correlation = covariance / (sd[:, :, None] * sd[:, None, :])
    smallest = np.linalg.eigvalsh(correlation)[:, 0].min()
    if smallest < NEARLY_SINGULAR or sd.min() < NEARLY_SINGULAR * panel.residual_scale:
        return (
            "goes to the edge of what a covariance can be, where visits determine each other or a variance is 0: the "
            "data are too few for it"
        )
    scale = np.sqrt(np.abs(np.diagonal(end.hessian)))
    if not end.converged or scale.min() == 0 or np.linalg.eigvalsh(end.hessian / np.outer(scale, scale))[0] <= 0:
        return f"did not converge after {end.iterations} iterations: its likelihood is flat or has no maximum"
    return ""
