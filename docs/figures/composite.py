"""What imputing the core set does to the difference in responders, in virtual trials whose complete data are known.

python docs/figures/composite.py writes docs/explanation/imputation-of-the-composite.md and its picture (some three minutes).
"""

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import polars as pl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

sys.path.append(str(Path(__file__).resolve().parents[1]))
sys.path.append(str(Path(__file__).resolve().parents[2] / "tests" / "oracles"))

from imputation_plan import IMPUTATION, plan_imputation
from imputation_truth import analyze_incomplete, build_normal_pool, build_pool, draw_incomplete

from _generate.markdown import table
from myotis.analyze.imputation.completed import complete
from myotis.analyze.imputation.responders import Compared
from myotis.analyze.subjects import select_subjects
from myotis.instruments.tis_levels import SLOTS
from myotis.protocol.trial import Trial
from myotis.statistics.proportions.difference import estimate_difference_of_proportions

DOCS = Path(__file__).resolve().parents[1]
SEED = 20261125
TRIALS = 120
SPREAD_TRIALS = 40
SUBJECTS = 94
LEAVES = 0.08
LIKE_SUBJECTS, NORMAL_SUBJECTS, VIRTUAL_SUBJECTS = 150, 6000, 500
EVENTS = {"switch": "composite", "discontinuation": "treatment_policy", "death": "composite"}
CHAINS = {"imputations": 10, "chains": 2, "burn_in": 150, "thinning": 15}
SCALES = {
    "imputed, logit of the range": {},
    "imputed, measures as they are": {
        name: measure | {"scale": "log" if name == "enzyme" else "identity"}
        for name, measure in IMPUTATION["measures"].items()
    },
}
COLORS = {
    "nothing missing": "#7c8a96", "missing is no response": "#D55E00", "evaluable only": "#E69F00",
    "imputed, logit of the range": "#0072B2", "imputed, measures as they are": "#009E73",
}  # fmt: skip


class Method(NamedTuple):
    """One way to analyze the trials: how far each answer is from that of the complete data, and whether its interval
    holds the difference of the whole pool."""

    name: str
    error: np.ndarray
    holds: np.ndarray


def read_plans() -> dict[str, Trial]:
    plans = {}
    with tempfile.TemporaryDirectory() as folder:
        for name, measures in SCALES.items():
            asked = CHAINS | ({"measures": measures} if measures else {})
            plans[name] = plan_imputation(Path(folder), asked, {"intercurrent_events": EVENTS})
    return plans


def build_pools(plans):
    """Subjects as the model assumes them (on the logit scale), and those of the demo."""
    trial = plans["imputed, logit of the range"]
    estimand = find_estimand(trial)
    like = build_pool(trial, SEED, LIKE_SUBJECTS)
    return {
        "Measures jointly normal on the logit scale": build_normal_pool(trial, estimand, like, SEED, NORMAL_SUBJECTS),
        "Virtual patients of the demo": build_pool(trial, SEED + 1, VIRTUAL_SUBJECTS),
    }


def find_estimand(trial):
    return next(estimand for estimand in trial.plan.estimands if estimand.id == "imputed")


def try_methods(pool, plans) -> tuple[list[Method], float]:
    """Every method on the same trials, and the share of subjects who are not evaluable at week 16."""
    generator = np.random.default_rng(SEED)
    trials = [draw_incomplete(generator, pool, SUBJECTS, LEAVES) for _ in range(TRIALS)]
    imputed = {
        name: [analyze_incomplete(incomplete, trial, find_estimand(trial)) for incomplete in trials]
        for name, trial in plans.items()
    }
    complete = np.array([answer.complete for answer in imputed["imputed, logit of the range"]])
    methods = [
        Method(name, np.array([a.imputed for a in answers]) - complete,
               np.array([a.lower <= pool.difference <= a.upper for a in answers]))
        for name, answers in imputed.items()
    ]  # fmt: skip
    simple = {
        "nothing missing": lambda t: (t.response, np.ones(len(t.response), dtype=bool)),
        "missing is no response": lambda t: (t.response & t.evaluable, np.ones(len(t.response), dtype=bool)),
        "evaluable only": lambda t: (t.response, t.evaluable),
    }
    for name, select in simple.items():
        answers = [wald(*select(incomplete), incomplete.group) for incomplete in trials]
        error = np.array([float(a.estimate) for a in answers]) - complete
        methods.append(Method(name, error, np.array([a.lower <= pool.difference <= a.upper for a in answers])))
    order = list(COLORS)
    missing = float(np.mean([(~incomplete.evaluable).mean() for incomplete in trials]))
    return sorted(methods, key=lambda method: order.index(method.name)), missing


def wald(response, analyzed, group):
    counts = [n for g in (group, ~group) for n in ((response & analyzed & g).sum(), (analyzed & g).sum())]
    return estimate_difference_of_proportions(*counts, method="wald", level=0.95)


