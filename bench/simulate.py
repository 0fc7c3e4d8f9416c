"""Complete virtual trials a second, against drawing their random numbers alone, plain NumPy, and pandas.

The trial: ProDERM's first period with 95 subjects, six measures at weeks 0, 4, 8, 12 and 16, dropout, deterioration,
switching, TIS, response, a stratified Cochran-Mantel-Haenszel test and an interval. All in one process and one thread.

- *The random numbers alone*: the same streams are opened and the same numbers drawn, and nothing is done with them.
- *NumPy*: the same model and end point as a statistician would vectorize them, over all subjects and visits of a
  thousand trials at once, in floats; without entry criteria, recording grids, sites and missing measurements.
- *pandas*: the same as a loop over trials and subjects, as most people write it.

Run: python bench/simulate.py [BATCHES]
"""

import sys
import time

import numpy as np
import pandas as pd

from myotis.protocol.read import read_trial
from myotis.randomize.strata import list_strata
from myotis.simulate import luck as luck_module
from myotis.simulate.analyses import analyze_proportions
from myotis.simulate.batch import VirtualTrial
from myotis.simulate.course import read_course
from myotis.simulate.luck import Luck
from myotis.simulate.outcomes import simulate_outcomes
from myotis.simulate.room import Room
from myotis.simulate.streams import BATCH, Streams
from myotis.simulate.truth import find_spread

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


def best(run, repeats):
    """The shortest time of several."""
    times = []
    for repeat in range(repeats):
        start = time.perf_counter()
        run(repeat)
        times.append(time.perf_counter() - start)
    return min(times)


def simulate_with_numpy(course, trials, seed):
    """Trials by vectorized NumPy: one array operation after another over [trial, subject, visit, measure]."""
    generator = np.random.default_rng(seed)
    parts = list(course.measures.values()) + list(course.enzymes.values())
    shape, visits, measures = (trials, SUBJECTS), 5, len(parts)
    spreads = [find_spread(part) for part in parts]
    mean, sd = (np.array([getattr(spread, name) for spread in spreads]) for name in ("mean", "sd"))
    severity = 0.6 * generator.standard_normal((*shape, 1)) + 0.8 * generator.standard_normal((*shape, measures))
    true = mean + sd * severity
    true[..., :5] = np.maximum(true[..., :5], 0)
    trait = 0.8 * generator.standard_normal((*shape, 1)) + 0.6 * generator.standard_normal((*shape, measures))
    arm = generator.permuted(np.tile(np.arange(SUBJECTS) % 2, (trials, 1)), axis=1)
    recovery = np.array([[p.recovery[name] for p in parts] for name in ("octagam_10", "saline")])
    recovery_sd = np.array([p.recovery_sd for p in parts])
    flare, noise = np.array([p.flare for p in parts]), np.array([p.noise for p in parts])
    worst = np.array([10, 10, 10, 150, 3, np.inf])
    state, treatment = np.zeros((*shape, measures)), arm.copy()
    seen = np.empty((*shape, visits, measures))
    seen[..., 0, :] = true + noise * generator.standard_normal((*shape, measures))
    there, switched = np.ones(shape, bool), np.zeros(shape, bool)
    flaring, worse_before, confirmed = np.zeros(shape), np.zeros(shape, bool), np.zeros(shape, bool)
    for visit in range(1, visits):
        there &= generator.random(shape) >= 0.011
        target = np.maximum(recovery[treatment] + recovery_sd * trait, -0.2)
        state += 0.5 * (target - state)
        starts = generator.random(shape) < np.where(treatment == 0, 0.01, 0.035)
        goes_on = generator.random(shape) < 0.5
        flaring = np.where(starts, generator.uniform(0.6, 1.4, shape), flaring * goes_on)
        normal = np.array([0, 0, 0, 0, 0, -0.6])
        now = true - state * np.maximum(true - normal, 0) + flaring[..., None] * flare
        seen[..., visit, :] = now + noise * generator.standard_normal(now.shape)
        seen[..., visit, :5] = np.clip(seen[..., visit, :5], 0, worst[:5])
        change = seen[..., visit, :5] - seen[..., 0, :5]
        with np.errstate(divide="ignore", invalid="ignore"):
            percent = change / np.abs(np.where(np.arange(5) == 3, 150 - seen[..., 0, :5], seen[..., 0, :5]))
        worse = (change[..., 0] >= 2) & (percent[..., 3] >= 0.2)
        worse |= (change[..., 2] >= 2) | ((percent >= 0.3).sum(-1) >= 3)
        confirmed |= worse & worse_before & there
        switches = confirmed & ~switched & there & (visit in {2, 3})
        treatment = np.where(switches, 1 - treatment, treatment)
        switched |= switches
        worse_before = worse
    improved = 100 * (seen[..., 0, :] - seen[..., 4, :]) / np.array([10, 10, 10, 150, 3, 1])
    improved[..., 5] = 100 * (np.exp(seen[..., 0, 5]) - np.exp(seen[..., 4, 5])) / 15
    levels = [
        ((5, 15, 25, 40), (7.5, 15, 17.5, 20)),
        ((5, 15, 25, 40), (2.5, 5, 7.5, 10)),
        ((5, 15, 25, 40), (7.5, 12.5, 15, 20)),
        ((2, 10, 20, 30), (10, 20, 27.5, 32.5)),
        ((5, 15, 25, 40), (5, 7.5, 7.5, 10)),
        ((5, 15, 25, 40), (2.5, 5, 7.5, 7.5)),
    ]
    tis = np.zeros(shape)
    for measure, (above, points) in enumerate(levels):
        tis += np.array([0, *points])[np.searchsorted(above, improved[..., measure], side="left")]
    responds = (tis >= 20) & there & ~switched & ~confirmed
    return compare_with_numpy(responds, arm, np.digitize(seen[..., 0, 0], [4, 7]))


