"""Draw power and error rates of ProDERM's primary end point on virtual patients beside what is computed for them.

python docs/figures/simulated_power.py writes docs/explanation/simulated-power.md and its two pictures (some three minutes).
The numbers and what is said of them are of the course that the protocol ships; run it again after a change of that.
"""

import sys
from pathlib import Path
from textwrap import fill

import numpy as np
from matplotlib.figure import Figure

sys.path.append(str(Path(__file__).resolve().parents[1]))

from simulated import adaptive, borrowed, curves, error_rates, imputed, looks
from simulated.virtual import SEED, count_trials, join

DOCS = Path(__file__).resolve().parents[1]
IMAGES = DOCS / "images"
PAGE = DOCS / "explanation" / "simulated-power.md"
NEAR = 4
"""Simulated and computed numbers agree within so many standard errors."""

TEXT = """<!-- Written by docs/figures/simulated_power.py: run that again after a change. -->

# Power of virtual trials beside computed power

`myotis design` computes a power from rates that are given to it. `myotis simulate` lets virtual patients be treated,
measured, switched and lost, and counts. This page has both for ProDERM's primary end point: where they must agree, where
they part, and what a designer learns from it. The virtual patients are those of ProDERM's
[course](../how-to/simulate-a-trial.md), whose numbers are **assumed**, so nothing here is a statement about a treatment.
Two-sided tests at 5 %; numbers are percents unless said otherwise, with Monte Carlo standard errors. Seed {seed}.

## The same rates have the same power

Over all simulated trials {p1:.1f} % respond with IVIG and {p2:.1f} % with placebo. Given these two rates, every table can
be enumerated, or the power approximated by a formula. {curve_trials:,} trials for each size.

![Power over subjects](../images/simulated-power.png)

{curves}

Without strata, in blocks of two, both arms have the same size, and responders are binomial: the simulated power differs
from the enumerated one by {plain_off:.1f} standard errors at most, {plain_word} than chance gives. The formula is
{formula_off:.1f} points off at most, at {formula_at} subjects{formula_later}.

Over strata the number of subjects in each stratum comes by chance, and blocks are left incomplete. Enumeration at the
expected shares does not know that, and is up to {strata_off:.1f} points off (at {strata_at} subjects). At the strata that
each trial has, enumeration agrees (`tests/laws/test_simulated_looks.py`).

**What to learn.** Where the rates are right, the power by formula is right too, as far as a formula goes in small trials.
Simulation is for rates that nobody can write down.

## Other rates have another power

In trials of {ladder_subjects} subjects one thing after another happens to the same virtual patients ({ladder_trials:,}
trials a row, Pearson's test, no strata). The power in each row is what enumeration says at the rates of that row, to
{ladder_off:.1f} standard errors at most: what parts designs from trials is not the test, it is the rates.

{rungs}

Who switches has a confirmed deterioration before, and is no responder already. So switching moves the rates by
{switch_moved:.1f} points at most.

A size is as good as the rates that it was made for. These sizes are by formula, for a power of 80 %, and the power is that
of trials in which everything happens:

{sizings}

Dropouts that count as non-responders lower both rates, and their difference with them; taking them off the number of
subjects does not say that.

Blinded re-estimation computes the number of subjects anew at half of them, from the rate of both arms together. Planned
are the rates of the first row, and `high_placebo` is a scenario in which more respond to placebo:

{reestimated}

The rate of both arms together tells the variance, not the difference. Re-estimation keeps the power for the difference
that was planned for; where the difference itself is smaller, it can't see that.

## Type I error of tests, side by side

Both arms have the course of placebo, so that every rejection is an error. All tests see the same {test_trials:,} trials
of a kind.

![Type I error of tests, and of borrowing](../images/simulated-error-rates.png)

{tests}

Simulated and enumerated errors differ by {tests_off:.1f} standard errors at most. Enumerated above 5 %: {too_often}. In
trials that are randomized in strata, a test that ignores the strata is another one than in trials without: here the
largest change at one size is {strata_moved:.2f} points ({strata_moved_test}).

**What to learn.** No approximate test keeps its level at every rate and size; Fisher's does, and pays with power. Ask for
the error at the rates and the size of the trial, not for that of the test in general.

## Looks: power, size, and what is estimated after a stop

{look_subjects} subjects at most, {look_trials:,} trials of each design with the same patients. *Enrolled by then* are
those who came while outcomes were waited for: a stop can't save them.

{look_power}

The formula knows no tables: its power is {look_formula_off:.1f} points from the enumerated one at most, its mean number
of subjects {look_size_off:.1f} subjects. Nor does it know waiting: what a sponsor pays for is the mean number enrolled,
which is {waiting:.1f} subjects above the number analyzed at the most.

{look_bias}

Trials that stop early do so because of large estimates. The corrected estimate is the median-unbiased one after a stop
(stagewise order), which `myotis simulate` does not report yet: it is computed here by
`myotis.statistics.group_sequential.stagewise`. The largest bias of a plain estimate is {worst_plain:.1f} points, that of
the corrected one {worst_corrected:.1f}. The corrected one is made to be above the truth half of the time, which is not to
be without bias; here it is in {above_low:.1f} to {above_high:.1f} % of the trials.

### Beside rpact

rpact's own simulation of the same kind of design ({rpact}), the tables enumerated by this page at rpact's boundaries, and
rpact's computed power. What Myotis simulates is compared with these in `tests/independent/r/compare_simulate.py`.

{rpact_table}

For a given size rpact computes with the drift of a trial of one look; `myotis design` uses the inflation of the size, as
rpact does for a given power. From the enumerated power the one is {theirs_off:.2f} points off at most, the other
{ours_off:.2f}.

## Adaptive allocation

After {adaptive_begin} subjects allocated by a list, more get what looks better so far ({adaptive_trials:,} trials a row,
{adaptive_subjects} subjects, Pearson's test). Answers take 16 weeks, so that a trial that enrolls fast has few of them in
time; where enrollment is {adaptive_slow} times slower there are more.

{adaptive}

The largest bias of an adaptive design is {adaptive_bias:.2f} points (± {adaptive_bias_error:.2f}). Patients here do not
change while a trial goes on. Where they do, arms that got their subjects at different times differ by that too, and no
line of this table tells it.

## Borrowing earlier placebo subjects

ProDERM's {earlier_x} of {earlier_n} placebo responders count as a prior in the next trial, with a weight. A trial succeeds
where the posterior probability of a benefit is above {probability:.1f} %. Nothing has an effect; what differs between rows
is how many respond in both arms ({borrowed_trials:,} trials a row of {borrowed_subjects} subjects).

{borrowed}

The lines of the picture are enumerated, and the simulated numbers differ from them by {borrowed_off:.1f} standard errors
at most. {drifted} A smaller weight makes this smaller; only weight 0 makes it go away.

## Imputing what is missing

The scenario `more_dropout`, {imputed_subjects} subjects; {missing:.0f} % have no answer at week 16 although no switch
settled it. Asked is what would have been measured had nobody left (treatment policy for leaving): a difference of
{imputed_truth:.1f} points. {imputed_trials} trials, so the errors are large; but all rows are of the same trials, and the
second column compares them pair by pair.

{imputed}

Counting the missing as non-responders answers another question: it is right by definition for the plan's composite, and
off by the first column for this one. Nearest to the truth on average: {nearest}. Imputation takes some tenths of a second a
trial.
"""


