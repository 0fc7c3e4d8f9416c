"""Bias, standard error and coverage of imputation on simulated trials with known effects.

Writes docs/images/coverage-imputation.png and the page docs/explanation/coverage-of-imputation.md. It takes some
minutes: python docs/figures/imputation.py
"""

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from matplotlib import pyplot as plt

sys.path.append(str(Path(__file__).resolve().parents[1]))
sys.path.append(str(Path(__file__).resolve().parents[2] / "tests" / "oracles"))

from dropout_trials import compute_true_effects, draw_trial
from incomplete_trials import analyze_last_visit

from _generate.markdown import table
from myotis.statistics.imputation.base_model import complete_outcome, fit_parameters
from myotis.statistics.imputation.conditional_mean import draw_bootstrap_imputation, impute_with_jackknife
from myotis.statistics.imputation.effect import change_strategy, estimate_imputed_effect
from myotis.statistics.imputation.imputed import ImputedTrial
from myotis.statistics.imputation.incomplete import IncompleteTrial, take_subjects
from myotis.statistics.imputation.multiple import draw_multiple_imputation

DOCS = Path(__file__).resolve().parents[1]
SEED = 20261125
PER_ARM = 30
LEVEL = 0.95
TRIALS_FOR_BIAS = 5000
Impute = Callable[[np.random.Generator, IncompleteTrial], ImputedTrial]


@dataclass(frozen=True, kw_only=True)
class Method:
    """How trials are imputed and pooled, and on how many of them it is tried."""

    name: str
    impute: Impute
    pooling: str
    trials: int
    color: str


METHODS = (
    Method(
        name="data augmentation, 50 imputations, Rubin",
        impute=lambda rng, trial: draw_multiple_imputation(
            rng, trial, method="multiple-data-augmentation", imputations=50, covariance_by_arm=False, iterations=50
        ),
        pooling="rubin-barnard-rubin",
        trials=600,
        color="#D55E00",
    ),
    Method(
        name="bootstrap, 30 imputations, Rubin",
        impute=lambda rng, trial: draw_multiple_imputation(
            rng, trial, method="multiple-bootstrap", imputations=30, covariance_by_arm=False
        ),
        pooling="rubin-barnard-rubin",
        trials=250,
        color="#E69F00",
    ),
    Method(
        name="conditional mean, jackknife",
        impute=lambda _, trial: impute_with_jackknife(trial, covariance_by_arm=False),
        pooling="jackknife",
        trials=250,
        color="#0072B2",
    ),
    Method(
        name="conditional mean, 100 bootstrap samples, normal",
        impute=lambda rng, trial: draw_bootstrap_imputation(rng, trial, replicates=100, covariance_by_arm=False),
        pooling="bootstrap-normal",
        trials=125,
        color="#009E73",
    ),
)


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What a method answered over its trials, for one strategy."""

    method: Method
    strategy: str
    bias: float
    bias_error: float
    spread: float
    mean_se: float
    coverage: float

    @property
    def coverage_error(self) -> float:
        """The Monte Carlo standard error of the coverage, were the level the truth."""
        return float(np.sqrt(LEVEL * (1 - LEVEL) / self.method.trials))

    @property
    def ratio(self) -> float:
        """The mean standard error over the standard deviation of the estimates."""
        return self.mean_se / self.spread


def simulate(method: Method, truth: dict[str, float]) -> Iterator[Finding]:
    """The method on its trials; trial k is the same for every method."""
    answers: dict[str, list[tuple[float, ...]]] = {strategy: [] for strategy in truth}
    for number in range(method.trials):
        trial = draw_trial(np.random.default_rng([SEED, number]), PER_ARM)
        imputed = method.impute(np.random.default_rng([SEED, number, 1]), trial)
        for strategy, found in answers.items():
            effect = estimate_imputed_effect(
                change_strategy(imputed, strategy), analyze_last_visit, method=method.pooling, level=LEVEL
            ).estimate
            found.append(tuple(map(float, (effect.estimate, effect.se, effect.lower, effect.upper))))
    for strategy, found in answers.items():
        estimate, se, lower, upper = np.array(found).T
        true = truth[strategy]
        spread = float(estimate.std(ddof=1))
        yield Finding(
            method=method,
            strategy=strategy,
            bias=float(estimate.mean() - true),
            bias_error=spread / float(np.sqrt(method.trials)),
            spread=spread,
            mean_se=float(np.sqrt((se**2).mean())),
            coverage=float(((lower <= true) & (true <= upper)).mean()),
        )


def measure_bias(truth: dict[str, float]) -> dict[str, tuple[float, float]]:
    """The bias of conditional means and its Monte Carlo error, on further trials: without resampling they are quick."""
    errors: dict[str, list[float]] = {strategy: [] for strategy in truth}
    everyone = np.arange(2 * PER_ARM)
    for number in range(TRIALS_FOR_BIAS):
        trial = draw_trial(np.random.default_rng([SEED, 10**6 + number]), PER_ARM)
        parameters = fit_parameters(trial, everyone, covariance_by_arm=False)
        for strategy, true in truth.items():
            completed = complete_outcome(replace(trial, strategy=strategy), parameters, None)
            answer = analyze_last_visit(take_subjects(trial, completed, everyone))
            errors[strategy].append(float(answer.estimate) - true)
    spread = {strategy: np.std(found, ddof=1) / np.sqrt(TRIALS_FOR_BIAS) for strategy, found in errors.items()}
    return {strategy: (float(np.mean(found)), float(spread[strategy])) for strategy, found in errors.items()}


def draw(findings: list[Finding]) -> None:
    """Coverage, and the standard error over what the estimates vary by, a row for each method and strategy."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(9.5, 4), layout="constrained", sharey=True)
    left.axvline(100 * LEVEL, color="#888888", linewidth=1, linestyle=":")
    right.axvline(1, color="#888888", linewidth=1, linestyle=":")
    rows = [(strategy, method) for strategy in dict.fromkeys(f.strategy for f in findings) for method in METHODS]
    for finding in findings:
        place = -rows.index((finding.strategy, finding.method)) - 0.7 * (finding.strategy == "jump-to-reference")
        style = {"fmt": "o", "color": finding.method.color, "capsize": 3}
        left.errorbar(100 * finding.coverage, place, xerr=196 * finding.coverage_error, **style)
        # the standard error of a standard deviation of n normal values is 1 / sqrt(2 n) of it
        error = 1.96 * finding.ratio / np.sqrt(2 * finding.method.trials)
        right.errorbar(finding.ratio, place, xerr=error, **style)
    places = [-k - 0.7 * (strategy == "jump-to-reference") for k, (strategy, _) in enumerate(rows)]
    left.set_yticks(places, [method.name for _, method in rows], fontsize=8)
    for k, name in ((0, "missing at random"), (len(METHODS), "jump to reference")):
        left.annotate(name, (0.02, places[k] + 0.38), xycoords=("axes fraction", "data"), fontsize=9, weight="bold")
    left.set(xlabel="intervals that hold the true effect, %", xlim=(88, 101), ylim=(places[-1] - 0.5, 0.9))
    right.set(xlabel="mean standard error over SD of estimates")
    figure.savefig(DOCS / "images" / "coverage-imputation.png", dpi=110, metadata={"Software": None})
    plt.close(figure)


