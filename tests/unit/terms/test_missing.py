from itertools import product

import numpy as np
import pytest

from myotis.terms.missing import ANSWERS, MISSING, NO, UNKNOWN, YES, at_least, is_missing


@pytest.mark.parametrize("conditions", [1, 2, 3, 4])
def test_at_least_is_the_truth_table(conditions):
    """What is unknown is filled in both ways: the answer is known where every way agrees."""
    for answers in product([True, False, None], repeat=conditions):
        met, unknown = answers.count(True), answers.count(None)
        worlds = [met + sum(filled) for filled in product([0, 1], repeat=unknown)]
        for count in range(conditions + 2):
            truths = {world >= count for world in worlds}
            expected = UNKNOWN if len(truths) == 2 else (YES if truths == {True} else NO)
            assert at_least(count, met, unknown) == expected, (answers, count)


def test_unknown_is_the_missing_value():
    assert UNKNOWN == MISSING == np.iinfo(np.int64).min
    assert ANSWERS == {1: "yes", 0: "no", MISSING: "unknown"}


def test_where_values_are_missing():
    assert is_missing(np.array([[MISSING, 0], [MISSING + 1, -1]])).tolist() == [[True, False], [False, False]]
