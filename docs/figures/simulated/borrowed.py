"""Borrowing earlier placebo subjects: how often a trial without effect succeeds, where placebo responses have drifted."""

from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes
from scipy import stats

from _generate.markdown import table
from myotis.simulate.changes import change_course
from myotis.simulate.simulation import Design
from myotis.statistics.proportions.beta_posterior import BetaPrior, compute_difference_posterior
from simulated.virtual import (
    COURSE,
    PAIRED,
    PLAIN,
    choose,
    count_errors,
    find_error,
    make_ineffective,
    plan,
    show_share,
    simulate,
    test_by,
)

EARLIER = (21, 48)
"""Responders and subjects of ProDERM's placebo group."""
WEIGHTS = (0.0, 0.5, 1.0)
SHIFTS = (-0.15, -0.05, 0.05, 0.15, 0.3)
"""What is added to the recovery of everybody."""
BATCHES = 10
PROBABILITY = 0.975
RATES = np.linspace(0.05, 0.95, 91)
COLORS = ("#000000", "#0072B2", "#D55E00")


class Borrowed(NamedTuple):
    """By shift and weight: the rate of both arms, and which trials succeed; and the enumerated chance over rates."""

    subjects: int
    rates: list[float]
    shown: list[list[np.ndarray]]
    enumerated: list[np.ndarray]
    """[weight][rate]"""

    def find_expected(self, shift: int, weight: int) -> float:
        return float(np.interp(self.rates[shift], RATES, self.enumerated[weight]))


def measure_borrowed(subjects: int) -> Borrowed:
    subjects += subjects % 2
    analyses = [
        choose(
            f"weight_{round(100 * weight)}", test_by("pearson_chi_square"),
            borrowing={"responders": EARLIER[0], "subjects": EARLIER[1], "weight": weight, "prior": (1.0, 1.0),
                       "probability": PROBABILITY},
        )
        for weight in WEIGHTS
    ]  # fmt: skip
    rates, shown = [], []
    for shift in SHIFTS:
        moved = {f"{kind}.*.recovery.*": f"+ {shift}" for kind in ("measures", "enzymes")}
        course = change_course(make_ineffective(change_course(COURSE, PAIRED)), moved)
        found = simulate(plan(PLAIN, course, [Design(id="one", subjects=subjects)], analyses), BATCHES)
        rates.append(float(found["one", analyses[0].id].rates.mean()))
        # with borrowing a trial succeeds by the posterior, which is what rejects here
        shown.append([found["one", analysis.id].rejects for analysis in analyses])
    return Borrowed(subjects, rates, shown, [enumerate_success(subjects // 2, weight) for weight in WEIGHTS])


def enumerate_success(n: int, weight: float) -> np.ndarray:
    """The chance of success over the rates that both arms may have: a sum over all tables."""
    flat = BetaPrior(1.0, 1.0)
    x1, x2 = (x.ravel() for x in np.meshgrid(np.arange(n + 1), np.arange(n + 1), indexing="ij"))
    informed = flat.borrow(*EARLIER, weight)
    sizes = np.full_like(x1, n)
    answer = compute_difference_posterior(x1, sizes, x2, sizes, prior1=flat, prior2=informed, level=0.95)
    succeeds = (answer.probability_above > PROBABILITY).reshape(n + 1, n + 1)
    each = stats.binom.pmf(np.arange(n + 1), n, RATES[:, None])
    return np.einsum("ri,rj,ij->r", each, each, succeeds)


def draw_borrowed(axes: Axes, borrowed: Borrowed) -> None:
    for weight, (share, color) in enumerate(zip(WEIGHTS, COLORS, strict=True)):
        axes.plot(100 * RATES, 100 * borrowed.enumerated[weight], color=color, linewidth=1, label=f"weight {share:g}")
        flags = [shown[weight] for shown in borrowed.shown]
        errors = [200 * find_error(one.mean(), len(one)) for one in flags]
        at = [100 * rate for rate in borrowed.rates]
        axes.errorbar(at, [100 * one.mean() for one in flags], errors, fmt="o", markersize=3, color=color)
    axes.axvline(100 * EARLIER[0] / EARLIER[1], color="#7c8a96", linewidth=0.8, linestyle=":")
    axes.axhline(100 * (1 - PROBABILITY), color="#7c8a96", linewidth=0.8, linestyle=":")
    axes.set(title="Borrowed placebo subjects, no effect", xlabel="rate of both arms, percent")
    axes.set(ylabel="trials that succeed, percent")


def tell_borrowed(borrowed: Borrowed) -> str:
    heads = ("Rate of both arms", *(f"Succeed, weight {weight:g}" for weight in WEIGHTS))
    rows = [
        (f"{100 * rate:.1f}", *(show_share(flags) for flags in shown))
        for rate, shown in zip(borrowed.rates, borrowed.shown, strict=True)
    ]
    return table(heads, rows)


def find_farthest(borrowed: Borrowed) -> float:
    """By how many standard errors simulated and enumerated differ at most."""
    return max(
        abs(count_errors(flags, borrowed.find_expected(shift, weight)))
        for shift, shown in enumerate(borrowed.shown)
        for weight, flags in enumerate(shown)
    )
