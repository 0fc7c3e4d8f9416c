"""What is asked of many lives at a time, against the rule of the floor that is asked of each subject alone."""

from typing import NamedTuple

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from myotis.instruments import tis_rule
from myotis.instruments.tis import COLUMN_COUNT, TisSettings
from myotis.instruments.tis_rule import MissingPolicy, NormalEnzymes, tis_course
from myotis.protocol.read import read_trial
from myotis.rules import deterioration
from myotis.rules.deterioration import deterioration_course
from myotis.rules.eligibility import check_criteria, find_eligible
from myotis.simulate.batch import VirtualTrial
from myotis.simulate.candidates import Candidates, judge_candidates
from myotis.simulate.course import read_course
from myotis.simulate.decisions import assess_visit
from myotis.simulate.luck import Luck
from myotis.simulate.scoring import score_visit
from myotis.simulate.streams import Streams
from myotis.terms.missing import MISSING, NO, YES

VIRTUAL = VirtualTrial.build(read_trial("proderm"), read_course("proderm"))
LIVES, ROWS = 400, 5


class Assessed(NamedTuple):
    """As much of `Lives` as deterioration looks at."""

    x: np.ndarray
    status: np.ndarray


@pytest.fixture
def x():
    """Values near one another, so that all answers are given, and many that are missing; [life, row, column]."""
    generator = np.random.default_rng(8)
    values = generator.integers(0, 12, (LIVES, ROWS, COLUMN_COUNT))
    values[..., [0, 1, 4]] *= 1000
    values[..., 2] += 130
    values[..., 3] *= 42_000
    values[..., 5::2] *= 100_000
    values[..., 6::2] = 200_000 + 1000 * generator.integers(0, 50, values[..., 6::2].shape)
    values[generator.random(LIVES) < 0.5, 0] //= 2
    values[generator.random(values.shape) < 0.04] = MISSING
    values[generator.random((LIVES, ROWS)) < 0.05] = MISSING
    return np.asfortranarray(values)


@pytest.mark.parametrize("executor", ["function", "compiled"])
def test_deterioration_of_everybody_is_that_of_each(x, executor):
    status = np.full((LIVES, ROWS, deterioration.FIELD_COUNT), MISSING, order="F")
    truth = VIRTUAL.truth
    for visit in range(ROWS):
        assert truth.row[visit] == visit
        getattr(assess_visit, executor)(truth, VIRTUAL.rules, Assessed(x, status), visit)
    for life in range(LIVES):
        expected = np.empty((ROWS, deterioration.FIELD_COUNT), dtype=np.int64)
        deterioration_course(x[life], VIRTUAL.rules.deterioration, expected)
        assert_array_equal(status[life], expected)
    assert set(np.unique(status[:, 1:, deterioration.STATUS])) == {*range(3), MISSING}


@pytest.mark.parametrize("executor", ["function", "compiled"])
@pytest.mark.parametrize("missing", MissingPolicy)
@pytest.mark.parametrize("normal", NormalEnzymes)
def test_the_tis_of_everybody_is_that_of_each(x, executor, missing, normal):
    limits = TisSettings(missing=missing, normal_enzymes=normal).limits
    tis, low, high = (np.empty(LIVES, dtype=np.int64) for _ in range(3))
    getattr(score_visit, executor)(x, 3, limits, tis, low, high)
    for life in range(LIVES):
        expected = np.empty((ROWS, tis_rule.FIELD_COUNT), dtype=np.int64)
        tis_course(x[life], limits, expected)
        fields = expected[3, [tis_rule.TIS, tis_rule.TIS_LOW, tis_rule.TIS_HIGH]]
        assert (tis[life], low[life], high[life]) == tuple(fields)


@pytest.mark.parametrize("executor", ["function", "compiled"])
def test_who_may_enter_is_who_meets_the_criteria_alone(executor):
    generator, entry, truth = np.random.default_rng(9), VIRTUAL.entry, VIRTUAL.truth
    candidates = Candidates.begin(LIVES, truth, Luck(Streams(1)), "any")
    candidates.age[:] = generator.integers(15, 84, LIVES)
    candidates.weight_kg[:], candidates.height_cm[:] = generator.uniform(60, 130, LIVES), 170
    candidates.uln[:] = np.where(truth.is_enzyme == 1, generator.integers(30, 200, candidates.uln.shape), 0)
    spaces = np.where(truth.is_enzyme == 1, 300, np.where(truth.direction == 1, 160, 30))
    candidates.baseline[:] = generator.integers(0, spaces, candidates.baseline.shape) * truth.steps
    facts = np.full((LIVES, entry.facts), MISSING, order="F")
    answers = np.empty((LIVES, len(entry.limits.wanted)), dtype=np.int64, order="F")
    eligible, alone = np.empty(LIVES, dtype=np.int64), np.empty(1, dtype=np.int64)
    getattr(judge_candidates, executor)(entry, candidates, facts, answers, eligible)
    for candidate in range(LIVES):
        mine = np.empty((1, answers.shape[1]), dtype=np.int64)
        check_criteria(facts[[candidate]], entry.limits, mine)
        find_eligible(mine, entry.limits, alone)
        assert mine[0].tolist() == answers[candidate].tolist()
        assert alone[0] == eligible[candidate]
    assert set(answers.ravel()) >= {YES, NO}
    assert 0.2 < (eligible != NO).mean() < 0.9
