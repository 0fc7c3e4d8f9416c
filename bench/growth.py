"""How the time and the memory of a simulation grow with subjects, visits, trials, threads and processes.

Every row is a process of its own: processor seconds, seconds and peak memory, less what an empty simulation takes. The
trial is ProDERM with the course of the demo, its primary analysis carried out at the visit that is named.

Run: python bench/growth.py
"""

import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from myotis.protocol.read import read_trial
from myotis.simulate.course import read_course
from myotis.simulate.run import Asked, Wanted, run_simulation
from myotis.simulate.simulation import AnalysisChoice, Comparison, Design, Scenario, plan_simulation
from myotis.simulate.workers import use_processes, use_threads

BASE = {"subjects": 95, "visit": "W16", "trials": 16_384, "threads": 1, "processes": 0}
ROWS = (
    *({"subjects": count} for count in (50, 95, 200, 400, 800)),
    *({"visit": visit} for visit in ("W4", "W8", "W12", "W16", "W28", "W40")),
    *({"trials": count} for count in (2_048, 8_192, 32_768, 65_536)),
    *({"threads": count} for count in (1, 2, 4)),
    *({"processes": count, "trials": 131_072} for count in (1, 2)),
    {"threads": 2, "trials": 131_072},
)


def simulate(subjects, visit, trials, threads, processes):
    """Simulate in this process or in others, and print seconds, processor seconds and the peak of memory in MB: of the
    largest process, where there are several."""

    def run(wanted, crew):
        analyses = (AnalysisChoice(id="at_visit", estimand="primary", changes={"visit": visit}),)
        comparison = Comparison(schema_version=1, designs=(Design(id="one", subjects=subjects),), analyses=analyses)
        scenario = Scenario("assumed", read_course("proderm"))
        simulation = plan_simulation(read_trial("proderm"), [scenario], seed=1, comparison=comparison)
        with tempfile.TemporaryDirectory() as folder, crew as (pool, at_a_time):
            asked = Asked(alpha=0.05, margin=0.0)
            run_simulation(simulation, Path(folder) / "s", Wanted(wanted), pool, at_a_time, asked=asked)

    run(1, use_threads(1))  # loads what is compiled, or compiles it
    start, processor = time.perf_counter(), sum(os.times()[:4])
    run(trials, use_processes(processes) if processes else use_threads(threads))
    peaks = [resource.getrusage(whose).ru_maxrss for whose in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    print(time.perf_counter() - start, sum(os.times()[:4]) - processor, max(peaks) / 1024)


def main():
    """Print the table."""
    print(f"{'what':28} {'trials/s':>10} {'processor ms a trial':>22} {'peak MB':>8}")
    for row in ROWS:
        setting = BASE | row
        command = [sys.executable, __file__, *map(str, setting.values())]
        answer = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()  # noqa: S603 (this file)
        seconds, processor, peak = map(float, answer)
        what, trials = ", ".join(f"{name} {value}" for name, value in row.items()), setting["trials"]
        print(f"{what:28} {trials / seconds:10,.0f} {1000 * processor / trials:22.3f} {peak:8.0f}")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        subjects, visit, *others = sys.argv[1:]
        simulate(int(subjects), visit, *map(int, others))
    else:
        main()
