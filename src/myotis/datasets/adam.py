"""The analysis datasets: ADSL (one row a subject), ADTIS and ADCSM (one row a subject, visit and parameter).

Column names follow ADaM; parameters that CDISC terminology does not know are sponsor-defined.
"""

from myotis.datasets.table import Column, Table

YES_NO = ("Y", "N")

STUDYID = Column(name="STUDYID", label="Study Identifier", kind="text", required=True)
USUBJID = Column(name="USUBJID", label="Unique Subject Identifier", kind="text", required=True)
TRT01P = Column(name="TRT01P", label="Planned Treatment for Period 01", kind="text", required=True)
STRATAR = Column(name="STRATAR", label="Strata Used for Randomization", kind="text")
FASFL = Column(name="FASFL", label="Full Analysis Set Population Flag", kind="text", codelist=YES_NO, required=True)


def flag(name: str, label: str) -> Column:
    """A column of Y and N that is never blank."""
    return Column(name=name, label=label, kind="text", codelist=YES_NO, required=True)


ADSL = Table(
    name="ADSL",
    label="Subject-Level Analysis Dataset",
    columns=(
        STUDYID,
        USUBJID,
        Column(name="SUBJID", label="Subject Identifier for the Study", kind="text", required=True),
        Column(name="SITEID", label="Study Site Identifier", kind="text", required=True),
        Column(name="AGE", label="Age", kind="integer", unit="years", minimum=0, maximum=120),
        Column(name="SEX", label="Sex", kind="text", codelist=("F", "M", "U")),
        Column(name="WEIGHTBL", label="Baseline Weight", kind="number", unit="kg", minimum=0),
        Column(name="ARMCD", label="Planned Arm Code", kind="text", required=True),
        TRT01P,
        Column(name="TRT01A", label="Actual Treatment for Period 01", kind="text"),
        STRATAR,
        Column(name="RANDDT", label="Date of Randomization", kind="date"),
        Column(name="TRTSDT", label="Date of First Exposure to Treatment", kind="date"),
        FASFL,
        flag("SAFFL", "Safety Population Flag"),
        flag("PPROTFL", "Per-Protocol Population Flag"),
        flag("FPCOMPFL", "Completed First Period Flag"),
        flag("SWITCHFL", "Switched Treatment Flag"),
        Column(name="SWITCHVS", label="Visit of the Switch", kind="text"),
        flag("EXTFL", "Entered Extension Flag"),
        Column(
            name="EOSSTT", label="End of Study Status", kind="text", codelist=("COMPLETED", "DISCONTINUED", "ONGOING")
        ),
        Column(name="DCSREAS", label="Reason for Discontinuation from Study", kind="text"),
        Column(name="DCSVISIT", label="Last Visit before Discontinuation", kind="text"),
        Column(name="MAXTIS", label="Maximum Attainable TIS", kind="number", minimum=0, maximum=100),
    ),
    key=("STUDYID", "USUBJID"),
)

_SUBJECT_AND_TIME = (
    STUDYID,
    USUBJID,
    TRT01P,
    STRATAR,
    FASFL,
    Column(name="AVISIT", label="Analysis Visit", kind="text", required=True),
    Column(name="AVISITN", label="Analysis Visit (N)", kind="integer", required=True),
    Column(name="ADY", label="Analysis Relative Day", kind="integer"),
    Column(name="PARAM", label="Parameter", kind="text", required=True),
    Column(name="PARAMCD", label="Parameter Code", kind="text", required=True),
)

ADTIS = Table(
    name="ADTIS",
    label="Total Improvement Score Analysis Dataset",
    columns=(
        *_SUBJECT_AND_TIME,
        Column(name="AVAL", label="Analysis Value", kind="number"),
        Column(name="AVALC", label="Analysis Value (C)", kind="text"),
        Column(name="REASNE", label="Reason Not Evaluable", kind="text"),
    ),
    key=("STUDYID", "USUBJID", "PARAMCD", "AVISITN"),
)

ADCSM = Table(
    name="ADCSM",
    label="Core Set Measures Analysis Dataset",
    columns=(
        *_SUBJECT_AND_TIME,
        Column(name="AVAL", label="Analysis Value", kind="number"),
        Column(name="BASE", label="Baseline Value", kind="number"),
        Column(name="CHG", label="Change from Baseline", kind="number"),
        flag("ABLFL", "Baseline Record Flag"),
        Column(name="ENZYME", label="Muscle Enzyme Followed", kind="text"),
        Column(name="ANRHI", label="Analysis Normal Range Upper Limit", kind="number", minimum=0),
        Column(name="DTYPE", label="Derivation Type", kind="text", codelist=("LOCF",)),
    ),
    key=("STUDYID", "USUBJID", "PARAMCD", "AVISITN", "DTYPE"),
)

TIS_PARAMETERS = {
    "TIS": "Total Improvement Score",
    "TISLOW": "Lowest Total Improvement Score Possible",
    "TISHIGH": "Highest Total Improvement Score Possible",
    "TISCAT": "Improvement Category",
    "DETER": "Deterioration",
    "RESP": "Responder by the Protocol",
    "PHGPTS": "Points, Physician Global Activity",
    "PTGPTS": "Points, Patient Global Activity",
    "MMTPTS": "Points, Manual Muscle Testing",
    "HAQPTS": "Points, Health Assessment Questionnaire",
    "ENZPTS": "Points, Muscle Enzyme",
    "EXMPTS": "Points, Extramuscular Activity",
}
"""Parameters of ADTIS: numbers in AVAL, words in AVALC."""

CSM_PARAMETERS = {
    "PHGLOB": "Physician Global Activity (cm)",
    "PTGLOB": "Patient Global Activity (cm)",
    "MMT": "Manual Muscle Testing (points)",
    "HAQDI": "HAQ Disability Index",
    "EXMGLOB": "Extramuscular Global Activity (cm)",
    "ENZXULN": "Muscle Enzyme Followed (x ULN)",
    "CDASIA": "CDASI Activity",
    "CDASID": "CDASI Damage",
}
"""Parameters of ADCSM."""
