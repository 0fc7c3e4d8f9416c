"""Which treatment a cycle of a subject is given, and which ones it could be as far as the site knows."""

from collections.abc import Iterable
from fractions import Fraction

from myotis.errors import SettingError
from myotis.pharmacy.dispensary import Dispensary, SubjectCard
from myotis.protocol.design import Visit
from myotis.protocol.trial import Trial
from myotis.rules.dose import ML_PER_L, find_infusion
from myotis.rules.treatment import resolve_switch


def find_visit(trial: Trial, visit: str) -> Visit | None:
    """The planned visit of an id; None where there is none."""
    return next((planned for planned in trial.visits if planned.id == visit), None)


def is_blinded(trial: Trial, visit: str) -> bool:
    """Is the treatment of a cycle blinded?"""
    epochs = {epoch.id: epoch.blinded for epoch in trial.epochs}
    return epochs[trial.visit(visit).epoch]


def find_initial(trial: Trial, card: SubjectCard) -> str:
    """The treatment that the subject's arm starts with."""
    return next(arm.treatment for arm in trial.arms if arm.id == card.arm)


def find_treatment(trial: Trial, card: SubjectCard, visit: str) -> str:
    """The treatment of a cycle: initial, alternate after a switch, or the extension's.

    Raises SettingError where the gate has not decided yet, or the subject leaves treatment there.
    """
    gate = trial.conduct and trial.conduct.extension_gate
    day = trial.visit(visit).day
    if gate and day >= trial.visit(gate.visit).day:
        if card.enters_extension is None:
            raise SettingError(f"the gate at {gate.visit} is not decided")
        if not card.enters_extension:
            raise SettingError(f"the subject leaves treatment at {gate.visit}")
        return gate.treatment
    initial = find_initial(trial, card)
    if card.switched_from and day >= trial.visit(card.switched_from).day:
        return resolve_switch(trial, initial)
    return initial


def list_possible(trial: Trial, visit: str) -> tuple[str, ...]:
    """The treatments that a cycle could be given as far as the site knows.

    What the site hears of stock is about all of them, so that it does not tell which one a subject is given.
    """
    gate = trial.conduct and trial.conduct.extension_gate
    if gate and trial.visit(visit).day >= trial.visit(gate.visit).day:
        return (gate.treatment,)
    return tuple(dict.fromkeys(arm.treatment for arm in trial.arms))


def compute_grams(trial: Trial, treatment: str, volume_ml: Fraction) -> Fraction | None:
    """The active substance in a volume, in g; None for a placebo."""
    chosen = next(one for one in trial.treatments if one.id == treatment)
    infusion = find_infusion(trial, treatment)
    if chosen.imitates or infusion is None:
        return None
    return volume_ml * Fraction(infusion.concentration.number) / ML_PER_L


def list_given(dispensary: Dispensary, card: SubjectCard) -> dict[str, dict[str, Fraction]]:
    """The volume of each treatment that was infused, by visit, in mL. Bags that the pharmacy does not know are left
    out."""
    given: dict[str, dict[str, Fraction]] = {}
    for infusion in card.infusions:
        if bag := dispensary.bags.get(infusion.label):
            cycle = given.setdefault(infusion.visit, {})
            cycle[bag.holds] = cycle.get(bag.holds, Fraction(0)) + Fraction(infusion.volume_ml)
    return given


def find_main(cycle: Iterable[tuple[str, Fraction]]) -> str:
    """The treatment of a cycle of which most was infused; of equals, the first."""
    return max(cycle, key=lambda one: one[1])[0]
