"""Rows of a table laid out as courses: subject after subject, the baseline first, then the visits in their order."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from myotis.score.schedule import BEFORE_BASELINE
from myotis.terms.missing import MISSING
from myotis.terms.rule import Steps


class Courses(NamedTuple):
    """Where the rows of a table stand in the courses.

    ``place[row]`` is a row's place in the courses, MISSING where it has none (before the baseline, or faulty);
    subject i has the places ``offsets[i]`` to ``offsets[i + 1]``. A place that no row takes is a missed visit.
    """

    place: Steps
    offsets: Steps

    def lay_out(self, columns: Steps) -> Steps:
        """``columns[row, …]`` put into their places; MISSING where a visit was missed."""
        laid = np.full((int(self.offsets[-1]), columns.shape[1]), MISSING, dtype=np.int64)
        scored = self.place != MISSING
        laid[self.place[scored]] = columns[scored]
        return laid

    def pick_up(self, fields: Steps) -> Steps:
        """The fields of each row of the table; MISSING where it has no place."""
        picked = fields[np.where(self.place == MISSING, 0, self.place)]
        picked[self.place == MISSING] = MISSING
        return picked

    @property
    def baseline(self) -> Steps:
        """For every place, the place of its subject's baseline."""
        return np.repeat(self.offsets[:-1], np.diff(self.offsets))


def arrange_scheduled(subject: Steps, position: Steps, visit_count: int) -> Courses:
    """Courses with a place for every scheduled visit, so that a missed one can be seen."""
    place = np.where(_has_place(position), subject * visit_count + position, MISSING)
    subjects = int(subject.max(initial=-1)) + 1
    return Courses(place, np.arange(subjects + 1, dtype=np.int64) * visit_count)


def arrange_recorded(subject: Steps, position: Steps) -> Courses:
    """Courses of the visits that were recorded, in the order of their numbers; the baseline has a place in any case."""
    subjects = int(subject.max(initial=-1)) + 1
    later = np.flatnonzero(_has_place(position) & (position > 0))
    order = later[np.lexsort((position[later], subject[later]))]
    lengths = 1 + np.bincount(subject[later], minlength=subjects)
    offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    before = np.concatenate([[0], np.cumsum(lengths - 1)])
    place = np.full(len(subject), MISSING, dtype=np.int64)
    ranks = np.arange(len(order)) - before[subject[order]]
    place[order] = offsets[subject[order]] + 1 + ranks
    at_baseline = position == 0
    place[at_baseline] = offsets[subject[at_baseline]]
    return Courses(place, offsets)


def _has_place(position: Steps) -> NDArray[np.bool_]:
    return np.greater(position, BEFORE_BASELINE)
