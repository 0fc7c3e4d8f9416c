"""The analysis datasets of safety: ADEX (one row an infusion cycle) and ADAE (one row an adverse event).

Patient-time lies in ADEX: each cycle has the days at risk that follow it, so that events, patients, cycles and time of
any column of a table are selected by one condition on the cycle. ``EXSEQ`` is the link.
"""

from typing import Final

from myotis.datasets.adam import STUDYID, TRT01P, USUBJID, flag
from myotis.datasets.sdtm_safety import SEVERE, YES_NO
from myotis.datasets.table import Column, Table

_CYCLE: Final = (
    Column(name="TRTA", label="Actual Treatment", kind="text"),
    Column(name="EPOCH", label="Epoch", kind="text"),
    Column(name="MAXRATE", label="Highest Infusion Rate (mL/kg/min)", kind="number", unit="mL/kg/min", minimum=0),
)

ADEX: Final = Table(
    name="ADEX",
    label="Exposure Analysis Dataset",
    columns=(
        STUDYID,
        USUBJID,
        TRT01P,
        flag("SAFFL", "Safety Population Flag"),
        Column(name="EXSEQ", label="Sequence Number", kind="integer", minimum=1, required=True),
        *_CYCLE,
        Column(name="AVISIT", label="Analysis Visit", kind="text"),
        Column(name="ASTDT", label="Analysis Start Date", kind="date", required=True),
        Column(name="AENDT", label="Analysis End Date", kind="date", required=True),
        Column(name="DOSE", label="Dose (g)", kind="number", unit="g", minimum=0),
        Column(name="VOLUME", label="Volume Infused (mL)", kind="number", unit="mL", minimum=0),
        Column(name="RISKENDT", label="Last Date at Risk", kind="date", required=True),
        Column(name="RISKDUR", label="Time at Risk (days)", kind="integer", unit="days", minimum=0, required=True),
    ),
    key=("STUDYID", "USUBJID", "EXSEQ"),
)

ADAE: Final = Table(
    name="ADAE",
    label="Adverse Events Analysis Dataset",
    columns=(
        STUDYID,
        USUBJID,
        TRT01P,
        flag("SAFFL", "Safety Population Flag"),
        Column(name="AESEQ", label="Sequence Number", kind="integer", minimum=1, required=True),
        Column(name="AETERM", label="Reported Term for the Adverse Event", kind="text", required=True),
        Column(name="AEDECOD", label="Dictionary-Derived Term", kind="text"),
        Column(name="AEBODSYS", label="Body System or Organ Class", kind="text"),
        Column(name="AESEV", label="Severity/Intensity", kind="text", codelist=("MILD", "MODERATE", SEVERE)),
        Column(name="AESER", label="Serious Event", kind="text", codelist=YES_NO, required=True),
        Column(name="AEREL", label="Causality", kind="text"),
        Column(name="AEACN", label="Action Taken with Study Treatment", kind="text"),
        Column(name="ASTDT", label="Analysis Start Date", kind="date", required=True),
        Column(name="AENDT", label="Analysis End Date", kind="date"),
        Column(name="ASTDY", label="Analysis Start Relative Day", kind="integer"),
        Column(name="EXSEQ", label="Infusion that the Event Follows", kind="integer"),
        *_CYCLE,
        flag("TRTEMFL", "Treatment Emergent Analysis Flag"),
        flag("INFUSFL", "Infusional Event Flag"),
    ),
    key=("STUDYID", "USUBJID", "AESEQ"),
)
