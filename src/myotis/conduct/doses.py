"""Doses as the blinded world knows them: how much, by which weight, whether they may be given, and the orders of them.

Nobody here knows the treatment, so an infusion must be the same for every arm.
"""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from myotis.conduct.act import Scene, find_planned
from myotis.conduct.roles import Role
from myotis.conduct.study import TRIAL, Form, Hold, Study, SubjectFile
from myotis.errors import Fault, SettingError
from myotis.log.act import Told
from myotis.log.entry import Entry
from myotis.log.messages import PHARMACY, RequestWord
from myotis.protocol.design import Infusion
from myotis.protocol.trial import Trial
from myotis.rules.dose import InfusionPlan, find_infusion, plan_infusion
from myotis.terms.states import WITH_TREATMENT
from myotis.terms.states import SubjectState as S

ORDER: Final = "dose_order"
INFUSION: Final = "infusion"
DISPENSING: Final = "dispensing"
DOSE_CHANGE: Final = "dose_change"
CANCELLED: Final = "cancelled"
CANCELLED_AT: Final = "cancelled_at"
"""The items of an order that was cancelled: why, and when."""
SITE_STAFF: Final = (Role.INVESTIGATOR, Role.COORDINATOR)
"""Who is told of doses."""
RISK_NAMES: Final = {True: "yes", False: "no", None: "unknown"}

_DECIMALS: Final = 6
"""Of volumes and rates that no decimal number says exactly."""


def find_blind_infusion(trial: Trial, visit: str) -> Infusion:
    """The infusion of a visit, which must not depend on the arm. From the gate on, everybody is given its treatment.

    Raises SettingError where the arms' infusions differ or there is none: the dose would tell the arm, or is none.
    """
    gate = trial.conduct and trial.conduct.extension_gate
    if gate and trial.visit(visit).day >= trial.visit(gate.visit).day:
        treatments = [gate.treatment]
    else:
        treatments = [arm.treatment for arm in trial.arms]
    infusions = {find_infusion(trial, treatment) for treatment in treatments}
    if len(infusions) > 1:
        raise SettingError("blinded dosing is impossible: the infusions of the arms differ")
    found = infusions.pop()
    if found is None:
        raise SettingError("the protocol does not say how doses are infused")
    return found


def find_weight(trial: Trial, subject: SubjectFile, visit: str) -> Form | None:
    """The weight that the dose of a visit is computed from, as the protocol names it; None where it is not recorded, or
    was taken out of the log."""
    each_cycle = find_blind_infusion(trial, visit).weight == "each_cycle"
    form = subject.find("weight", visit if each_cycle else trial.baseline_visit)
    return form if form and "weight_kg" in form.items else None


def tell_outdated(trial: Trial, subject: SubjectFile, visit: str) -> Iterator[Told]:
    """The weight of a visit was corrected: open orders that were computed from it are to be looked at again."""
    for order in list_open_orders(subject):
        weight = find_weight(trial, subject, order.key.which[0])
        if weight and weight.key.which == (visit,) and weight.version != order.items["saw_weight"]:
            answer = {"visit": order.key.which[0], "order": order.items["order"]}
            inputs = {"weight": str(weight.key), "version": weight.version}
            yield Told("order_outdated", answer, "rules.dose", inputs, SITE_STAFF, subject.id)


def is_reduced(trial: Trial, subject: SubjectFile, visit: str) -> bool:
    """Is the reduced dose given at a visit, by the last change that is in force there?"""
    day = trial.visit(visit).day
    changes = [f for f in subject.all_of(DOSE_CHANGE) if trial.visit(f.items["from_visit"]).day <= day]
    return bool(changes) and changes[-1].items["to"] == "reduced"


def plan_dose(trial: Trial, subject: SubjectFile, visit: str, days: int, *, at_risk: bool | None) -> InfusionPlan:
    """The plan of a cycle. The lower cap holds too where it is not known whether the subject is at risk.

    Raises SettingError where the protocol does not allow it, and where there is no weight.
    """
    infusion, weight = find_blind_infusion(trial, visit), find_weight(trial, subject, visit)
    if weight is None:
        raise SettingError("the weight is not recorded")
    capped = at_risk is not False and infusion.risk_rate_cap is not None
    return plan_infusion(
        infusion, Decimal(weight.items["weight_kg"]), days, at_risk=capped, reduced=is_reduced(trial, subject, visit)
    )


def find_highest_rate(trial: Trial, visit: str, weight_kg: Decimal, *, at_risk: bool | None) -> Fraction | None:
    """The highest rate that is allowed, in mL/min; None where the protocol has no rates."""
    infusion = find_blind_infusion(trial, visit)
    if not infusion.rate_steps:
        return None
    per_kg = max(step.rate.number for step in infusion.rate_steps)
    if at_risk is not False and infusion.risk_rate_cap is not None:
        per_kg = min(per_kg, infusion.risk_rate_cap.number)
    return Fraction(per_kg) * Fraction(weight_kg)


def describe_plan(plan: InfusionPlan) -> dict[str, Any]:
    """A plan as people are told it."""
    return {
        "dose_g": write_number(plan.dose_g), "volume_ml": write_number(plan.volume_ml), "days": plan.days,
        "volume_per_day_ml": write_number(plan.volume_per_day_ml, 1),
        "steps": [
            {"rate_ml_per_min": write_number(step.rate_ml_per_min, 3), "minutes": write_number(step.minutes, 1)}
            for step in plan.steps
        ],
    }  # fmt: skip