def wrap(text: str) -> str:
    """The text with its paragraphs filled anew, since numbers and names have any length."""
    parts = text.split("\n\n")
    return "\n\n".join(
        part
        if part.startswith(("|", "#", "!", "<"))
        else fill(part, 120, break_long_words=False, break_on_hyphens=False)
        for part in parts
    )


def save(name: str, width: float, height: float, draw) -> None:
    figure = Figure(figsize=(width, height), layout="constrained")
    draw(figure)
    for axes in figure.axes:
        axes.spines[["top", "right"]].set_visible(False)
        axes.tick_params(labelsize=7)
        axes.legend(frameon=False, fontsize=6.5)
    figure.savefig(IMAGES / f"{name}.png", dpi=110, metadata={"Software": None})


def write_page() -> None:
    power = curves.measure_curves()
    ladder = curves.measure_ladder(power)
    tests = error_rates.measure_tests()
    stops = looks.measure_stops(ladder.subjects)
    allocated = adaptive.measure_adaptive(ladder.subjects)
    lent = borrowed.measure_borrowed(ladder.subjects)
    filled = imputed.measure_imputed(ladder.subjects)

    def draw_power(figure):
        left, right = figure.subplots(1, 2, sharey=True)
        curves.draw_curves(left, power)
        curves.draw_parting(right, ladder)

    def draw_errors(figure):
        left, right = figure.subplots(1, 2)
        error_rates.draw_tests(left, tests)
        borrowed.draw_borrowed(right, lent)

    save("simulated-power", 10, 4.2, draw_power)
    save("simulated-error-rates", 10, 3.6, draw_errors)
    beside = looks.tell_rpact()
    PAGE.write_text(
        wrap(TEXT.format(
            seed=SEED, **tell_power(power), **tell_ladder(ladder), **tell_tests(tests), **tell_stops(stops),
            rpact=beside.versions, rpact_table=beside.table, theirs_off=beside.theirs_off, ours_off=beside.ours_off,
            **tell_adaptive(allocated), **tell_borrowed(lent), **tell_imputed(filled),
        ))
        + "\n",
        "utf-8",
    )  # fmt: skip


