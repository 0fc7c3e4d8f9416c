"""Worked cases of the IMACS definition of improvement: a subject's baseline and one visit, and the answer by hand.

The measures are written in whole steps: globals 0 to 100 for 10 cm, strength 0 to 150, function in eighths 0 to 24,
the enzyme with its upper limit of normal.
"""

import numpy as np
import pytest

from myotis.instruments.imacs_improvement import (
    AbsentMeasure,
    Improvement,
    ZeroBaseline,
    compute_improvement_limits,
    imacs_improvement,
)
from myotis.instruments.measure import Better, Measure
from myotis.terms.grid import Grid
from myotis.terms.missing import MISSING, NO, UNKNOWN, YES
from myotis.terms.source import Source, Status


def measure(name, maximum, better=Better.LOWER):
    grid = Grid("steps", 1, maximum)
    return Measure(
        name=name, label=name, grid=grid, minimum=0, maximum=maximum, better=better,
        source=Source("made up for the test", Status.ASSUMED),
    )  # fmt: skip


MEASURES = (
    measure("physician", 100), measure("patient", 100), measure("strength", 150, Better.HIGHER),
    measure("function", 24), measure("extramuscular", 100),
)  # fmt: skip


def improved(baseline, visit, **options):
    out = np.zeros((2, 1), np.int64)
    limits = compute_improvement_limits(Improvement(**options), MEASURES)
    imacs_improvement(np.array([baseline, visit]), limits, out)
    assert out[0, 0] == MISSING
    return out[1, 0]


#           physician patient strength function extramuscular enzyme ULN
BASELINE = (50, 50, 100, 8, 40, 1000, 200)


@pytest.mark.parametrize(
    ("visit", "answer"),
    [
        pytest.param((40, 40, 120, 8, 40, 1000, 200), YES, id="three better by exactly 20 %"),
        pytest.param((41, 40, 120, 8, 40, 1000, 200), NO, id="one of the three by 18 % only"),
        pytest.param((40, 40, 119, 8, 40, 1000, 200), NO, id="strength by 19 % only"),
        pytest.param((40, 40, 120, 10, 50, 1000, 200), YES, id="two worse by exactly 25 %"),
        pytest.param((40, 40, 120, 10, 50, 1250, 200), NO, id="three worse by exactly 25 %"),
        pytest.param((40, 40, 120, 10, 50, 1249, 200), YES, id="the third worse by 24.9 %"),
        pytest.param((40, 40, 75, 6, 40, 1000, 200), NO, id="strength worse by exactly 25 %"),
        pytest.param((40, 40, 76, 6, 40, 1000, 200), YES, id="strength worse by 24 %"),
        pytest.param((40, 40, 100, 8, 40, 800, 200), YES, id="enzyme better by exactly 20 %"),
        pytest.param((40, 40, 100, 8, 40, 1000, 250), YES, id="enzyme as before, upper limit of normal raised"),
        pytest.param((40, 40, 100, 8, 40, 1000, 249), NO, id="upper limit of normal raised a little less"),
        pytest.param((50, 50, 100, 8, 40, 1000, 200), NO, id="nothing changed"),
        pytest.param((0, 0, 150, 0, 0, 0, 200), YES, id="everything at its best"),
    ],
)
def test_limits(visit, answer):
    assert improved(BASELINE, visit) == answer


@pytest.mark.parametrize(
    ("visit", "answer"),
    [
        ((40, 40, 120, 10, 50, 1250, 200), YES),
        ((40, 40, 120, 11, 51, 1251, 200), NO),
        ((40, 40, 75, 6, 40, 1000, 200), YES),
    ],
)
def test_exactly_25_percent_need_not_be_worse(visit, answer):
    assert improved(BASELINE, visit, worse_at_exactly_the_limit=False) == answer


ZERO = (50, 50, 120, 0, 0, 1000, 200)


@pytest.mark.parametrize(
    ("visit", "of_range", "any_change", "never", "unknown"),
    [
        pytest.param((40, 40, 144, 0, 0, 1000, 200), YES, YES, YES, YES, id="still 0: worse in two at most"),
        pytest.param((40, 40, 144, 6, 25, 1250, 200), NO, NO, YES, UNKNOWN, id="exactly 25 % of the range"),
        pytest.param((40, 40, 144, 5, 25, 1250, 200), YES, NO, YES, UNKNOWN, id="5 of 24 is below 25 %"),
    ],
)
def test_baseline_zero_is_an_option(visit, of_range, any_change, never, unknown):
    expected = dict(zip(ZeroBaseline, (of_range, any_change, never, unknown), strict=True))
    assert {option: improved(ZERO, visit, zero_baseline=option) for option in ZeroBaseline} == expected


def test_strength_can_rise_from_zero():
    baseline = (50, 50, 0, 8, 40, 1000, 200)
    visit = (40, 40, 30, 8, 40, 1000, 200)  # 30 of 150 is 20 % of the range
    answers = {option: improved(baseline, visit, zero_baseline=option) for option in ZeroBaseline}
    assert answers == dict(zip(ZeroBaseline, (YES, YES, NO, UNKNOWN), strict=True))
    assert improved(baseline, (40, 40, 29, 8, 40, 1000, 200)) == NO


def test_an_enzyme_that_was_zero_has_no_range():
    baseline, visit = (50, 50, 100, 8, 40, 0, 200), (40, 40, 120, 10, 50, 9, 200)
    answers = {option: improved(baseline, visit, zero_baseline=option) for option in ZeroBaseline}
    assert answers == dict(zip(ZeroBaseline, (UNKNOWN, NO, YES, UNKNOWN), strict=True))


@pytest.mark.parametrize(
    ("baseline", "visit", "unknown", "never"),
    [
        pytest.param(BASELINE, (40, 40, 120, 8, MISSING, 1000, 200), YES, YES, id="settled without it"),
        pytest.param(BASELINE, (40, 50, 120, 8, MISSING, 1000, 200), UNKNOWN, NO, id="it could be the third"),
        pytest.param(BASELINE, (50, 50, 120, 8, MISSING, 1000, 200), NO, NO, id="it could only be the second"),
        pytest.param(BASELINE, (40, 40, MISSING, 6, 40, 1000, 200), UNKNOWN, YES, id="strength could be worse"),
        pytest.param(BASELINE, (40, 40, 120, 10, 50, MISSING, 200), UNKNOWN, YES, id="it could be the third worse"),
        pytest.param(BASELINE, (40, 40, 75, 6, MISSING, 1000, 200), NO, NO, id="strength is worse anyway"),
        pytest.param(BASELINE, (40, 40, 100, 8, 40, 800, MISSING), UNKNOWN, NO, id="no upper limit of normal"),
        pytest.param(BASELINE, (40, 40, 100, 8, 40, 800, 0), UNKNOWN, NO, id="an upper limit of normal of 0"),
        pytest.param((MISSING, *BASELINE[1:]), (1, 40, 120, 8, 40, 999, 200), UNKNOWN, NO, id="no baseline"),
    ],
)
def test_missing_measures(baseline, visit, unknown, never):
    assert improved(baseline, visit, absent_measure=AbsentMeasure.IS_UNKNOWN) == unknown
    assert improved(baseline, visit, absent_measure=AbsentMeasure.NEVER_COUNTS) == never
