"""The milestones of virtual subjects: randomization, switch, periods, and how the trial ended for them."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import polars as pl

from myotis.datasets.sdtm import (
    COMPLETED,
    DISPOSITION,
    ENTERED_EXTENSION,
    MILESTONE,
    OTHER_EVENT,
    RANDOMIZED,
    SDTM,
    SWITCHED,
)
from myotis.simulate.adverse_events import LACK_OF_EFFICACY
from myotis.simulate.decisions import find_extension, find_period
from myotis.simulate.writing.written import Written, list_values
from myotis.terms.missing import MISSING
from myotis.terms.rule import Steps


class Milestones(NamedTuple):
    """Rows of DS that are alike: whose, at which visit (MISSING: none), on which day, and in which order."""

    life: Steps
    visit: Steps
    day: Steps
    rank: int
    at: Steps
    term: Any
    category: str
    epoch: Any


def _text(value: Any, count: int) -> pl.Series:
    return value if isinstance(value, pl.Series) else pl.Series([value] * count, dtype=pl.String)


def write_disposition(written: Written) -> pl.DataFrame:
    """Randomization, switch, the end of the first period, the way on, and how the trial ended for everybody."""
    frames = []
    labels = pl.Series([visit.label for visit in written.virtual.visits], dtype=pl.String)
    numbers = np.array([float(visit.number) for visit in written.virtual.visits])
    for one in _list_milestones(written):
        none = one.visit == MISSING
        place = np.where(none, 0, one.visit)
        frames.append(
            pl.DataFrame(
                {"life": one.life, "at": one.at, "rank": np.full(len(one.life), one.rank), "DSCAT": one.category,
                 "DSSTDTC": written.date(one.day), "VISITNUM": pl.Series(np.where(none, np.nan, numbers[place])),
                 "VISIT": labels.gather(place)}
            ).with_columns(
                DSTERM=_text(one.term, len(one.life)), DSDECOD=_text(one.term, len(one.life)),
                EPOCH=_text(one.epoch, len(one.life)), VISITNUM=pl.col("VISITNUM").fill_nan(None),
                VISIT=pl.when(pl.Series(none)).then(None).otherwise(pl.col("VISIT")),
            )
        )  # fmt: skip
    rows = pl.concat(frames, how="diagonal_relaxed").sort("life", "at", "rank")
    return written.build(SDTM["DS"], rows["life"].to_numpy(), list_values(rows.drop("at", "rank")))


def _list_milestones(written: Written) -> Iterator[Milestones]:
    lives, rules, visits = written.batch.lives, written.virtual.rules, written.virtual.visits
    trial, last = written.virtual.trial, lives.held.shape[1] - 1
    period, extension = find_period(trial), find_extension(trial)
    count = np.arange(len(lives.site))
    zeros = np.zeros(len(count), dtype=np.int64)
    yield Milestones(count, zeros, lives.came[:, 0], 0, zeros, RANDOMIZED, MILESTONE, None)
    who = np.flatnonzero(lives.switched != MISSING)
    at = lives.switched[who]
    yield Milestones(who, at, lives.came[who, at], 1, at, SWITCHED, OTHER_EVENT, period.label)
    gone, turned_away = lives.left != MISSING, lives.reason == len(written.virtual.course.discontinuation)
    gate = rules.extension_at
    if extension is not None and 0 <= gate <= last:
        who = np.flatnonzero(~gone | (lives.left > gate) | turned_away)
        at = np.full(len(who), gate)
        yield Milestones(who, at, lives.came[who, gate], 2, at, COMPLETED, DISPOSITION, period.label)
        on = np.flatnonzero(~gone | (lives.left > gate))
        there = np.full(len(on), gate)
        yield Milestones(on, there, lives.came[on, gate], 3, there, ENTERED_EXTENSION, MILESTONE, extension.label)
    seen = np.where(lives.held == 1, np.arange(last + 1), MISSING).max(axis=1)
    who = np.flatnonzero(turned_away)
    yield Milestones(
        who,
        seen[who],
        lives.came[who, lives.left[who]],
        3,
        lives.left[who],
        LACK_OF_EFFICACY,
        DISPOSITION,
        period.label,
    )
    who = np.flatnonzero(gone & ~turned_away)
    at = lives.left[who]
    reasons = pl.Series(list(written.virtual.course.discontinuation)).gather(lives.reason[who])
    epochs = {epoch.id: epoch.label for epoch in trial.epochs}
    before = pl.Series([epochs[visit.epoch] for visit in visits]).gather(at - 1)
    yield Milestones(who, seen[who], lives.came[who, at] - 1, 0, at, reasons, DISPOSITION, before)
    if last == len(visits) - 1:
        who = np.flatnonzero(~gone)
        at, label = np.full(len(who), last), (extension or period).label
        yield Milestones(who, at, lives.came[who, last], 4, at, COMPLETED, DISPOSITION, label)
