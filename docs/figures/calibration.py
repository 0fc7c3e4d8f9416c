"""Calibrate virtual patients to ProDERM's published figures, and show published figures beside simulated ones.

    python docs/figures/calibration.py

Fits the shipped course anew from what was assumed (course-assumed.toml): what `myotis calibrate` does. Writes the shipped
course, docs/images/calibration.png and the page docs/explanation/calibration.md; takes a quarter of an hour.
"""

import os
import sys
import time
from importlib import resources
from io import BytesIO
from pathlib import Path

import matplotlib as mpl

sys.path.append(str(Path(__file__).resolve().parents[1]))

mpl.use("Agg")

import polars as pl
from matplotlib import pyplot as plt
from PIL import Image

from _generate.markdown import table
from myotis.analyze.reproduce import read_published
from myotis.protocol.read import read_trial
from myotis.report.calibration import (
    FIGURE_HEADS,
    PARAMETER_HEADS,
    draw_ranges,
    list_figure_rows,
    list_parameter_rows,
    name_figure,
    summarize_calibration,
)
from myotis.simulate.calibration.calibrate import Calibration, calibrate, prepare_calibration
from myotis.simulate.calibration.declaration import read_declaration
from myotis.simulate.course import ASSUMED, COURSE, read_course_text

TRIAL, SEED, DRAWS = "proderm", 2022, 128
DOCS = Path(__file__).resolve().parents[1]
PAGE = DOCS / "explanation" / "calibration.md"
IMAGE = DOCS / "images" / "calibration.png"
COLORS = 64


def fit() -> Calibration:
    """What `myotis calibrate` does, telling how far it is."""
    begun, last = time.monotonic(), ""

    def tell(_done: int, _of: int, what: str) -> None:
        nonlocal last
        if what != last:
            print(f"{time.monotonic() - begun:6.0f} s  {what}", flush=True)
            last = what

    assumed, published = read_course_text(TRIAL, ASSUMED), read_published(TRIAL)
    prepared = prepare_calibration(read_trial(TRIAL), assumed, published, read_declaration(TRIAL))
    return calibrate(prepared, seed=SEED, draws=DRAWS, workers=os.cpu_count() or 1, tell=tell)


def draw(figures: pl.DataFrame) -> None:
    """The picture of the page."""
    figure = plt.figure(figsize=(8, 6), layout="constrained")
    draw_ranges(figure, figures)
    buffer = BytesIO()
    figure.savefig(buffer, dpi=130)
    plt.close(figure)
    buffer.seek(0)
    Image.open(buffer).convert("RGB").quantize(COLORS).save(IMAGE, optimize=True)


def list_outside(figures: pl.DataFrame, use: str) -> str:
    """The figures of a use that lie outside, as a list."""
    rows = figures.filter((pl.col("use") == use) & (pl.col("inside") == 0))
    names = [name_figure(row["label"], row["address"]) for row in rows.iter_rows(named=True)]
    return "\n".join(f"- {name}" for name in names) or "- none"


def list_unidentified(parameters: pl.DataFrame) -> str:
    """The parameters that the figures say next to nothing of, as a list."""
    rows = [name for name, cells in list_parameter_rows(parameters) if cells[-1] == "next to nothing"]
    return "\n".join(f"- {name}" for name in rows) or "- none"


PAGE_TEXT = """\
<!-- Written by docs/figures/calibration.py: run that again after a change. -->

# Virtual patients fitted to ProDERM's figures

ProDERM published counts, means and medians, and no patients. `myotis calibrate` looks for virtual patients whose trials
show such figures. Which are fitted and which held out was declared before the first fit, in
`trials/proderm/calibration.toml`, and what may move; only that adverse events become rarer with every infusion was added
after it, as the fitted figures asked for it. A fit starts from `course-assumed.toml`, in which every number is a guess or
a plain fact, and writes `course.toml`, which everything else uses. So a fitted number is the old guess, moved as far as
published figures ask for it.

{summary}

![Where each published figure lies in its simulated range](../images/calibration.png)

Each bar is the range of 95 % of simulated trials of 95 subjects, with parameters as uncertain as the fit leaves them;
the point is the published figure. Were the course right, 19 of 20 points would lie inside, though not independently: the
figures are of the same subjects.

## How

Figures of one trial are taken as jointly normal, with the mean and the covariance that they have over simulated trials of
the same size, on scales on which that is nearly so. With normal priors around the guesses this makes a posterior, whose
mode is found by Gauss and Newton's steps on the same virtual patients throughout, and whose curvature tells the
uncertainty (`myotis.simulate.calibration.fit`). A range comes from trials whose parameters are drawn from that
posterior.

Arms are counted as the publication seems to count them: responders of all randomized subjects at week 16 (47 and 48),
changes of those observed and not switched (45 and 43), and at week 40 responders of those who completed the blinded
period (45 and 46). Events belong to the treatment that they follow; a subject who switches is in both groups.

## Held out: what the course was not told

{held_out}

Outside are:

{held_outside}

## Fitted

{fitted}

Outside are:

{fitted_outside}

## What the figures say of the parameters

*Uncertainty left* is the standard deviation after over the one before. The figures carry as much as {learned:.0f} free
parameters. {moved} of the course's {values} numbers move; all others are assumed, whatever they are: weights, noise of
measurements, sizes of flares, how severity hangs together, how enzymes are spread, when events begin and how long they
last. Among those that may move, the published figures say next to nothing of:

{unidentified}

{parameters}

## What to make of it

- The course is good for asking what a *design* does in patients whose trials look like ProDERM's. It says nothing of
  the treatment that ProDERM does not.
- Baselines, enzymes and the weeks 4 to 12 are not published. The medians of time to improvement are all that speaks of
  how fast it goes.
- Who wants to know what an unidentified number does to a design varies it: `myotis simulate --grid`.
- Published figures contradict one another in places (five subjects switched, three deteriorated); then a fit lies
  between them.
"""


def main() -> None:
    """Fit, and write course, picture and page."""
    found = fit()
    course = Path(str(resources.files("myotis.trials") / TRIAL / COURSE))
    course.write_text(found.course, "utf-8")
    draw(found.figures)
    shown = {
        use: table(("Figure", *FIGURE_HEADS), [(name, *cells) for name, cells in list_figure_rows(found.figures, use)])
        for use in ("fitted", "held_out")
    }
    summary = "\n".join(f"- {line}." for line in summarize_calibration(found.figures, found.parameters))
    rows = [(name, *cells) for name, cells in list_parameter_rows(found.parameters)]
    text = PAGE_TEXT.format(
        summary=f"{summary}\n- Chi-square of figures and priors: {found.objectives[0]:.0f} as assumed, "
        f"{found.objectives[-1]:.0f} fitted.",
        held_outside=list_outside(found.figures, "held_out"),
        fitted_outside=list_outside(found.figures, "fitted"),
        unidentified=list_unidentified(found.parameters),
        parameters=table(("Parameter", *PARAMETER_HEADS), rows),
        learned=found.learned,
        moved=found.moved,
        values=found.values,
        **shown,
    )
    PAGE.write_text(text, "utf-8")


if __name__ == "__main__":
    main()
