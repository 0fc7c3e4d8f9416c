"""What the visits of virtual subjects recorded: measures and weights."""

from typing import Final

import numpy as np
import polars as pl

from myotis.datasets.sdtm import (
    FINDINGS,
    WEIGHT,
    find_test,
)
from myotis.simulate.recordings import Forms
from myotis.simulate.writing.written import Written, list_values
from myotis.terms.missing import MISSING
from myotis.terms.rule import Steps

WEIGHT_UNIT: Final = "kg"


def write_weights(written: Written) -> pl.DataFrame:
    """The body weights."""
    life, visit = np.nonzero(written.weights != MISSING)
    tenths = written.weights[life, visit]
    values = {
        "VSTESTCD": WEIGHT, "VSTEST": "Weight", "VSORRES": _write_numbers(tenths, 10), "VSORRESU": WEIGHT_UNIT,
        "VSDTC": written.came(life, visit), **written.at(visit),
    }  # fmt: skip
    return written.build(FINDINGS["VS"], life, values)


def _write_numbers(steps: Steps, per_unit: int, *, decimals: int | None = 1) -> pl.Series:
    """Whole numbers of steps as the texts of what they stand for."""
    known, where = np.unique(steps, return_inverse=True)
    shape = ".10g" if decimals is None else f".{decimals}f"
    return pl.Series([f"{step / per_unit:{shape}}" for step in known], dtype=pl.String).gather(where.ravel())


def write_findings(written: Written) -> dict[str, pl.DataFrame]:
    """The tables of what was measured: by subject, visit and measure."""
    lives, truth = written.batch.lives, written.virtual.truth
    forms = Forms(written.virtual.trial, written.virtual.course)
    visit_of = np.flatnonzero(truth.row >= 0)
    parts: dict[str, list[pl.DataFrame]] = {}
    for order, (name, column, uln, per_unit) in enumerate(forms.list_places()):
        test = find_test(name)
        life, row = np.nonzero(lives.x[:, :, column] != MISSING)
        values = {
            "life": life, "visit": visit_of[row], "order": np.full(len(life), order),
            f"{test.domain}TESTCD": test.testcd, f"{test.domain}TEST": test.test, f"{test.domain}CAT": test.category,
            f"{test.domain}ORRES": _write_numbers(lives.x[life, row, column], per_unit, decimals=None),
            f"{test.domain}ORRESU": pl.Series([test.unit], dtype=pl.String).gather(np.zeros(len(life), dtype=np.int64)),
        }  # fmt: skip
        if test.domain == "LB":
            values["LBORNRHI"] = _write_numbers(lives.x[life, row, uln], per_unit, decimals=None)
        parts.setdefault(test.domain, []).append(pl.DataFrame(values))
    return {domain: _write_domain(written, domain, pl.concat(rows)) for domain, rows in parts.items()}


def _write_domain(written: Written, domain: str, rows: pl.DataFrame) -> pl.DataFrame:
    rows = rows.sort("life", "visit", "order")
    life, visit = rows["life"].to_numpy(), rows["visit"].to_numpy()
    values = list_values(rows.drop("visit", "order")) | {f"{domain}DTC": written.came(life, visit)} | written.at(visit)
    return written.build(FINDINGS[domain], life, values)
