"""Tables of visits as a clinician writes them, read for the rules: one row a visit, the baseline first.

A dot is a value that is missing; a row of dots is a visit that was missed. Nothing is computed here.
"""

from fractions import Fraction

import numpy as np

from myotis.terms.missing import MISSING

STEPS_PER_UNIT = {"physician": 1000, "patient": 1000, "strength": 1, "function": 168_000, "extra": 1000}
"""The grids by hand: 0.001 cm, 1 point, 1/168,000 point."""

COLUMNS = {"PhG": "physician", "PtG": "patient", "MMT": "strength", "HAQ": "function", "EM": "extra"}


def read_table(text):
    """The rows of a table as dicts, from its heading."""
    heading, *rows = (line.split() for line in text.strip().splitlines())
    return [dict(zip(heading, row, strict=True)) for row in rows]


def read_course(rows):
    """The recorded texts of a course by measure, as the oracle takes them; None is missing."""
    return [{name: None if row[short] == "." else row[short] for short, name in COLUMNS.items()} for row in rows]


def steps(course):
    """A course of texts as grid steps, in the columns of the rules."""
    return np.array(
        [
            [
                MISSING if visit.get(name) is None else int(Fraction(visit[name]) * per)
                for name, per in STEPS_PER_UNIT.items()
            ]
            for visit in course
        ],
        dtype=np.int64,
    )
