"""Complete virtual trials a second, against drawing their random numbers alone, plain NumPy, and pandas.

The trial: ProDERM's first period with 95 subjects, six measures at weeks 0, 4, 8, 12 and 16, entry criteria, dropout,
deterioration, switching, TIS, response, a stratified Cochran-Mantel-Haenszel test and an interval. All in one process
and one thread, in processor time: the shortest of several runs. Myotis once more in two processes at a time, by the
clock, as `myotis simulate` computes many trials.

- *The random numbers alone*: the same streams are opened and the same numbers drawn, and nothing is done with them.
- *As many by NumPy*: the same streams are opened, and as many numbers of the same kinds drawn with NumPy's own
  ``standard_normal``, ``random`` and ``standard_exponential``: what drawing costs whoever does without our inversion.
- *NumPy*: the same trial as a statistician would vectorize it (simulate_with_numpy.py), a hundred trials at a time, in
  which it is quickest.
- *pandas*: the same trial as a loop over subjects and visits, with data frames (simulate_with_pandas.py).

The responses of all three are printed as well. R's rpact is timed by two_binomials.R, growth by growth.py.

Run: python bench/simulate.py [BATCHES]
"""

import sys
import time

import numpy as np

from myotis.protocol.read import read_trial
from myotis.randomize.strata import list_strata
from myotis.simulate.analyses import analyze_proportions
from myotis.simulate.batch import VirtualTrial
from myotis.simulate.course import read_course
from myotis.simulate.luck import Luck
from myotis.simulate.outcomes import simulate_outcomes
from myotis.simulate.room import Room
from myotis.simulate.streams import BATCH, Streams
from myotis.simulate.workers import use_processes
from simulate_with_numpy import simulate_with_numpy
from simulate_with_pandas import simulate_with_pandas

SUBJECTS, LAST = 95, "W16"
SIX = ("physician_global", "patient_global", "extramuscular", "mmt8", "haq")
SEED = 2022
ROOM = Room()


def read_six_measures():
    """The course of the demo with six measures and without adverse events."""
    course = read_course("proderm")
    kept = {"measures": {name: course.measures[name] for name in SIX}, "enzymes": {"ck": course.enzymes["ck"]}}
    return course.model_copy(update=kept | {"adverse_events": None})


def run_batch(virtual, batch, luck=None):
    """A batch of trials, to the results of the primary analysis, as a chunk simulates them."""
    outcomes, _ = simulate_outcomes(
        virtual, luck or Luck(Streams(SEED, batch), room=ROOM), SUBJECTS, [LAST], dated=False
    )
    strata = len(list_strata(virtual.trial))
    return analyze_proportions(outcomes, [LAST], virtual.trial.plan.estimands[0], virtual.trial, strata)


class Noted(Luck):
    """Luck that notes what is drawn from it."""

    notes: list = []  # noqa: RUF012

    def normals(self, count, names):
        self.notes.append(("normals", count, names))
        return super().normals(count, names)

    def uniforms(self, count, names):
        self.notes.append(("uniforms", count, names))
        return super().uniforms(count, names)

    def exponential(self, count, *name):
        self.notes.append(("exponential", count, *name))
        return super().exponential(count, *name)


def draw_alone(notes, batch):
    """The numbers of a batch."""
    luck = Luck(Streams(SEED, batch), room=ROOM)
    for kind, *what in notes:
        getattr(luck, kind)(*what)


def draw_with_numpy(notes, batch):
    """As many numbers of the same kinds, by NumPy's own methods."""
    streams = Streams(SEED, batch)
    for kind, count, *what in notes:
        if kind == "exponential":
            streams.find(*what).standard_exponential(count * BATCH)
            continue
        for name in what[0]:
            stream = streams.find(*name)
            (stream.standard_normal if kind == "normals" else stream.random)(count * BATCH)


def count_a_second(batches):
    """Trials a second by the clock, of this process."""
    virtual = VirtualTrial.build(read_trial("proderm"), read_six_measures())
    run_batch(virtual, 0)
    start = time.perf_counter()
    for batch in range(batches):
        run_batch(virtual, batch)
    return batches * BATCH / (time.perf_counter() - start)


def count_in_processes(count, batches):
    """Trials a second by the clock, of so many processes at a time."""
    with use_processes(count) as (pool, _):
        answers = [pool.submit(count_a_second, batches) for _ in range(count)]
        return sum(answer.result() for answer in answers)


def main(batches=40):
    """Print the times."""
    virtual = VirtualTrial.build(read_trial("proderm"), read_six_measures())
    start = time.perf_counter()
    run_batch(virtual, 0)
    print(f"first batch, with what had to be compiled: {time.perf_counter() - start:.1f} s")
    run_batch(virtual, 0, Noted(Streams(SEED, 0), room=ROOM))
    numbers = sum(count * (1 if kind == "exponential" else len(names)) for kind, count, names in Noted.notes)
    course = virtual.course
    for one in (simulate_with_numpy, simulate_with_pandas):
        one(course, 10, 0)
    mine = find_best(lambda batch: run_batch(virtual, batch), batches) / BATCH
    alone = find_best(lambda batch: draw_alone(Noted.notes, batch), batches) / BATCH
    plain = find_best(lambda batch: draw_with_numpy(Noted.notes, batch), batches) / BATCH
    numpy = find_best(lambda batch: simulate_with_numpy(course, 100, batch), batches) / 100
    pandas = find_best(lambda batch: simulate_with_pandas(course, 5, batch), 4) / 5
    print(f"{'what':60} {'trials/s':>10} {'ratio':>8}")
    tell("Myotis, one thread", mine, mine)
    tell("Myotis, two processes", 1 / count_in_processes(2, 10 * batches), mine)
    tell(f"its {numbers:,} random numbers a trial alone", alone, mine)
    tell("as many by NumPy's own methods", plain, mine)
    tell("the same trial in NumPy, vectorized", numpy, mine)
    tell("the same trial with pandas, one at a time", pandas, mine)
    found = [run_batch(virtual, batch) for batch in range(4)]
    shares = np.mean([(one.responders / one.subjects).mean(axis=0) for one in found], axis=0)
    print("responses:", *(f"{share:.3f}" for share in shares), end="; ")
    print("NumPy:", *(f"{share.mean():.3f}" for share in simulate_with_numpy(course, 1000, 1)[3:5]), end="; ")
    print("pandas:", *(f"{share:.3f}" for share in np.mean(simulate_with_pandas(course, 30, 1), axis=0)[3:5]))


def find_best(run, repeats):
    """The shortest processor time of several runs."""
    times = []
    for repeat in range(repeats):
        start = time.process_time()
        run(repeat)
        times.append(time.process_time() - start)
    return min(times)


def tell(what, seconds, mine):
    """A line: trials a second, and how many times as long they take."""
    print(f"{what:60} {1 / seconds:10,.0f} {seconds / mine:8.2f}")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