def write_number(number: Fraction, decimals: int = _DECIMALS) -> str:
    """A number as decimal text, rounded half up to so many decimals, without zeros that say nothing.

    >>> write_number(Fraction(705, 2)), write_number(Fraction(1375, 3), 1)
    ('352.5', '458.3')
    """
    scaled = number * 10**decimals
    whole = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    text = format(Decimal(whole).scaleb(-decimals), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def find_risk(trial: Trial, subject: SubjectFile) -> bool | None:
    """Is the subject at thrombotic or renal risk, by the last answer to each factor? None where that is not known."""
    asked = trial.conduct.readiness if trial.conduct else None
    factors = [factor.id for factor in asked.risk_factors] if asked else []
    answers: dict[str, bool] = {}
    for form in sorted(subject.all_of("readiness"), key=lambda form: form.entry):
        answers |= form.items.get("risk_factors", {})
    if any(answers.get(factor) for factor in factors):
        return True
    return None if any(factor not in answers for factor in factors) else False


def find_hold(study: Study, subject: SubjectFile) -> Iterator[Fault]:
    """Dosing is held, of the subject, at its site or in the trial."""
    held = {
        "of the subject": subject.state == S.DOSING_HELD,
        "at the site": study.sites.get(subject.site) == "held",
        "in the trial": study.held,
    }
    for where in [where for where, is_held in held.items() if is_held]:
        yield Fault(what=f"dosing is held {where}", expected="dosing that was resumed")


def was_dosed_at(study: Study, subject: SubjectFile, when: datetime) -> bool:
    """Was a randomized subject to be dosed at a time: neither held, by itself, at its site or in the trial, nor off
    treatment? A hold that has ended since counts too: what started in it started against it."""
    stops = [*study.dosing_holds.get(TRIAL, []), *study.dosing_holds.get(subject.site, []), *_list_stops(subject)]
    return not any(stop.covers(when) for stop in stops)


def _list_stops(subject: SubjectFile) -> list[Hold]:
    """The times since its randomization in which the subject itself was not dosed."""
    stops: list[Hold] = []
    before = False
    for when, state in subject.history:
        dosed = state in (S.RANDOMIZED, *WITH_TREATMENT)
        if before and not dosed:
            stops.append(Hold(when))
        elif dosed and not before and stops:
            stops[-1].until = when
        before = dosed
    return stops


def find_undosed(scene: Scene, subject: SubjectFile, visit: str) -> Iterator[Fault]:
    """The schedule has no dose there, or what the subject is given there is not decided."""
    trial, planned = scene.trial, find_planned(scene.trial, visit)
    if planned is None or planned.day < trial.visit(trial.baseline_visit).day:
        yield Fault(what=f"{visit} is no visit with a dose", expected="a planned visit of the treatment period")
        return
    try:
        infusion = find_blind_infusion(trial, visit)
    except SettingError as error:
        yield Fault(what=str(error), expected="an infusion that is the same for every arm", remedy="Ask the sponsor.")
        return
    if "infusion" not in planned.activities and infusion.every_weeks is None:
        yield Fault(what=f"{visit} has no infusion", expected="a visit of the schedule that has one")
    gate = scene.conduct.extension_gate
    is_past_gate = gate is not None and planned.day >= trial.visit(gate.visit).day
    if is_past_gate and subject.standing != S.IN_EXTENSION:
        yield Fault(what="the subject has not entered the extension", expected="the pharmacy's answer first")
    if not is_past_gate and subject.standing == S.IN_EXTENSION:
        yield Fault(what=f"{visit} lies before the extension", expected="a visit of the extension")


def is_open(subject: SubjectFile, order: Form) -> bool:
    """Does the pharmacy still have something to do for an order: is it neither cancelled nor given?"""
    visit = order.key.which[0]
    given = [f for f in (*subject.all_of(INFUSION), *subject.all_of(DISPENSING)) if f.key.which[0] == visit]
    return CANCELLED not in order.items and len(given) < order.items["days"] and not _is_dispensed(given)


def _is_dispensed(given: list[Form]) -> bool:
    return any(form.key.form == DISPENSING for form in given)


def list_open_orders(subject: SubjectFile) -> list[Form]:
    """The orders that the pharmacy still works for."""
    return [order for order in subject.all_of(ORDER) if is_open(subject, order)]


def cancel_order(order: Form, entry: Entry) -> None:
    """The order is cancelled by an entry: a new version of its form."""
    order.items = {**order.items, CANCELLED: entry.get("why", entry.act), CANCELLED_AT: entry.occurred}
    order.version += 1
    order.entry = entry.number


def ask_to_cancel(subject: str, order: str) -> Told:
    """The request to cancel an order."""
    return Told(RequestWord.CANCEL_DOSE, {"order": order}, "conduct", order, (PHARMACY,), subject)


def find_next_dose(trial: Trial, subject: SubjectFile, visit: str) -> str:
    """The first visit with a dose, from a visit on, at which none was given yet."""
    given = {form.key.which[0] for form in (*subject.all_of(INFUSION), *subject.all_of(DISPENSING))}
    later = sorted((v for v in trial.visits if v.day >= trial.visit(visit).day), key=lambda v: v.day)
    return next((v.id for v in later if "infusion" in v.activities and v.id not in given), later[-1].id)
