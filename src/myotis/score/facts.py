"""What a definition of response may ask about the subject beside its measures: completion and rescue."""

import numpy as np
import polars as pl

from myotis.errors import Fault
from myotis.exchange.grouping import ROW
from myotis.exchange.tables import MISSING_MARKS
from myotis.terms.missing import NO, UNKNOWN, YES
from myotis.terms.rule import Steps

SUBJECT_FACTS = {"completed": "needs_completion", "rescue": "no_rescue"}
"""Optional columns, in the order of the response rule, and what asks for them: was the period completed, was rescue
needed by this visit?"""

SPELLINGS = {"yes": YES, "y": YES, "no": NO, "n": NO}


def read_subject_fact(frame: pl.DataFrame, name: str, faults: list[Fault]) -> Steps:
    """A column of yes and no by row, UNKNOWN where it is absent or blank; adds what is neither to ``faults``."""
    if name not in frame.columns:
        return np.full(frame.height, UNKNOWN, dtype=np.int64)
    text = frame[name].cast(pl.String).str.strip_chars()
    answers = text.str.to_lowercase().replace_strict(SPELLINGS, default=None, return_dtype=pl.Int64)
    wrong = text.is_not_null() & ~text.is_in(list(MISSING_MARKS)) & answers.is_null()
    for row in frame.filter(wrong)[ROW]:
        faults.append(Fault(what="this is neither yes nor no", expected="yes, no or nothing", row=row, column=name))
    return answers.fill_null(UNKNOWN).to_numpy()
