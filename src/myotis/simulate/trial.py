"""One virtual trial as the tables of its snapshot."""

from collections.abc import Iterator
from typing import Any

import polars as pl

from myotis.datasets.sdtm_safety import AE
from myotis.protocol.trial import Trial
from myotis.simulate.adverse_events import write_events
from myotis.simulate.batch import Batch, VirtualTrial, simulate_batch
from myotis.simulate.charts import Charts
from myotis.simulate.course import Course, read_course
from myotis.simulate.luck import Luck
from myotis.simulate.streams import BATCH, Streams
from myotis.simulate.writing.tables import write_tables
from myotis.terms.missing import MISSING
from myotis.terms.rule import Executor


def simulate_trial(
    trial: Trial,
    course: Course | None = None,
    *,
    seed: int,
    subjects: int | None = None,
    number: int = 0,
    executor: Executor = "interpreted",
) -> dict[str, pl.DataFrame]:
    """Simulate one trial: the SDTM-shaped tables of its snapshot, by name.

    ``course`` is the assumed truth, else that of the shipped ProDERM; ``subjects`` how many are randomized, else as
    many as the course says. ``number`` says which trial of the seed, as a simulation of many counts them from 0. The
    same seed gives the same tables, and more subjects leave the earlier ones as they were. Raises SettingError where
    course and trial don't fit.

    >>> from myotis.protocol.read import read_trial
    >>> tables = simulate_trial(read_trial("proderm"), seed=1, subjects=4)
    >>> tables["DM"].height, sorted(tables)[:4]
    (4, ['AE', 'DM', 'DS', 'EX'])
    """
    course = course or read_course("proderm")
    virtual = VirtualTrial.build(trial, course)
    luck = Luck(Streams(seed, number // BATCH), only=number % BATCH)
    batch = simulate_batch(virtual, luck, course.subjects if subjects is None else subjects, executor=executor)
    tables = write_tables(virtual, luck, batch)
    events = AE.build(_list_events(Charts(virtual, luck, batch.lives, batch.stratum), tables["DM"], batch))
    return tables | {"AE": events}


def _list_events(charts: Charts, demographics: pl.DataFrame, batch: Batch) -> Iterator[dict[str, Any]]:
    """The rows of AE, subject after subject."""
    for subject, study, name in zip(charts.subjects, demographics["STUDYID"], demographics["USUBJID"], strict=True):
        given = batch.lives.given[subject.number]
        infused = [position for position in range(len(charts.visits)) if given[position] != MISSING]
        events = [event for position in infused for event in charts.describe_events(subject, position)]
        departure = charts.find_end(subject)
        left, reason = (departure.when, departure.reason) if departure else (None, "")
        yield from write_events(events, {"STUDYID": study, "USUBJID": name}, left, reason)
