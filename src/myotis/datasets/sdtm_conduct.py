"""The SDTM-shaped tables that a trial's own log gives beside those of ``datasets/sdtm.py``.

``EC`` holds what was administered as the site knows it, the treatment being masked; with what the pharmacy reveals
(``datasets/treatments.py``) it becomes EX. A domain without a row is there with its columns.
"""

from typing import Final

from myotis.datasets.sdtm import VISIT, VISITNUM, sequence, start, text
from myotis.datasets.sdtm_safety import SUPPEX
from myotis.datasets.table import Column, Table

MASKED: Final = "MASKED"
"""The treatment in EC: the site does not know it."""

_EPOCH: Final = text("EPOCH", "Epoch")
_VISIT: Final = (Column(name="VISITNUM", label="Visit Number", kind="number"), VISIT)

EC: Final = Table(
    name="EC",
    label="Exposure as Collected",
    columns=(
        *start("EC"), sequence("EC"), text("ECREFID", "Reference ID", required=True),
        text("ECTRT", "Name of Treatment", required=True), text("ECMOOD", "Mood", codelist=("PERFORMED",)),
        Column(name="ECDOSE", label="Dose", kind="number", unit="mL", minimum=0), text("ECDOSU", "Dose Units"),
        _EPOCH, VISITNUM, VISIT, text("ECSTDTC", "Start Date/Time of Treatment", required=True),
        text("ECENDTC", "End Date/Time of Treatment", required=True),
    ),
    key=("STUDYID", "USUBJID", "ECSEQ"),
)  # fmt: skip
"""One row a bag: ``ECREFID`` is the number on its label."""


def _qualifiers(domain: str) -> Table:
    """The supplemental qualifiers of a domain, each of a row by its sequence number."""
    own = {
        "RDOMAIN": text("RDOMAIN", "Related Domain Abbreviation", required=True, codelist=(domain,)),
        "IDVAR": text("IDVAR", "Identifying Variable", required=True, codelist=(f"{domain}SEQ",)),
    }
    columns = tuple(own.get(column.name, column) for column in SUPPEX.columns)
    return Table(name=f"SUPP{domain}", label=f"Supplemental Qualifiers for {domain}", columns=columns, key=SUPPEX.key)


SUPPEC: Final = _qualifiers("EC")
SUPPAE: Final = _qualifiers("AE")

SE: Final = Table(
    name="SE",
    label="Subject Elements",
    columns=(
        *start("SE"), sequence("SE"), text("ETCD", "Element Code", required=True),
        text("ELEMENT", "Description of Element"), text("SESTDTC", "Start Date/Time of Element", required=True),
        text("SEENDTC", "End Date/Time of Element"), _EPOCH,
    ),
    key=("STUDYID", "USUBJID", "SESEQ"),
)  # fmt: skip

CM: Final = Table(
    name="CM",
    label="Concomitant/Prior Medications",
    columns=(
        *start("CM"), sequence("CM"), text("CMTRT", "Reported Name of Drug, Med, or Therapy", required=True),
        text("CMCAT", "Category for Medication"), text("CMINDC", "Indication"), text("CMDOSTXT", "Dose Description"),
        text("CMDOSU", "Dose Units"), text("CMSTDTC", "Start Date/Time of Medication"),
        text("CMENDTC", "End Date/Time of Medication"),
    ),
    key=("STUDYID", "USUBJID", "CMSEQ"),
)  # fmt: skip

MH: Final = Table(
    name="MH",
    label="Medical History",
    columns=(
        *start("MH"), sequence("MH"), text("MHTERM", "Reported Term for the Medical History", required=True),
        text("MHCAT", "Category for Medical History"), text("MHSTDTC", "Start Date/Time of Medical History Event"),
        text("MHENDTC", "End Date/Time of Medical History Event"),
    ),
    key=("STUDYID", "USUBJID", "MHSEQ"),
)  # fmt: skip

DV: Final = Table(
    name="DV",
    label="Protocol Deviations",
    columns=(
        *start("DV"), sequence("DV"), text("DVTERM", "Protocol Deviation Term", required=True),
        text("DVDECOD", "Protocol Deviation Coded Term"), text("DVCAT", "Category for Protocol Deviation"), _EPOCH,
        *_VISIT, text("DVSTDTC", "Start Date/Time of Deviation"),
    ),
    key=("STUDYID", "USUBJID", "DVSEQ"),
)  # fmt: skip

IE: Final = Table(
    name="IE",
    label="Inclusion/Exclusion Criteria Not Met",
    columns=(
        *start("IE"), sequence("IE"), text("IETESTCD", "Inclusion/Exclusion Criterion Short Name", required=True),
        text("IETEST", "Inclusion/Exclusion Criterion", required=True),
        text("IECAT", "Inclusion/Exclusion Category", required=True, codelist=("INCLUSION", "EXCLUSION")),
        text("IEORRES", "I/E Criterion Original Result", codelist=("Y", "N")), text("IEDTC", "Date/Time of Collection"),
    ),
    key=("STUDYID", "USUBJID", "IETESTCD"),
)  # fmt: skip

CONDUCT_TABLES: Final = {table.name: table for table in (EC, SUPPEC, SUPPAE, SE, CM, MH, DV, IE)}
