"""The IMACS definition of improvement against a second programming: percents as Fractions, unknowns as possible worlds.

The second programming goes through everything that the measures which can't be evaluated might have done, and
says "unknown" where these worlds disagree; the rule counts in three-valued logic.
"""

from fractions import Fraction
from itertools import product

import numpy as np
import pytest

from myotis.errors import SettingError
from myotis.instruments.enzymes import ENZYME_GRID, ULN_GRID
from myotis.instruments.haq import HAQ_DI
from myotis.instruments.imacs_improvement import (
    AbsentMeasure,
    Improvement,
    ZeroBaseline,
    compute_improvement_limits,
    imacs_improvement,
)
from myotis.instruments.measure import Better, Measure
from myotis.instruments.mmt import MMT8_BILATERAL
from myotis.instruments.vas import EXTRAMUSCULAR, PATIENT_GLOBAL, PHYSICIAN_GLOBAL
from myotis.terms.grid import Grid
from myotis.terms.missing import MISSING, NO, UNKNOWN, YES
from myotis.terms.source import Source, Status

MEASURES = (PHYSICIAN_GLOBAL, PATIENT_GLOBAL, MMT8_BILATERAL, HAQ_DI, EXTRAMUSCULAR)
UNITS = (1000, 1000, 1, 168_000, 1000)
RANGES = (10, 10, 150, 3, 10, None)
EVERY_OPTION = [
    pytest.param(Improvement(zero_baseline=zero, absent_measure=absent, worse_at_exactly_the_limit=exactly))
    for zero, absent, exactly in product(ZeroBaseline, AbsentMeasure, (True, False))
]


def read_numbers(row):
    """A visit's six measures as exact numbers; None where there is none."""
    numbers = [None if step == MISSING else Fraction(step, unit) for step, unit in zip(row, UNITS, strict=False)]
    value, uln = row[5:]
    return [*numbers, None if value == MISSING or uln <= 0 else Fraction(value, uln)]


def judge(index, before, now, settings):
    """better, worse, same, or None where it can't be said."""
    if before is None or now is None:
        return None if settings.absent_measure is AbsentMeasure.IS_UNKNOWN else "same"
    gain = now - before if index == 2 else before - now
    if before != 0:
        percent = 100 * gain / before
    elif settings.zero_baseline is ZeroBaseline.OF_RANGE and RANGES[index]:
        percent = 100 * gain / RANGES[index]
    elif settings.zero_baseline is ZeroBaseline.ANY_CHANGE:
        percent = 0 if gain == 0 else 1000 if gain > 0 else -1000
    elif settings.zero_baseline is ZeroBaseline.NEVER_COUNTS:
        percent = 0
    else:
        return None
    if percent >= 20:
        return "better"
    return "worse" if percent < -25 or (percent == -25 and settings.worse_at_exactly_the_limit) else "same"


def answer_of(baseline, row, settings):
    pairs = zip(read_numbers(baseline), read_numbers(row), strict=True)
    judged = [judge(index, before, now, settings) for index, (before, now) in enumerate(pairs)]
    worlds = product(*([course] if course else ["better", "worse", "same"] for course in judged))
    answers = {w.count("better") >= 3 and w.count("worse") <= 2 and w[2] != "worse" for w in worlds}
    return UNKNOWN if len(answers) == 2 else YES if answers == {True} else NO


def draw_subjects(subjects, visits, seed):
    """Few different values, so that changes of exactly 20 % and 25 %, zeros and missing values are frequent."""
    rng = np.random.default_rng(seed)
    x = np.empty((subjects * visits, 7), np.int64)
    for column, unit in enumerate((1000, 1000, 15, 126_000, 1000)):
        x[:, column] = unit * rng.choice([0, 2, 3, 4, 5, 6, 8, 10] if column != 3 else [0, 1, 2, 3, 4], len(x))
    x[:, 5] = 1000 * rng.choice([0, 200, 250, 300, 400, 500], len(x), p=[0.04, 0.2, 0.2, 0.2, 0.18, 0.18])
    x[:, 6] = 1000 * rng.choice([0, 160, 200, 250], len(x), p=[0.02, 0.08, 0.8, 0.1])
    x[rng.random(x.shape) < 0.05] = MISSING
    return x, np.arange(0, len(x) + 1, visits)


