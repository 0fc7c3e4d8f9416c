"""Responder tipping table: every way in which the missing subjects could have responded, and the test of each.

Of ``missing1`` subjects of group 1 and ``missing2`` of group 2 nothing is known. Each may have responded or not, so
there are (missing1 + 1) x (missing2 + 1) possible trials, and the table has the p-value of each: nothing is assumed and
nothing is random. Group 1 comes first, and a difference is group 1 minus group 2.

When to use: beside every responder analysis with missing subjects. Where all cells agree, no assumption about the
missing could change the conclusion; else the reader sees how many would have had to respond.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from myotis.errors import StatisticsError
from myotis.statistics.result import Numbers, TestResult, check_level, take_counts

METHOD: Final = "responder-tipping-table"
REFERENCES: Final = {METHOD: "Liublinska V, Rubin DB, Stat Med 2014;33:4170-4185"}

CountsTest = Callable[[Numbers, Numbers, Numbers, Numbers], TestResult]
"""A test of responders and subjects of group 1, and of group 2, over arrays."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ResponderTippingTable:
    """The trials that are possible: cell [i, j] has i more responders in group 1 and j more in group 2.

    ``favors1`` says where the test is significant and group 1 responds more often. ``needed[j]`` is the fewest of group
    1's missing subjects who must have responded, if j of group 2's did, for every number from there up to favor group
    1; it is missing1 + 1 where even all of them are too few. ``test`` is the test's name.
    """

    difference: Numbers
    p_value: Numbers
    favors1: NDArray[np.bool_]
    needed: NDArray[np.intp]
    alpha: float
    test: str
    method: str
    reference: str
    undefined: str


def compute_responder_tipping_table(
    x1: int, n1: int, missing1: int, x2: int, n2: int, missing2: int, *, test: CountsTest, alpha: float
) -> ResponderTippingTable:
    """Test every split of the missing subjects into responders and others.

    ``x1`` of ``n1`` observed subjects responded, and of ``missing1`` more it is not known; so for group 2. ``test``
    takes responders and subjects of both groups as arrays [missing1 + 1, missing2 + 1] and answers a two-sided
    `TestResult`; cells for which it has no answer are NaN, favor nobody, and ``undefined`` is what it says of them.
    Raises StatisticsError for what can't be counts, and for a group without subjects, observed or missing.

    >>> from myotis.statistics.proportions.independence import fisher_exact_test
    >>> table = compute_responder_tipping_table(36, 44, 3, 20, 45, 3, test=fisher_exact_test, alpha=0.05)
    >>> table.p_value.shape, bool(table.favors1.all())
    ((4, 4), True)
    >>> table.needed.tolist()
    [0, 0, 0, 0]
    """
    check_level(1 - alpha)
    take_counts([x1, x2, 0, 0], [n1, n2, missing1, missing2])
    if min(n1 + missing1, n2 + missing2) == 0:
        raise StatisticsError("a group has no subjects; expected one at least, observed or missing")
    more1, more2 = np.meshgrid(np.arange(missing1 + 1.0), np.arange(missing2 + 1.0), indexing="ij")
    total1, total2 = np.full_like(more1, n1 + missing1), np.full_like(more2, n2 + missing2)
    answer = test(x1 + more1, total1, x2 + more2, total2)
    difference = (x1 + more1) / total1 - (x2 + more2) / total2
    favors1 = np.less(answer.p_value, alpha) & np.greater(difference, 0)
    # from the last number of responders down, as long as group 1 is favored
    needed = missing1 + 1 - np.logical_and.accumulate(favors1[::-1], axis=0).sum(axis=0)
    return ResponderTippingTable(
        difference=difference,
        p_value=np.asarray(answer.p_value),
        favors1=np.asarray(favors1),
        needed=np.asarray(needed),
        alpha=alpha,
        test=answer.method,
        method=METHOD,
        reference=REFERENCES[METHOD],
        undefined=answer.undefined,
    )
