"""Every mistake that an imputation of a protocol file can hold, with the place and the words of its fault."""

from decimal import Decimal

import pytest
from imputation_plan import IMPUTATION, list_changes
from protocol_files import write_changed

from myotis.errors import InputError
from myotis.protocol.read import read_trial

PLACE = "plan.imputations.core_set"
ESTIMAND = "plan.estimands.imputed"
MEASURES = IMPUTATION["measures"]


def measures(**changed):
    return {"measures": MEASURES | {name: MEASURES[name] | change for name, change in changed.items()}}


def events(**strategies):
    return {
        "intercurrent_events": {"switch": "composite", "discontinuation": "composite", "death": "composite"}
        | strategies
    }


JUMP = {"after_discontinuation": "jump_to_reference", "reference": "placebo"}
KEPT = {"after_switch": "kept"}
TIPPING = {"worse_by": {"mmt": 5}, "group": [0], "comparator": [0]}

BROKEN = {
    # fields
    "one imputation": ({"imputations": 1}, {}, {}, f"{PLACE}.imputations", "greater than or equal to 2"),
    "a scale that nobody knows": (measures(mmt={"scale": "root"}), {}, {}, f"{PLACE}.measures.mmt.scale", "identity"),
    "an assumption that nobody knows": ({"after_discontinuation": "x"}, {}, {}, f"{PLACE}.after_discontinuation", ""),
    # measures
    "a measure forgotten": (
        {"measures": {name: m for name, m in MEASURES.items() if name != "haq"}}, {}, {}, f"{PLACE}.measures",
        "haq is not imputed",
    ),
    "a logarithm of a scale": (measures(mmt={"scale": "log"}), {}, {}, f"{PLACE}.measures.mmt.scale", "logit_of_range"),
    "a logit of an enzyme": (
        measures(enzyme={"scale": "logit_of_range"}), {}, {}, f"{PLACE}.measures.enzyme.scale", "log or identity",
    ),
    "a step off the grid": (
        measures(patient_global={"step": Decimal("0.0001")}), {}, {}, f"{PLACE}.measures.patient_global.step", "grid",
    ),
    "a step that misses the end of the range": (
        measures(mmt={"step": 4}), {}, {}, f"{PLACE}.measures.mmt.step", "the range a multiple",
    ),
    "a step of nothing": (measures(haq={"step": 0}), {}, {}, f"{PLACE}.measures.haq.step", "more than 0"),
    "a step of an enzyme off the grid": (
        measures(enzyme={"step": Decimal("0.0000001")}), {}, {}, f"{PLACE}.measures.enzyme.step", "grid",
    ),
    "a core set without enzymes": (
        {}, {}, {"tis.criteria": "juvenile-printo", "tis.strength": "cmas", "tis.chq_phs_range": [0, 100]}, PLACE,
        "without muscle enzymes",
    ),
    "whether an enzyme is raised": (
        {}, {}, {"tis.normal_enzymes": "score_zero", "tis.enzyme_choice": "highest_share_of_range"}, PLACE, "is raised",
    ),
    # the model
    "a ridge of nothing": ({"prior_df": 0}, {}, {}, f"{PLACE}.prior_df", "more than 0 for ridge"),
    "no prior with degrees": ({"prior": "jeffreys"}, {}, {}, f"{PLACE}.prior_df", "0 for jeffreys"),
    "no reference": (JUMP | {"reference": "x"}, {}, {}, f"{PLACE}.reference", "the arm x is not declared"),
    "a reference that is missing": (
        {"after_discontinuation": "copy_reference"}, {}, {}, f"{PLACE}.reference", "copy_reference without a reference",
    ),
    "a reference for nothing": ({"reference": "placebo"}, {}, {}, f"{PLACE}.reference", "with a reference"),
    # tipping
    "no worsening": ({"tipping": TIPPING | {"worse_by": {"mmt": 0}}}, {}, {}, f"{PLACE}.tipping.worse_by.mmt", "0"),
    "a worsening off the steps": (
        {"tipping": TIPPING | {"worse_by": {"haq": Decimal("0.1")}}}, {}, {}, f"{PLACE}.tipping.worse_by.haq",
        "a multiple of the measure's step",
    ),
    "a worsening of a measure that is forgotten": (
        {"tipping": TIPPING, "measures": {name: m for name, m in MEASURES.items() if name != "mmt"}}, {}, {},
        f"{PLACE}.measures", "mmt is not imputed",
    ),
    "settings of the TIS that contradict one another": (
        {}, {}, {"tis.criteria": "juvenile-imacs"}, "tis", "need the range of each enzyme",
    ),
    "an improvement": (
        {"tipping": TIPPING | {"group": [-1]}}, {}, {}, f"{PLACE}.tipping.group.0", "greater than or equal to 0",
    ),
    # estimands
    "an imputation twice": (
        {}, {}, {"plan.imputations": [IMPUTATION, IMPUTATION]}, "plan.imputations", "core_set is used more than once",
    ),
    "an imputation that is not declared": (
        {}, {"imputation": "x"}, {}, f"{ESTIMAND}.imputation", "the imputation x is not declared",
    ),
    "an imputation and nonresponse": (
        {}, {"missing": "nonresponse"}, {}, f"{ESTIMAND}.imputation", "missing = nonresponse",
    ),
    "an imputation of a change": (
        {}, {"variable": "change", "parameter": "cdasi_activity"}, {}, f"{ESTIMAND}.variable", "or tis_at_least",
    ),
    "a score interval": (
        {}, {"interval": {"method": "newcombe", "level": "95 %"}}, {}, f"{ESTIMAND}.interval.method", "wald",
    ),
    "a corrected test": (
        {}, {"test": {"method": "cochran_mantel_haenszel", "continuity_correction": True, "strata": ["gda"]}}, {},
        f"{ESTIMAND}.test", "not pooled",
    ),
    "a definition that asks for rescue": ({}, {}, {"response.no_rescue": True}, f"{ESTIMAND}.imputation", "rescue"),
    "an imputed death": (
        {}, events(death="hypothetical"), {}, f"{ESTIMAND}.intercurrent_events.death", "expected composite",
    ),
    "a hypothesis on values that are kept": (
        KEPT, events(switch="hypothetical"), {}, f"{ESTIMAND}.intercurrent_events.switch", "after_switch = kept",
    ),
    "a treatment policy on values that are not kept": (
        {}, events(switch="treatment_policy"), {}, f"{ESTIMAND}.intercurrent_events.switch", "set_missing",
    ),
    "a discontinuation while on treatment": (
        {}, events(discontinuation="while_on_treatment"), {}, f"{ESTIMAND}.intercurrent_events.discontinuation",
        "is not carried out with imputation",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("imputation", "estimand", "more", "place", "says"), BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_imputation_is_refused_with_its_place(tmp_path, imputation, estimand, more, place, says):
    changes = list_changes(imputation, estimand) | more
    with pytest.raises(InputError) as refusal:
        read_trial(write_changed(tmp_path, changes))
    told = [str(fault) for fault in refusal.value.faults if fault.key == place]
    assert told, [str(fault) for fault in refusal.value.faults]
    assert any(says in line for line in told), told


def test_a_reference_that_is_not_compared_is_refused(tmp_path):
    third = {"id": "third", "label": "Third", "treatment": "saline"}
    changes = list_changes(JUMP | {"reference": "third"}) | {"arms.2": third, "randomization.ratio.third": 1}
    with pytest.raises(InputError, match="the reference of core_set is not compared"):
        read_trial(write_changed(tmp_path, changes))


def test_an_imputation_without_a_source_is_refused(tmp_path):
    changes = list_changes()
    changes["provenance"] = {
        place: source
        for place, source in changes["provenance"].items()
        if place != "plan.imputations" and place != "plan"
    }
    with pytest.raises(InputError, match=r"plan\.imputations\.core_set\.seed: the value has no source"):
        read_trial(write_changed(tmp_path, changes))


@pytest.mark.parametrize(
    "imputation",
    [{}, JUMP, {"prior": "jeffreys", "prior_df": 0, "covariates": ["strata"]}, {"covariance": "by_arm", **JUMP}, KEPT],
)
def test_what_fits_is_read(tmp_path, imputation):
    strategies = events(discontinuation="treatment_policy")
    trial = read_trial(write_changed(tmp_path, list_changes(imputation | {"tipping": TIPPING}, strategies)))
    assert trial.plan.imputations[0].seed == 20