def draw(results) -> Figure:
    figure = Figure(figsize=(9, 5.4), constrained_layout=True)
    axes = figure.subplots(2, 2, width_ratios=(2, 1), sharey=True)
    for row, (title, (methods, missing)) in enumerate(results.items()):
        draw_errors(axes[row, 0], methods, f"{title} ({100 * missing:.0f} % not evaluable)")
        draw_coverage(axes[row, 1], methods)
    axes[1, 0].set_xlabel("difference minus that of the complete data, percentage points")
    axes[1, 1].set_xlabel("intervals that hold the truth, %")
    return figure


def draw_errors(ax: Axes, methods: list[Method], title: str) -> None:
    ax.set_title(title, loc="left", fontsize=11)
    ax.axvline(0, color="#7c8a96", linewidth=1)
    for place, method in enumerate(methods):
        error, color = 100 * method.error, COLORS[method.name]
        jitter = np.random.default_rng(1).uniform(-0.18, 0.18, len(error))
        ax.plot(error, place + jitter, ".", color=color, alpha=0.25, markersize=5)
        margin = 1.96 * error.std(ddof=1) / len(error) ** 0.5
        ax.errorbar(error.mean(), place, xerr=margin, fmt="o", color=color, capsize=4, markersize=7)
    ax.set_yticks(range(len(methods)), [method.name for method in methods])
    ax.set_ylim(len(methods) - 0.5, -0.5)
    ax.spines[["top", "right"]].set_visible(False)


def draw_coverage(ax: Axes, methods: list[Method]) -> None:
    ax.axvline(95, color="#7c8a96", linewidth=1)
    for place, method in enumerate(methods):
        p = method.holds.mean()
        margin = 196 * (p * (1 - p) / len(method.holds)) ** 0.5
        ax.errorbar(100 * p, place, xerr=margin, fmt="s", color=COLORS[method.name], capsize=4, markersize=6)
    ax.set_xlim(60, 101)
    ax.spines[["top", "right"]].set_visible(False)


def tabulate(results) -> Iterator[tuple[str, ...]]:
    for title, (methods, _) in results.items():
        for method in methods:
            error = 100 * method.error
            yield (
                title, method.name, f"{error.mean():+.1f}", f"{error.std(ddof=1) / len(error) ** 0.5:.1f}",
                f"{np.sqrt((error**2).mean()):.1f}", f"{100 * method.holds.mean():.0f}",
            )  # fmt: skip


PAGE = """# Imputing the composite responder

A responder of ProDERM is computed from six measures at five visits: a TIS of at least 20 at week 16, and no
deterioration confirmed on the way. Where a subject leaves after week 8, or one measure of one visit is missing,
there are three ways:

- **no response**: simple, and the usual primary analysis. It takes away the more responders the more subjects of
  an arm leave, so it is no neutral choice; where the better arm has more responders to lose it shrinks the
  difference.
- **leave it out**: right only where those who leave are like those who stay.
- **impute the measures, and compute the responder from them**: missing values are drawn, given all that the
  subject has, from a model of every measure at every visit; TIS, deterioration and response are then found by the
  trial's own rules, and the analyses of the completed datasets pooled. A subject who had lost nothing but its
  week-16 HAQ is nearly settled, one who left at week 4 is left uncertain, and the answer knows the difference.

Imputing the *answer* (yes or no) would throw away what the subject did show: a TIS of 60 at week 12 says much
about week 16.

## How Myotis does it

The plan names everything (see [the protocol file](../reference/protocol-file.md)): on which scale each measure is
taken as normal and what its form can record, whether arms share a covariance and what prior holds it together, how
many imputations of which chains, the seed. Values recorded after a switch are set missing or kept, and what is
imputed after a discontinuation is imputed as missing at random or in reference to the other arm. An intercurrent
event whose strategy is *composite* is no response whatever is imputed; death is always one of these.

```toml
[[plan.imputations]]
id = "core_set"
label = "Core set measures, missing at random"
model = "joint_normal"
covariates = ["strata"]
covariance = "common"
prior = "ridge"
prior_df = 3
after_switch = "set_missing"
after_discontinuation = "jump_to_reference"
reference = "placebo"
imputations = 50
chains = 5
burn_in = 200
thinning = 20
seed = 2026

[plan.imputations.measures]
physician_global = {{ scale = "identity", step = 0.1 }}
patient_global = {{ scale = "identity", step = 0.1 }}
extramuscular = {{ scale = "identity", step = 0.1 }}
mmt = {{ scale = "identity", step = 1 }}
haq = {{ scale = "identity", step = 0.125 }}
enzyme = {{ scale = "log", step = 0.01 }}

[plan.imputations.tipping]
worse_by = {{ physician_global = 0.5, patient_global = 0.5, extramuscular = 0.5, mmt = 5, haq = 0.25 }}
group = [0, 1, 2, 3, 4]
comparator = [0, 1, 2]
```

An estimand asks for it by `missing = "multiple_imputation"` and `imputation = "core_set"`.

Each completed dataset gives a difference with Wald's variance, and for the test a Mantel-Haenszel difference over
the strata with the variance that the Cochran-Mantel-Haenszel test has; both are pooled by Rubin's rules. With
nothing missing they are the ordinary interval and the ordinary test. The results rows say how the chains went
(`scale_reduction`, near 1 where they agree), how much information is missing, and in `mc_error` by how much
another seed would move the estimate.

## What it does where the truth is known

{trials} trials of {subjects} subjects each were drawn from many whose measures are all known. Then subjects left
before weeks 8, 12 and 16, the more likely the worse the physician had found them at the visit before, and single
values were forgotten. All methods saw the same trials, with {imputations} imputations.

![How far each method's difference in responders is from that of the complete data, and how often its interval
holds the truth](../images/composite-imputation.png)

Each faint dot is a trial; large dots are means with their 95 % intervals by chance.

{table}

{reading}

## How much worse the missing would have to be

Missing at random can't be checked. A tipping analysis makes what was imputed worse, and looks when the answer
changes:

- rows `<estimand>.tipping`: imputed values after the baseline are worse by so many steps of the plan's `worse_by`,
  in the group and in the comparator; they are rounded and cut to the range again, and the responder is found anew.
  The `subgroup` of a row is the pair of steps, as in `group=2; comparator=0`; there are `estimate`, `lower`,
  `upper` and `p_value` for each pair.
- rows `<estimand>.tipping_count`: nothing is imputed. Of the subjects without an answer, so many of each arm
  respond; `group=0; comparator=3` are the worst for the group where three are missing in the comparator. The
  p-value is Pearson's, the limits are Wald's.
"""

