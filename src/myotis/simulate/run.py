"""Carrying out a simulation: chunks shared between workers, kept as they are finished, until enough is known.

Chunks are taken into account in their order, whoever finishes first, so that the numbers are the same for any number of
workers, after a kill, and where the simulation stops by its precision.
"""

from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
import polars as pl

from myotis.datasets.characteristics import CHARACTERISTICS
from myotis.errors import SettingError
from myotis.protocol.methods import PROPORTIONS
from myotis.protocol.plan import Estimand
from myotis.simulate.analyses import find_direction, find_neutral
from myotis.simulate.characteristics import (
    Truth,
    Value,
    describe_analysis,
    describe_design,
    describe_responders,
    describe_size,
    find_rejections,
)
from myotis.simulate.chunks import CHUNK_TRIALS, SIDES, simulate_chunk
from myotis.simulate.simulation import Simulation
from myotis.simulate.store import ChunkStore
from myotis.simulate.truths import find_truth, simulate_truth
from myotis.simulate.workers import Answer, Workers

TRUTH_SHARE: Final = 4
"""For so many chunks of trials there is one of truth."""


class Wanted(NamedTuple):
    """How much is simulated: at most so many trials a scenario, in whole chunks; fewer where every power has this
    standard error before."""

    trials: int
    until_se: float | None = None

    @property
    def chunks(self) -> int:
        """The number of chunks at most."""
        return max(1, -(-self.trials // CHUNK_TRIALS))


class Asked(NamedTuple):
    """What the characteristics are asked for: the two-sided level of tests, and what lower limits of proportions'
    differences or ratios are to exceed."""

    alpha: float
    margin: float


class Standing(NamedTuple):
    """How far a simulation is: finished and all chunks, and the largest standard error of a power (None: no test)."""

    finished: int
    chunks: int
    largest_error: float | None


def run_simulation(
    simulation: Simulation,
    folder: Path,
    wanted: Wanted,
    workers: Workers,
    at_a_time: int,
    *,
    asked: Asked,
    tell: Callable[[Standing], None] | None = None,
) -> pl.DataFrame:
    """Carry out a simulation, and return its operating characteristics (`CHARACTERISTICS`).

    Finished chunks are kept in ``folder`` and not computed again. The workers can compute ``at_a_time`` chunks at a
    time; twice as many are given to them, so that none has to wait. ``tell`` hears of every finished chunk. Raises
    InputError where the folder holds another simulation, or can't be written to, and SettingError where it is to stop
    by the precision of a power, and nothing is tested.
    """
    if wanted.until_se is not None and all(one.test.method == "none" for one in simulation.analyses):
        raise SettingError("no analysis has a test, so there is no power by whose precision one could stop")
    store = ChunkStore(folder, simulation)
    tally = _Tally(simulation, asked.alpha)
    chunks = 0
    for number in _work(store, simulation, "results", wanted.chunks, workers, 2 * at_a_time):
        chunks = number + 1
        for scenario in range(len(simulation.scenarios)):
            tally.add(scenario, pl.read_parquet(store.find("results", scenario, number)))
        error = tally.find_largest_error()
        if tell is not None:
            tell(Standing(chunks, wanted.chunks, error))
        if wanted.until_se is not None and error is not None and error <= wanted.until_se:
            break
    truths = -(-chunks // TRUTH_SHARE)
    for _ in _work(store, simulation, "truth", truths, workers, 2 * at_a_time):
        pass
    return _describe(store, simulation, chunks, truths, asked)


def _work(
    store: ChunkStore, simulation: Simulation, kind: str, chunks: int, workers: Workers, at_a_time: int
) -> Iterator[int]:
    """Have the chunks of all scenarios computed that are not there; yields the number of each once it is, in order."""
    tasks = [(number, scenario) for number in range(chunks) for scenario in range(len(simulation.scenarios))]
    waiting: deque[tuple[int, int, Answer | None]] = deque()
    compute = simulate_chunk if kind == "results" else simulate_truth
    for number, scenario in [*tasks, *[(-1, -1)] * at_a_time]:
        if number >= 0:
            done = store.has(kind, scenario, number)
            answer = None if done else workers.submit(compute, simulation, simulation.scenarios[scenario], number)
            waiting.append((number, scenario, answer))
        if len(waiting) < at_a_time and number >= 0:
            continue
        if waiting:
            finished, of, found = waiting.popleft()
            if found is not None:
                _keep(store, kind, of, finished, found.result())
            if of == len(simulation.scenarios) - 1:
                yield finished


def _keep(store: ChunkStore, kind: str, scenario: int, number: int, found: Any) -> None:
    if kind == "truth":
        store.write("truth", scenario, number, found)
    else:  # the results come last: where they are, the chunk is finished
        store.write("trials", scenario, number, found.trials)
        store.write("results", scenario, number, found.results)


class _Tally:
    """How often each analysis of each design has shown an effect."""

    def __init__(self, simulation: Simulation, alpha: float) -> None:
        tested = [estimand for estimand in simulation.analyses if estimand.test.method != "none"]
        self.alpha = alpha
        self.neutral = {
            estimand.id: (find_neutral(estimand), find_direction(estimand, simulation.trial)) for estimand in tested
        }
        self.shown: dict[tuple[int, str, str], int] = {}
        self.trials: dict[tuple[int, str, str], int] = {}

    def add(self, scenario: int, results: pl.DataFrame) -> None:
        """Take a chunk into account."""
        for (design, analysis), rows in results.group_by("design", "analysis", maintain_order=True):
            if analysis in self.neutral:
                key = scenario, str(design), str(analysis)
                neutral, direction = self.neutral[key[2]]
                is_favorable = direction * (rows["estimate"].to_numpy() - neutral) > 0
                shown = find_rejections(rows, self.alpha) & is_favorable
                self.shown[key] = self.shown.get(key, 0) + int(shown.sum())
                self.trials[key] = self.trials.get(key, 0) + rows.height

    def find_largest_error(self) -> float | None:
        """The largest standard error of a power; None where nothing is tested."""
        shares = [(self.shown[key] / count, count) for key, count in self.trials.items()]
        return max((float(np.sqrt(share * (1 - share) / count)) for share, count in shares), default=None)


def _describe(store: ChunkStore, simulation: Simulation, chunks: int, truths: int, asked: Asked) -> pl.DataFrame:
    rows: list[dict[str, Any]] = []
    for position, scenario in enumerate(simulation.scenarios):
        head = {
            "scenario": scenario.id,
            "place": "; ".join(f"{path}={value}" for path, value in scenario.place),
        }
        results, trials = (store.read(kind, position, chunks) for kind in ("results", "trials"))
        counts = store.read("truth", position, truths).collect()
        for design in simulation.designs:
            here = trials.filter(pl.col("design") == design.id).collect()
            told = head | {"design": design.id, "trials": here.height}
            rows += [told | _row(name, value) for name, value in describe_design(here)]
            rows.append(told | _row("subjects", Value(design.subjects, 0.0)))
            for estimand in simulation.analyses:
                mine = pl.col("design") == design.id, pl.col("analysis") == estimand.id
                told |= {"analysis": estimand.id}
                found = results.filter(*mine).collect()
                truth = find_truth(counts.filter(*mine), estimand)
                rows += [told | row for row in _describe_analysis(found, truth, estimand, simulation, asked)]
    return CHARACTERISTICS.build(rows)


def _describe_analysis(
    found: pl.DataFrame, truth: Truth | None, estimand: Estimand, simulation: Simulation, asked: Asked
) -> Iterator[dict[str, Any]]:
    neutral = find_neutral(estimand)
    described = describe_analysis(
        found,
        truth,
        alpha=asked.alpha,
        margin=asked.margin if estimand.variable in PROPORTIONS else None,
        neutral=neutral,
        direction=find_direction(estimand, simulation.trial),
    )
    for name, value in described:
        yield _row(name, value)
    for name, value in describe_size(found):
        yield _row(name, value)
    if estimand.variable not in PROPORTIONS:
        return
    labels = {arm.id: arm.label for arm in simulation.trial.arms}
    groups = dict(zip(SIDES, (labels[estimand.group], labels[estimand.comparator]), strict=True))
    for side, name, reason, value in describe_responders(found):
        yield _row(name, value) | {"group": groups[side], "reason": reason}


def _row(name: str, value: Value) -> dict[str, Any]:
    return {"statistic": name, "value": value.value, "mc_error": value.mc_error}
