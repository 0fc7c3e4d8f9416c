"""Peak flow by two meters in 17 subjects: the worked example of Bland and Altman, Lancet 1986;1:307-310."""

from collections.abc import Iterator

import numpy as np
from comparison import Comparison

from myotis.statistics.agreement.limits_of_agreement import estimate_limits_of_agreement

WRIGHT = [494, 395, 516, 434, 476, 557, 413, 442, 650, 433, 417, 656, 267, 478, 178, 423, 427]
MINI = [512, 430, 520, 428, 500, 600, 364, 380, 658, 445, 432, 626, 260, 477, 259, 350, 451]


def comparisons() -> Iterator[Comparison]:
    """The mean difference, its interval and the standard deviation, as printed."""
    yield Comparison(
        function=estimate_limits_of_agreement,
        what="peak flow by two meters: mean difference with its interval, and its SD",
        source="Bland and Altman 1986",
        made_by="text of the paper",
        ours=_describe,
        theirs=[-2.1, -22.0, 17.8, 38.8],
        tolerance=0.05,
        scale="absolute",
        why="one decimal is printed",
    )


def _describe():
    answer = estimate_limits_of_agreement(WRIGHT, MINI, share=0.95, method="bland-altman", level=0.95).difference
    return answer.estimate, answer.lower, answer.upper, answer.se * np.sqrt(len(WRIGHT))