def tell_power(power: curves.Curves) -> dict[str, object]:
    plain, _ = power.errors
    formula = 100 * np.abs(np.subtract(power.plain_formula, power.plain_enumerated))
    strata = 100 * np.abs([f.mean() - e for f, e in zip(power.stratified, power.stratified_enumerated, strict=True)])
    worst, from_80 = int(formula.argmax()), np.array(power.plain_enumerated) >= curves.TARGET
    later = f", and {formula[from_80].max():.1f} where the power is 80 % or more" if from_80.any() else ""
    return {
        "p1": 100 * power.rates[0], "p2": 100 * power.rates[1], "curve_trials": count_trials(curves.BATCHES),
        "curves": curves.tell_curves(power), "plain_off": np.abs(plain).max(),
        "plain_word": "no more" if np.abs(plain).max() < NEAR else "more", "formula_off": formula[worst],
        "formula_at": curves.SIZES[worst], "formula_later": later, "strata_off": strata.max(),
        "strata_at": curves.SIZES[int(strata.argmax())],
    }  # fmt: skip


def tell_ladder(ladder: curves.Ladder) -> dict[str, object]:
    off = [abs(curves.count_errors(rung.found.rejects, rung.enumerated)) for rung in ladder.rungs]
    return {
        "ladder_subjects": ladder.subjects, "ladder_trials": count_trials(curves.RUNGS), "ladder_off": max(off),
        "rungs": curves.tell_rungs(ladder), "sizings": curves.tell_sizings(ladder),
        "switch_moved": 100 * np.abs(ladder.rungs[2].rates - ladder.rungs[1].rates).max(),
        "reestimated": curves.tell_reestimation(ladder),
    }  # fmt: skip


def tell_tests(rows: list[error_rates.Row]) -> dict[str, object]:
    plain = {(row.test, row.subjects): row.rejects.mean() for row in rows if not row.is_stratified}
    moved = {
        f"{row.test}, {row.subjects} subjects": 100 * (row.rejects.mean() - plain[row.test, row.subjects])
        for row in rows
        if row.is_stratified and (row.test, row.subjects) in plain
    }
    most = max(moved, key=lambda name: abs(moved[name]))
    return {
        "test_trials": count_trials(error_rates.BATCHES), "tests": error_rates.tell_tests(rows),
        "tests_off": error_rates.find_farthest(rows), "too_often": join(error_rates.find_too_often(rows)),
        "strata_moved": moved[most], "strata_moved_test": most,
    }  # fmt: skip


