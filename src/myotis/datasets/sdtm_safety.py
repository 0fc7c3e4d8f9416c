"""The SDTM-shaped tables of safety that a snapshot may hold: adverse events, and what is known of infusions beside EX.

Terms are the user's: ``AEDECOD`` and ``AEBODSYS`` hold what their own licensed dictionary gave. The highest rate of an
infusion has no variable in EX (SDTMIG 3.4), so it is a supplemental qualifier, ``MAXRATE``, in mL/kg/min.
"""

from typing import Final

from myotis.datasets.table import Column, Table

YES_NO: Final = ("Y", "N")
RELATED: Final = "RELATED"
WITHDRAWN: Final = "DRUG WITHDRAWN"
SEVERE: Final = "SEVERE"
MAXIMAL_RATE: Final = "MAXRATE"


def _text(name: str, label: str, *, required: bool = False, codelist: tuple[str, ...] = ()) -> Column:
    return Column(name=name, label=label, kind="text", required=required, codelist=codelist)


AE: Final = Table(
    name="AE",
    label="Adverse Events",
    columns=(
        _text("STUDYID", "Study Identifier", required=True),
        _text("DOMAIN", "Domain Abbreviation", required=True, codelist=("AE",)),
        _text("USUBJID", "Unique Subject Identifier", required=True),
        Column(name="AESEQ", label="Sequence Number", kind="integer", minimum=1, required=True),
        _text("AETERM", "Reported Term for the Adverse Event", required=True),
        _text("AEDECOD", "Dictionary-Derived Term"),
        _text("AEBODSYS", "Body System or Organ Class"),
        _text("AESEV", "Severity/Intensity", codelist=("MILD", "MODERATE", SEVERE)),
        _text("AESER", "Serious Event", required=True, codelist=YES_NO),
        _text("AEREL", "Causality", codelist=(RELATED, "NOT RELATED")),
        _text("AEACN", "Action Taken with Study Treatment"),
        _text("AEOUT", "Outcome of Adverse Event"),
        _text("AESTDTC", "Start Date of Adverse Event", required=True),
        _text("AEENDTC", "End Date of Adverse Event"),
    ),
    key=("STUDYID", "USUBJID", "AESEQ"),
)

SUPPEX: Final = Table(
    name="SUPPEX",
    label="Supplemental Qualifiers for EX",
    columns=(
        _text("STUDYID", "Study Identifier", required=True),
        _text("RDOMAIN", "Related Domain Abbreviation", required=True, codelist=("EX",)),
        _text("USUBJID", "Unique Subject Identifier", required=True),
        _text("IDVAR", "Identifying Variable", required=True, codelist=("EXSEQ",)),
        _text("IDVARVAL", "Identifying Variable Value", required=True),
        _text("QNAM", "Qualifier Variable Name", required=True),
        _text("QLABEL", "Qualifier Variable Label", required=True),
        _text("QVAL", "Data Value", required=True),
        _text("QORIG", "Origin"),
    ),
    key=("STUDYID", "USUBJID", "IDVARVAL", "QNAM"),
)
