"""Dose by weight: grams, volume, days and rate steps of one infusion cycle.

Everything is exact (Fraction); rounding to what a pump or a vial can do is the pharmacy's.
"""

from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from myotis.errors import SettingError
from myotis.protocol.design import Infusion
from myotis.protocol.trial import Trial

ML_PER_L = 1000


class RatePlan(NamedTuple):
    """One step of a day's infusion."""

    rate_ml_per_min: Fraction
    minutes: Fraction
    volume_ml: Fraction


class InfusionPlan(NamedTuple):
    """One cycle: the dose, and for each of its days the same rate steps."""

    dose_g: Fraction
    volume_ml: Fraction
    days: int
    volume_per_day_ml: Fraction
    steps: tuple[RatePlan, ...]

    @property
    def minutes_per_day(self) -> Fraction | None:
        """How long the infusion of one day takes without interruption; None where the protocol has no rates."""
        return sum((step.minutes for step in self.steps), Fraction(0)) if self.steps else None


def find_infusion(trial: Trial, treatment_id: str) -> Infusion | None:
    """How a treatment is infused, a placebo like what it imitates; None where it is not infused."""
    treatments = {treatment.id: treatment for treatment in trial.treatments}
    treatment = treatments[treatment_id]
    return treatments[treatment.imitates].infusion if treatment.imitates else treatment.infusion


def may_reduce_dose(trial: Trial, infusion: Infusion, visit_id: str) -> bool:
    """Does the protocol let the reduced dose be given at a visit? Stability is judged, not computed."""
    reduced = infusion.reduced_dose
    return reduced is not None and trial.visit(visit_id).day >= trial.visit(reduced.from_visit).day


def must_restore_dose(infusion: Infusion, *, worsened: bool) -> bool:
    """Must a subject on the lower dose go back to the full one? Whether the disease got worse is judged, not computed.

    >>> from myotis.protocol.read import read_trial
    >>> must_restore_dose(find_infusion(read_trial("proderm"), "octagam_10"), worsened=True)
    True
    """
    reduced = infusion.reduced_dose
    return worsened and reduced is not None and reduced.on_worsening == "back_to_full_dose"


def plan_infusion(
    infusion: Infusion, weight_kg: Decimal, days: int, *, at_risk: bool = False, reduced: bool = False
) -> InfusionPlan:
    """Plan one infusion cycle.

    ``at_risk``: the subject has a thrombotic or renal risk, so that the lower cap on the rate holds. ``reduced``: the
    lower dose is given; whether it may be is the act's to know, not this rule's. Raises SettingError where the
    protocol has no such cap or dose, the weight is not positive, or the days are not allowed.
    """
    _check(infusion, weight_kg, days, at_risk, reduced)
    per_kg = infusion.reduced_dose.dose if reduced and infusion.reduced_dose else infusion.dose
    weight = Fraction(weight_kg)
    dose_g = Fraction(per_kg.number) * weight
    volume_ml = dose_g / Fraction(infusion.concentration.number) * ML_PER_L
    cap = infusion.risk_rate_cap if at_risk else None
    return InfusionPlan(
        dose_g, volume_ml, days, volume_ml / days, _steps(infusion, weight, volume_ml / days, cap and cap.number)
    )


def _steps(infusion: Infusion, weight: Fraction, volume_ml: Fraction, cap: Decimal | None) -> tuple[RatePlan, ...]:
    steps = []
    left = volume_ml
    for step in infusion.rate_steps:
        per_kg = Fraction(step.rate.number if cap is None else min(step.rate.number, cap))
        rate = per_kg * weight
        minutes = left / rate if step.lasts is None else min(Fraction(step.lasts.number), left / rate)
        if minutes:
            steps.append(RatePlan(rate, minutes, rate * minutes))
        left -= rate * minutes
    return tuple(steps)


def _check(infusion: Infusion, weight_kg: Decimal, days: int, at_risk: bool, reduced: bool) -> None:
    fewest, most = infusion.days
    is_weight = isinstance(weight_kg, Decimal | int) and Decimal(weight_kg).is_finite() and weight_kg > 0
    problems = [
        (not is_weight, "the weight must be above 0 kg and exact, such as Decimal('70.5')"),
        (not fewest <= days <= most, f"one cycle is split over {fewest} to {most} days, not {days}"),
        (at_risk and infusion.risk_rate_cap is None, "the protocol names no rate for subjects at risk"),
        (reduced and infusion.reduced_dose is None, "the protocol has no reduced dose"),
    ]
    wrong = [text for is_wrong, text in problems if is_wrong]
    if wrong:
        raise SettingError("; ".join(wrong))
