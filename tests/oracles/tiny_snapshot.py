"""A snapshot written by hand: four subjects of ProDERM whose analysis rows can be worked out on paper, and one who
was screened only.

A improves (test vector A of the TIS: 60 points). B gets worse, switches at week 8 and then improves. C leaves for an
adverse event after week 8. D is randomized and never treated. E is not randomized.
"""

from datetime import date, timedelta

import polars as pl

from myotis.datasets.sdtm import SDTM
from myotis.datasets.table import KINDS

DAY_1 = date(2020, 3, 2)
PLACES = {
    "physician_global": ("QS", "PHGLOB", "cm"),
    "patient_global": ("QS", "PTGLOB", "cm"),
    "haq": ("QS", "HAQDI", None),
    "mmt8": ("MK", "MMT8", None),
    "extramuscular": ("RS", "EXMGLOB", "cm"),
    "cdasi_activity": ("RS", "CDASIA", None),
    "ck": ("LB", "CK", "U/L"),
}
# physician, patient, HAQ, MMT-8, extramuscular, CDASI activity, CK (ULN 200)
MEASURED = {
    "A": {
        0: ("6.5", "6", "1.5", "130", "4", "20", "2000"),
        16: ("3.0", "4", "1", "142", "1.5", "11", "400"),
    },
    "B": {
        0: ("5", "5", "1", "120", "2", "20", "300"),
        4: ("5", "5", "1", "120", "4", "24", "300"),
        8: ("5", "5", "1", "120", "4.5", "26", "300"),
        12: ("4", "5", "1", "124", "2", "10", "300"),
        16: ("2", "3", "0.5", "140", "1", "8", "300"),
    },
    "C": {
        0: ("4.5", "5.1", "1.25", "120", "2.2", "15", "650"),
        4: ("2.9", "5", "1", "121", "1.7", None, "500"),
        8: ("2.9", "5", "", "121", "1.7", "12", "500"),
    },
}
ARMS = {"A": ("ivig", "IVIG"), "B": ("placebo", "Placebo"), "C": ("placebo", "Placebo"), "D": ("ivig", "IVIG")}
IVIG = "Immune globulin intravenous (human) 10 %"
SALINE = "Placebo (saline of the same volume)"
FIRST, EXTENSION = "First Period", "Extension Period"


def day(week):
    return (DAY_1 + timedelta(weeks=week)).isoformat()


def name(letter):
    return f"ProDERM-101-{letter}"


def build_tiny_snapshot():
    rows = {domain: [] for domain in SDTM}

    def add(domain, letter, **values):
        number = sum(row["USUBJID"] == name(letter) for row in rows[domain]) + 1
        start = {"STUDYID": "ProDERM", "DOMAIN": domain, "USUBJID": name(letter), f"{domain}SEQ": number}
        rows[domain].append(start | values)

    def happens(letter, term, week, category="DISPOSITION EVENT", epoch=None):
        add(
            "DS", letter, DSTERM=term, DSDECOD=term, DSCAT=category, EPOCH=epoch, VISITNUM=float(week),
            VISIT=f"Week {week}", DSSTDTC=day(week),
        )  # fmt: skip

    for letter in "ABCDE":
        code, label = ARMS.get(letter, (None, None))
        add(
            "DM", letter, SUBJID=f"101-{letter}", SITEID="101", AGE=50, AGEU="YEARS", SEX="F", ARMCD=code, ARM=label
        )  # fmt: skip
    for letter, level in zip("ABCD", ("moderate", "moderate", "moderate", "mild"), strict=True):
        add("SUPPDM", letter, RDOMAIN="DM", QNAM="STRAT1R", QLABEL="Stratum", QVAL=level)
        happens(letter, "RANDOMIZED", 0, "PROTOCOL MILESTONE")
    for letter, visits in MEASURED.items():
        for week, values in visits.items():
            where = {"VISITNUM": float(week), "VISIT": f"Week {week}"}
            add("SV", letter, SVSTDTC=day(week), **where)
            for (domain, testcd, unit), value in zip(PLACES.values(), values, strict=True):
                if value:
                    limit = {"LBORNRHI": "200"} if domain == "LB" else {}
                    found = {"TESTCD": testcd, "TEST": testcd, "ORRES": value, "ORRESU": unit, "DTC": day(week)}
                    add(domain, letter, **{domain + key: text for key, text in found.items()}, **limit, **where)
            add(
                "VS", letter, VSTESTCD="WEIGHT", VSTEST="Weight", VSORRES=str(70 + week), VSORRESU="kg",
                VSDTC=day(week), **where,
            )  # fmt: skip
            treatment = IVIG if letter == "A" or (letter == "B" and week >= 8) else SALINE
            add("EX", letter, EXTRT=treatment, EXDOSE=0.0, EXDOSU="g", EXSTDTC=day(week), EXENDTC=day(week), **where)
    happens("A", "COMPLETED", 16, epoch=FIRST)
    happens("A", "ENTERED EXTENSION", 16, "PROTOCOL MILESTONE", EXTENSION)
    happens("B", "TREATMENT SWITCHED", 8, "OTHER EVENT", FIRST)
    happens("B", "COMPLETED", 16, epoch=FIRST)
    happens("B", "WITHDRAWAL BY SUBJECT", 16, epoch=FIRST)
    happens("C", "ADVERSE EVENT", 8, epoch=FIRST)
    happens("D", "WITHDRAWAL BY SUBJECT", 0, epoch=FIRST)
    return {
        domain: pl.DataFrame(
            [{column.name: row.get(column.name) for column in table.columns} for row in rows[domain]],
            schema={column.name: KINDS[column.kind][0] for column in table.columns},
        )
        for domain, table in SDTM.items()
    }