def make_page(findings: list[Finding], truth: dict[str, float], bias: dict[str, tuple[float, float]]) -> str:
    """The page with the table of what was found."""
    parts = [
        "<!-- Written by docs/figures/imputation.py: run that again after a change. -->",
        "# How often intervals after imputation hold the effect",
        f"Simulated trials with {PER_ARM} subjects an arm, a baseline value and three visits. After the first and the "
        "second visit subjects leave with a chance that depends on the last value seen: the worse, the likelier. "
        "Nobody is seen after leaving. The effect is the difference at the last visit, by analysis of covariance.",
        f"If those who leave go on as treated (missing at random) the true difference is "
        f"{truth['missing-at-random']:.2f}; if they jump to reference it is {truth['jump-to-reference']:.2f}, since "
        "those who leave the active arm have no effect then. Each trial is imputed under both.",
        "![Coverage and standard errors](../images/coverage-imputation.png)",
    ]
    heads = ("Imputation and pooling", "Trials", "Bias", "SD of estimates", "Mean SE", "SE over SD", "Coverage, %")
    for strategy in truth:
        rows = [
            (
                f.method.name,
                f.method.trials,
                f"{f.bias:+.2f} ± {f.bias_error:.2f}",
                f"{f.spread:.2f}",
                f"{f.mean_se:.2f}",
                f"{f.ratio:.2f}",
                f"{100 * f.coverage:.1f} ± {100 * f.coverage_error:.1f}",
            )
            for f in findings
            if f.strategy == strategy
        ]
        parts.append(f"## {strategy.replace('-', ' ').capitalize()}\n\n{table(heads, rows)}")
    parts += [
        "± is one Monte Carlo standard error; lines in the picture reach 1.96 of them to each side. The mean SE is the "
        f"root of the mean variance. Trial k is the same for all methods; seed {SEED}.",
        f"The bias of a few hundred trials is mostly chance, and since methods share trials they share that chance. On "
        f"{TRIALS_FOR_BIAS} further trials, imputed by conditional means without resampling, it was "
        + " and ".join(f"{b:+.3f} ± {e:.3f} under {name.replace('-', ' ')}" for name, (b, e) in bias.items())
        + ".",
        "## What to take from it",
        "Estimates are unbiased for what each strategy assumes, whichever way they are imputed. Under missing at "
        "random the standard errors of all methods are about what the estimates vary by. Under jump to reference "
        "they are not: the values imputed in the active arm are the reference's, so estimates vary *less* the more "
        "is missing, which the jackknife and the bootstrap see. Rubin's rules keep the share of the information "
        "that was observed, their standard error is too large as a measure of how estimates vary, and their "
        "intervals hold the effect more often than they say. Some want exactly that of a sensitivity analysis: that "
        "assuming more must not bring precision. The plan has to name which.",
    ]
    return "\n\n".join(parts) + "\n"


def main() -> None:
    """Write the picture and the page."""
    truth = compute_true_effects()
    findings = [finding for method in METHODS for finding in simulate(method, truth)]
    (DOCS / "images").mkdir(exist_ok=True)
    draw(findings)
    (DOCS / "explanation" / "coverage-of-imputation.md").write_text(
        make_page(findings, truth, measure_bias(truth)), encoding="utf-8"
    )


if __name__ == "__main__":
    main()
