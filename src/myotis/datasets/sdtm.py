"""The SDTM-shaped tables that a snapshot of a trial holds, and which test of which domain each measure is.

Names follow SDTMIG 3.4. CDISC terminology has no terms for MMT-8, MDAAT, CDASI and the globals (release 2025-03-28), so
their test codes are the sponsor's; that they are kept in MK, RS and QS is advice of ours. Two choices of this project:
the stratum as randomized is a supplemental qualifier of DM (``SUPPDM``, ``STRAT1R`` for the first factor of the
protocol, ``STRAT2R`` for the second …, with the id of its level), and the change to the other treatment is a record of
DS (``TREATMENT SWITCHED``).
"""

from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

import polars as pl

from myotis.datasets.sdtm_safety import AE, MAXIMAL_RATE, SUPPEX
from myotis.datasets.table import FIRST_DATA_ROW, KINDS, Column, Table
from myotis.errors import Fault
from myotis.instruments.cdasi import CDASI_ACTIVITY, CDASI_DAMAGE
from myotis.instruments.enzymes import ENZYMES
from myotis.instruments.haq import HAQ_DI
from myotis.instruments.measure import Measure
from myotis.instruments.mmt import MMT8_BILATERAL, MMT8_UNILATERAL, MMT_TOTAL
from myotis.instruments.vas import EXTRAMUSCULAR, PATIENT_GLOBAL, PHYSICIAN_GLOBAL

# Terms of DS.
MILESTONE: Final = "PROTOCOL MILESTONE"
DISPOSITION: Final = "DISPOSITION EVENT"
OTHER_EVENT: Final = "OTHER EVENT"
RANDOMIZED: Final = "RANDOMIZED"
COMPLETED: Final = "COMPLETED"
ENTERED_EXTENSION: Final = "ENTERED EXTENSION"
SWITCHED: Final = "TREATMENT SWITCHED"
RESCUED: Final = "RESCUE TREATMENT STARTED"

ISO_DATE: Final = r"^\d{4}-\d{2}-\d{2}$"

WEIGHT: Final = "WEIGHT"


class FindingsTest(NamedTuple):
    """Where a measure is recorded: its domain, test code and name, category, and the unit that a site records in."""

    measure: str
    domain: str
    testcd: str
    test: str
    category: str
    unit: str | None


def _clinical(measure: Measure, domain: str, testcd: str, category: str) -> FindingsTest:
    unit = None if measure.unit == "points" else measure.unit
    return FindingsTest(measure.name, domain, testcd, measure.label, category, unit)


TESTS: Final = (
    _clinical(PHYSICIAN_GLOBAL, "QS", "PHGLOB", "IMACS CORE SET"),
    _clinical(PATIENT_GLOBAL, "QS", "PTGLOB", "IMACS CORE SET"),
    _clinical(HAQ_DI, "QS", "HAQDI", "HAQ-DI"),
    _clinical(MMT8_BILATERAL, "MK", "MMT8", "MMT-8"),
    _clinical(MMT8_UNILATERAL, "MK", "MMT8U", "MMT-8"),
    _clinical(MMT_TOTAL, "MK", "MMTTOT", "MMT"),
    _clinical(EXTRAMUSCULAR, "RS", "EXMGLOB", "MDAAT"),
    _clinical(CDASI_ACTIVITY, "RS", "CDASIA", "CDASI"),
    _clinical(CDASI_DAMAGE, "RS", "CDASID", "CDASI"),
    *(FindingsTest(enzyme.name, "LB", enzyme.name.upper()[:8], enzyme.label, "CHEMISTRY", "U/L") for enzyme in ENZYMES),
)
"""Every measure with its place, written once: the simulation, the snapshot and the derivation look here."""


SF36: Final = {
    "pf": "Physical Functioning", "rp": "Role Physical", "bp": "Bodily Pain", "gh": "General Health", "vt": "Vitality",
    "sf": "Social Functioning", "re": "Role Emotional", "mh": "Mental Health", "pcs": "Physical Component Summary",
    "mcs": "Mental Component Summary",
}  # fmt: skip
"""The scores of the SF-36v2 by their usual abbreviations; in QS their test codes are ``SF36PF`` and so on."""


def name_sf36(score: str) -> str:
    """The test code of a score of the SF-36v2.

    >>> name_sf36("pcs")
    'SF36PCS'
    """
    return f"SF36{score.upper()}"


def find_test(measure: str) -> FindingsTest:
    """The test that records a measure; raises KeyError where there is none.

    >>> find_test("mmt8").domain, find_test("ck").testcd
    ('MK', 'CK')
    """
    for test in TESTS:
        if test.measure == measure:
            return test
    raise KeyError(measure)


