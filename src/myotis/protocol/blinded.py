"""The protocol of somebody who is blinded: all arms are one, and nothing is compared."""

from typing import Final

from myotis.protocol.design import Arm, Treatment
from myotis.protocol.safety import SafetyColumn, SafetyPlan
from myotis.protocol.trial import Trial

BLINDED_ARM: Final = Arm(id="blinded", label="All arms (blinded)", treatment="blinded")
BLINDED_TREATMENT: Final = Treatment(id="blinded", label="Blinded treatment")


def pool_arms(trial: Trial) -> Trial:
    """The trial with all arms pooled into one and all treatments called blinded, without estimands.

    What describes subjects, visits and safety can be carried out with it; it keeps the digest of the protocol.

    >>> from myotis.protocol.read import read_trial
    >>> trial = read_trial("proderm")
    >>> pooled = pool_arms(trial)
    >>> [arm.label for arm in pooled.arms], pooled.plan.estimands, pooled.digest == trial.digest
    (['All arms (blinded)'], (), True)
    """
    kept = trial.digest  # found before the copy is made, which takes it along
    plan = trial.plan.model_copy(
        update={
            "estimands": (), "families": (), "subgroups": (), "imputations": (),
            "safety": trial.plan.safety and _pool_columns(trial.plan.safety, trial),
        }
    )  # fmt: skip
    pooled = trial.model_copy(update={"arms": (BLINDED_ARM,), "treatments": (BLINDED_TREATMENT,), "plan": plan})
    assert pooled.digest == kept, "a copy keeps what was found"
    return pooled


def _pool_columns(plan: SafetyPlan, trial: Trial) -> SafetyPlan:
    labels = {epoch.id: epoch.label for epoch in trial.epochs}
    pooled = {
        column.epochs: SafetyColumn(
            id="_".join(column.epochs), label=", ".join(labels[epoch] for epoch in column.epochs),
            treatment=BLINDED_TREATMENT.id, epochs=column.epochs,
        )
        for column in plan.columns
    }  # fmt: skip
    return plan.model_copy(update={"columns": tuple(pooled.values()), "comparisons": ()})
