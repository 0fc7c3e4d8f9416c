"""Rows laid out as courses and picked up again; places by hand."""

import numpy as np
import pytest

from myotis.score.courses import arrange_recorded, arrange_scheduled
from myotis.score.schedule import BEFORE_BASELINE
from myotis.terms.missing import MISSING

GAP = [MISSING]


def column(*values: int) -> np.ndarray:
    return np.array(values, dtype=np.int64)


def test_a_scheduled_visit_without_a_row_is_a_gap() -> None:
    subject = column(1, 0, 0, 1, 0)
    position = column(2, 0, 2, BEFORE_BASELINE, MISSING)
    courses = arrange_scheduled(subject, position, 3)
    assert courses.offsets.tolist() == [0, 3, 6]
    assert courses.place.tolist() == [5, 0, 2, MISSING, MISSING]
    assert courses.lay_out(column(10, 11, 12, 13, 14)[:, None]).tolist() == [[11], GAP, [12], GAP, GAP, [10]]
    assert courses.baseline.tolist() == [0, 0, 0, 3, 3, 3]


def test_recorded_visits_have_no_gaps_but_for_the_baseline() -> None:
    subject = column(1, 0, 0, 1, 2, 0)
    position = column(9000, 4000, 0, BEFORE_BASELINE, 0, 2500)
    courses = arrange_recorded(subject, position)
    assert courses.offsets.tolist() == [0, 3, 5, 6]
    assert courses.place.tolist() == [4, 2, 0, MISSING, 5, 1]
    laid = courses.lay_out(column(10, 11, 12, 13, 14, 15)[:, None])
    assert laid.tolist() == [[12], [15], [11], GAP, [10], [14]]
    assert courses.baseline.tolist() == [0, 0, 0, 3, 3, 5]


@pytest.mark.parametrize("arrange", [lambda s, p: arrange_scheduled(s, p, 4), arrange_recorded])
def test_what_is_laid_out_is_picked_up(arrange) -> None:
    draw = np.random.default_rng(3)
    pairs = [(subject, visit) for subject in range(9) for visit in range(4) if draw.random() < 0.7]
    draw.shuffle(pairs)
    subject, position = (column(*values) for values in zip(*pairs, strict=True))
    position[::7] = BEFORE_BASELINE
    courses = arrange(subject, position)
    values = draw.integers(0, 100, (len(pairs), 3))
    picked = courses.pick_up(courses.lay_out(values))
    scored = position != BEFORE_BASELINE
    assert (picked[scored] == values[scored]).all()
    assert (picked[~scored] == MISSING).all()


def test_no_rows() -> None:
    nothing = column()
    for courses in (arrange_scheduled(nothing, nothing, 3), arrange_recorded(nothing, nothing)):
        assert courses.offsets.tolist() == [0]
        assert courses.lay_out(np.empty((0, 2), np.int64)).shape == (0, 2)
        assert courses.pick_up(np.empty((0, 2), np.int64)).shape == (0, 2)