READING = """Trial by trial, imputation lies nearest to the complete data. Where the measures are as the model takes
them to be, little bias is left. The demo's virtual patients are not normal, and for them there is some: by how much one changes
depends on how ill it was, which a normal model does not know. Imputed changes of those who left are then spread more
widely than the true ones, so chance carries more of the comparator over the threshold:

{spread}

For these patients the logit is the worse scale: many stand near the best values, where small changes are large on it.
So choose the scale on grounds, compare the spread of what is imputed with that of what was recorded, and see how the
answer tips. The intervals hold the truth somewhat more often than they need."""


def compare_spread(pool, trial) -> np.ndarray:
    """The standard deviation of imputed changes to week 16 over the true ones', by measure, of those who left."""
    estimand, generator, spread = find_estimand(trial), np.random.default_rng(SEED), []
    for _ in range(SPREAD_TRIALS):
        incomplete = draw_incomplete(generator, pool, SUBJECTS, LEAVES)
        compared = Compared.of_estimand(select_subjects(incomplete.adsl, trial, "FAS"), estimand, trial)
        members = pl.col("USUBJID").is_in(compared.subjects["USUBJID"].implode())
        frames = (incomplete.adcsm, pool.adcsm.filter(members))
        some, every = (complete(compared.subjects, frame, compared.arm, estimand, trial) for frame in frames)
        left = some.missing[:, -1].all(axis=1) & ~every.missing.any(axis=(1, 2))
        for here in (left & (compared.arm == arm) for arm in (0, 1)):
            imputed, true = (done.imputed[:, here, -1] - done.imputed[:, here, 0] for done in (some, every))
            spread.append([imputed.std(axis=(0, 1)), true[0].std(axis=0)])
    imputed, true = np.mean(spread, axis=0)
    return imputed / true


def main() -> None:
    plans = read_plans()
    pools = build_pools(plans)
    results = {title: try_methods(pool, plans) for title, pool in pools.items()}
    ratios = [
        (title, name, *(f"{ratio:.2f}" for ratio in compare_spread(pool, trial)))
        for title, pool in pools.items()
        for name, trial in plans.items()
    ]
    measures = (slot.value.replace("_", " ") for slot in SLOTS)
    spread = table(("Trials", "Spread, imputed over true", *measures), ratios)
    draw(results).savefig(DOCS / "images" / "composite-imputation.png", dpi=150)
    heads = ("Trials", "Method", "Bias, points", "± by chance", "Root mean square error", "Coverage, %")
    text = PAGE.format(
        trials=TRIALS, subjects=SUBJECTS, imputations=CHAINS["imputations"], table=table(heads, list(tabulate(results))),
        reading=READING.format(trials=TRIALS, spread=spread),
    )  # fmt: skip
    (DOCS / "explanation" / "imputation-of-the-composite.md").write_text(text, "utf-8")


if __name__ == "__main__":
    main()
