"""Scoring a table of visits: Myotis against what people write, a pandas loop, and against NumPy with floats.

All three get the same table in memory (one enzyme, five visits a subject) and give the TIS by row. The pandas loop
does fewer rows and its time is scaled up. Only Myotis is exact, checks its input, and gives deterioration and response.
"""

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl

from myotis.score.visits import score_visits

VISITS = ("0", "4", "8", "12", "16")
ROWS = 1_000_000
LOOP_ROWS = 20_000

LIMITS = {"physician_global_cm": (5, 15, 25, 40), "patient_global_cm": (5, 15, 25, 40), "mmt8": (2, 10, 20, 30),
          "haq": (5, 15, 25, 40), "extramuscular_cm": (5, 15, 25, 40), "ck": (5, 15, 25, 40)}  # fmt: skip
POINTS = {"physician_global_cm": (0, 7.5, 15, 17.5, 20), "patient_global_cm": (0, 2.5, 5, 7.5, 10),
          "mmt8": (0, 10, 20, 27.5, 32.5), "haq": (0, 5, 7.5, 7.5, 10),
          "extramuscular_cm": (0, 7.5, 12.5, 15, 20), "ck": (0, 2.5, 5, 7.5, 7.5)}  # fmt: skip
RANGES = {"physician_global_cm": 10, "patient_global_cm": 10, "mmt8": -150, "haq": 3, "extramuscular_cm": 10, "ck": 15}


def make_table(rows: int) -> pl.DataFrame:
    generator = np.random.default_rng(20221006)
    subjects = rows // len(VISITS)
    return pl.DataFrame(
        {
            "subject": np.repeat(np.arange(subjects), len(VISITS)).astype(str),
            "visit": np.tile(VISITS, subjects),
            "physician_global_cm": generator.integers(0, 101, rows) / 10,
            "patient_global_cm": generator.integers(0, 101, rows) / 10,
            "extramuscular_cm": generator.integers(0, 101, rows) / 10,
            "mmt8": generator.integers(80, 151, rows),
            "haq": generator.integers(0, 25, rows) / 8,
            "ck": generator.integers(20, 5000, rows),
            "ck_uln": np.full(rows, 200),
        }
    )


def score_with_a_pandas_loop(table: pd.DataFrame) -> list[float]:
    baselines = {row.subject: row for _, row in table[table.visit == "0"].iterrows()}
    scores = []
    for _, row in table.iterrows():
        before = baselines[row.subject]
        total = 0.0
        for name, limits in LIMITS.items():
            first, now = before[name], row[name]
            if name == "ck":
                first, now = first / before.ck_uln, now / row.ck_uln
            change = 100 * (first - now) / RANGES[name]
            total += POINTS[name][sum(change > limit for limit in limits)]
        scores.append(total)
    return scores


def score_with_numpy_floats(table: pl.DataFrame) -> np.ndarray:
    total = np.zeros(table.height)
    uln = table["ck_uln"].to_numpy()
    for name, limits in LIMITS.items():
        values = table[name].to_numpy().astype(float)
        if name == "ck":
            values = values / uln
        first = np.repeat(values[:: len(VISITS)], len(VISITS))
        change = 100 * (first - values) / RANGES[name]
        total += np.array(POINTS[name])[np.searchsorted(limits, change, side="left")]
    return total


def score_a_file(table: pl.DataFrame, folder: Path) -> None:
    """The whole command, from a CSV file to a Parquet file, with its start."""
    table.write_csv(folder / "visits.csv")
    command = [
        sys.executable,
        "-m",
        "myotis",
        "score",
        str(folder / "visits.csv"),
        "--out",
        str(folder / "out.parquet"),
    ]
    start = time.perf_counter()
    subprocess.run(command, check=True)  # noqa: S603
    print(f"score: the command on {table.height:,} rows of CSV: {time.perf_counter() - start:.1f} s")


def seconds(task: Callable[[], object], repeats: int) -> float:
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        task()
        times.append(time.perf_counter() - start)
    return sorted(times)[len(times) // 2]


def main() -> None:
    table, few = make_table(ROWS), make_table(LOOP_ROWS)
    score_visits(few)  # loads or compiles the rules
    ours = seconds(lambda: score_visits(table), 3)
    frame = pd.DataFrame(few.to_dict(as_series=False))
    loop = seconds(lambda: score_with_a_pandas_loop(frame), 1) * ROWS / LOOP_ROWS
    floats = seconds(lambda: score_with_numpy_floats(table), 3)
    scored = score_visits(table).filter(pl.col("visit") != "0")["tis"].to_numpy()
    wrong = int((score_with_numpy_floats(table).reshape(-1, len(VISITS))[:, 1:].ravel() != scored).sum())
    print(f"score: {ROWS:,} rows in memory, TIS, deterioration and response: {ours:.2f} s")
    print(f"score: a pandas loop (TIS only, scaled from {LOOP_ROWS:,} rows) takes {loop / ours:.0f} times as long")
    print(f"score: NumPy with floats (TIS only, nothing checked) takes {floats / ours:.2f} times as long")
    print(f"score: NumPy with floats is wrong in {wrong:,} of {len(scored):,} scores")
    with tempfile.TemporaryDirectory() as folder:
        score_a_file(table, Path(folder))


if __name__ == "__main__":
    main()