def text(name: str, label: str, *, required: bool = False, codelist: tuple[str, ...] = ()) -> Column:
    """A column of text."""
    return Column(name=name, label=label, kind="text", required=required, codelist=codelist)


STUDYID: Final = text("STUDYID", "Study Identifier", required=True)
USUBJID: Final = text("USUBJID", "Unique Subject Identifier", required=True)
VISITNUM: Final = Column(name="VISITNUM", label="Visit Number", kind="number", required=True)
VISIT: Final = text("VISIT", "Visit Name")


def start(domain: str) -> tuple[Column, ...]:
    """The columns that every domain of subjects begins with."""
    return STUDYID, text("DOMAIN", "Domain Abbreviation", required=True, codelist=(domain,)), USUBJID


def sequence(domain: str) -> Column:
    """The sequence number of a domain."""
    return Column(name=f"{domain}SEQ", label="Sequence Number", kind="integer", minimum=1, required=True)


def _findings(domain: str, label: str, *extra: Column, closed: bool = True) -> Table:
    """A domain of findings; ``closed``: it has the tests that are declared here and no others."""
    codes = tuple(test.testcd for test in TESTS if test.domain == domain)
    codes += tuple(name_sf36(score) for score in SF36) if domain == "QS" else ()
    return Table(
        name=domain,
        label=label,
        columns=(
            *start(domain),
            sequence(domain),
            text(f"{domain}TESTCD", "Test Short Name", required=True, codelist=(codes or (WEIGHT,)) if closed else ()),
            text(f"{domain}TEST", "Test Name", required=True),
            text(f"{domain}CAT", "Category"),
            text(f"{domain}ORRES", "Result in Original Units"),
            text(f"{domain}ORRESU", "Original Units"),
            *extra,
            VISITNUM,
            VISIT,
            text(f"{domain}DTC", "Date of Collection", required=True),
        ),
        key=("STUDYID", "USUBJID", f"{domain}TESTCD", "VISITNUM"),
    )


DM: Final = Table(
    name="DM",
    label="Demographics",
    columns=(
        *start("DM"),
        text("SUBJID", "Subject Identifier for the Study", required=True),
        text("RFSTDTC", "Subject Reference Start Date"),
        text("SITEID", "Study Site Identifier", required=True),
        Column(name="AGE", label="Age", kind="integer", unit="years", minimum=0, maximum=120),
        text("AGEU", "Age Units", codelist=("YEARS",)),
        text("SEX", "Sex", codelist=("F", "M", "U")),
        text("ARMCD", "Planned Arm Code"),
        text("ARM", "Description of Planned Arm"),
    ),
    key=("STUDYID", "USUBJID"),
)

SUPPDM: Final = Table(
    name="SUPPDM",
    label="Supplemental Qualifiers for DM",
    columns=(
        STUDYID,
        text("RDOMAIN", "Related Domain Abbreviation", required=True, codelist=("DM",)),
        USUBJID,
        text("QNAM", "Qualifier Variable Name", required=True),
        text("QLABEL", "Qualifier Variable Label", required=True),
        text("QVAL", "Data Value", required=True),
        text("QORIG", "Origin"),
    ),
    key=("STUDYID", "USUBJID", "QNAM"),
)

SV: Final = Table(
    name="SV",
    label="Subject Visits",
    columns=(*start("SV"), VISITNUM, VISIT, text("SVSTDTC", "Start Date of Observation", required=True)),
    key=("STUDYID", "USUBJID", "VISITNUM"),
)

DS: Final = Table(
    name="DS",
    label="Disposition",
    columns=(
        *start("DS"),
        sequence("DS"),
        text("DSTERM", "Reported Term for the Disposition Event", required=True),
        text("DSDECOD", "Standardized Disposition Term", required=True),
        text("DSCAT", "Category", required=True, codelist=(MILESTONE, DISPOSITION, OTHER_EVENT)),
        text("EPOCH", "Epoch"),
        Column(name="VISITNUM", label="Visit Number", kind="number"),
        VISIT,
        text("DSSTDTC", "Start Date of Disposition Event", required=True),
    ),
    key=("STUDYID", "USUBJID", "DSSEQ"),
)

EX: Final = Table(
    name="EX",
    label="Exposure",
    columns=(
        *start("EX"),
        sequence("EX"),
        text("EXTRT", "Name of Treatment", required=True),
        Column(name="EXDOSE", label="Dose", kind="number", unit="g", minimum=0),
        text("EXDOSU", "Dose Units"),
        Column(name="EXVAMT", label="Amount of Vehicle or Volume Infused", kind="number", unit="mL", minimum=0),
        text("EXVAMTU", "Amount Units"),
        VISITNUM,
        VISIT,
        text("EXSTDTC", "Start Date of Treatment", required=True),
        text("EXENDTC", "End Date of Treatment", required=True),
    ),
    key=("STUDYID", "USUBJID", "EXSEQ"),
)