def tell_stops(stops: looks.Stops) -> dict[str, object]:
    waiting = [one.found.enrolled.mean() - one.found.subjects.sum(axis=1).mean() for one in stops.designs]
    plain = [100 * np.nanmean(one.found.estimate - stops.difference) for one in stops.designs[1:]]
    corrected = [100 * np.nanmean(one.adjusted - stops.difference) for one in stops.designs[1:]]
    above = [100 * (one.adjusted > stops.difference).mean() for one in stops.designs[1:]]
    return {
        "above_low": min(above), "above_high": max(above),
        "look_formula_off": max(100 * abs(one.formula - one.enumerated) for one in stops.designs),
        "look_size_off": max(abs(one.formula_subjects - one.enumerated_subjects) for one in stops.designs),
        "look_subjects": stops.subjects, "look_trials": count_trials(looks.BATCHES),
        "look_power": looks.tell_power(stops), "look_bias": looks.tell_bias(stops), "waiting": max(waiting),
        "worst_plain": max(plain, key=abs), "worst_corrected": max(corrected, key=abs),
    }  # fmt: skip


def tell_adaptive(rows: list[adaptive.Allocated]) -> dict[str, object]:
    bias, error = adaptive.find_largest_bias(rows)
    return {
        "adaptive_begin": adaptive.BEGIN, "adaptive_trials": count_trials(adaptive.BATCHES),
        "adaptive_subjects": int(rows[0].found.subjects[0].sum()), "adaptive_slow": adaptive.FASTER,
        "adaptive": adaptive.tell_adaptive(rows), "adaptive_bias": bias, "adaptive_bias_error": error,
    }  # fmt: skip


def tell_borrowed(lent: borrowed.Borrowed) -> dict[str, object]:
    earlier = borrowed.EARLIER[0] / borrowed.EARLIER[1]
    high, low = int(np.argmax(lent.rates)), int(np.argmin(lent.rates))
    drifted = []
    if lent.rates[high] > earlier:
        drifted.append(
            "Where the new placebo rate is above the earlier one, borrowing takes the difference between trials for an "
            f"effect: at weight {borrowed.WEIGHTS[-1]:g} and a rate of {100 * lent.rates[high]:.0f} %, "
            f"{100 * lent.shown[high][-1].mean():.1f} % succeed without one."
        )
    if lent.rates[low] < earlier:
        drifted.append(
            "Where it is below the earlier one, fewer do than should "
            f"({100 * lent.shown[low][-1].mean():.1f} % at a rate of {100 * lent.rates[low]:.0f} %), and power is lost."
        )
    return {
        "earlier_x": borrowed.EARLIER[0], "earlier_n": borrowed.EARLIER[1], "probability": 100 * borrowed.PROBABILITY,
        "borrowed_trials": count_trials(borrowed.BATCHES), "borrowed_subjects": lent.subjects,
        "borrowed": borrowed.tell_borrowed(lent), "borrowed_off": borrowed.find_farthest(lent),
        "drifted": " ".join(drifted),
    }  # fmt: skip


def tell_imputed(filled: imputed.Imputed) -> dict[str, object]:
    nearest = min(filled.handled, key=lambda one: np.nanmean(np.abs(one.estimate - filled.truth)))
    return {
        "nearest": nearest.name, "imputed_subjects": filled.subjects, "missing": 100 * filled.missing, "imputed_truth": 100 * filled.truth,
        "imputed_trials": imputed.TRIALS, "imputed": imputed.tell_imputed(filled),
    }  # fmt: skip


if __name__ == "__main__":
    write_page()
