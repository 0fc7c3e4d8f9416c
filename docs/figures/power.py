"""Draw exact against approximate power and size of tests of two proportions, for trials of ProDERM's size.

    python docs/figures/power.py

Nothing is simulated: each number is a sum over every table. Writes docs/images/power-*.png and the page
docs/explanation/power-of-proportions.md; takes half a minute.
"""

import sys
from io import BytesIO
from pathlib import Path

import matplotlib as mpl
import numpy as np

sys.path.append(str(Path(__file__).resolve().parents[1]))

mpl.use("Agg")

from matplotlib import pyplot as plt
from PIL import Image

from _generate.markdown import table
from myotis.statistics.power.answers import find_sample_size
from myotis.statistics.power.exact_proportions import (
    ExactTwoProportions,
    compute_exact_size,
    compute_rejection_probability,
    find_rejections,
)
from myotis.statistics.power.exact_stratified import ExactStratifiedProportions
from myotis.statistics.power.rates import Strata
from myotis.statistics.power.stratified_proportions import StratifiedProportions
from myotis.statistics.power.two_proportions import TwoProportions

DOCS = Path(__file__).resolve().parents[1]
PAGE = DOCS / "explanation" / "power-of-proportions.md"
TWO_SIDED = {"alpha": 0.05, "alternative": "two-sided"}
P1, P2 = 0.6, 0.3
SIZES = np.arange(20, 71)
TESTS = {
    "pearson-chi-square": "z-pooled",
    "wald": "z-unpooled",
    "miettinen-nurminen": "z-pooled",
    "newcombe": None,
    "boschloo": None,
    "fisher-exact": "z-pooled-corrected",
    "pearson-chi-square-yates": "z-pooled-corrected",
}
DRAWN = ("pearson-chi-square", "boschloo", "fisher-exact")
COMMON = np.linspace(0, 1, 401)
COLORS = 64
STRATA = Strata(shares=(13 / 48, 28 / 48, 7 / 48), p1=(0.8, 0.65, 0.5), p2=(0.6, 0.35, 0.2))


def assume(test: str) -> ExactTwoProportions:
    return ExactTwoProportions(p1=P1, p2=P2, test=test, **TWO_SIDED)


def draw_power(file: Path) -> None:
    """Power over the size of a group: exact as dots, approximate as a line."""
    figure, axes = plt.subplots(1, len(DRAWN), figsize=(9.5, 3.2), sharey=True, layout="constrained")
    for axis, test in zip(axes, DRAWN, strict=True):
        exact = [assume(test).compute_power(n, n) for n in SIZES]
        axis.plot(SIZES, exact, ".", markersize=4, color="#0072B2", label="enumerated")
        name = TESTS[test] or "z-pooled"
        near = TwoProportions(p1=P1, p2=P2, test=name, **TWO_SIDED)
        axis.plot(SIZES, [near.compute_power(n, n) for n in SIZES], color="#D55E00", linewidth=1, label=name)
        axis.axhline(0.8, color="#7c8a96", linewidth=0.8, linestyle=":")
        axis.set_title(test, fontsize=9)
        axis.set_xlabel("subjects of a group", fontsize=8)
        axis.tick_params(labelsize=7)
        axis.legend(fontsize=7, frameon=False, loc="lower right")
    axes[0].set_ylabel("power at 60 % against 30 %", fontsize=8)
    save(figure, file)


def draw_size(file: Path) -> None:
    """How often each test rejects where both groups have the same rate."""
    figure, axis = plt.subplots(figsize=(6.5, 3.4), layout="constrained")
    for test in (*DRAWN, "newcombe"):
        rejections = find_rejections(47, 47, test=test, **TWO_SIDED)
        axis.plot(COMMON, compute_rejection_probability(rejections, COMMON, COMMON), linewidth=1.2, label=test)
    axis.axhline(0.05, color="#7c8a96", linewidth=0.8, linestyle=":")
    axis.set_xlabel("rate of both groups", fontsize=8)
    axis.set_ylabel("rejections, 47 and 47 subjects", fontsize=8)
    axis.tick_params(labelsize=7)
    axis.legend(fontsize=7, frameon=False)
    save(figure, file)


