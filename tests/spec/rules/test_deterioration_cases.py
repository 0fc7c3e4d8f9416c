"""Worked cases of deterioration: tables of visits, judged by hand by the published definition.

Physician (PhG), patient (PtG) and extramuscular (EM) activity in cm, MMT-8 of 150 points, HAQ of 3; a dot is missing.
The definition (Arthritis Res Ther 2024;26:27, Fig. 1): PhG worse by 2 cm and MMT-8 by 20 %; or EM worse by 2 cm; or
three of the five worse by 30 %; confirmed on two consecutive visits. Where a case says nothing else: percent of the
baseline, any of the three ways at each visit, and a missed visit breaks the run.
"""

import numpy as np
import pytest
from rule_tables import read_course, read_table, steps

from myotis.protocol.criteria import PercentOf, SameLimb, UnevaluableVisit, ZeroBaseline
from myotis.protocol.read import read_trial
from myotis.rules.deterioration import FIELD_COUNT, STATUS, STATUS_NAMES, deterioration_course, deterioration_limits

TRIAL = read_trial("proderm")

CASES = {
    "stable, then better": """
        week PhG PtG MMT HAQ  EM  status
        0    5   5   120 1    3   -
        4    5   5   120 1    3   none
        8    2   3   140 0.5  1   none
    """,
    "physician 2 cm and strength 20 %, twice": """
        week PhG PtG MMT HAQ  EM  status
        0    5   5   120 1    3   -
        4    7   5    96 1    3   suspected
        8    7   5    96 1    3   confirmed
    """,
    "physician 1.9 cm is not 2 cm": """
        week PhG PtG MMT HAQ  EM  status
        0    5   5   120 1    3   -
        4    6.9 5    96 1    3   none
        8    7   5    97 1    3   none
    """,
    "extramuscular 2 cm, where doubles say 1.9999999": """
        week PhG PtG MMT HAQ  EM  status
        0    5   5   120 1    4.1 -
        4    5   5   120 1    6.1 suspected
        8    5   5   120 1    6.0 none
    """,
    "suspected, never confirmed": """
        week PhG PtG MMT HAQ  EM  status
        0    5   5   120 1    3   -
        4    5   5   120 1    5   suspected
        8    5   5   120 1    3   none
        12   5   5   120 1    5   suspected
        16   5   5   120 1    3   none
    """,
    "the confirming visit may be week 16": """
        week PhG PtG MMT HAQ  EM  status
        0    5   5   120 1    3   -
        4    5   5   120 1    3   none
        8    5   5   120 1    3   none
        12   5   5   120 1    5   suspected
        16   5   5   120 1    5   confirmed
    """,
    "confirmed stays, whatever comes": """
        week PhG PtG MMT HAQ  EM  status
        0    5   5   120 1    3   -
        4    5   5   120 1    5   suspected
        8    5   5   120 1    5   confirmed
        12   1   1   150 0    0   confirmed
        16   .   .     . .    .   confirmed
        28   1   1   150 0    0   confirmed
    """,
    "another way at each of the two visits": """
        week PhG PtG MMT HAQ  EM  status
        0    5   5   120 1    3   -
        4    7   5    96 1    3   suspected
        8    5   5   120 1    5   confirmed
    """,
    "a missed visit breaks the run": """
        week PhG PtG MMT HAQ  EM  status
        0    5   5   120 1    3   -
        4    5   5   120 1    5   suspected
        8    .   .     . .    .   not_evaluable
        12   5   5   120 1    5   suspected
        16   5   5   120 1    5   confirmed
    """,
    "three of five by 30 %": """
        week PhG PtG MMT HAQ  EM  status
        0    5   5   100 1    3   -
        4    6.5 6.5  70 1    3   suspected
        8    6.5 5   100 1.3  3.9 confirmed
    """,
    "two of five by 30 %, the third by 29.9 %": """
        week PhG PtG MMT HAQ  EM    status
        0    5   5   100 1    3     -
        4    6.5 6.5 100 1    3.899 none
        8    6.5 6.5  71 1.299 3    none
    """,
    "one measure missing, and it would decide": """
        week PhG PtG MMT HAQ  EM  status
        0    5   5   100 1    3   -
        4    6.5 6.5   . 1    3   not_evaluable
        8    .   5    80 1    3   not_evaluable
        12   5   5   100 1    .   not_evaluable
    """,
    "one measure missing, and it decides nothing": """
        week PhG PtG MMT HAQ  EM  status
        0    5   5   100 1    3   -
        4    .   5   100 1    3   none
        8    .   5   100 1    5   suspected
        12   5   5     . .    3   none
    """,
    "a measure that had no baseline": """
        week PhG PtG MMT HAQ  EM  status
        0    5   5   100 .    3   -
        4    5   5   100 3    3   none
        8    6.5 6.5 100 3    3   not_evaluable
        12   6.5 6.5 100 3    5   suspected
    """,
    "no baseline at all": """
        week PhG PtG MMT HAQ  EM  status
        0    .   .     . .    .   -
        4    9   9    50 3    9   not_evaluable
        8    9   9    50 3    9   not_evaluable
    """,
    "a HAQ of 0 at baseline: 30 % of the range, 0.9 points": """
        week PhG PtG MMT HAQ   EM  status
        0    5   5   100 0     3   -
        4    6.5 6.5 100 0.875 3   none
        8    6.5 6.5 100 1     3   suspected
    """,
}