@pytest.mark.parametrize("settings", EVERY_OPTION)
def test_every_option_and_engine_agree_with_a_second_programming(settings):
    x, offsets = draw_subjects(150, 4, seed=3)
    limits = compute_improvement_limits(settings, MEASURES)
    outs = [np.zeros((len(x), 1), np.int64) for _ in range(3)]
    imacs_improvement.run(x, offsets, limits, outs[0], engine="interpreted")
    imacs_improvement.run(x, offsets, limits, outs[1], engine="compiled")
    rows = x.tolist()
    for start in offsets[:-1]:
        imacs_improvement.compiled(x[start : start + 4], limits, outs[2][start : start + 4])
    expected = [
        MISSING if row % 4 == 0 else answer_of(rows[row - row % 4], rows[row], settings) for row in range(len(rows))
    ]
    for out in outs:
        assert out[:, 0].tolist() == expected
    assert {YES, NO} < set(expected)


@pytest.mark.parametrize("engine", ["interpreted", "compiled"])
@pytest.mark.parametrize(
    ("before", "now"),
    [
        pytest.param((10**9, 10**7 - 1), (8 * 10**8 - 80, 10**7 - 1), id="better, by a hair over 20 %"),
        pytest.param((10**9, 10**7 - 1), (8 * 10**8, 10**7), id="better, through its ULN"),
        pytest.param((10**9, 10**7), (8 * 10**8 + 1, 10**7), id="a hair below 20 %"),
        pytest.param((10**9, 1), (1, 10**7), id="from the highest to the lowest"),
        pytest.param((1, 10**7), (10**9, 1), id="from the lowest to the highest"),
    ],
)
def test_the_largest_enzymes_stay_exact(before, now, engine):
    assert ENZYME_GRID.largest == 10**9
    assert ULN_GRID.largest == 10**7
    x = np.array([(5000, 5000, 100, 504_000, 5000, *before), (4000, 4000, 100, 504_000, 5000, *now)])
    out = np.zeros((2, 1), np.int64)
    limits = compute_improvement_limits(Improvement(), MEASURES)
    imacs_improvement.run(x, np.array([0, 2]), limits, out, engine=engine)
    fraction = Fraction(now[0] * before[1], before[0] * now[1])
    assert out[1, 0] == (YES if fraction <= Fraction(4, 5) else NO)


@pytest.mark.parametrize("engine", ["interpreted", "compiled"])
def test_a_subject_without_visits_is_no_trouble(engine):
    out = np.zeros((0, 1), np.int64)
    limits = compute_improvement_limits(Improvement(), MEASURES)
    imacs_improvement.run(np.zeros((0, 7), np.int64), np.array([0, 0]), limits, out, engine=engine)
    assert out.shape == (0, 1)


def test_five_measures_are_needed():
    with pytest.raises(SettingError, match="4 measures given; expected five: physician global"):
        compute_improvement_limits(Improvement(), MEASURES[:4])


def test_a_grid_that_is_too_fine_is_refused():
    fine = Measure(
        name="fine", label="Fine", grid=Grid("points", 10**14, 10**16), minimum=0, maximum=100,
        better=Better.LOWER, source=Source("made up for the test", Status.ASSUMED),
    )  # fmt: skip
    with pytest.raises(SettingError, match="fine: the range has more than"):
        compute_improvement_limits(Improvement(), (*MEASURES[:4], fine))


def test_every_number_and_option_has_its_source():
    facts = {fact.what.removeprefix("IMACS improvement: "): fact for fact in Improvement().facts()}
    assert facts["a measure has improved from this percent on"].value == "20"
    assert facts["percent of"].source.status is Status.RECALLED
    assert facts["zero_baseline"].value == "of_range"
    assert facts["worse_at_exactly_the_limit"].value == "true"
    assert {facts[name].source.status for name in ("zero_baseline", "absent_measure")} == {Status.ASSUMED}