FINDINGS: Final = {
    "VS": _findings("VS", "Vital Signs"),
    "QS": _findings("QS", "Questionnaires"),
    "MK": _findings("MK", "Musculoskeletal System Findings"),
    "RS": _findings("RS", "Disease Response and Clinical Classification"),
    "LB": _findings(
        "LB", "Laboratory Test Results", text("LBORNRHI", "Reference Range Upper Limit in Orig Unit"), closed=False
    ),
}
"""The long tables of findings: one row a subject, test and visit, the result as the text that was recorded (null where
the test was not done)."""

OPTIONAL: Final = {table.name: table for table in (AE, SUPPEX)}
"""The tables that a snapshot may lack: then nothing is said of safety, or of rates."""

SDTM: Final = {table.name: table for table in (DM, SUPPDM, SV, DS, EX)} | FINDINGS | OPTIONAL
"""Every table of a snapshot by its name."""


def check_snapshot(datasets: Mapping[str, pl.DataFrame]) -> list[Fault]:
    """Every fault of a snapshot: tables absent, faults of each table, subjects unknown to DM, dates that are none.

    Dates are whole: an analysis needs the day.
    """
    faults = [
        Fault(what="the table is absent", expected=f"{table.label} ({name})", file=name)
        for name, table in SDTM.items()
        if name not in datasets and name not in OPTIONAL
    ]
    for name, table in SDTM.items():
        if name in datasets:
            faults.extend(fault.inside(name) for fault in table.check(datasets[name]))
    if faults:  # what follows needs the columns
        return faults
    plain = take_plain_types(datasets)
    faults = [fault for name in SDTM for fault in _check_values(name, plain)]
    return faults + list(_check_qualifiers(plain))


def take_plain_types(datasets: Mapping[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """The tables of a snapshot without fault, each declared column in the one type of its kind and no other column.

    An optional table that is absent is there without rows.
    """
    return {
        name: datasets.get(name, table.empty()).select(
            pl.col(column.name).cast(KINDS[column.kind][0]) for column in table.columns
        )
        for name, table in SDTM.items()
    }


def _check_values(name: str, datasets: Mapping[str, pl.DataFrame]) -> Iterator[Fault]:
    frame = datasets[name].with_row_index("_row", offset=FIRST_DATA_ROW)
    subjects = datasets["DM"]["USUBJID"].implode()
    conditions = [("USUBJID", ~pl.col("USUBJID").is_in(subjects), "the subject is not in DM", "a subject of DM")]
    for column in [column for column in frame.columns if column.endswith("DTC")]:
        written = pl.col(column)
        no_date = ~written.str.contains(ISO_DATE) | written.str.to_date("%Y-%m-%d", strict=False).is_null()
        wrong = written.is_not_null() & no_date
        conditions.append((column, wrong, "the text is no date", "a date such as 2024-02-29 (ISO 8601)"))
    for column, condition, what, expected in conditions:
        for row, subject in frame.filter(condition).select("_row", "USUBJID").iter_rows():
            yield Fault(what=what, expected=expected, file=name, row=row, key=f"USUBJID={subject}", column=column)


def _check_qualifiers(datasets: Mapping[str, pl.DataFrame]) -> Iterator[Fault]:
    """A qualifier of EX belongs to a row of EX, and a rate is a number."""
    infusions = datasets["EX"].select("USUBJID", pl.col("EXSEQ").cast(pl.String).alias("IDVARVAL"), known=True)
    rows = datasets["SUPPEX"].with_row_index("_row", offset=FIRST_DATA_ROW).join(
        infusions, on=["USUBJID", "IDVARVAL"], how="left"
    )  # fmt: skip
    rate = pl.col("QVAL").cast(pl.Float64, strict=False)
    no_rate = (pl.col("QNAM") == MAXIMAL_RATE) & (rate.is_null() | ~rate.is_finite() | (rate < 0))
    conditions = [
        ("IDVARVAL", pl.col("known").is_null(), "EX has no such row", "the EXSEQ of a row of EX"),
        ("QVAL", no_rate, "the text is no rate", "a number of 0 or more, in mL/kg/min"),
    ]
    for column, wrong, what, expected in conditions:
        for row, subject in rows.filter(wrong).select("_row", "USUBJID").iter_rows():
            yield Fault(what=what, expected=expected, file="SUPPEX", row=row, key=f"USUBJID={subject}", column=column)
