"""What a calibration has come to: published figures beside simulated ones, and parameters before and after."""

from typing import Final

from myotis.datasets.table import Column, Table

LITTLE: Final = 0.9
MUCH: Final = 0.5
"""Of a prior's standard deviation: the figures say next to nothing of a parameter that has more than the first left,
and much of one that has no more than the second."""

CALIBRATED_FIGURES: Final = Table(
    name="FIGURES",
    label="Published figures and simulated ones",
    columns=(
        Column(name="address", label="Address", kind="text", required=True),
        Column(name="label", label="Figure", kind="text", required=True),
        Column(name="use", label="Use", kind="text", codelist=("fitted", "held_out"), required=True),
        Column(name="kind", label="Kind of number", kind="text", required=True),
        Column(name="published", label="Published", kind="number", required=True),
        Column(name="median", label="Simulated median", kind="number"),
        Column(name="lower", label="Simulated 2.5 %", kind="number"),
        Column(name="upper", label="Simulated 97.5 %", kind="number"),
        Column(name="inside", label="Is the published number inside?", kind="integer", minimum=0, maximum=1),
    ),
    key=("address",),
)

CALIBRATED_PARAMETERS: Final = Table(
    name="PARAMETERS",
    label="Parameters before and after",
    columns=(
        Column(name="parameter", label="Parameter", kind="text", required=True),
        Column(name="label", label="Meaning", kind="text", required=True),
        Column(name="assumed", label="Assumed before", kind="number", required=True),
        Column(name="assumed_lower", label="Prior 2.5 %", kind="number", required=True),
        Column(name="assumed_upper", label="Prior 97.5 %", kind="number", required=True),
        Column(name="fitted", label="Fitted", kind="number", required=True),
        Column(name="lower", label="Posterior 2.5 %", kind="number", required=True),
        Column(name="upper", label="Posterior 97.5 %", kind="number", required=True),
        Column(name="uncertainty_left", label="Posterior over prior standard deviation", kind="number", minimum=0),
    ),
    key=("parameter",),
)
