"""Contradictions of an imputation: with the measures of the trial, with the estimands that use it, within itself."""

from collections.abc import Iterator
from fractions import Fraction

from myotis.errors import Fault
from myotis.instruments.enzymes import XULN_GRID
from myotis.instruments.tis import TisSettings
from myotis.instruments.tis_levels import SLOTS, Slot
from myotis.instruments.tis_rule import EnzymeChoice, NormalEnzymes
from myotis.protocol.contents import Contents
from myotis.protocol.criteria import find_settings
from myotis.protocol.faults import contradiction, undeclared
from myotis.protocol.imputation import Imputation
from myotis.protocol.plan import Estimand

MULTIPLE_IMPUTATION = "multiple_imputation"


def find_imputation_faults(trial: Contents) -> Iterator[Fault]:
    """Every contradiction of the plan's imputations, and of the estimands that use them."""
    settings = find_settings(trial.tis)
    for imputation in trial.plan.imputations:
        place = f"plan.imputations.{imputation.id}"
        if settings:
            yield from _measures(imputation, settings, place)
        yield from _model(imputation, trial, place)
    for estimand in trial.plan.estimands:
        yield from _use(estimand, trial, f"plan.estimands.{estimand.id}")


def _measures(imputation: Imputation, settings: TisSettings, place: str) -> Iterator[Fault]:
    if not settings.enzymes:
        what, expected = "the core set without muscle enzymes is not imputed", "the adult or IMACS core set"
        yield contradiction(place, what, expected, "Remove the imputation.")
        return
    if settings.normal_enzymes is NormalEnzymes.SCORE_ZERO and (
        settings.enzyme_choice is EnzymeChoice.HIGHEST_SHARE_OF_RANGE
    ):
        what = "whether an enzyme is raised is not told by the one that is followed, which alone is imputed"
        expected = "normal_enzymes = follow_highest, or enzyme_choice = highest_multiple_of_uln"
        yield contradiction(place, what, expected, "Remove the imputation, or change one of the two.")
    for absent in (slot.value for slot in SLOTS if slot.value not in imputation.measures):
        what, expected = f"the measure {absent} is not imputed", "all six measures of the core set"
        yield contradiction(f"{place}.measures", what, expected, f"Add {absent}.")
    for name, measure in imputation.measures.items():
        is_enzyme = name == Slot.ENZYME.value
        if measure.scale not in ({"log", "identity"} if is_enzyme else {"logit_of_range", "identity"}):
            expected = "log or identity" if is_enzyme else "logit_of_range or identity"
            what = f"the scale {measure.scale} is none of this measure's"
            yield contradiction(f"{place}.measures.{name}.scale", what, expected, "Choose another scale.")
        if not _fits(Fraction(measure.step), Slot(name), settings):
            what, expected = (
                "the step is none of this measure's",
                "more than 0, on its grid, the range a multiple of it",
            )
            yield contradiction(f"{place}.measures.{name}.step", what, expected, "Correct the step.")
    if imputation.tipping:
        for name, worse_by in imputation.tipping.worse_by.items():
            if worse_by <= 0 or (name in imputation.measures and worse_by % imputation.measures[name].step):
                what, expected = "this is no step for the measure", "more than 0, and a multiple of the measure's step"
                yield contradiction(f"{place}.tipping.worse_by.{name}", what, expected, "Correct it.")


def _fits(step: Fraction, slot: Slot, settings: TisSettings) -> bool:
    measure = settings.measure(slot)
    grid = measure.grid if measure else XULN_GRID
    steps = step * grid.steps_per_unit
    return steps > 0 and steps.denominator == 1 and (not measure or measure.range_steps % steps.numerator == 0)


def _model(imputation: Imputation, trial: Contents, place: str) -> Iterator[Fault]:
    if (imputation.prior == "ridge") != (imputation.prior_df > 0):
        what = f"the prior {imputation.prior} with prior_df = {imputation.prior_df:f}"
        expected = "more than 0 for ridge, 0 for jeffreys"
        yield contradiction(f"{place}.prior_df", what, expected, "Correct one of the two.")
    in_reference = imputation.after_discontinuation != "missing_at_random"
    if in_reference != (imputation.reference is not None):
        what = f"{imputation.after_discontinuation} {'without' if in_reference else 'with'} a reference"
        expected = "reference = an arm, if and only if after_discontinuation is in reference to one"
        yield contradiction(f"{place}.reference", what, expected, "Name the arm, or remove it.")
    elif imputation.reference is not None and imputation.reference not in (arms := [arm.id for arm in trial.arms]):
        yield undeclared(f"{place}.reference", "arm", imputation.reference, arms)


def _use(estimand: Estimand, trial: Contents, place: str) -> Iterator[Fault]:
    if (estimand.missing == MULTIPLE_IMPUTATION) != (estimand.imputation is not None):
        what, expected = f"missing = {estimand.missing}", "imputation = an id, if and only if it is multiple_imputation"
        yield contradiction(f"{place}.imputation", what, expected, "Correct one of the two.")
        return
    if estimand.imputation is None:
        return
    found = {imputation.id: imputation for imputation in trial.plan.imputations}
    if estimand.imputation not in found:
        yield undeclared(f"{place}.imputation", "imputation", estimand.imputation, found)
        return
    yield from _analysis(estimand, trial, place)
    yield from _strategies(estimand, found[estimand.imputation], f"{place}.intercurrent_events")


def _analysis(estimand: Estimand, trial: Contents, place: str) -> Iterator[Fault]:
    if estimand.variable == "change":
        what, expected = "the core set is imputed for an end point of response", "response or tis_at_least"
        yield contradiction(f"{place}.variable", what, expected, "Choose another variable, or another missing.")
    elif estimand.interval.method != "wald":
        what, expected = f"{estimand.interval.method} is not pooled over imputations", "wald"
        yield contradiction(f"{place}.interval.method", what, expected, "Choose wald.")
    if estimand.test.continuity_correction:
        what, expected = "the corrected test is not pooled over imputations", "continuity_correction = false"
        yield contradiction(f"{place}.test", what, expected, "Leave the correction out.")
    if trial.response.no_rescue:
        what, expected = "rescue is not in the datasets that are imputed", "response.no_rescue = false"
        yield contradiction(f"{place}.imputation", what, expected, "Choose another missing.")


def _strategies(estimand: Estimand, imputation: Imputation, place: str) -> Iterator[Fault]:
    known = {
        "death": {"composite"},
        "switch": {"composite", "hypothetical" if imputation.after_switch == "set_missing" else "treatment_policy"},
        "discontinuation": {"composite", "treatment_policy", "hypothetical"},
        "rescue": set[str](),
    }
    for event, strategy in estimand.intercurrent_events.items():
        if strategy not in known[event]:
            what = f"the strategy {strategy} for {event} does not fit after_switch = {imputation.after_switch}"
            if event != "switch":
                what = f"the strategy {strategy} for {event} is not carried out with imputation"
            expected = " or ".join(sorted(known[event])) or "none"
            yield contradiction(f"{place}.{event}", what, expected, "Choose another strategy.")
    names = {estimand.group, estimand.comparator}
    if imputation.reference is not None and imputation.reference not in names:
        what, expected = f"the reference of {imputation.id} is not compared", "the group or the comparator"
        yield contradiction(f"{place.removesuffix('intercurrent_events')}imputation", what, expected, "Name another.")
