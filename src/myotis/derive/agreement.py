"""Does a snapshot agree with the protocol: its study, arms, treatments, strata, and visits of a switch?"""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import polars as pl

from myotis.datasets.sdtm import RANDOMIZED, SWITCHED
from myotis.datasets.table import FIRST_DATA_ROW
from myotis.errors import Fault
from myotis.protocol.trial import Trial


class _Check(NamedTuple):
    domain: str
    column: str
    rows: pl.Expr
    known: list[str] | list[float]
    what: str


def check_against_trial(sdtm: Mapping[str, pl.DataFrame], trial: Trial) -> Iterator[Fault]:
    """Every row of a snapshot that names what the protocol does not have, and randomized subjects without an arm."""
    every = pl.lit(value=True)
    randomized = sdtm["DS"].filter(pl.col("DSDECOD") == RANDOMIZED)["USUBJID"].implode()
    checks = [
        _Check("DM", "ARMCD", pl.col("USUBJID").is_in(randomized), [arm.id for arm in trial.arms], "the arm"),
        _Check("DM", "ARM", pl.col("ARMCD").is_not_null(), [arm.label for arm in trial.arms], "the arm"),
        _Check("EX", "EXTRT", every, [treatment.label for treatment in trial.treatments], "the treatment"),
        _Check(
            "DS",
            "VISITNUM",
            pl.col("DSDECOD") == SWITCHED,
            [float(visit.number) for visit in trial.visits],
            "the visit of the switch",
        ),
    ]
    for position, factor in enumerate(trial.randomization.factors, 1):
        rows = pl.col("QNAM") == f"STRAT{position}R"
        checks.append(
            _Check("SUPPDM", "QVAL", rows, [level.id for level in factor.levels], f"the level of {factor.id}")
        )
    checks += [_Check(name, "STUDYID", every, [trial.trial.id], "the study") for name in sdtm]
    for check in checks:
        unknown = check.rows & ~pl.col(check.column).is_in(check.known).fill_null(value=False)
        frame = sdtm[check.domain].with_row_index("_row", offset=FIRST_DATA_ROW).filter(unknown)
        for row, subject in frame.select("_row", "USUBJID").iter_rows():
            yield Fault(
                what=f"{check.what} is not one of the protocol",
                expected="one of " + ", ".join(str(name) for name in check.known),
                file=check.domain,
                row=row,
                key=f"USUBJID={subject}",
                column=check.column,
            )
