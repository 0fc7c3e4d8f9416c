"""How many choices of subjects have each sum of scores: the exact distribution of a rank sum, with ties or without."""

from functools import lru_cache

import numpy as np

from myotis.statistics.result import Numbers


@lru_cache(maxsize=256)
def count_sums(scores: tuple[int, ...], size: int) -> Numbers:
    """The number of choices of ``size`` of the scores by their sum, from 0 up (a float: it may pass 2**63).

    The scores are whole numbers of 0 or more. Choices are counted score by score (Streitberg and Röhmel's shift
    algorithm), in time and memory that grow with the largest sum.

    >>> count_sums((1, 2, 3), 2).tolist()
    [0.0, 0.0, 0.0, 1.0, 1.0, 1.0]
    """
    largest = sum(sorted(scores)[len(scores) - size :])
    counts = np.zeros((size + 1, largest + 1))
    counts[0, 0] = 1
    for score in scores:
        counts[1:, score:] += counts[:-1, : max(largest + 1 - score, 0)]
    answer: Numbers = counts[size]
    answer.flags.writeable = False
    return answer
