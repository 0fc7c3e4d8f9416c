"""Every mistake that a protocol file can hold, with the place and the words of the fault that it has to give.

The oracle is the sentence that a reader of the file would say about the mistake.
"""

from pathlib import Path
from typing import Any, NamedTuple

import pytest
from protocol_files import REMOVED, shipped_text, write_changed

from myotis.errors import InputError
from myotis.protocol.read import read_trial


class Broken(NamedTuple):
    """Changes to ProDERM's file, and the fault they make: its place and what its text says."""

    changes: dict[str, Any]
    place: str
    says: str


INFUSION = "treatments.octagam_10.infusion"
PRIMARY = "plan.estimands.primary"
LEVELS = "randomization.factors.gda.levels"
SAFETY = "plan.safety"
SAFETY_COLUMN = f"{SAFETY}.columns.ivig_all"
FARRINGTON_MANNING = {"method": "farrington_manning", "continuity_correction": False}
MODEL = {
    "covariances": ["unstructured"],
    "by_arm": False,
    "degrees_of_freedom": "satterthwaite",
    "baseline_by_visit": True,
    "weights": "equal",
    "margins": "rows",
}
FAMILY = {"id": "f", "label": "Family", "procedure": "holm", "estimands": ["moderate", "major"], "alpha": 0.05}
SUBGROUP = {"id": "s", "label": "Sex", "estimand": "primary", "by": "sex"}
JUVENILE = {"tis.criteria": "juvenile-imacs"}
NEW_ARM = {"id": "third", "label": "Third", "treatment": "saline"}

