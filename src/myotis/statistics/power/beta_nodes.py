"""Nodes and weights for means under a beta distribution: Gauss and Jacobi's, for parameters of any size.

Golub and Welsch (Math Comput 1969;23:221-230): the nodes are eigenvalues of the matrix of the recurrence of Jacobi's
polynomials. SciPy's own nodes overflow where both parameters are some hundred thousands.
"""

from functools import lru_cache

import numpy as np

from myotis.statistics.result import Numbers


@lru_cache(maxsize=256)
def list_beta_nodes(a: float, b: float, nodes: int) -> tuple[Numbers, Numbers]:
    """Places [node] and weights [node], which add up to 1, whose weighed sums are means under Beta(a, b).

    They are exact for polynomials of degree 2 nodes - 1.

    >>> places, weights = list_beta_nodes(3, 7, 5)
    >>> round(float(weights @ places), 12), round(float(weights @ places**2), 12)
    (0.3, 0.109090909091)
    """
    from scipy.linalg import eigh_tridiagonal  # noqa: PLC0415 (scipy.linalg is slow to load)

    alpha, beta, k = b - 1.0, a - 1.0, np.arange(1.0, nodes)
    both = alpha + beta
    first = (beta - alpha) / (both + 2)
    rest = (beta - alpha) * (both / (2 * k + both)) / (2 * k + both + 2)
    # At k = 1 two factors, which can be 0, cancel one another.
    share = np.append(1.0, (k[1:] + both) / (2 * k[1:] + both - 1))[: len(k)]
    squares = 4 * k * (k + alpha) / (2 * k + both) * ((k + beta) / (2 * k + both)) * share / (2 * k + both + 1)
    places, vectors = eigh_tridiagonal(np.append(first, rest), np.sqrt(squares))
    weights = vectors[0] ** 2
    return np.clip((1 + places) / 2, 0, 1), weights / weights.sum()