OPTIONS = {
    "the same way at both visits": (
        {"same_limb": SameLimb.SAME_LIMB},
        """
        week PhG PtG MMT HAQ  EM  status
        0    5   5   120 1    3   -
        4    7   5    96 1    3   suspected
        8    5   5   120 1    5   suspected
        12   7   5    96 1    5   confirmed
        """,
    ),
    "a missed visit is skipped": (
        {"unevaluable_visit": UnevaluableVisit.IS_SKIPPED},
        """
        week PhG PtG MMT HAQ  EM  status
        0    5   5   120 1    3   -
        4    5   5   120 1    5   suspected
        8    .   .     . .    .   not_evaluable
        12   5   5   120 1    5   confirmed
        """,
    ),
    "skipped, but a good visit between breaks the run": (
        {"unevaluable_visit": UnevaluableVisit.IS_SKIPPED},
        """
        week PhG PtG MMT HAQ  EM  status
        0    5   5   120 1    3   -
        4    5   5   120 1    5   suspected
        8    5   5   120 1    3   none
        12   .   .     . .    .   not_evaluable
        16   5   5   120 1    5   suspected
        """,
    ),
    "the same way, while that way can't be evaluated in between": (
        {"unevaluable_visit": UnevaluableVisit.IS_SKIPPED, "same_limb": SameLimb.SAME_LIMB},
        """
        week PhG PtG MMT HAQ  EM  status
        0    5   5   120 1    3   -
        4    5   5   120 1    5   suspected
        8    7   5    96 1    .   suspected
        12   5   5   120 1    5   confirmed
        """,
    ),
    "one visit is enough": (
        {"consecutive_visits": 1},
        """
        week PhG PtG MMT HAQ  EM  status
        0    5   5   120 1    3   -
        4    5   5   120 1    3   none
        8    5   5   120 1    5   confirmed
        12   5   5   120 1    3   confirmed
        """,
    ),
    "three visits are needed": (
        {"consecutive_visits": 3},
        """
        week PhG PtG MMT HAQ  EM  status
        0    5   5   120 1    3   -
        4    5   5   120 1    5   suspected
        8    5   5   120 1    5   suspected
        12   5   5   120 1    3   none
        16   5   5   120 1    5   suspected
        28   5   5   120 1    5   suspected
        40   5   5   120 1    5   confirmed
        """,
    ),
    "percent of the range: 30 points, 3 cm": (
        {"percent_of": PercentOf.RANGE},
        """
        week PhG PtG MMT HAQ  EM  status
        0    5   5   120 1    3   -
        4    7   5    96 1    3   none
        8    7   5    91 1    3   none
        12   7   5    90 1    3   suspected
        16   8   7.9  90 1    3   confirmed
        """,
    ),
    "any worsening from 0": (
        {"zero_baseline": ZeroBaseline.ANY_WORSENING},
        """
        week PhG PtG MMT HAQ   EM  status
        0    5   5   100 0     3   -
        4    6.5 6.5 100 0.125 3   suspected
        8    6.5 6.5 100 0     3   none
        """,
    ),
    "never from 0": (
        {"zero_baseline": ZeroBaseline.NEVER},
        """
        week PhG PtG MMT HAQ   EM  status
        0    5   5   100 0     3   -
        4    6.5 6.5 100 3     3   none
        8    6.5 6.5  70 3     3   suspected
        """,
    ),
}


def judge(table, **options):
    rows = read_table(table)
    definition = TRIAL.deterioration.model_copy(update=options)
    x = steps(read_course(rows))
    out = np.empty((len(x), FIELD_COUNT), dtype=np.int64)
    deterioration_course(x, deterioration_limits(definition, TRIAL.tis.settings), out)
    found = {row["week"]: STATUS_NAMES[int(status)] for row, status in zip(rows[1:], out[1:, STATUS], strict=True)}
    return found, {row["week"]: row["status"] for row in rows[1:]}


@pytest.mark.parametrize("case", CASES)
def test_as_the_protocol_of_proderm_says(case):
    found, expected = judge(CASES[case])
    assert found == expected


@pytest.mark.parametrize("case", OPTIONS)
def test_with_another_answer_to_what_the_sources_leave_open(case):
    options, table = OPTIONS[case]
    found, expected = judge(table, **options)
    assert found == expected
