"""Scoring a file of visits: any size, subject by subject, written whole or not at all."""

import json
import re
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

import polars as pl

from myotis.errors import Fault, InputError
from myotis.exchange.grouping import grouped_by
from myotis.exchange.reading import open_table
from myotis.exchange.writing import write_table
from myotis.protocol.trial import Trial
from myotis.score.scorer import ScoreOptions, Scorer, sort_by_row

ROWS_IN_MEMORY = 500_000
"""So many rows are read at a time; a table with more is streamed."""

MOST_FAULTS = 100_000
"""A file with more faults than this is of another kind: reading on would only fill the memory."""

_COUNT = re.compile(r", and so in (\d+) further rows")


@dataclass
class ScoreSummary:
    """What was scored, for people and for programs."""

    protocol_digest: str
    rows: int = 0
    subjects: int = 0
    categories: dict[str, int] = field(default_factory=dict)
    deterioration: dict[str, int] = field(default_factory=dict)
    responder: dict[str, int] = field(default_factory=dict)
    warnings: list[Fault] = field(default_factory=list)

    def add(self, frame: pl.DataFrame, subject: str) -> None:
        """Count a scored frame in which every subject is whole."""
        self.rows += frame.height
        self.subjects += frame[subject].cast(pl.String).str.strip_chars().n_unique()
        for counts, column in (
            (self.categories, "tis_category"),
            (self.deterioration, "deterioration"),
            (self.responder, "responder"),
        ):
            for word, count in frame[column].drop_nulls().value_counts().rows():
                counts[word] = counts.get(word, 0) + count

    def as_json(self) -> str:
        """The summary as one JSON document; counts are of visits."""
        warnings = [str(warning) for warning in self.warnings]
        return json.dumps(vars(self) | {"warnings": warnings}, sort_keys=True)


def score_file(
    path: Path, out: Path | None, trial: Trial, options: ScoreOptions, *, progress: TextIO | None = None
) -> ScoreSummary:
    """Score a file and write the result to ``out`` (``-`` is standard output, None writes nothing).

    The rows of a subject are written together: in the order of the file where it has them together, else subjects
    in the order of their text. Raises InputError with every fault of the file, and then nothing is written.
    """
    source = open_table(path)
    try:
        scorer = Scorer(source.columns, trial, options)
    except InputError as error:
        raise InputError(fault.inside(path.name) for fault in error.faults) from error
    summary = ScoreSummary(trial.digest, warnings=list(scorer.warnings))
    faults: list[Fault] = []
    writing = write_table(out) if out is not None else nullcontext()
    with writing as writer:
        for frame in _frames(grouped_by(source, scorer.layout.subject, ROWS_IN_MEMORY), progress):
            scored = scorer.score(frame)
            faults += [fault.inside(path.name) for fault in scored.faults]
            summary.warnings = _merge(summary.warnings, [warning.inside(path.name) for warning in scored.warnings])
            if len(faults) > MOST_FAULTS:
                break
            if not faults:
                summary.add(scored.frame, scorer.layout.subject)
                if writer is not None:
                    writer.write(scored.frame)
        if faults:
            raise InputError(sort_by_row(dict.fromkeys(faults)))
    return summary


def _frames(frames: Iterator[pl.DataFrame], progress: TextIO | None) -> Iterator[pl.DataFrame]:
    """The frames, with a count of rows on a terminal once there is more than one."""
    rows = 0
    for frame in frames:
        rows += frame.height
        if progress is not None and progress.isatty() and rows > ROWS_IN_MEMORY:
            progress.write(f"\r{rows:,} rows")
            progress.flush()
        yield frame
    if progress is not None and progress.isatty() and rows > ROWS_IN_MEMORY:
        progress.write("\r" + " " * 20 + "\r")


def _merge(before: list[Fault], new: list[Fault]) -> list[Fault]:
    """Warnings of one kind and column once, with the first row that has it."""
    seen = {(_COUNT.sub("", warning.what), warning.column) for warning in before}
    return before + [warning for warning in new if (_COUNT.sub("", warning.what), warning.column) not in seen]
