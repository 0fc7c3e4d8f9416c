"""The SDTM tables of the trial's design: they come from the protocol alone."""

from typing import Final

from myotis.datasets.sdtm import STUDYID, text
from myotis.datasets.table import Column, Table

_ORDER: Final = Column(name="TAETORD", label="Planned Order of Element within Arm", kind="integer", minimum=1,
                       required=True)  # fmt: skip


def _start(domain: str) -> tuple[Column, ...]:
    return STUDYID, text("DOMAIN", "Domain Abbreviation", required=True, codelist=(domain,))


_ARM: Final = (text("ARMCD", "Planned Arm Code", required=True), text("ARM", "Description of Planned Arm"))
_ELEMENT: Final = (text("ETCD", "Element Code", required=True), text("ELEMENT", "Description of Element"))

TA: Final = Table(
    name="TA", label="Trial Arms",
    columns=(*_start("TA"), *_ARM, _ORDER, *_ELEMENT, text("TABRANCH", "Branch"), text("TATRANS", "Transition Rule"),
             text("EPOCH", "Epoch")),
    key=("STUDYID", "ARMCD", "TAETORD"),
)  # fmt: skip

TE: Final = Table(
    name="TE", label="Trial Elements",
    columns=(*_start("TE"), *_ELEMENT, text("TESTRL", "Rule for Start of Element", required=True),
             text("TEENRL", "Rule for End of Element"), text("TEDUR", "Planned Duration of Element")),
    key=("STUDYID", "ETCD"),
)  # fmt: skip

TV: Final = Table(
    name="TV", label="Trial Visits",
    columns=(*_start("TV"), Column(name="VISITNUM", label="Visit Number", kind="number", required=True),
             text("VISIT", "Visit Name"), Column(name="VISITDY", label="Planned Study Day of Visit", kind="integer"),
             text("TVSTRL", "Visit Start Rule", required=True), text("TVENRL", "Visit End Rule")),
    key=("STUDYID", "VISITNUM"),
)  # fmt: skip

TI: Final = Table(
    name="TI", label="Trial Inclusion/Exclusion Criteria",
    columns=(*_start("TI"), text("IETESTCD", "Incl/Excl Criterion Short Name", required=True),
             text("IETEST", "Inclusion/Exclusion Criterion", required=True),
             text("IECAT", "Inclusion/Exclusion Category", required=True, codelist=("INCLUSION", "EXCLUSION")),
             text("TIVERS", "Protocol Criteria Versions")),
    key=("STUDYID", "IETESTCD", "TIVERS"),
)  # fmt: skip

TS: Final = Table(
    name="TS", label="Trial Summary",
    columns=(*_start("TS"), Column(name="TSSEQ", label="Sequence Number", kind="integer", minimum=1, required=True),
             text("TSPARMCD", "Trial Summary Parameter Short Name", required=True),
             text("TSPARM", "Trial Summary Parameter", required=True), text("TSVAL", "Parameter Value", required=True)),
    key=("STUDYID", "TSPARMCD", "TSSEQ"),
)  # fmt: skip

DESIGN_TABLES: Final = {table.name: table for table in (TA, TE, TV, TI, TS)}
