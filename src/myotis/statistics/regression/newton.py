"""Newton's method for logistic likelihoods of many trials at once, with or without Firth's penalty."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from myotis.errors import StatisticsError
from myotis.statistics.result import Numbers

ITERATIONS = 100
HALVINGS = 12
CONVERGED = 1e-8
"""A step that moves no linear predictor by more than this is the last; Newton's next would be far smaller still."""

DIFFERENCE = 1e-4
"""How far a linear predictor moves, on average, for a difference of two scores."""

RUNAWAY = 30.0
"""A linear predictor beyond this is on its way to infinity: a probability within 1e-13 of 0 or 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Maximum:
    """Where the likelihood of each trial is largest: coefficients [trial, p], information [trial, p, p]."""

    coefficients: Numbers
    information: Numbers
    log_likelihood: Numbers
    converged: NDArray[np.bool_]


def take_responses(x: Numbers, y: Numbers) -> tuple[Numbers, Numbers]:
    """The design with a first column of ones, [trial, subject, p], and the responses; refuses what is none of these."""
    x, y = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    if x.ndim < 2 or y.ndim < 1 or x.shape[-2] != y.shape[-1]:
        raise StatisticsError(
            f"predictors have the shape {x.shape} and responses {y.shape}; expected [..., subject, predictor] and "
            "[..., subject]"
        )
    if not np.isfinite(x).all() or not np.isin(y, (0, 1)).all():
        raise StatisticsError("expected finite predictors and responses 0 or 1; leave out subjects who lack one")
    leading = np.broadcast_shapes(x.shape[:-2], y.shape[:-1])
    x = np.broadcast_to(x, (*leading, *x.shape[-2:])).reshape(-1, *x.shape[-2:])
    y = np.broadcast_to(y, (*leading, y.shape[-1])).reshape(-1, y.shape[-1])
    return np.concatenate([np.ones((*x.shape[:-1], 1)), x], axis=-1), y


def has_full_rank(design: Numbers) -> NDArray[np.bool_]:
    """Whether the columns of each trial's design [trial, subject, p] are independent."""
    if design.shape[-2] < design.shape[-1]:
        return np.zeros(len(design), dtype=bool)
    size = np.sqrt((design**2).sum(axis=-2, keepdims=True))
    return np.asarray(np.linalg.matrix_rank(design / np.where(size > 0, size, 1), tol=1e-9) == design.shape[-1])


def maximize(
    design: Numbers, y: Numbers, *, firth: bool, start: Numbers | None = None, fixed: int | None = None
) -> Maximum:
    """The maximum of each trial's likelihood; the coefficient numbered ``fixed`` stays where it starts.

    Designs have full rank. Where the iterations end, or a linear predictor runs away without the penalty, it has
    not converged.
    """
    trials, _, p = design.shape
    beta = np.zeros((trials, p)) if start is None else start.copy()
    free = np.array([k for k in range(p) if k != fixed])
    likelihood = compute_log_likelihood(design, y, beta, firth=firth)
    done, failed = np.zeros(trials, dtype=bool), np.zeros(trials, dtype=bool)
    for _ in range(ITERATIONS):
        rows = np.flatnonzero(~done & ~failed)
        if not rows.size or not free.size:
            break
        x, z = design[rows], y[rows]
        step = np.zeros((rows.size, p))
        score, curvature = compute_score(x, z, beta[rows], firth=firth)
        if firth:
            curvature = _curve(x, z, beta[rows], curvature)
        step[:, free] = np.linalg.solve(curvature[:, free][:, :, free], score[:, free, None])[..., 0]
        beta[rows], likelihood[rows] = _climb(x, z, beta[rows], step, likelihood[rows], firth=firth)
        done[rows] = np.abs(x @ step[..., None]).max(axis=(-2, -1)) < CONVERGED
        if not firth:
            failed[rows] = np.abs(x @ beta[rows][..., None]).max(axis=(-2, -1)) > RUNAWAY
    information = compute_score(design, y, beta, firth=firth)[1]
    return Maximum(
        coefficients=beta,
        information=information,
        log_likelihood=likelihood,
        converged=(done | (not free.size)) & ~failed,
    )


