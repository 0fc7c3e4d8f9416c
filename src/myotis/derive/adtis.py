"""ADTIS: the TIS, its parts, deterioration and response, one row a subject, visit and parameter."""

from typing import Final

import polars as pl

from myotis.datasets.adam import ADTIS, TIS_PARAMETERS
from myotis.derive.visits import add_subject_columns
from myotis.protocol.trial import Trial

NUMBERS: Final = {
    "TIS": "tis",
    "TISLOW": "tis_low",
    "TISHIGH": "tis_high",
    "PHGPTS": "physician_global_points",
    "PTGPTS": "patient_global_points",
    "MMTPTS": "mmt_points",
    "HAQPTS": "haq_points",
    "ENZPTS": "enzyme_points",
    "EXMPTS": "extramuscular_points",
}
"""The column of scored visits behind each parameter that is a number."""

WORDS: Final = {"TISCAT": "tis_category", "DETER": "deterioration", "RESP": "responder"}
"""The column of scored visits behind each parameter that is a word."""

WITH_REASON: Final = ("TIS", "TISCAT", "DETER", "RESP")

NOT_EVALUABLE: Final = "not_evaluable"


def derive_adtis(adsl: pl.DataFrame, scored: pl.DataFrame, trial: Trial) -> pl.DataFrame:
    """ADTIS from ADSL and the scored visits (``score_snapshot``), by subject, parameter and visit: the subjects of ADSL
    and the visits after baseline at which anything was recorded.

    ``AVAL`` is null where a number can't be evaluated; ``REASNE`` of TIS, category, deterioration and response then
    names the measures that are missing. A parameter that the protocol does not define at a visit has no row there.
    """
    post = scored.filter(pl.col("visit_number") != trial.visit(trial.baseline_visit).number)
    numbers = [
        _parameter(post, code, pl.col(column), pl.lit(None, dtype=pl.String)) for code, column in NUMBERS.items()
    ]
    words = [_parameter(post, code, pl.lit(None, dtype=pl.Float64), pl.col(column)) for code, column in WORDS.items()]
    undefined = pl.col("PARAMCD").is_in(["DETER", "RESP"]) & pl.col("AVALC").is_null()
    rows = pl.concat([*numbers, *words]).filter(~undefined)
    unknown = pl.col("AVAL").is_null() & (pl.col("AVALC").is_null() | (pl.col("AVALC") == NOT_EVALUABLE))
    asked = pl.col("PARAMCD").is_in(WITH_REASON)
    rows = rows.with_columns(pl.when(unknown & asked).then("not_evaluable_because").alias("REASNE"))
    order = {code: position for position, code in enumerate(TIS_PARAMETERS)}
    return (
        add_subject_columns(rows, adsl, trial)
        .sort("USUBJID", pl.col("PARAMCD").replace_strict(order, return_dtype=pl.Int64), "AVISITN")
        .select(column.name for column in ADTIS.columns)
    )


def _parameter(post: pl.DataFrame, code: str, number: pl.Expr, word: pl.Expr) -> pl.DataFrame:
    return post.select(
        "subject",
        "visit_number",
        "date",
        "not_evaluable_because",
        pl.lit(TIS_PARAMETERS[code]).alias("PARAM"),
        pl.lit(code).alias("PARAMCD"),
        number.alias("AVAL"),
        word.alias("AVALC"),
    )
