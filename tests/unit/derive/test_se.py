"""Elements by treatment, worked by hand: screening, a switch within the first period, the extension."""

import polars as pl

from myotis.datasets.sdtm import EX
from myotis.datasets.sdtm_conduct import SE
from myotis.derive.se import derive_se
from myotis.protocol.read import read_trial

TRIAL = read_trial("proderm")
IVIG, SALINE = (treatment.label for treatment in TRIAL.treatments)
FIRST, EXTENSION = "First Period", "Extension Period"


def element(number, code, begin, end, epoch):
    return {"STUDYID": "ProDERM", "DOMAIN": "SE", "USUBJID": "ProDERM-1", "SESEQ": number, "ETCD": code,
            "ELEMENT": code, "SESTDTC": begin, "SEENDTC": end, "EPOCH": epoch}  # fmt: skip


def dose(number, treatment, day):
    return {"USUBJID": "ProDERM-1", "EXSEQ": number, "EXTRT": treatment, "EXSTDTC": day}


BLINDED = [
    element(1, "SCRN", "2024-01-01", "2024-01-08", "Screening"),
    element(2, "MASK1", "2024-01-08", "2024-04-29", FIRST),
    element(3, "OPEN2", "2024-04-29", None, EXTENSION),
]


def derive(doses):
    rows = derive_se(SE.build(BLINDED), EX.build(doses), TRIAL)
    return rows.select("SESEQ", "ETCD", "ELEMENT", "SESTDTC", "SEENDTC", "EPOCH").rows()


def test_a_switch_begins_an_element_of_its_own():
    doses = [
        dose(1, SALINE, "2024-01-08"), dose(2, SALINE, "2024-02-05"), dose(3, IVIG, "2024-03-04"),
        dose(4, IVIG, "2024-04-01"), dose(5, IVIG, "2024-04-29"),
    ]  # fmt: skip
    assert derive(doses) == [
        (1, "SCRN", "SCRN", "2024-01-01", "2024-01-08", "Screening"),
        (2, "E1TRT2", f"{FIRST}: {SALINE}", "2024-01-08", "2024-03-04", FIRST),
        (3, "E1TRT1", f"{FIRST}: {IVIG}", "2024-03-04", "2024-04-29", FIRST),
        (4, "E2TRT1", f"{EXTENSION}: {IVIG}", "2024-04-29", None, EXTENSION),
    ]


def test_elements_without_a_dose_stay_as_they_are():
    assert derive([dose(1, SALINE, "2024-01-08")])[2] == (3, "OPEN2", "OPEN2", "2024-04-29", None, EXTENSION)


def test_nobody_has_elements_of_nothing():
    assert derive_se(SE.empty(), EX.empty(), TRIAL).equals(SE.empty())
    assert derive_se(SE.build(BLINDED), EX.empty(), TRIAL).select(pl.exclude("SESEQ")).height == 3
