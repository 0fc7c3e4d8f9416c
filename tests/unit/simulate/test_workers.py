"""Processes of this machine give the digits that threads give, and none outlives who asked for them."""

import os
import signal
import subprocess
import sys

import pytest
from polars.testing import assert_frame_equal

from myotis.errors import MyotisError
from myotis.protocol.read import read_trial
from myotis.simulate import workers as crews
from myotis.simulate.course import read_course
from myotis.simulate.run import Asked, Wanted, run_simulation
from myotis.simulate.simulation import AnalysisChoice, Comparison, Design, Scenario, plan_simulation
from myotis.simulate.workers import MANY_TRIALS, ONE_BY_ONE, use_machine, use_processes, use_threads

ASKED = Asked(alpha=0.05, margin=0.0)


@pytest.fixture(scope="module")
def simulation():
    scenario = Scenario("as_assumed", read_course("proderm"))
    return plan_simulation(read_trial("proderm"), [scenario], seed=5, grid={"subjects": ["12"]})


@pytest.mark.parametrize(
    ("count", "trials", "analysis", "expected"),
    [
        (2, MANY_TRIALS, "primary", "processes"),
        (1, MANY_TRIALS, "primary", "threads"),
        (2, MANY_TRIALS - 1, "primary", "threads"),
        (2, MANY_TRIALS // ONE_BY_ONE, "cdasi", "processes"),
    ],
)
def test_processes_are_for_much_work(monkeypatch, count, trials, analysis, expected):
    for name in ("threads", "processes"):
        monkeypatch.setattr(crews, f"use_{name}", lambda asked, name=name: (name, asked))
    chosen = Comparison(schema_version=1, designs=(Design(id="one", subjects=12),),
                        analyses=(AnalysisChoice(id="one", estimand=analysis),))  # fmt: skip
    scenario = Scenario("as_assumed", read_course("proderm"))
    planned = plan_simulation(read_trial("proderm"), [scenario], seed=5, comparison=chosen)
    assert use_machine(count, planned, trials) == (expected, count)


def test_processes_give_the_digits_of_threads(simulation, tmp_path):
    wanted = Wanted(2 * 2048)
    with use_processes(2) as (pool, at_a_time):
        by_processes = run_simulation(simulation, tmp_path / "processes", wanted, pool, at_a_time, asked=ASKED)
    with use_threads(1) as (pool, at_a_time):
        by_threads = run_simulation(simulation, tmp_path / "threads", wanted, pool, at_a_time, asked=ASKED)
    assert_frame_equal(by_processes, by_threads, check_exact=True)


def test_a_worker_that_is_gone_is_told_in_a_sentence():
    with pytest.raises(MyotisError, match="has ended a worker"), use_processes(1) as (pool, _):
        pool.submit(os._exit, 9).result()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")
def test_no_worker_outlives_who_asked_for_it(tmp_path):
    program = tmp_path / "program.py"
    program.write_text("""
import time
from myotis.simulate.workers import use_processes

if __name__ == "__main__":
    with use_processes(1) as (pool, _):
        pool.submit(print, "begun", flush=True).result()
        pool.submit(time.sleep, 600)
        time.sleep(600)
""")
    process = subprocess.Popen([sys.executable, program], stdout=subprocess.PIPE, text=True)  # noqa: S603 (our own)
    assert process.stdout.readline() == "begun\n"
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=60)  # comes to an end once nobody can write any more, so once the worker is gone
