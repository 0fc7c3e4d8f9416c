"""The flow of subjects: how many were randomized, treated, completed, switched, went on and left, and why."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

import polars as pl

from myotis.analyze.descriptives import group_by_arm
from myotis.datasets.results import Result
from myotis.protocol.trial import Trial

NO_REASON: Final = "NOT STATED"

_LEFT: Final = pl.col("EOSSTT") == "DISCONTINUED"

STEPS: Final[dict[str, pl.Expr]] = {
    "randomized": pl.lit(value=True),
    "treated": pl.col("TRTSDT").is_not_null(),
    "switched": pl.col("SWITCHFL") == "Y",
    "completed_first_period": pl.col("FPCOMPFL") == "Y",
    "entered_extension": pl.col("EXTFL") == "Y",
    "completed": pl.col("EOSSTT") == "COMPLETED",
    "ongoing": pl.col("EOSSTT") == "ONGOING",
    "discontinued": _LEFT,
    "discontinued_first_period": _LEFT & (pl.col("FPCOMPFL") == "N"),
    "discontinued_between": _LEFT & (pl.col("FPCOMPFL") == "Y") & (pl.col("EXTFL") == "N"),
    "discontinued_extension": _LEFT & (pl.col("EXTFL") == "Y"),
}
"""Each step of the flow, and who took it."""


def describe_flow(adsl: pl.DataFrame, trial: Trial, head: Result) -> Iterator[Result]:
    """The count of each step by planned arm and in total, discontinuations also by reason, and the analysis sets.

    ``adsl`` holds every subject, with ``arm`` as `myotis.analyze.subjects` makes it.
    """
    head = replace(head, analysis_id="flow", dataset="ADSL")
    for group, members in group_by_arm(adsl, trial, total=True):
        part = replace(head, group=group, n=members.height)
        for step, condition in STEPS.items():
            took = members.filter(condition)
            yield replace(part, parameter=step).number("count", took.height)
            if step.startswith("discontinued"):
                reasons = took.select(pl.col("DCSREAS").fill_null(NO_REASON)).to_series()
                for reason in reasons.unique().sort():
                    count = int((reasons == reason).sum())
                    yield replace(part, parameter=step, subgroup=reason).number("count", count)
        for analysis_set in trial.plan.analysis_sets:
            count = members.filter(pl.col(analysis_set.flag) == "Y").height
            yield replace(part, analysis_id="sets", parameter=analysis_set.id).number("count", count)
