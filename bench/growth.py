"""How the time and the memory of a simulation grow with subjects, visits, trials and workers.

Every row is a process of its own: processor seconds, seconds and peak memory, less what an empty simulation takes. The
trial is ProDERM with the course of the demo, its primary analysis carried out at the visit that is named.

Run: python bench/growth.py
"""

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from myotis.protocol.read import read_trial
from myotis.simulate.course import read_course
from myotis.simulate.run import Asked, Wanted, run_simulation, use_threads
from myotis.simulate.simulation import AnalysisChoice, Comparison, Design, Scenario, plan_simulation

BASE = {"subjects": 95, "visit": "W16", "trials": 16_384, "workers": 1}
ROWS = (
    *({"subjects": count} for count in (50, 95, 200, 400, 800)),
    *({"visit": visit} for visit in ("W4", "W8", "W12", "W16", "W28", "W40")),
    *({"trials": count} for count in (2_048, 8_192, 32_768, 65_536)),
    *({"workers": count} for count in (1, 2, 4)),
)


def simulate(subjects, visit, trials, workers):
    """Simulate in this process, and print seconds, processor seconds and the peak of memory in MB."""

    def run(wanted, count):
        analyses = (AnalysisChoice(id="at_visit", estimand="primary", changes={"visit": visit}),)
        comparison = Comparison(schema_version=1, designs=(Design(id="one", subjects=subjects),), analyses=analyses)
        scenario = Scenario("assumed", read_course("proderm"))
        simulation = plan_simulation(read_trial("proderm"), [scenario], seed=1, comparison=comparison)
        with tempfile.TemporaryDirectory() as folder, use_threads(count) as (pool, at_a_time):
            asked = Asked(alpha=0.05, margin=0.0)
            run_simulation(simulation, Path(folder) / "s", Wanted(wanted), pool, at_a_time, asked=asked)

    run(1, 1)  # loads what is compiled, or compiles it
    start, processor = time.perf_counter(), time.process_time()
    run(trials, workers)
    times = time.perf_counter() - start, time.process_time() - processor
    print(*times, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def main():
    """Print the table."""
    print(f"{'what':20} {'trials/s':>10} {'processor ms a trial':>22} {'peak MB':>8}")
    for row in ROWS:
        setting = BASE | row
        command = [sys.executable, __file__, *map(str, setting.values())]
        answer = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()  # noqa: S603 (this file)
        seconds, processor, peak = map(float, answer)
        (name, value), trials = next(iter(row.items())), setting["trials"]
        print(f"{f'{name} {value}':20} {trials / seconds:10,.0f} {1000 * processor / trials:22.3f} {peak:8.0f}")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        subjects, visit, trials, workers = sys.argv[1:]
        simulate(int(subjects), visit, int(trials), int(workers))
    else:
        main()
