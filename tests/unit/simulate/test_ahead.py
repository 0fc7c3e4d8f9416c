"""What is compiled ahead is what a simulation calls, and nothing is compiled ahead where it is kept."""

import io
import pickle
import subprocess
from types import SimpleNamespace

import pytest

from myotis.protocol.read import read_trial
from myotis.simulate import ahead
from myotis.simulate.ahead import compile_ahead, compile_lives, help_compiling
from myotis.simulate.batch import go_through, infuse
from myotis.simulate.candidates import judge_candidates, meet_candidates, take_places
from myotis.simulate.chunks import simulate_chunk
from myotis.simulate.course import read_course
from myotis.simulate.decisions import enter_extension
from myotis.simulate.outcomes import follow_lives, score_lives
from myotis.simulate.scenarios import read_scenario
from myotis.simulate.simulation import plan_simulation

CALLED = (
    meet_candidates, judge_candidates, take_places, go_through, infuse, enter_extension, score_lives, follow_lives
)  # fmt: skip


@pytest.fixture(scope="module")
def simulation():
    trial, course = read_trial("proderm"), read_course("proderm")
    scenario = read_scenario("as_assumed", "proderm", course, trial)
    return plan_simulation(trial, [scenario], seed=1, analyses=["primary"])


@pytest.fixture
def started(monkeypatch):
    """The processes that were started."""
    processes = []

    class Noted(subprocess.Popen):
        def __init__(self, *arguments, **options):
            super().__init__(*arguments, **options)
            processes.append(self)

    monkeypatch.setattr(ahead.subprocess, "Popen", Noted)
    return processes


def count_compiled():
    return {part.__name__: len(part.compiled.__wrapped__.signatures) for part in CALLED}


def test_a_chunk_calls_nothing_else(simulation, monkeypatch):
    compile_lives(simulation)
    monkeypatch.setattr(ahead.sys, "stdin", SimpleNamespace(buffer=io.BytesIO(pickle.dumps(simulation))))
    help_compiling()
    compiled = count_compiled()
    assert min(compiled.values()) > 0
    simulate_chunk(simulation, simulation.scenarios[0], 0)
    assert count_compiled() == compiled


def test_the_other_process_does_its_part(simulation, started, monkeypatch):
    monkeypatch.setattr(ahead, "is_compiled_anew", lambda _: True)
    monkeypatch.setattr(ahead.os, "cpu_count", lambda: 2)
    compile_ahead(simulation)
    assert [process.returncode for process in started] == [0]


@pytest.mark.parametrize(("is_anew", "processors"), [(False, 2), (True, 1)])
def test_nothing_is_started_where_all_is_kept_or_nobody_could_help(
    simulation, started, monkeypatch, is_anew, processors
):
    monkeypatch.setattr(ahead, "is_compiled_anew", lambda _: is_anew)
    monkeypatch.setattr(ahead.os, "cpu_count", lambda: processors)
    compile_ahead(simulation)
    assert started == []


def test_an_end_in_the_middle_leaves_no_process(simulation, started, monkeypatch):
    monkeypatch.setattr(ahead, "is_compiled_anew", lambda _: True)
    monkeypatch.setattr(ahead.os, "cpu_count", lambda: 2)

    def end(_):
        raise SystemExit(143)

    monkeypatch.setattr(ahead, "compile_lives", end)
    with pytest.raises(SystemExit):
        compile_ahead(simulation)
    assert [process.poll() is not None for process in started] == [True]
