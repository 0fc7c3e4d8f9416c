"""How long the arithmetic of the TIS takes, against the time to read and write its columns, in one run.

    python bench/tis_arithmetic.py [ROWS]

Ten million rows unless said otherwise: virtual subjects with a baseline and nine visits, the six measures recorded
with all five enzymes and their upper limits of normal (15 columns of int64 in, 11 out). Compared are

* the rule, compiled, on all cores, with exact limits, bounds and missing values (``tis_course.run``);
* copying the same columns in memory, on one core: every input and output column read once and written once;
* writing the same columns to a Parquet file and reading them again;
* a plain vectorized NumPy version of the level table in floats, which knows neither bounds nor missing values and is
  wrong at some limits.

Each number is the best of three, after one run that compiles. Only ratios mean something on another machine.
"""

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import perf_counter

import numpy as np
import polars as pl
from numpy.typing import NDArray

from myotis.instruments.tis import TisSettings, score_courses
from myotis.instruments.tis_levels import LEVELS
from myotis.instruments.tis_rule import FIELD_COUNT, TIS, tis_course

ROWS = 10_000_000
VISITS = 10
NUMPY_ROWS = 100_000
"""The NumPy version goes through the rows in parts of this size, so that its intermediate arrays fit."""

STEPS_PER_UNIT = np.array([1000, 1000, 1, 168_000, 1000, *[1000] * 10])
RANGES = (10, 10, 150, 3, 10)
SIGNS = (-1, -1, 1, -1, -1)
SLOT_OF_COLUMN = (0, 1, 2, 3, 5)
MULTIPLES = np.array([15.0, 6, 3, 3, 3])


def draw_courses(rows: int, seed: int = 20_221_006) -> NDArray[np.int64]:
    """Visits of virtual subjects in grid steps, in the order of the rule's columns, nothing missing."""
    draw = np.random.default_rng(seed)
    x = np.empty((rows, 15), dtype=np.int64)
    for column, (most, step) in enumerate([(100, 100), (100, 100), (150, 1), (24, 21_000), (100, 100)]):
        x[:, column] = draw.integers(0, most, rows, endpoint=True) * step
    for column in range(5, 15, 2):
        x[:, column] = draw.integers(0, 2_000, rows) * 1000
        x[:, column + 1] = draw.integers(150, 250, rows) * 1000
    return x


def score_with_numpy_floats(numbers: NDArray[np.float64]) -> NDArray[np.float64]:
    """The same level table as one would write it quickly: centimeters in floats, arrays, no missing values."""
    tis = np.empty(len(numbers))
    for start in range(0, len(numbers), NUMPY_ROWS):
        part = numbers[start : start + NUMPY_ROWS].reshape(-1, VISITS, 15)
        total = np.zeros(part.shape[:2])
        for column, slot in enumerate(SLOT_OF_COLUMN):
            improvement = SIGNS[column] * (part[:, :, column] - part[:, :1, column])
            total += _points(100 * improvement / RANGES[column], slot)
        times_uln = part[:, :, 5::2] / part[:, :, 6::2]
        chosen = times_uln[:, 0].argmax(axis=1)
        followed = np.take_along_axis(times_uln, chosen[:, None, None], axis=2)[:, :, 0]
        total += _points(100 * (followed[:, :1] - followed) / MULTIPLES[chosen][:, None], 4)
        total[:, 0] = np.nan
        tis[start : start + NUMPY_ROWS] = total.ravel()
    return tis


def _points(percent: NDArray[np.float64], slot: int) -> NDArray[np.float64]:
    levels = LEVELS[slot]
    return np.array([0, *levels.tenths])[np.searchsorted(levels.above_percent, percent)] / 10


def time_copies(*arrays: NDArray[np.int64]) -> float:
    copies = [np.empty_like(array) for array in arrays]

    def copy() -> None:
        for source, target in zip(arrays, copies, strict=True):
            np.copyto(target, source)

    return best_of_three(copy)


def write_and_read_parquet(x: NDArray[np.int64], out: NDArray[np.int64], file: Path) -> None:
    names = [f"in_{column}" for column in range(x.shape[1])] + [f"out_{field}" for field in range(out.shape[1])]
    columns = [*x.T, *out.T]
    pl.DataFrame(dict(zip(names, columns, strict=True))).write_parquet(file)
    pl.read_parquet(file)


def best_of_three(work: Callable[[], object]) -> float:
    seconds = []
    for _ in range(3):
        start = perf_counter()
        work()
        seconds.append(perf_counter() - start)
    return min(seconds)


def main(rows: int = ROWS) -> None:
    """Measure and print a table."""
    rows -= rows % VISITS
    x = draw_courses(rows)
    out = np.empty((rows, FIELD_COUNT), dtype=np.int64)
    offsets = np.arange(0, rows + 1, VISITS)
    limits = TisSettings().limits
    score_courses(x[:VISITS], offsets[:2], TisSettings(), engine="compiled")

    seconds = {"the rule, compiled": best_of_three(lambda: tis_course.run(x, offsets, limits, out, engine="compiled"))}
    seconds["copying its columns in memory"] = time_copies(x, out)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "columns.parquet"
        seconds["its columns to Parquet and back"] = best_of_three(lambda: write_and_read_parquet(x, out, file))
    numbers = x / STEPS_PER_UNIT
    seconds["NumPy in floats"] = best_of_three(lambda: score_with_numpy_floats(numbers))

    rule = seconds["the rule, compiled"]
    print(f"{rows:,} rows, {rows // VISITS:,} subjects")
    print(f"{'':34}{'seconds':>9}{'ns a row':>10}{'rule / this':>13}")
    for name, taken in seconds.items():
        print(f"{name:34}{taken:9.2f}{1e9 * taken / rows:10.0f}{rule / taken:13.2f}")
    followups = np.arange(rows) % VISITS > 0
    wrong = np.count_nonzero((score_with_numpy_floats(numbers) * 10 != out[:, TIS]) & followups)
    print(f"scores that NumPy in floats gets wrong: {wrong:,} of {np.count_nonzero(followups):,}")


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:2]))