def compare_with_numpy(responds, arm, stratum):
    """Difference, Wald interval, and a stratified Cochran-Mantel-Haenszel statistic for every trial."""
    group = arm == 0
    n1, n2 = group.sum(1), (~group).sum(1)
    p1, p2 = (responds & group).sum(1) / n1, (responds & ~group).sum(1) / n2
    half = 1.96 * np.sqrt(p1 * (1 - p1) / n1 + p2 * (1 - p2) / n2)
    deviation, variance = np.zeros(len(arm)), np.zeros(len(arm))
    for level in range(3):
        here = stratum == level
        m1, m2, total = (group & here).sum(1), (~group & here).sum(1), here.sum(1)
        events = (responds & here).sum(1)
        size = np.maximum(total, 2)
        deviation += (responds & here & group).sum(1) - m1 * events / size
        variance += m1 * m2 * events * (total - events) / (size**2 * (size - 1))
    return p1 - p2, half, deviation**2 / np.maximum(variance, 1e-12)


def simulate_with_pandas(course, trials, seed):
    """Trials as most people write them: data frames, groups and a function a row."""
    generator = np.random.default_rng(seed)
    ranges = {"physician_global": 10, "patient_global": 10, "extramuscular": 10, "mmt8": 150, "haq": 3}
    found = []
    for _ in range(trials):
        rows = []
        for subject in range(SUBJECTS):
            arm = "octagam_10" if subject % 2 else "saline"
            trait = generator.normal()
            true = {
                name: max(0.1, generator.normal(measure.distance.mean, measure.distance.sd))
                for name, measure in course.measures.items()
            }
            for week in (0, 4, 8, 12, 16):
                row = {"subject": subject, "arm": arm, "week": week}
                for name, measure in course.measures.items():
                    share = (measure.recovery[arm] + measure.recovery_sd * trait) * (1 - 0.5 ** (week / 4))
                    row[name] = true[name] * (1 - share) + generator.normal(0, measure.noise)
                rows.append(row)
        frame = pd.DataFrame(rows)
        baseline = frame[frame.week == 0].set_index("subject")
        last = frame[frame.week == 16].set_index("subject")

        def score(row, baseline=baseline):
            points = 0.0
            for name, span in ranges.items():
                change = 100 * (baseline.loc[row.name, name] - row[name]) / span
                points += sum(5 for limit in (5, 15, 25, 40) if change > limit)
            return points

        last["tis"] = last.apply(score, axis=1)
        last["worse"] = frame.groupby("subject")["extramuscular"].apply(lambda x: (x.diff().fillna(0) >= 2).any())
        last["response"] = (last["tis"] >= 20) & ~last["worse"]
        last["stratum"] = pd.cut(baseline["physician_global"], [-np.inf, 4, 7, np.inf])
        tables = last.groupby(["stratum", "arm"], observed=False)["response"].agg(["sum", "count"])
        found.append(tables)
    return found


def main(batches=12):
    """Print the times."""
    virtual = VirtualTrial.build(read_trial("proderm"), read_six_measures())
    start = time.perf_counter()
    run_batch(virtual, 0)
    print(f"first batch, with what had to be compiled: {time.perf_counter() - start:.1f} s")
    run_batch(virtual, 0, Noted(Streams(SEED, 0)))
    mine = best(lambda number: run_batch(virtual, number), batches) / BATCH
    numbers = sum(count * (1 if kind == "exponential" else len(names)) for kind, count, names in Noted.notes)
    print(f"{'what':60} {'trials/s':>10} {'ratio':>8}")
    tell("Myotis, one thread", mine, mine)
    alone = best(lambda number: draw_alone(Noted.notes, number), batches) / BATCH
    tell(f"its {numbers:,} random numbers a trial alone", alone, mine)
    tell("NumPy, vectorized", best(lambda n: simulate_with_numpy(virtual.course, 1000, n), 3) / 1000, mine)
    tell("pandas, a trial at a time", best(lambda n: simulate_with_pandas(virtual.course, 2, n), 2) / 2, mine)


def tell(what, seconds, mine):
    """A line: trials a second, and how many times as long they take."""
    print(f"{what:60} {1 / seconds:10,.0f} {seconds / mine:8.2f}")


if __name__ == "__main__":
    assert luck_module.Luck is Luck, "notes are taken of the luck that batches draw"
    main(*map(int, sys.argv[1:]))
