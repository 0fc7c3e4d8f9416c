"""The logarithm of the number of ways to choose k of n."""

from scipy import special

from myotis.statistics.result import Numbers


def log_choose(n: Numbers | int, k: Numbers) -> Numbers:
    """For whole n and k with 0 <= k <= n.

    >>> round(float(log_choose(4, 2)), 4)
    1.7918
    """
    answer: Numbers = special.gammaln(n + 1) - special.gammaln(k + 1) - special.gammaln(n - k + 1)
    return answer
