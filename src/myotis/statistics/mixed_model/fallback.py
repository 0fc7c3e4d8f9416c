"""Structures in an order of retreat: the first that can be estimated, and why those before it could not.

When to use: where a protocol names the structures to try if the unstructured covariance does not converge. The order
is the plan's; there is none by default.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from numpy.typing import ArrayLike

from myotis.errors import StatisticsError
from myotis.statistics.mixed_model.covariance import CovarianceStructure
from myotis.statistics.mixed_model.fit import Criterion, MixedModel, fit_mixed_model
from myotis.statistics.mixed_model.search import CovarianceError

REFERENCES: Final = {
    "fallback": "Mallinckrodt CH, Lane PW, Schnell D, Peng Y, Mancuso JP, Drug Inf J 2008;42:303-319",
}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FallbackFit:
    """The first model that could be fitted, and the reason of every structure before it that could not."""

    model: MixedModel
    failures: tuple[tuple[CovarianceStructure, str], ...]


def fit_with_fallback(
    outcome: ArrayLike,
    design: ArrayLike,
    *,
    subject: ArrayLike,
    visit: ArrayLike,
    covariances: Sequence[CovarianceStructure | str],
    criterion: Criterion | str,
    group: ArrayLike | None = None,
) -> FallbackFit:
    """Fit the first of the structures that can be estimated; arguments and faults as in `fit_mixed_model`.

    Rows that no structure could use (a design with a column too many, a visit without data) are an error at once.
    Where every structure fails, the error holds the reason of each.

    Nobody has the first and the last visit here:

    >>> found = fit_with_fallback(
    ...     [3.0, 5.0, 4.0, 8.0, 6.0, 7.0, 9.0, 7.0, 5.0, 6.0],
    ...     [[1]] * 10,
    ...     subject=[0, 0, 1, 1, 2, 2, 3, 3, 4, 4],
    ...     visit=[0, 1, 0, 1, 0, 1, 1, 2, 1, 2],
    ...     covariances=["unstructured", "autoregressive"],
    ...     criterion="reml",
    ... )
    >>> found.model.structure.value
    'autoregressive'
    >>> found.failures[0][1].split(";")[0]
    'no subject has both visit 0 and visit 2'
    """
    if isinstance(covariances, str) or not covariances:
        raise StatisticsError("expected the structures in the order in which to try them, one at least")
    failures: list[tuple[CovarianceStructure, str]] = []
    for structure in map(CovarianceStructure, covariances):
        try:
            model = fit_mixed_model(
                outcome, design, subject=subject, visit=visit, covariance=structure, criterion=criterion, group=group
            )
        except CovarianceError as error:
            failures.append((structure, str(error)))
        else:
            return FallbackFit(model=model, failures=tuple(failures))
    raise CovarianceError("; ".join(reason for _, reason in failures))
