"""Worked cases of response: the two shipped trials' definitions, judged by hand.

ProDERM: TIS of at least 20 at week 16 and no confirmed deterioration up to then. RECLAIIM: TIS of at least 20 at week
25 and at week 17 or 21, the period completed, no rescue. A range such as 10-30 is a TIS with measures missing.
"""

import numpy as np
import pytest
from rule_tables import read_table

from myotis.protocol.read import read_trial
from myotis.rules.deterioration import STATUS_NAMES
from myotis.rules.response import FIELD_COUNT, IS_DEFINED, RESPONSE, response_course, response_limits
from myotis.terms.missing import MISSING, NO, UNKNOWN, YES

CODES = {name: code for code, name in STATUS_NAMES.items()} | {"-": MISSING}
FACTS = {"yes": YES, "no": NO, ".": UNKNOWN}
WORDS = {YES: "yes", NO: "no", UNKNOWN: "not_evaluable"}

PRODERM = {
    "improved": """
        visit TIS    deterioration response
        W0    .      -             -
        W4    17.5   none          no
        W8    20     none          yes
        W16   20     none          yes
    """,
    "not enough": """
        visit TIS    deterioration response
        W0    .      -             -
        W16   17.5   none          no
    """,
    "confirmed before, improved later": """
        visit TIS    deterioration response
        W0    .      -             -
        W4    0      suspected     no
        W8    0      confirmed     no
        W16   60     confirmed     no
    """,
    "suspected at week 16 is not confirmed": """
        visit TIS    deterioration response
        W0    .      -             -
        W12   40     none          yes
        W16   40     suspected     yes
    """,
    "a measure missing": """
        visit TIS    deterioration response
        W0    .      -             -
        W4    20-60  none          yes
        W8    10-30  none          not_evaluable
        W12   0-17.5 none          no
        W16   0-100  not_evaluable not_evaluable
        W28   0-100  confirmed     no
    """,
}

RECLAIIM = {
    "responder": """
        visit TIS    completed rescue response
        W1    .      .         .      -
        W17   10     .         no     -
        W21   20     .         no     -
        W25   20     yes       no     yes
    """,
    "only at week 25": """
        visit TIS    completed rescue response
        W1    .      .         .      -
        W17   17.5   .         no     -
        W21   17.5   .         no     -
        W25   90     yes       no     no
    """,
    "no longer at week 25": """
        visit TIS    completed rescue response
        W1    .      .         .      -
        W17   60     .         no     -
        W21   60     .         no     -
        W25   17.5   yes       no     no
    """,
    "rescued": """
        visit TIS    completed rescue response
        W1    .      .         .      -
        W17   60     .         no     -
        W21   60     .         yes    -
        W25   60     yes       yes    no
    """,
    "not completed": """
        visit TIS    completed rescue response
        W1    .      .         .      -
        W17   60     .         no     -
        W21   60     .         no     -
        W25   60     no        no     no
    """,
    "nobody says whether it was completed": """
        visit TIS    completed rescue response
        W1    .      .         .      -
        W17   60     .         no     -
        W21   60     .         no     -
        W25   60     .         no     not_evaluable
    """,
    "one earlier visit is enough": """
        visit TIS    completed rescue response
        W1    .      .         .      -
        W17   60     .         no     -
        W21   0-100  .         no     -
        W25   60     yes       no     yes
    """,
    "the other one would decide": """
        visit TIS    completed rescue response
        W1    .      .         .      -
        W17   0      .         no     -
        W21   10-30  .         no     -
        W25   60     yes       no     not_evaluable
    """,
}


def judge(table, trial):
    rows = read_table(table)
    limits = response_limits(trial, [row["visit"] for row in rows])
    x, out = np.array([as_row(row) for row in rows], dtype=np.int64), np.empty((len(rows), FIELD_COUNT), dtype=np.int64)
    response_course(x, limits, out)
    found = [WORDS[int(visit[RESPONSE])] if visit[IS_DEFINED] else "-" for visit in out]
    return found, [row["response"] for row in rows]


def as_row(row):
    bounds = [int(float(part) * 10) for part in row["TIS"].split("-")] if row["TIS"] != "." else [MISSING]
    known = bounds[0] if len(bounds) == 1 else MISSING
    facts = [FACTS[row.get(name, ".")] for name in ("completed", "rescue")]
    return [known, bounds[0], bounds[-1], CODES[row.get("deterioration", "-")], *facts]


@pytest.mark.parametrize("case", PRODERM)
def test_proderm(case):
    found, expected = judge(PRODERM[case], read_trial("proderm"))
    assert found == expected


@pytest.mark.parametrize("case", RECLAIIM)
def test_reclaiim(case):
    found, expected = judge(RECLAIIM[case], read_trial("reclaiim"))
    assert found == expected
