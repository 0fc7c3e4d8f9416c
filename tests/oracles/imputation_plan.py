"""An analysis plan that imputes the core set, as changes to the shipped ProDERM's file."""

import copy
from decimal import Decimal

from protocol_files import shipped_values, write_changed

from myotis.protocol.read import read_trial

GLOBAL = {"scale": "logit_of_range", "step": Decimal("0.1")}
IMPUTATION = {
    "id": "core_set", "label": "Core set measures, missing at random", "model": "joint_normal",
    "measures": {
        "physician_global": GLOBAL, "patient_global": GLOBAL, "extramuscular": GLOBAL,
        "mmt": {"scale": "logit_of_range", "step": 1}, "haq": {"scale": "logit_of_range", "step": Decimal("0.125")},
        "enzyme": {"scale": "log", "step": Decimal("0.01")},
    },
    "covariates": [], "covariance": "common", "prior": "ridge", "prior_df": 3, "after_switch": "set_missing",
    "after_discontinuation": "missing_at_random", "imputations": 10, "chains": 2, "burn_in": 20, "thinning": 5,
    "seed": 20,
}  # fmt: skip
WORSE_BY = {"physician_global": 1, "patient_global": 1, "extramuscular": 1, "mmt": 5, "haq": Decimal("0.25")}
TIPPING = {"worse_by": WORSE_BY, "group": [0, 2, 8], "comparator": [0]}
HYPOTHETICAL = {"switch": "hypothetical", "discontinuation": "treatment_policy", "death": "composite"}


def list_changes(imputation=None, estimand=None):
    """Changes that add the estimand ``imputed`` with its imputation, some fields of either being others."""
    values = copy.deepcopy(shipped_values("proderm"))
    asked = {"missing": "multiple_imputation", "imputation": "core_set", "intercurrent_events": HYPOTHETICAL}
    imputed = values["plan"]["estimands"][0] | {"id": "imputed"} | asked | (estimand or {})
    source = {"plan.imputations": {"status": "assumed", "note": "for a test"}}
    return {
        "plan.imputations": [copy.deepcopy(IMPUTATION) | (imputation or {})],
        f"plan.estimands.{len(values['plan']['estimands'])}": imputed,
        "provenance": values["provenance"] | source,
    }


def plan_imputation(folder, imputation=None, estimand=None):
    """ProDERM with the further estimand ``imputed``."""
    return read_trial(write_changed(folder, list_changes(imputation, estimand)))