BROKEN = {
    # Fields
    "a field is absent": Broken({"trial.title": REMOVED}, "trial.title", "is missing; expected a value"),
    "a field that nobody knows": Broken({"trial.colour": "red"}, "trial.colour", "is not a field of this file"),
    "a text for a number": Broken({"visits.W8.day": "57"}, "visits.W8.day", "expected a valid integer"),
    "another version of the schema": Broken({"schema_version": 2}, "schema_version", "expected 1. Correct the value"),
    "an id with a blank": Broken({"arms.ivig.id": "iv ig"}, "arms.iv ig.id", "not a name of this form; expected text"),
    "an unknown activity": Broken({"visits.W8.activities": ["x_ray"]}, "visits.W8.activities.0", "'core_set'"),
    "one arm only": Broken({"arms": [NEW_ARM]}, "arms", "too few entries; expected at least 2"),
    "a window of three days": Broken({"visits.W8.window_days": [-1, 0, 1]}, "visits.W8.window_days", "at most 2"),
    "a window that begins later": Broken({"visits.W8.window_days": [1, 4]}, "visits.W8.window_days.0", "equal to 0"),
    "a threshold as text": Broken({"response.tis_at_least": "20"}, "response.tis_at_least", "is not a number"),
    "a yes for a threshold": Broken({"response.tis_at_least": True}, "response.tis_at_least", "is not a number"),
    "an unknown option": Broken({"tis.missing": "impute"}, "tis.missing", "expected one of not_evaluable, zero"),
    "an option as a list": Broken({"tis.missing": ["zero"]}, "tis.missing", "is not a known option"),
    # Units
    "a dose without unit": Broken(
        {f"{INFUSION}.dose": "2.0"}, f"{INFUSION}.dose", 'no unit; expected for example "1 g/kg"'
    ),
    "a dose as a number": Broken({f"{INFUSION}.dose": 2}, f"{INFUSION}.dose", "has no unit"),
    "a dose in another unit": Broken(
        {f"{INFUSION}.dose": "2 mg/kg"}, f"{INFUSION}.dose", "has the unit mg/kg; expected"
    ),
    "a dose without number": Broken({f"{INFUSION}.dose": "much"}, f"{INFUSION}.dose", "not a number with a unit"),
    # Names
    "an id used twice": Broken({"arms.2": NEW_ARM | {"id": "ivig"}}, "arms", "the id ivig is used more than once"),
    "a level used twice": Broken({f"{LEVELS}.severe.id": "mild"}, LEVELS, "the id mild is used more than once"),
    "a visit number used twice": Broken({"visits.W8.number": 4}, "visits", "the number 4 is used more than once"),
    "an unknown treatment": Broken(
        {"arms.ivig.treatment": "x"}, "arms.ivig.treatment", "the treatment x is not declared"
    ),
    "an unknown epoch": Broken({"visits.W8.epoch": "x"}, "visits.W8.epoch", "expected one of: screening, first_period"),
    "an unknown baseline": Broken({"baseline_visit": "x"}, "baseline_visit", "the visit x is not declared"),
    "an arm that the ratio forgets": Broken({"arms.2": NEW_ARM}, "randomization.ratio", "does not name the arm third"),
    "a ratio of an unknown arm": Broken(
        {"randomization.ratio.x": 1}, "randomization.ratio.x", "the arm x is not declared"
    ),
    "minimization without a factor": Broken(
        {"randomization.allocation": "pharmacy", "randomization.factors": REMOVED},
        "randomization.allocation",
        "no factor to minimize over; expected one or more randomization.factors",
    ),
    "an allocation from elsewhere": Broken(
        {"randomization.allocation": "envelopes"}, "randomization.allocation", "expected 'list' or 'pharmacy'"
    ),
    "a digest that is none": Broken(
        {"randomization.list_specification_digest": "4f2a"},
        "randomization.list_specification_digest",
        "not a name of this form; expected text that matches ^[0-9a-f]{64}$",
    ),
    "an unknown switch visit": Broken({"switch.earliest_visit": "x"}, "switch.earliest_visit", "the visit x"),
    "an unknown visit of the reduced dose": Broken(
        {f"{INFUSION}.reduced_dose.from_visit": "x"}, f"{INFUSION}.reduced_dose.from_visit", "the visit x"
    ),
    # Time
    "a day 0": Broken({"visits.W0.day": 0}, "visits.W0.day", "no study day 0; expected 1"),
    "an epoch on day 0": Broken(
        {"epochs.first_period.first_day": 0}, "epochs.first_period.first_day", "no study day 0"
    ),
    "epochs out of order": Broken(
        {"epochs.extension.first_day": 1}, "epochs.extension.first_day", "does not begin after first_period"
    ),
    "visits out of order": Broken({"visits.W8.day": 29}, "visits.W8.day", "does not come after W4"),
    "a visit before its epoch": Broken(
        {"visits.W12.epoch": "extension"}, "visits.W12.day", "before its epoch extension"
    ),
    "windows that overlap": Broken({"visits.W8.window_days": [-25, 4]}, "visits.W8.window_days", "overlaps that of W4"),
    "windows that touch across day 0": Broken(
        {"visits.SCR.window_days": [0, 21]}, "visits.W0.window_days", "overlaps that of SCR"
    ),
    "a baseline without core set": Broken({"baseline_visit": "SCR"}, "baseline_visit", "not assessed at this visit"),
    "a switch that ends before it begins": Broken({"switch.latest_visit": "W4"}, "switch.latest_visit", "before W8"),
    # Treatments
    "no way to give it": Broken({INFUSION: REMOVED}, "treatments.octagam_10", "not said in one way"),
    "two ways to give it": Broken(
        {"treatments.octagam_10.imitates": "octagam_10"}, "treatments.octagam_10", "not said in one way"
    ),
    "a placebo that imitates itself": Broken(
        {"treatments.saline.imitates": "saline"}, "treatments.saline.imitates", "saline"
    ),
    "days in reverse": Broken({f"{INFUSION}.days": [5, 2]}, f"{INFUSION}.days", "the days are not in order"),
    "into a vein without a rate": Broken({f"{INFUSION}.rate_steps": []}, f"{INFUSION}.rate_steps", "has no rate"),
    "under the skin with steps": Broken(
        {f"{INFUSION}.route": "subcutaneous"}, f"{INFUSION}.rate_steps", "under the skin"
    ),
    "a step without duration": Broken(
        {f"{INFUSION}.rate_steps.0.lasts": REMOVED}, f"{INFUSION}.rate_steps", "a duration for every step but the last"
    ),
    "a last step that ends": Broken(
        {f"{INFUSION}.rate_steps.3.lasts": "30 min"}, f"{INFUSION}.rate_steps", "which runs to the end"
    ),
    # Strata
    "an unknown measure of a factor": Broken(
        {"randomization.factors.gda.measure": "age"}, "randomization.factors.gda.measure", "the measure age"
    ),
    "a gap between strata": Broken(
        {f"{LEVELS}.moderate.at_least": "5 cm"}, f"{LEVELS}.moderate.at_least", "where mild ends"
    ),
    "strata that overlap": Broken({f"{LEVELS}.mild.below": "5 cm"}, f"{LEVELS}.moderate.at_least", "where mild ends"),
    "a stratum that never ends": Broken(
        {f"{LEVELS}.mild.below": REMOVED}, f"{LEVELS}.moderate.at_least", "where mild ends"
    ),
    "a gap below the strata": Broken({f"{LEVELS}.mild.at_least": "1 cm"}, f"{LEVELS}.mild.at_least", "expected 0 cm"),
    "an empty stratum": Broken({f"{LEVELS}.moderate.below": "3 cm"}, f"{LEVELS}.moderate", "the level is empty"),
    "a last stratum that ends": Broken(
        {f"{LEVELS}.severe.below": "9 cm"}, f"{LEVELS}.severe.below", "has an upper limit"
    ),
    "a stratum in another unit": Broken({f"{LEVELS}.mild.below": "4 points"}, f"{LEVELS}.mild.below", "a limit in cm"),
    "enzyme strata in cm": Broken(
        {"randomization.factors.gda.measure": "enzyme"}, f"{LEVELS}.mild.below", "a limit in x ULN"
    ),
    # Eligibility
    "an unknown fact": Broken({"eligibility.I6.require.0.of.0.fact": "x"}, "eligibility.I6.x", "the fact x is not"),
    "a number without unit": Broken({"facts.age.unit": REMOVED}, "facts.age", "expected a unit for numbers only"),
    "choices without a choice": Broken(
        {"facts.age.choices": ["old"]}, "facts.age", "expected choices for a choice only"
    ),
    "a limit in another unit": Broken(
        {"eligibility.E3.require.0.of.0.at_least": "40 points"}, "eligibility.E3.bmi", "in points; expected at_least"
    ),
    "a number compared with a yes": Broken(
        {"eligibility.I6.require.0.of.0.fact": "age"}, "eligibility.I6.age", "is compared by equals"
    ),
    "a yes compared with a limit": Broken(
        {"eligibility.E3.require.0.of.0.fact": "informed_consent"}, "eligibility.E3.informed_consent", "by at_least"
    ),
    "a choice that is none": Broken(
        {"eligibility.I1.require.0.of.0.equals": "likely"}, "eligibility.I1.bohan_peter", "one of: definite, probable"
    ),
    "a yes that is a text": Broken(
        {"eligibility.I6.require.0.of.0.equals": "yes"}, "eligibility.I6.informed_consent", "equals = true"
    ),
    "a condition that compares twice": Broken(
        {"eligibility.E3.require.0.of.0.below": "50 kg/m2"}, "eligibility.E3.require.0.of.0", "exactly one of equals"
    ),
    "more conditions than there are": Broken(
        {"eligibility.I6.require.0.at_least": 2}, "eligibility.I6.require.0", "asks for 2 of 1 conditions"
    ),
    # TIS
    "children without range multiples": Broken(JUVENILE, "tis", "the range of each enzyme as a multiple of its ULN"),
    "an unknown enzyme": Broken({"tis.enzyme_range_multiples": {"ggt": 3}}, "tis", "ggt is no muscle enzyme"),
    "strength that adults don't have": Broken({"tis.strength": "cmas"}, "tis", "not cmas"),
    "a range of CHQ-PhS in reverse": Broken(
        {"tis.criteria": "juvenile-printo", "tis.strength": "cmas", "tis.chq_phs_range": [100, 0]}, "tis", "not below"
    ),
    # Deterioration
    "an unknown measure": Broken(
        {"deterioration.limbs.extramuscular.of.0.measure": "fatigue"},
        "deterioration.limbs.extramuscular.of.0.measure",
        "expected 'physician_global', 'patient_global'",
    ),
    "a limit in points for a scale in cm": Broken(
        {"deterioration.limbs.extramuscular.of.0.worse_by": "2 points"},
        "deterioration.limbs.extramuscular.extramuscular.worse_by",
        "in points; expected a limit in cm or %",
    ),
    "a limit off the grid": Broken(
        {"deterioration.limbs.extramuscular.of.0.worse_by": "2.00005 cm"},
        "deterioration.limbs.extramuscular.extramuscular.worse_by",
        "off the grid",
    ),
    "a percentage that is too fine": Broken(
        {"deterioration.limbs.three_of_five.of.0.worse_by": "33.333 %"},
        "deterioration.limbs.three_of_five.physician_global.worse_by",
        "too fine; expected at most two decimals",
    ),
    "a worsening of nothing": Broken(
        {"deterioration.limbs.extramuscular.of.0.worse_by": "0 cm"},
        "deterioration.limbs.extramuscular.extramuscular.worse_by",
        "not above 0",
    ),
    "more worsenings than there are": Broken(
        {"deterioration.limbs.three_of_five.at_least": 6}, "deterioration.limbs.three_of_five", "asks for 6 of 5"
    ),
    # Response
    "a response where nothing is assessed": Broken(
        {"response.visit": "W20"}, "response.visit", "W20 is no visit after baseline"
    ),
    "a response at baseline": Broken(
        {"response.visit": "W0"}, "response.visit", "expected one of: W4, W8, W12, W16, W28, W40"
    ),
    "an earlier visit that is later": Broken(
        {"response.also_at_one_of": ["W28"]}, "response.also_at_one_of", "W28 is not before W16"
    ),
    "an earlier visit that is unknown": Broken(
        {"response.also_at_one_of": ["x"]}, "response.also_at_one_of", "x is no visit after"
    ),
    "a TIS above 100": Broken({"response.tis_at_least": 101}, "response.tis_at_least", "no TIS is at this threshold"),
    "a TIS of 0": Broken({"response.tis_at_least": 0}, "response.tis_at_least", "no TIS is at this threshold"),
    "deterioration that is not defined": Broken(
        {"deterioration": REMOVED}, "response.no_confirmed_deterioration", "a table [deterioration]"
    ),
    "a switch without deterioration": Broken({"deterioration": REMOVED}, "switch.trigger", "which is not defined"),
    # Plan
    "an estimand without method": Broken({f"{PRIMARY}.test.method": REMOVED}, f"{PRIMARY}.test.method", "is missing"),
    "an estimand without interval": Broken({f"{PRIMARY}.interval": REMOVED}, f"{PRIMARY}.interval", "is missing"),
    "an estimand without missing policy": Broken({f"{PRIMARY}.missing": REMOVED}, f"{PRIMARY}.missing", "is missing"),
    "an unknown visit of an estimand": Broken(
        {"plan.estimands.cdasi.visit": "x"}, "plan.estimands.cdasi.visit", "visit x"
    ),
    "an unknown analysis set": Broken(
        {f"{PRIMARY}.analysis_set": "x"}, f"{PRIMARY}.analysis_set", "the analysis set x"
    ),
    "an unknown arm": Broken({f"{PRIMARY}.group": "x"}, f"{PRIMARY}.group", "expected one of: ivig, placebo"),
    "an arm against itself": Broken({f"{PRIMARY}.group": "placebo"}, f"{PRIMARY}.comparator", "compared with itself"),
    "an unknown stratum": Broken(
        {f"{PRIMARY}.test.strata": ["x"]}, f"{PRIMARY}.test.strata", "stratification factor x"
    ),
    "an event without strategy": Broken(
        {f"{PRIMARY}.intercurrent_events.death": REMOVED}, f"{PRIMARY}.intercurrent_events", "death has no strategy"
    ),
    "a strategy for no event": Broken(
        {f"{PRIMARY}.intercurrent_events.rescue": "composite"}, f"{PRIMARY}.intercurrent_events", "event rescue is not"
    ),
    "a response at another visit": Broken({f"{PRIMARY}.visit": "W12"}, f"{PRIMARY}.visit", "W16, as in response.visit"),
    "a threshold that is not said": Broken(
        {"plan.estimands.major.threshold": REMOVED}, "plan.estimands.major", "Add the threshold"
    ),
    "a change of nothing": Broken(
        {"plan.estimands.cdasi.parameter": REMOVED}, "plan.estimands.cdasi", "the change of which measure"
    ),
    "a change of an unknown measure": Broken(
        {"plan.estimands.cdasi.parameter": "fatigue"}, "plan.estimands.cdasi.parameter", "cdasi_activity, cdasi_damage"
    ),
    "adjusted means of a response": Broken(
        {f"{PRIMARY}.summary": "difference_in_adjusted_means"},
        f"{PRIMARY}.summary",
        "expected difference_in_proportions",
    ),
    "proportions of a change": Broken(
        {"plan.estimands.cdasi.summary": "difference_in_proportions"},
        "plan.estimands.cdasi.summary",
        "expected difference_in_adjusted_means",
    ),
    "an interval of means for proportions": Broken(
        {f"{PRIMARY}.interval.method": "ancova_t"}, f"{PRIMARY}.interval.method", "one of agresti_caffo"
    ),
    "an interval of proportions for means": Broken(
        {"plan.estimands.cdasi.interval.method": "wald"},
        "plan.estimands.cdasi.interval.method",
        "one of ancova_hc3_t, ancova_t",
    ),
    "a level of 100 %": Broken({f"{PRIMARY}.interval.level": "100 %"}, f"{PRIMARY}.interval.level", "such as 95 %"),
    "a stratified test without strata": Broken(
        {f"{PRIMARY}.test.strata": []}, f"{PRIMARY}.test", "the test needs strata"
    ),
    "a stratified test of means": Broken(
        {"plan.estimands.cdasi.test.method": "cochran_mantel_haenszel", "plan.estimands.cdasi.test.strata": ["gda"]},
        "plan.estimands.cdasi.test",
        "is no test of change; expected one of ancova, mixed_model",
    ),
    # Limits that nothing reaches, and what counts twice
    "a dose below 0": Broken({f"{INFUSION}.dose": "-2 g/kg"}, f"{INFUSION}.dose", "not above 0; expected a positive"),
    "a dose in nothing": Broken({f"{INFUSION}.concentration": "0 g/L"}, f"{INFUSION}.concentration", "not above 0"),
    "a rate of 0": Broken({f"{INFUSION}.rate_steps.0.rate": "0 mL/kg/min"}, f"{INFUSION}.rate_steps.0.rate", "above 0"),
    "a step of 0 min": Broken({f"{INFUSION}.rate_steps.0.lasts": "0 min"}, f"{INFUSION}.rate_steps.0.lasts", "above 0"),
    "a cap of 0": Broken({f"{INFUSION}.risk_rate_cap": "0 mL/kg/min"}, f"{INFUSION}.risk_rate_cap", "not above 0"),
    "a cap above the rates": Broken(
        {f"{INFUSION}.risk_rate_cap": "0.05 mL/kg/min"},
        f"{INFUSION}.risk_rate_cap",
        "caps nothing; expected at most 0.04",
    ),
    "a rate that falls": Broken(
        {f"{INFUSION}.rate_steps.3.rate": "0.02 mL/kg/min"}, f"{INFUSION}.rate_steps", "falls from one step to the next"
    ),
    "a reduced dose that is not": Broken(
        {f"{INFUSION}.reduced_dose.dose": "2 g/kg"}, f"{INFUSION}.reduced_dose.dose", "expected less than 2.0 g/kg"
    ),
    "a reduced dose after the last one": Broken(
        {f"{INFUSION}.reduced_dose.from_visit": "W40"}, f"{INFUSION}.reduced_dose.from_visit", "infused from W40 on"
    ),
    "a visit after its epoch": Broken(
        {"visits.W20.epoch": "first_period"}, "visits.W20.day", "after its epoch first_period has ended"
    ),
    "an activity named twice": Broken(
        {"visits.W20.activities": ["weight", "weight"]}, "visits.W20.activities", "twice"
    ),
    "a label of two visits": Broken({"visits.W8.label": "week 4"}, "visits.W8", "week 4 may also mean W4"),
    "a label that is another's number": Broken({"visits.W8.label": "4"}, "visits.W8", "4 may also mean W4"),
    "an id but for capitals": Broken({"visits.W20.id": "w4"}, "visits.w4", "w4 may also mean W4"),
    "an alternate of two arms": Broken(
        {"arms.2": NEW_ARM, "randomization.ratio.third": 1}, "switch.to", "no one alternate arm among 3"
    ),
    "a switch before the baseline": Broken(
        {"switch.earliest_visit": "SCR"}, "switch.earliest_visit", "not after the base"
    ),
    "a stratum beyond the scale": Broken(
        {f"{LEVELS}.moderate.below": "10.1 cm", f"{LEVELS}.severe.at_least": "10.1 cm"},
        f"{LEVELS}.severe.at_least",
        "expected a limit up to 10 cm",
    ),
    "a stratum off the grid": Broken(
        {f"{LEVELS}.moderate.below": "7.00005 cm", f"{LEVELS}.severe.at_least": "7.00005 cm"},
        f"{LEVELS}.severe.at_least",
        "off the grid",
    ),
    "a limit of eligibility that is too fine": Broken(
        {"eligibility.E3.require.0.of.0.at_least": "40.0001 kg/m2"}, "eligibility.E3.bmi", "at most three decimals"
    ),
    "a measure twice in a limb": Broken(
        {"deterioration.limbs.three_of_five.of.1.measure": "physician_global"},
        "deterioration.limbs.three_of_five",
        "would count twice",
    ),
    "a worsening beyond the scale": Broken(
        {"deterioration.limbs.extramuscular.of.0.worse_by": "10.1 cm"},
        "deterioration.limbs.extramuscular.extramuscular.worse_by",
        "expected at most 10 cm",
    ),
    "more visits in a row than there are": Broken(
        {"deterioration.consecutive_visits": 7}, "deterioration.consecutive_visits", "can never be confirmed"
    ),
    "a threshold above 100": Broken(
        {"plan.estimands.major.threshold": 101}, "plan.estimands.major.threshold", "no TIS is at this threshold"
    ),
    "a threshold of the response in the plan": Broken(
        {f"{PRIMARY}.threshold": 40}, f"{PRIMARY}.threshold", "has no thr"
    ),
    "a measure of a response": Broken({f"{PRIMARY}.parameter": "mmt8"}, f"{PRIMARY}.parameter", "has no parameter"),
    "a TIS where nothing is assessed": Broken(
        {"plan.estimands.major.visit": "W20"}, "plan.estimands.major.visit", "nothing of it is assessed at W20"
    ),
    "a skin score where none is assessed": Broken(
        {"visits.W16.activities": ["core_set"]}, "plan.estimands.cdasi.visit", "a visit with the activity cdasi"
    ),
    "a change up to the baseline": Broken(
        {"plan.estimands.cdasi.visit": "W0"}, "plan.estimands.cdasi.visit", "W0 is not after the baseline"
    ),
    "strata of no test": Broken({f"{PRIMARY}.test.method": "none"}, f"{PRIMARY}.test", "no test, but strata"),
    "two sets of one flag": Broken(
        {"plan.analysis_sets.PPS.flag": "FASFL"}, "plan.analysis_sets", "FASFL is that of two"
    ),
    "decimals below 0": Broken(
        {"plan.display.percent_decimals": -1}, "plan.display.percent_decimals", "expected greater than or equal to 0"
    ),
    # Sources
    "a value without source": Broken(
        {"provenance.switch": REMOVED}, "switch.earliest_visit", "the value has no source"
    ),
    "a source without value": Broken(
        {"provenance.rescue": {"status": "assumed", "note": "why"}}, "provenance.rescue", "no value at this place"
    ),
    "an unknown reference": Broken(
        {"provenance.arms.reference": "x"}, "provenance.arms", "the reference x is not declared"
    ),
    "verified nowhere": Broken(
        {"provenance.arms.reference": REMOVED}, "provenance.arms", "names no reference; expected"
    ),
    "assumed without reason": Broken(
        {"provenance.arms": {"status": "assumed"}}, "provenance.arms", "a note that says why"
    ),
    "an unknown status": Broken({"provenance.arms.status": "sure"}, "provenance.arms.status", "'verified', 'derived'"),
    # Methods
    "strata of a test that has none": Broken(
        {f"{PRIMARY}.test.method": "fisher_exact"}, f"{PRIMARY}.test", "fisher_exact has no strata"
    ),
    "a correction of an exact test": Broken(
        {
            f"{PRIMARY}.test.method": "boschloo",
            f"{PRIMARY}.test.strata": [],
            f"{PRIMARY}.test.continuity_correction": True,
        },
        f"{PRIMARY}.test",
        "no correction for continuity",
    ),
    "a margin of a test that has none": Broken(
        {f"{PRIMARY}.test.margin": "-10 %"}, f"{PRIMARY}.test.margin", "cochran_mantel_haenszel has no margin"
    ),
    "a test without its margin": Broken(
        {f"{PRIMARY}.test.method": "farrington_manning", f"{PRIMARY}.test.strata": []},
        f"{PRIMARY}.test.margin",
        "farrington_manning needs a margin",
    ),
    "a margin of 100 %": Broken(
        {f"{PRIMARY}.test": FARRINGTON_MANNING | {"margin": "100 %"}}, f"{PRIMARY}.test.margin", "no such difference"
    ),
    "re-randomization without draws": Broken(
        {f"{PRIMARY}.test.method": "rerandomization"}, f"{PRIMARY}.test.rerandomization", "needs a rerandomization"
    ),
    "a summary of another variable": Broken(
        {f"{PRIMARY}.summary": "hazard_ratio"},
        f"{PRIMARY}.summary",
        "difference_in_proportions or ratio_of_proportions",
    ),
    "a mixed model that is not said": Broken(
        {"plan.estimands.cdasi.interval.method": "mixed_model_t"}, "plan.estimands.cdasi", "the mixed model is not said"
    ),
    "a mixed model that nothing uses": Broken(
        {"plan.estimands.cdasi.model": MODEL}, "plan.estimands.cdasi.model", "no method of the estimand uses the model"
    ),
    "a baseline of the TIS": Broken(
        {
            f"{PRIMARY}.variable": "tis",
            f"{PRIMARY}.summary": "difference_in_adjusted_means",
            f"{PRIMARY}.interval.method": "mixed_model_t",
            f"{PRIMARY}.test": {"method": "none", "continuity_correction": False},
            f"{PRIMARY}.model": MODEL,
        },
        f"{PRIMARY}.model.baseline_by_visit",
        "the TIS has no baseline",
    ),
    "weights of an interval without": Broken(
        {f"{PRIMARY}.interval.weights": "minimum_risk"}, f"{PRIMARY}.interval.weights", "wald has no weights"
    ),
    "a stratified score without weights": Broken(
        {f"{PRIMARY}.interval.method": "stratified_score"},
        f"{PRIMARY}.interval.weights",
        "the weights of stratified_score are not said",
    ),
    "minimum-risk weights of a ratio": Broken(
        {
            f"{PRIMARY}.summary": "ratio_of_proportions",
            f"{PRIMARY}.interval": {"method": "stratified_score", "level": "95 %", "weights": "minimum_risk"},
        },
        f"{PRIMARY}.interval.weights",
        "minimum-risk weights are those of a difference",
    ),
    "a standardization over nothing": Broken(
        {f"{PRIMARY}.interval.method": "standardization_ye"}, f"{PRIMARY}.interval.method", "adjusts for nothing"
    ),
    "a time that is not said how to estimate": Broken(
        {"plan.estimands.time_to_minimal.time_to_event": REMOVED},
        "plan.estimands.time_to_minimal.time_to_event",
        "not said how to estimate",
    ),
    "a time where there is none": Broken(
        {f"{PRIMARY}.time_to_event": {"survival_interval": "log", "median": "first", "ties": "exact"}},
        f"{PRIMARY}.time_to_event",
        "there is no time",
    ),
    # Families and subgroups
    "a family of an unknown estimand": Broken(
        {"plan.families": [FAMILY | {"estimands": ["x"]}]},
        "plan.families.f.estimands",
        "the estimand x is not declared",
    ),
    "a family of an estimand without test": Broken(
        {"plan.families": [FAMILY | {"estimands": ["cdasi"]}]}, "plan.families.f.estimands", "cdasi has no test"
    ),
    "an estimand twice in a family": Broken(
        {"plan.families": [FAMILY | {"estimands": ["major", "major"]}]}, "plan.families.f.estimands", "twice or in two"
    ),
    "a family at a level of 5": Broken(
        {"plan.families": [FAMILY | {"alpha": 5}]}, "plan.families.f.alpha", "above 0 and below 1"
    ),
    "a fallback without weights": Broken(
        {"plan.families": [FAMILY | {"procedure": "fallback_wiens"}]}, "plan.families.f.weights", "expected 2 weights"
    ),
    "weights of a procedure without": Broken(
        {"plan.families": [FAMILY | {"weights": [1, 0]}]}, "plan.families.f.weights", "expected none"
    ),
    "weights that are no shares": Broken(
        {"plan.families": [FAMILY | {"procedure": "fallback_wiens", "weights": [1, 1]}]},
        "plan.families.f.weights",
        "no shares of 1",
    ),
    "a graph without transitions": Broken(
        {"plan.families": [FAMILY | {"procedure": "graphical", "weights": [1, 0]}]},
        "plan.families.f.transitions",
        "2 rows of 2 numbers",
    ),
    "a graph that keeps its level": Broken(
        {"plan.families": [FAMILY | {"procedure": "graphical", "weights": [1, 0], "transitions": [[1, 0], [1, 0]]}]},
        "plan.families.f.transitions",
        "row 0 passes on what it can't",
    ),
    "a family id twice": Broken(
        {"plan.families": [FAMILY, FAMILY]}, "plan.families", "the id f is used more than once"
    ),
    "a subgroup of an unknown estimand": Broken(
        {"plan.subgroups": [SUBGROUP | {"estimand": "x"}]},
        "plan.subgroups.s.estimand",
        "the estimand x is not declared",
    ),
    "ages that are not cut": Broken(
        {"plan.subgroups": [SUBGROUP | {"by": "age"}]}, "plan.subgroups.s.cuts", "cuts = [65]"
    ),
    "cuts of the sex": Broken({"plan.subgroups": [SUBGROUP | {"cuts": [65]}]}, "plan.subgroups.s.cuts", "has no cuts"),
    "cuts that fall": Broken(
        {"plan.subgroups": [SUBGROUP | {"by": "age", "cuts": [65, 40]}]}, "plan.subgroups.s.cuts", "do not rise"
    ),
    "a subgroup id twice": Broken(
        {"plan.subgroups": [SUBGROUP, SUBGROUP]}, "plan.subgroups", "the id s is used more than once"
    ),
    # Safety
    "a safety column of an unknown treatment": Broken(
        {f"{SAFETY_COLUMN}.treatment": "x"}, f"{SAFETY_COLUMN}.treatment", "the treatment x is not declared"
    ),
    "a safety column of an unknown epoch": Broken(
        {f"{SAFETY_COLUMN}.epochs": ["x"]}, f"{SAFETY_COLUMN}.epochs", "the epoch x is not declared"
    ),
    "two safety columns of one label": Broken(
        {f"{SAFETY_COLUMN}.label": "IVIG, First Period"}, f"{SAFETY}.columns", "two columns are called IVIG"
    ),
    "two safety columns of one id": Broken(
        {f"{SAFETY_COLUMN}.id": "ivig_first"}, f"{SAFETY}.columns", "the id ivig_first is used more than once"
    ),
    "a comparison of an unknown column": Broken(
        {f"{SAFETY}.comparisons.0.group": "x"}, f"{SAFETY}.comparisons.0.group", "the column x is not declared"
    ),
    "a safety column compared with itself": Broken(
        {f"{SAFETY}.comparisons.0.group": "placebo_first"},
        f"{SAFETY}.comparisons.0.comparator",
        "compared with itself",
    ),
    "an unknown set for safety": Broken(
        {f"{SAFETY}.analysis_set": "x"}, f"{SAFETY}.analysis_set", "the analysis set x is not declared"
    ),
    "another set for safety": Broken(
        {f"{SAFETY}.analysis_set": "FAS"}, f"{SAFETY}.analysis_set", "the set with the flag SAFFL"
    ),
    "half a day of emergence": Broken(
        {f"{SAFETY}.emergent": "0.5 days"}, f"{SAFETY}.emergent", "the time is not whole or below 0"
    ),
    "hours below 0": Broken({f"{SAFETY}.infusional": "-1 h"}, f"{SAFETY}.infusional", "whole h, 0 or more"),
    "a rate per nothing": Broken({f"{SAFETY}.rate_per": "0 patient-years"}, f"{SAFETY}.rate_per", "not above 0"),
    "a rate limit of nothing": Broken({f"{SAFETY}.rate_limit": "0 mL/kg/min"}, f"{SAFETY}.rate_limit", "not above 0"),
    "a safety level of 100 %": Broken({f"{SAFETY}.level": "100 %"}, f"{SAFETY}.level", "no such confidence level"),
    "terms of more than all patients": Broken({f"{SAFETY}.shown_from": "101 %"}, f"{SAFETY}.shown_from", "such share"),
}


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN.keys())
def test_fault_names_place_and_remedy(broken: Broken, tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        read_trial(write_changed(tmp_path, broken.changes))
    there = [str(fault) for fault in caught.value.faults if fault.key == broken.place]
    assert any(broken.says in text for text in there), str(caught.value)
    assert all(fault.file == "changed.toml" and fault.expected and fault.remedy for fault in caught.value.faults)


def test_unchanged_file_is_valid(tmp_path: Path) -> None:
    assert read_trial(write_changed(tmp_path, {})).trial.id == "ProDERM"


@pytest.mark.parametrize("day", ["nan", "inf"])
def test_threshold_that_is_no_number(tmp_path: Path, day: str) -> None:
    file = tmp_path / "changed.toml"
    file.write_text(shipped_text("proderm").replace("tis_at_least = 20", f"tis_at_least = {day}"), "utf-8")
    with pytest.raises(InputError, match=r"response\.tis_at_least: is not a number; expected for example 20"):
        read_trial(file)


def test_all_wrong_fields_are_reported_at_once(tmp_path: Path) -> None:
    changes = {
        "trial.title": REMOVED,
        f"{INFUSION}.dose": "2.0",
        "visits.W8.day": "57",
        "plan.estimands.primary.test": REMOVED,
    }
    with pytest.raises(InputError) as caught:
        read_trial(write_changed(tmp_path, changes))
    places = [fault.key for fault in caught.value.faults]
    assert sorted(places) == sorted(changes)


def test_all_contradictions_are_reported_at_once(tmp_path: Path) -> None:
    changes = {
        "baseline_visit": "x",
        "visits.W8.day": 29,
        "response.visit": "W20",
        "plan.estimands.major.group": "x",
        "provenance.arms.reference": "x",
    }
    with pytest.raises(InputError) as caught:
        read_trial(write_changed(tmp_path, changes))
    assert {fault.key for fault in caught.value.faults} == {
        "baseline_visit",
        "visits.W8.day",
        "response.visit",
        "plan.estimands.primary.visit",
        "plan.estimands.major.group",
        "provenance.arms",
    }


def test_contradictory_tis_does_not_hide_other_faults(tmp_path: Path) -> None:
    changes = JUVENILE | {"plan.estimands.cdasi.parameter": "fatigue"}
    with pytest.raises(InputError) as caught:
        read_trial(write_changed(tmp_path, changes))
    assert {fault.key for fault in caught.value.faults} == {"tis", "plan.estimands.cdasi.parameter"}


def test_a_wrong_entry_is_one_fault_and_does_not_shorten_its_list(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        read_trial(write_changed(tmp_path, {"eligibility.E3.require.0.of.0.at_least": "40"}))
    assert [fault.key for fault in caught.value.faults] == ["eligibility.E3.require.0.of.0.at_least"]


def test_contradictory_tis_says_nothing_of_strata(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        read_trial(write_changed(tmp_path, JUVENILE))
    assert [fault.key for fault in caught.value.faults] == ["tis"]


def test_file_that_is_not_toml(tmp_path: Path) -> None:
    (tmp_path / "p.toml").write_text("arms = ]", "utf-8")
    with pytest.raises(
        InputError, match=r"p\.toml: the file is not TOML: .*line 1.*; expected TOML\. Correct the line"
    ):
        read_trial(tmp_path / "p.toml")


def test_empty_file_lacks_every_table(tmp_path: Path) -> None:
    (tmp_path / "p.toml").write_text("", "utf-8")
    with pytest.raises(InputError) as caught:
        read_trial(tmp_path / "p.toml")
    assert {"arms", "visits", "plan", "response"} <= {fault.key for fault in caught.value.faults}


def test_file_that_is_not_utf8(tmp_path: Path) -> None:
    (tmp_path / "p.toml").write_bytes(b'title = "Sj\xf6gren"')
    with pytest.raises(InputError, match=r"p\.toml: the text is not UTF-8; expected UTF-8\. Save"):
        read_trial(tmp_path / "p.toml")


def test_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"absent\.toml: the file can't be read .*one of proderm, reclaiim"):
        read_trial(tmp_path / "absent.toml")


def test_folder_in_place_of_a_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="can't be read"):
        read_trial(tmp_path)


def test_byte_order_mark_is_no_fault(tmp_path: Path) -> None:
    (tmp_path / "p.toml").write_bytes(b"\xef\xbb\xbf" + shipped_text("proderm").encode())
    assert read_trial(tmp_path / "p.toml").digest == read_trial("proderm").digest


@pytest.mark.parametrize("text", ["x = " + "9" * 5000, "x = " + "[" * 5000], ids=["digits", "brackets"])
def test_what_the_parser_gives_up_on_is_a_fault(tmp_path: Path, text: str) -> None:
    (tmp_path / "p.toml").write_text(text, "utf-8")
    with pytest.raises(InputError, match=r"p\.toml: the file is not TOML: "):
        read_trial(tmp_path / "p.toml")
