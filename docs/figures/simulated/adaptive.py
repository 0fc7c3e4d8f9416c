"""Response-adaptive allocation: who gets what, the type I error, and what is estimated."""

from typing import NamedTuple

import numpy as np

from _generate.markdown import table
from myotis.simulate.changes import change_course
from myotis.simulate.simulation import Design
from simulated.virtual import (
    COURSE,
    PAIRED,
    PEARSON,
    PLAIN,
    Found,
    make_ineffective,
    plan,
    show_mean,
    show_share,
    simulate,
)

BATCHES = 12
EXPONENTS = (0.5, 1.0)
BEGIN = 20
FASTER = 4
"""So many times as fast are outcomes known, beside enrollment: as many times as long lies between subjects."""


class Allocated(NamedTuple):
    """A design in one world."""

    world: str
    name: str
    found: Found
    truth: float


def measure_adaptive(subjects: int) -> list[Allocated]:
    subjects += -subjects % 4
    designs = [Design(id="equal", subjects=subjects)]
    for exponent in EXPONENTS:
        rule = {"analysis": "pearson", "begin_after": BEGIN, "exponent": exponent, "least": 0.2, "prior": (1.0, 1.0)}
        designs.append(Design(id=f"exponent_{int(10 * exponent)}", subjects=subjects, adaptive=rule))
    course = change_course(COURSE, PAIRED)
    slow = f"enrollment {FASTER} times slower"
    worlds = {
        "no effect": make_ineffective(course),
        f"no effect, {slow}": _slow_down(make_ineffective(course)),
        "as assumed": course,
        f"as assumed, {slow}": _slow_down(course),
    }
    rows = []
    for world, truth in worlds.items():
        found = simulate(plan(PLAIN, truth, designs, [PEARSON]), BATCHES)
        rates = found["equal", "pearson"].rates
        difference = 0.0 if world.startswith("no effect") else float(rates[0] - rates[1])
        names = ["equal shares", *(f"adaptive, exponent {exponent:g}" for exponent in EXPONENTS)]
        rows += [
            Allocated(world, name, found[design.id, "pearson"], difference)
            for name, design in zip(names, designs, strict=True)
        ]
    return rows


def _slow_down(course):
    return change_course(course, {"enrollment.mean_days_between": f"* {FASTER}"})


def tell_adaptive(rows: list[Allocated]) -> str:
    heads = ("World", "Allocation", "Rejected", "Share in the group", "Bias of the estimate", "Responders of a trial")
    shown = []
    for one in rows:
        subjects, responders = one.found.subjects, one.found.responders
        share = subjects[:, 0] / subjects.sum(axis=1)
        shown.append(
            (one.world, one.name, show_share(one.found.rejects), show_mean(share),
             show_mean(one.found.estimate - one.truth, decimals=2), show_mean(responders.sum(axis=1), 1))
        )  # fmt: skip
    return table(heads, shown)


def find_largest_bias(rows: list[Allocated]) -> tuple[float, float]:
    """The largest bias of an adaptive design in percentage points, and its standard error."""
    off = [100 * (one.found.estimate - one.truth) for one in rows if one.name != "equal shares"]
    worst = max(off, key=lambda values: abs(np.nanmean(values)))
    return float(np.nanmean(worst)), float(np.nanstd(worst) / np.sqrt(len(worst)))
