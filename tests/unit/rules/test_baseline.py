"""The baseline flag: cases by hand (ABLFL, the last value before the reference)."""

import numpy as np
import pytest

from myotis.protocol.read import read_trial
from myotis.rules.baseline import BaselineLimits, baseline_limits, flag_baseline
from myotis.terms.missing import MISSING

SAME_DAY, STRICTLY_BEFORE = BaselineLimits(same_day=1), BaselineLimits(same_day=0)


def flags(records, reference, limits):
    x = np.array([[MISSING if part is None else part for part in (day, reference, value)] for day, value in records])
    out = np.full((len(records), 1), -7, dtype=np.int64)
    flag_baseline(x.reshape(-1, 3), limits, out)
    return out[:, 0].tolist()


@pytest.mark.parametrize(
    ("records", "flagged"),
    [
        ([(-21, 5), (-7, 6), (1, 7), (29, 8)], 2),  # day 1 before the dose of day 1
        ([(-21, 5), (-7, 6), (29, 8)], 1),
        ([(-21, 5), (-7, None), (1, None), (29, 8)], 0),  # the last that has a value
        ([(1, 7), (-7, 6), (-21, 5)], 0),  # whatever the order of rows
        ([(-7, 6), (-7, 7), (29, 8)], 1),  # two of one day: the later row
        ([(1, 0), (29, 8)], 0),  # a value of 0 is a value
        ([(None, 5), (-21, 6)], 1),  # a record without a day is nowhere
        ([(29, 8), (57, 9)], None),
        ([(-7, None)], None),
        ([], None),
    ],
)
def test_the_last_value_before_the_first_dose(records, flagged):
    assert flags(records, 1, SAME_DAY) == [int(index == flagged) for index in range(len(records))]


def test_randomization_precedes_the_assessments_of_its_day():
    records = [(-7, 6), (1, 7)]
    assert flags(records, 1, SAME_DAY) == [0, 1]
    assert flags(records, 1, STRICTLY_BEFORE) == [1, 0]


def test_without_a_reference_there_is_no_baseline():
    assert flags([(-7, 6), (1, 7)], None, SAME_DAY) == [0, 0]


def test_the_plan_says_which():
    trial = read_trial("proderm")
    assert baseline_limits(trial) == SAME_DAY
    plan = trial.plan.model_copy(update={"baseline": "last_before_randomization"})
    assert baseline_limits(trial.model_copy(update={"plan": plan})) == STRICTLY_BEFORE
