"""Scoring a table of visits that is in memory."""

from collections.abc import Iterable, Mapping
from typing import Any

import polars as pl

from myotis.datasets.table import FIRST_DATA_ROW
from myotis.errors import Fault, InputError
from myotis.exchange.frames import as_frame
from myotis.exchange.grouping import ROW
from myotis.instruments.tis import TisSettings
from myotis.protocol.read import read_trial
from myotis.protocol.trial import Trial
from myotis.score.recorded import HaqReading
from myotis.score.scorer import ScoreOptions, Scorer


def score_visits(
    visits: Any,
    *,
    trial: Trial | str = "proderm",
    settings: TisSettings | None = None,
    visit_order: Iterable[str] | str | None = None,
    baseline: str | None = None,
    column_map: Mapping[str, str] | None = None,
    haq: HaqReading = "as_recorded",
) -> pl.DataFrame:
    """TIS, its parts, deterioration and response for a table with one row a subject and visit.

    ``visits`` is a Polars or pandas data frame, an Arrow table, or a mapping from names of columns to values. The
    columns are ``subject``, ``visit``, ``physician_global_cm`` (or ``_mm``), ``patient_global_cm``,
    ``extramuscular_cm``, ``mmt8`` (or ``mmt8_unilateral``, ``mmt_total``), ``haq``, and at least one enzyme as a pair
    such as ``ck`` and ``ck_uln`` or as ``ck_xuln``; others pass through. The protocol says which visits there are and
    in which order, unless ``visit_order`` does (names in order, or ``"numeric"``); rows may come in any order and stay
    in theirs. Added columns are null on baseline rows. Raises InputError with every fault.

    >>> scored = score_visits({
    ...     "subject": ["S1", "S1"], "visit": ["0", "16"], "physician_global_cm": [6.5, 3.0],
    ...     "patient_global_cm": [6.0, 4.0], "extramuscular_cm": [4.0, 1.5], "mmt8": [130, 142],
    ...     "haq": [1.5, 1.0], "ck_xuln": [10.0, 2.0]})
    >>> scored.select("visit", "tis", "tis_category", "deterioration", "responder").rows()[1]
    ('16', 60.0, 'major', 'none', 'yes')
    """
    frame = as_frame(visits)
    if ROW in frame.columns:
        raise InputError([Fault(what="the name is Myotis's own", expected="another name", column=ROW)])
    options = ScoreOptions(
        settings=settings, visits=visit_order, baseline=baseline, column_map=column_map or {}, haq=haq
    )
    scorer = Scorer(frame.columns, read_trial(trial) if isinstance(trial, str) else trial, options)
    scored = scorer.score(frame.with_row_index(ROW, offset=FIRST_DATA_ROW).with_columns(pl.col(ROW).cast(pl.Int64)))
    if scored.faults:
        raise InputError(scored.faults)
    return scored.frame