def _curve(x: Numbers, y: Numbers, beta: Numbers, information: Numbers) -> Numbers:
    """The curvature of Firth's likelihood by differences of its score; the information where that is not concave.

    With the information alone, as most programs do, hundreds of steps are needed where responses are separated.
    """
    curvature = np.empty_like(information)
    for k in range(beta.shape[-1]):
        distance = DIFFERENCE / np.sqrt((x[..., k] ** 2).mean(axis=-1, keepdims=True))
        ahead, back = beta.copy(), beta.copy()
        ahead[:, k : k + 1] += distance
        back[:, k : k + 1] -= distance
        scores = (compute_score(x, y, there, firth=True)[0] for there in (back, ahead))
        curvature[:, k] = np.subtract(*scores) / (2 * distance)
    curvature = (curvature + curvature.swapaxes(-1, -2)) / 2
    concave = np.linalg.eigvalsh(curvature)[..., 0] > 0
    return np.where(concave[:, None, None], curvature, information)


def _climb(
    x: Numbers, y: Numbers, beta: Numbers, step: Numbers, likelihood: Numbers, *, firth: bool
) -> tuple[Numbers, Numbers]:
    """A step, halved until the likelihood is no lower."""
    factor = np.ones(len(beta))
    for _ in range(HALVINGS):
        new = beta + factor[:, None] * step
        reached = compute_log_likelihood(x, y, new, firth=firth)
        lower = reached < likelihood - 1e-12 * (1 + np.abs(likelihood))
        if not lower.any():
            break
        factor = np.where(lower, factor / 2, factor)
    return new, reached


def compute_log_likelihood(x: Numbers, y: Numbers, beta: Numbers, *, firth: bool) -> Numbers:
    """The log-likelihood of each trial; Firth's has half the logarithm of the information's determinant added."""
    eta = (x @ beta[..., None])[..., 0]
    plain = special.log_expit(np.where(y > 0, eta, -eta)).sum(axis=-1)
    if not firth:
        return np.asarray(plain)
    sign, logarithm = np.linalg.slogdet(_compute_information(x, _compute_weight(eta)))
    return np.asarray(plain + np.where(sign > 0, logarithm, -np.inf) / 2)


def compute_score(x: Numbers, y: Numbers, beta: Numbers, *, firth: bool) -> tuple[Numbers, Numbers]:
    """The score [trial, p] (Firth's modified one) and the information [trial, p, p]."""
    eta = (x @ beta[..., None])[..., 0]
    probability, weight = special.expit(eta), _compute_weight(eta)
    information = _compute_information(x, weight)
    residual = y - probability
    if firth:
        residual = residual + _compute_leverage(x, weight, information) * (0.5 - probability)
    return (x * residual[..., None]).sum(axis=-2), information


def compute_augmented_information(x: Numbers, maximum: Maximum) -> Numbers:
    """The information with each subject's weight times 1 + leverage: that of data doubled to carry the penalty."""
    weight = _compute_weight((x @ maximum.coefficients[..., None])[..., 0])
    return _compute_information(x, weight * (1 + _compute_leverage(x, weight, maximum.information)))


def _compute_leverage(x: Numbers, weight: Numbers, information: Numbers) -> Numbers:
    solved = np.linalg.solve(information, x.swapaxes(-1, -2)).swapaxes(-1, -2)
    return np.asarray(weight * (x * solved).sum(axis=-1))


def _compute_weight(eta: Numbers) -> Numbers:
    return np.asarray(special.expit(eta) * special.expit(-eta))


def _compute_information(x: Numbers, weight: Numbers) -> Numbers:
    return np.asarray((x * weight[..., None]).swapaxes(-1, -2) @ x)
