"""Simulated trials with dropout, whose true effects are known: coverage is measured on them.

Residuals have one covariance in both arms, so a subject who jumps to reference keeps its residual and changes its mean.
The true difference at the last visit is therefore the difference of the arms' means if everybody goes on as treated,
and that times the share of the active arm who stay if those who leave jump to reference.
"""

import numpy as np

from myotis.statistics.imputation.incomplete import IncompleteTrial

CONTROL, ACTIVE = np.array([4.0, 7.0, 9.0]), np.array([9.0, 16.0, 21.0])
SD, CORRELATION = np.array([11.0, 13.0, 15.0]), 0.65
SLOPE = 0.5
LEAVE, PER_SD = -1.7, -0.6
"""The logit of leaving after a visit: at an average value, and what each SD above it adds."""


def draw_outcomes(rng, per_arm):
    """Baseline [subject], outcomes [subject, visit] and the event [subject] of two arms in turn."""
    arm = np.arange(2 * per_arm) % 2
    lag = np.abs(np.subtract.outer(np.arange(3), np.arange(3)))
    root = np.linalg.cholesky(np.outer(SD, SD) * CORRELATION**lag)
    base = rng.normal(0, 10, arm.size)
    residual = SLOPE * base[:, None] + rng.standard_normal((arm.size, 3)) @ root.T
    outcome = np.where(arm[:, None] == 1, ACTIVE, CONTROL) + residual
    leaves = rng.random((arm.size, 2)) < 1 / (1 + np.exp(-(LEAVE + PER_SD * (outcome[:, :2] - 10) / SD[:2])))
    event = np.where(leaves.any(axis=1), leaves.argmax(axis=1) + 1, 3)
    return arm, base, outcome, event


def draw_trial(rng, per_arm):
    """A trial in which nobody is seen after leaving; the chance of leaving depends on the last value seen."""
    arm, base, outcome, event = draw_outcomes(rng, per_arm)
    return IncompleteTrial(
        outcome=np.where(np.arange(3) >= event[:, None], np.nan, outcome),
        arm=arm,
        covariates=base[:, None],
        event=event,
        strategy="jump-to-reference",
        reference=0,
    )


def compute_true_effects():
    """The true differences at the last visit by strategy; the share who leave is from 400,000 subjects an arm."""
    arm, _, _, event = draw_outcomes(np.random.default_rng(0), 400_000)
    stay = (event[arm == 1] == 3).mean()
    difference = float((ACTIVE - CONTROL)[-1])
    return {"missing-at-random": difference, "jump-to-reference": difference * float(stay)}
