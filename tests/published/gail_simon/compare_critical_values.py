"""Critical values of the test of qualitative interaction: Gail and Simon, Biometrics 1985;41:361-372, table 1."""

from collections.abc import Iterator

import numpy as np
from comparison import Comparison

from myotis.statistics.subgroups.qualitative_interaction import gail_simon_test

PRINTED = {2: 2.71, 3: 4.23, 4: 5.43, 5: 6.50}
"""What the statistic exceeds with a probability of 5 %, by the number of subgroups."""


def comparisons() -> Iterator[Comparison]:
    """The p-value of a statistic at each critical value."""
    yield Comparison(
        function=gail_simon_test,
        what="p-value at the critical values of 2 to 5 subgroups",
        source="Gail and Simon 1985",
        made_by="table 1",
        ours=lambda: [_p_value(subgroups, value) for subgroups, value in PRINTED.items()],
        theirs=[0.05] * len(PRINTED),
        tolerance=2e-4,
        scale="absolute",
        why="a critical value with two decimals says its p-value to 2e-4",
    )


def _p_value(subgroups, value):
    return gail_simon_test([np.sqrt(value), -10.0] + [0.0] * (subgroups - 2), np.ones(subgroups)).p_value
