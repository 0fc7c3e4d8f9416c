"""The mixed model for repeated measures: all visits at once, with a covariance between the visits of a subject.

There are no random effects: the outcomes of a subject at its visits are normal with a covariance of the named
structure, as in R's mmrm and in the REPEATED statement of SAS PROC MIXED: ``unstructured``; ``toeplitz``,
``ante-dependence``, ``autoregressive`` or ``compound-symmetry`` with one variance for all visits; or each of these with
a variance for each visit, ``toeplitz-heterogeneous`` and so on. Gradient and Hessian of the likelihood are exact, and
Newton's method goes on until a further step would gain less than 1e-16.

The parameters are those of R's mmrm: logarithms of standard deviations and transformed correlations, or for the
unstructured covariance the triangle of its factor. Only the full Kenward-Roger method depends on that.

When to use: for a continuous outcome at planned visits where some are missing at random, which needs no imputation
then. `myotis.statistics.mixed_model.mmrm` has it with least-squares means in one call; this is the model itself,
for a design of your own.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from myotis.errors import StatisticsError
from myotis.statistics.mixed_model.covariance import CovarianceForm, CovarianceStructure, Parameterization
from myotis.statistics.mixed_model.kenward_roger import adjust_covariances
from myotis.statistics.mixed_model.likelihood import Point, differentiate_information, sum_moments
from myotis.statistics.mixed_model.newton import Minimum
from myotis.statistics.mixed_model.panel import Panel, lay_out_rows
from myotis.statistics.mixed_model.search import expand_groups, find_covariance
from myotis.statistics.result import Numbers


class Criterion(StrEnum):
    """What the covariance maximizes."""

    RESTRICTED = "reml"
    """The likelihood of what the fixed effects leave; the one to use for estimates and tests."""
    FULL = "ml"
    """The full likelihood; variances come out too small, but models with other fixed effects may be compared."""


REFERENCES: Final = {
    Criterion.RESTRICTED: "Patterson HD, Thompson R, Biometrika 1971;58:545-554; "
    "Jennrich RI, Schluchter MD, Biometrics 1986;42:805-820",
    Criterion.FULL: "Jennrich RI, Schluchter MD, Biometrics 1986;42:805-820",
}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MixedModel:
    """A fitted mixed model, with what its degrees of freedom need.

    Variance parameters are those of `myotis.statistics.mixed_model.covariance`, the groups' one after the other.
    """

    coefficients: Numbers
    """[column]"""
    covariance: Numbers
    """[column, column] of the coefficients, the variance parameters taken as known"""
    visit_covariance: Numbers
    """[group, visit, visit]; one group where all have the same"""
    minus2_log_likelihood: float
    """Restricted or full, with all its constants, as R's mmrm and SAS print it"""
    structure: CovarianceStructure
    criterion: Criterion
    parameters: Numbers
    """[parameter]"""
    parameter_covariance: Numbers
    """[parameter, parameter], the inverse of the observed information"""
    covariance_gradient: Numbers
    """[parameter, column, column], the derivatives of the coefficients' covariance"""
    kenward_roger_covariance: Numbers
    """[column, column], adjusted with the second derivatives of the visits' covariance"""
    kenward_roger_linear_covariance: Numbers
    """[column, column], adjusted without them, as SAS does for the unstructured covariance"""
    is_between: NDArray[np.bool_]
    """[column], whether it is the same at all visits of every subject"""
    is_constant: NDArray[np.bool_]
    """[column], whether it is an intercept"""
    rows: int
    subjects: int
    gradient_norm: float
    """The largest derivative of minus twice the log-likelihood in a variance parameter, where the search ended"""
    iterations: int

    @property
    def aic(self) -> float:
        """Akaike's criterion; the full likelihood counts the coefficients too, the restricted one does not."""
        return self.minus2_log_likelihood + 2 * self._size

    @property
    def bic(self) -> float:
        """The Bayesian criterion with the logarithm of the number of subjects, as in SAS and R's mmrm."""
        return self.minus2_log_likelihood + float(np.log(self.subjects)) * self._size

    @property
    def _size(self) -> int:
        return len(self.parameters) + (0 if self.criterion is Criterion.RESTRICTED else len(self.coefficients))


