"""Who computes the chunks of a simulation: threads or processes of this machine, or others elsewhere.

Threads begin at once, and wait for one another wherever Python works. Processes don't, but each takes seconds to begin.
"""

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import AbstractContextManager, contextmanager
from threading import Thread
from typing import Any, Final, Protocol

from myotis.errors import MyotisError
from myotis.simulate.analyses import is_counted
from myotis.simulate.simulation import Simulation

MANY_TRIALS: Final = 200_000
"""From so many on, threads take longer than processes with their beginning."""

ONE_BY_ONE: Final = 100
"""An analysis that is carried out trial by trial takes longer than so many virtual trials."""


class Answer(Protocol):
    """What a worker will have found."""

    def result(self) -> Any:
        """Wait for it."""
        ...


class Workers(Protocol):
    """Who computes chunks."""

    def submit(self, work: Callable[..., Any], /, *what: Any) -> Answer:
        """Have a function called."""
        ...


Crew = AbstractContextManager[tuple[Workers, int]]
"""Workers for the time of a block, and how many chunks they can compute at a time."""


def use_machine(count: int, simulation: Simulation, trials: int) -> Crew:
    """So many workers of this machine, for a simulation of so many trials of every scenario."""
    alone = sum(not is_counted(estimand, simulation.trial) for estimand in simulation.analyses)
    work = trials * len(simulation.scenarios) * (1 + ONE_BY_ONE * alone * len(simulation.designs))
    return use_processes(count) if count > 1 and work >= MANY_TRIALS else use_threads(count)


@contextmanager
def use_threads(count: int) -> Iterator[tuple[Workers, int]]:
    """Threads of this process."""
    with ThreadPoolExecutor(count) as pool:
        yield pool, count


@contextmanager
def use_processes(count: int) -> Iterator[tuple[Workers, int]]:
    """Processes of their own. The program that asks for them has to be one that can be imported without running.

    Raises MyotisError where the system ends one of them.
    """
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(count, mp_context=context, initializer=_begin) as pool:
        try:
            yield pool, count
        except BrokenProcessPool as error:
            told = "the system has ended a worker, perhaps for want of memory; what was finished is kept"
            raise MyotisError(f"{told}: expected to run again, with fewer workers") from error
        finally:
            pool.shutdown(cancel_futures=True)


def _begin() -> None:
    """A worker leaves interrupts to the process that asked for it, and ends with it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
