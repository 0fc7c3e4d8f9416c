"""What the pharmacy reveals: arms as randomized and as treated, by period, and what each bag held.

Without these tables a snapshot stays blinded.
"""

from typing import Final

from myotis.datasets.sdtm import STUDYID, USUBJID, VISIT, VISITNUM, text
from myotis.datasets.table import Table

ARMS: Final = Table(
    name="ARMS",
    label="Arms by Period",
    columns=(
        STUDYID, USUBJID, text("EPOCH", "Epoch", required=True), text("ARMCD", "Planned Arm Code", required=True),
        text("ARM", "Description of Planned Arm", required=True), text("ACTARMCD", "Actual Arm Code"),
        text("ACTARM", "Description of Actual Arm"), text("ACTTRT", "Treatments Received in the Period"),
    ),
    key=("STUDYID", "USUBJID", "EPOCH"),
)  # fmt: skip
"""``ACTARM`` is the arm whose treatment the subject received in the period first; null where it received none."""

GIVEN: Final = Table(
    name="GIVEN",
    label="Treatment of each Bag",
    columns=(
        STUDYID, USUBJID, text("LABEL", "Number on the Label", required=True),
        text("TREATMENT", "Treatment", required=True), VISITNUM, VISIT,
    ),
    key=("STUDYID", "USUBJID", "LABEL"),
)  # fmt: skip
"""``TREATMENT`` is the label of a treatment of the protocol: what the bag held, whatever it should have held."""

TREATMENT_TABLES: Final = {table.name: table for table in (ARMS, GIVEN)}