def fit_mixed_model(
    outcome: ArrayLike,
    design: ArrayLike,
    *,
    subject: ArrayLike,
    visit: ArrayLike,
    covariance: CovarianceStructure | str,
    criterion: Criterion | str,
    group: ArrayLike | None = None,
    parameterization: Parameterization | str = Parameterization.FACTOR,
) -> MixedModel:
    """Fit the model to the rows of one trial.

    ``outcome[row]`` and ``design[row, column]`` are numbers, none of them missing: the row of a visit that was not
    observed is left out. ``subject[row]`` and ``visit[row]`` are whole numbers; visits are 0, 1, 2 ... in the order of
    time. With ``group[row]``, whole numbers from 0 on, each group has a covariance of its own. The order of rows and
    the numbers of subjects don't matter.

    Raises StatisticsError where values are missing, a visit or group has no row, a column of the design follows from
    the others, no residual variance is left, or the covariance can't be estimated: two visits that no subject has
    both, or a likelihood without a maximum inside. The error says what to try;
    `myotis.statistics.mixed_model.fallback` tries it in a given order.

    >>> change = [21.0, 32.0, 14.0, 18.0, 30.0, 41.0, 8.0, 19.0, 12.0, 9.0, 16.0, 25.0]
    >>> subject, visit = [0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5], [0, 1] * 6
    >>> treated = [1, 1, 0, 0, 1, 1, 0, 0, 0, 0, 1, 1]
    >>> design = [[1, arm, week, arm * week] for arm, week in zip(treated, visit)]
    >>> model = fit_mixed_model(
    ...     change, design, subject=subject, visit=visit, covariance="unstructured", criterion="reml"
    ... )
    >>> [round(float(value), 3) for value in model.coefficients], round(model.minus2_log_likelihood, 3)
    ([11.333, 11.0, 4.0, 6.333], 53.503)
    """
    structure, criterion = CovarianceStructure(covariance), Criterion(criterion)
    parameterization = Parameterization(parameterization)
    if parameterization is Parameterization.ENTRIES and structure is not CovarianceStructure.UNSTRUCTURED:
        raise StatisticsError(f"{structure.value} is not parameterized by its entries; only the unstructured one is")
    panel = lay_out_rows(outcome, design, subject, visit, group)
    form = CovarianceForm(structure, panel.visits, parameterization)
    found = find_covariance(panel, form, restricted=criterion is Criterion.RESTRICTED)
    return _describe(panel, form, found, criterion)


def _describe(panel: Panel, form: CovarianceForm, found: Minimum[Point], criterion: Criterion) -> MixedModel:
    """The model in the columns that were given."""
    point = found.place
    covariance, first, second = expand_groups(panel, form, found.parameters)
    back = np.linalg.inv(panel.triangle)
    root = back @ point.root
    moments = sum_moments(panel, point)
    information = differentiate_information(first, moments)
    parameter_covariance = np.asarray(2 * np.linalg.inv(found.hessian), dtype=float)
    linear, full = adjust_covariances(panel, point, moments, first, second, information, parameter_covariance)
    return MixedModel(
        coefficients=back @ point.coefficients,
        covariance=root @ root.T,
        visit_covariance=np.stack(covariance),
        minus2_log_likelihood=point.minus2_log_likelihood,
        structure=form.structure,
        criterion=criterion,
        parameters=found.parameters,
        parameter_covariance=parameter_covariance,
        covariance_gradient=root @ information @ root.T,
        kenward_roger_covariance=root @ full @ root.T,
        kenward_roger_linear_covariance=root @ linear @ root.T,
        is_between=panel.between,
        is_constant=panel.constant,
        rows=panel.rows,
        subjects=panel.subjects,
        gradient_norm=float(np.abs(found.gradient).max()),
        iterations=found.iterations,
    )