def save(figure: plt.Figure, file: Path) -> None:
    buffer = BytesIO()
    figure.savefig(buffer, dpi=140)
    plt.close(figure)
    buffer.seek(0)
    Image.open(buffer).convert("RGB").quantize(COLORS).save(file, optimize=True)


def tell_tests() -> str:
    """A row for each test: its power and size with 42 and 47 subjects a group, and the sizes for 80 %."""
    rows = []
    for test, name in TESTS.items():
        found = find_sample_size(assume(test), power=0.8, ratio=(1, 1))
        near = TwoProportions(p1=P1, p2=P2, test=name, **TWO_SIDED) if name else None
        size = compute_exact_size(find_rejections(47, 47, test=test, **TWO_SIDED))
        powers = [f"{100 * assume(test).compute_power(n, n):.1f}" for n in (42, 47)]
        approximate = f"{100 * near.compute_power(42, 42):.1f}" if near else "none"
        rows.append((f"`{test}`", powers[0], approximate, powers[1], f"{100 * size:.2f}", found.n1, found.lasting[0]))
    heads = (
        "Test", "Power, 42 a group", "approximated", "Power, 47 a group", "Size, 47 a group", "Smallest group for 80 %",
        "Lasting from",
    )  # fmt: skip
    return table(heads, rows)


def tell_strata() -> str:
    """Rows of the Cochran-Mantel-Haenszel test: enumerated and approximated, with effect and without."""
    rows = []
    none = Strata(shares=STRATA.shares, p1=STRATA.p2, p2=STRATA.p2)
    for form in ("cochran-mantel-haenszel", "cochran-mantel-haenszel-corrected"):
        for n in (24, 48):
            exact, size = (
                ExactStratifiedProportions(strata=strata, test=form, **TWO_SIDED).compute_power(n, n)
                for strata in (STRATA, none)
            )
            near = StratifiedProportions(strata=STRATA, test=form, **TWO_SIDED).compute_power(n, n)
            rows.append((f"`{form}`", n, f"{100 * exact:.1f}", f"{100 * near:.1f}", f"{100 * size:.2f}"))
    return table(("Test", "Subjects of a group", "Power", "approximated", "Rejections without effect"), rows)


PAGE_TEXT = """\
<!-- Written by docs/figures/power.py: run that again after a change. -->

# Power of proportions: exact and approximate

Sums over every table, nothing simulated. Two-sided tests at 5 %, and rates of 60 % against 30 %, which are
[assumed](../how-to/size-a-trial.md): ProDERM's own are not published. All numbers but sizes of groups are percents.

## Two groups

![Exact and approximate power](../images/power-of-proportions.png)

{tests}

*Size* is the largest probability to reject over all rates that both groups may have in common. Fisher's test and
Boschloo's can't exceed 5 % by their construction; the others can, and some of their power comes from that. Exact power
jumps, as the set of rejected tables changes with each subject: *lasting* is the size from which on no larger group, as
far as was looked, falls below 80 % again.

![Rejections without an effect](../images/power-size-of-tests.png)

## Strata

Three strata with 13, 28 and 7 of 48 subjects of a group, and invented rates of {p1} % against {p2} %.

{strata}
"""


def main() -> None:
    draw_power(DOCS / "images" / "power-of-proportions.png")
    draw_size(DOCS / "images" / "power-size-of-tests.png")
    rates = {name: ", ".join(f"{100 * rate:.0f}" for rate in getattr(STRATA, name)) for name in ("p1", "p2")}
    PAGE.write_text(PAGE_TEXT.format(tests=tell_tests(), strata=tell_strata(), **rates), "utf-8")


if __name__ == "__main__":
    main()
