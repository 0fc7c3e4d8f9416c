"""The normal quantile of a two-sided level."""

from scipy import special


def normal_quantile(level: float) -> float:
    """How many standard errors an interval of this confidence level reaches to each side.

    >>> round(normal_quantile(0.95), 4)
    1.96
    """
    return float(special.ndtri(0.5 + level / 2))
