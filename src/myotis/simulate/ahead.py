"""Compiling ahead of a simulation, in two processes: Numba compiles one function at a time in each, whatever threads
there are. It is done where nothing compiled is kept yet, which is once after every change of the sources."""

import os
import pickle
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress

from myotis.simulate.batch import VirtualTrial, simulate_batch
from myotis.simulate.chunks import build_worlds
from myotis.simulate.decisions import enter_extension
from myotis.simulate.deviates import fill_normal
from myotis.simulate.lives import Lives
from myotis.simulate.luck import Luck
from myotis.simulate.outcomes import Outcomes, ask_visits, score
from myotis.simulate.simulation import Simulation
from myotis.simulate.streams import BATCH, Streams
from myotis.terms.rule import choose_executor, is_compiled_anew

SUBJECTS = 2
"""Of one alone, arrays would be laid out as no other arrays are."""

HELPER = "from myotis.simulate.ahead import help_compiling; help_compiling()"


def compile_ahead(simulation: Simulation, tell: Callable[[], None] | None = None) -> None:
    """Compile what the chunks of a simulation call, half of it in another process, and wait for both.

    What is not compiled here is compiled where it is called: nothing hangs on it but time. ``tell`` hears of it where
    there is something to compile.
    """
    luck = Luck(Streams(simulation.seed))
    luck.normal(1, "compiled ahead")  # what every simulation compiles first
    if (os.cpu_count() or 1) < 2 or not is_compiled_anew(fill_normal):
        return
    if tell is not None:
        tell()
    with subprocess.Popen(  # noqa: S603 (our own command)
        [sys.executable, "-c", HELPER], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as helper:
        try:
            assert helper.stdin is not None
            with suppress(BrokenPipeError), helper.stdin as pipe:
                pickle.dump(simulation, pipe)
            compile_lives(simulation)
            helper.wait()
        finally:
            helper.kill()


def help_compiling() -> None:
    """The other process: its standard input has the simulation."""
    compile_outcomes(pickle.load(sys.stdin.buffer))  # noqa: S301 (from the process that started this one)


def compile_lives(simulation: Simulation) -> None:
    """Let a few subjects go through their visits; the other process is the first to come to the extension."""
    virtual, last = _find_world(simulation)
    simulate_batch(virtual, Luck(Streams(simulation.seed)), SUBJECTS, until=last)


def compile_outcomes(simulation: Simulation) -> None:
    """Decide about the extension of lives of which nothing is known, and score them."""
    virtual, last = _find_world(simulation)
    lives = Lives.begin(SUBJECTS * BATCH, virtual.truth, last)
    choose_executor(enter_extension, "compiled")(virtual.truth, virtual.rules, lives, last)
    questions = ask_visits(virtual, simulation.visits)
    outcomes = Outcomes.begin(lives.treatment, lives.site, BATCH, len(simulation.visits))
    score(questions, lives, outcomes.lay_in_a_row(), 0)


def _find_world(simulation: Simulation) -> tuple[VirtualTrial, int]:
    """The first of the virtual trials, and the position of the last visit that is asked for."""
    worlds = build_worlds(simulation, simulation.scenarios[0])
    virtual = next(iter(worlds.by_allocation.values())).virtual
    ids = [visit.id for visit in virtual.visits]
    return virtual, max(ids.index(visit) for visit in simulation.visits)
