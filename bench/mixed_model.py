"""A mixed model for repeated measures with its least-squares means: Myotis against R's mmrm, on the same data.

Unstructured covariance, restricted likelihood, full Kenward-Roger. Both get data that lie in memory and answer means,
differences, errors and degrees of freedom by visit; each number is the median of several fits after a first one.
"""

import csv
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

import numpy as np

from myotis.statistics.mixed_model.mmrm import fit_mmrm

SIZES = ((95, 4), (200, 6), (400, 8))
REPEATS = 5
ASK_FOR_R = ["Rscript", "-e", "library(mmrm); library(emmeans)"]


def simulate(subjects: int, visits: int) -> dict[str, np.ndarray]:
    generator = np.random.default_rng(subjects)
    order = np.arange(visits)
    sd = 14 + 2 * order
    root = np.linalg.cholesky(0.7 ** np.abs(order[:, None] - order) * np.outer(sd, sd))
    arm, base = np.arange(subjects) % 2, generator.normal(size=(subjects, 1))
    outcome = generator.normal(size=(subjects, visits)) @ root.T + 3 * base + arm[:, None] * 2 * order
    leaves = np.where(generator.random(subjects) < 0.2, generator.integers(1, visits, subjects), visits)
    outcome[order >= leaves[:, None]] = np.nan
    return {"outcome": outcome, "arm": arm, "covariates": base, "factors": generator.integers(0, 3, (subjects, 1))}


def fit(trial: dict[str, np.ndarray]) -> np.ndarray:
    answer = fit_mmrm(
        **trial,
        reference=0,
        covariance="unstructured",
        df_method="kenward-roger",
        weights="equal",
        margins="rows",
        level=0.95,
    )
    assert answer.differences.df is not None
    return np.concatenate([answer.means.estimate.T.ravel(), answer.differences.df.ravel()])


def time_ours(trial: dict[str, np.ndarray]) -> float:
    fit(trial)
    seconds = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        fit(trial)
        seconds.append(time.perf_counter() - start)
    return float(np.median(seconds))


def time_theirs(trial: dict[str, np.ndarray]) -> tuple[float, np.ndarray]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "trial.csv"
        with path.open("w", newline="") as file:
            rows = csv.writer(file)
            rows.writerow(["subject", "arm", "severity", "base", "week", "y"])
            for subject, visit in np.argwhere(~np.isnan(trial["outcome"])):
                facts = (trial["arm"][subject], trial["factors"][subject, 0], trial["covariates"][subject, 0])
                rows.writerow([subject, *facts, visit, trial["outcome"][subject, visit]])
        program = Path(__file__).with_suffix(".R")
        command = ["Rscript", str(program), str(path), str(REPEATS)]
        seconds, *numbers = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()  # noqa: S603
    return float(seconds), np.array(numbers, dtype=float)


def main() -> None:
    if not shutil.which("Rscript") or subprocess.run(ASK_FOR_R, capture_output=True, check=False).returncode:  # noqa: S603
        print("mixed model: skipped, as Rscript with mmrm and emmeans is not here to compare with")
        return
    for subjects, visits in SIZES:
        trial = simulate(subjects, visits)
        ours = time_ours(trial)
        theirs, numbers = time_theirs(trial)
        apart = np.abs(fit(trial) - numbers)[-visits:].max()
        print(
            f"MMRM, {subjects} subjects, {visits} visits: {ours * 1e3:.1f} ms; R's mmrm {theirs * 1e3:.1f} ms, "
            f"{theirs / ours:.1f} times as long; degrees of freedom differ by {apart:.0e} at most"
        )


if __name__ == "__main__":
    main()
