"""``myotis score``: TIS, its parts, deterioration and response for a table of visits."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from myotis.cli.options import Json, Protocol


class CriteriaName(StrEnum):
    """The forms of the response criteria."""

    ADULT = "adult"
    JUVENILE_IMACS = "juvenile-imacs"
    JUVENILE_PRINTO = "juvenile-printo"


class MissingName(StrEnum):
    """What to do where a core set measure is missing."""

    NOT_EVALUABLE = "not-evaluable"
    ZERO = "zero"
    OFFICIAL_MINIMUM = "official-minimum"


class EnzymeName(StrEnum):
    """What makes an enzyme the most abnormal one."""

    HIGHEST_MULTIPLE_OF_ULN = "highest-multiple-of-uln"
    HIGHEST_SHARE_OF_RANGE = "highest-share-of-range"


class NormalEnzymesName(StrEnum):
    """What to do where no enzyme is above its upper limit of normal at baseline."""

    FOLLOW_HIGHEST = "follow-highest"
    SCORE_ZERO = "score-zero"


class AboveRangeName(StrEnum):
    """What to do with an enzyme above its range."""

    AS_RECORDED = "as-recorded"
    CLAMPED = "clamped"


class HaqName(StrEnum):
    """How to read a HAQ score that looks like a rounded fraction."""

    AS_RECORDED = "as-recorded"
    AS_FRACTION = "as-fraction"


def score(
    file: Annotated[
        Path, typer.Argument(help="The visits, one row a subject and visit: CSV, TSV, Parquet, XPT or SAS7BDAT.")
    ],
    out: Annotated[
        Path, typer.Option(help="The file to write: CSV, TSV or Parquet; - is CSV on standard output.")
    ] = Path("-"),
    protocol: Protocol = "proderm",
    criteria: Annotated[CriteriaName | None, typer.Option(help="The response criteria, if not the protocol's.")] = None,
    visits: Annotated[
        str | None,
        typer.Option(help='The visits in their order, such as "0,4,8,16", or "numeric"; if not the protocol\'s.'),
    ] = None,
    baseline: Annotated[str | None, typer.Option(help="The baseline visit, if not the protocol's.")] = None,
    missing: Annotated[
        MissingName | None, typer.Option(help="The TIS where a measure is missing, if not as the protocol says.")
    ] = None,
    enzyme: Annotated[
        EnzymeName | None, typer.Option(help="Which enzyme is the most abnormal, if not as the protocol says.")
    ] = None,
    normal_enzymes: Annotated[
        NormalEnzymesName | None,
        typer.Option(help="Where no enzyme is raised at baseline, if not as the protocol says."),
    ] = None,
    above_range: Annotated[
        AboveRangeName | None, typer.Option(help="Enzymes above their range, if not as the protocol says.")
    ] = None,
    enzyme_multiple: Annotated[
        list[str] | None,
        typer.Option(
            help="The range of an enzyme in multiples of its ULN, such as ck=15; needed for juvenile criteria.",
            metavar="ENZYME=N",
        ),
    ] = None,
    chq_phs_range: Annotated[
        tuple[int, int] | None, typer.Option(help="The range of the CHQ physical summary; needed for PRINTO criteria.")
    ] = None,
    haq: Annotated[
        HaqName, typer.Option(help="A HAQ score of 1.62: the decimal as recorded, or the fraction it was rounded from.")
    ] = HaqName.AS_RECORDED,
    columns: Annotated[
        Path | None, typer.Option(help='A TOML file of column names: our_name = "their name".', metavar="MAP.toml")
    ] = None,
    json: Json = False,
) -> None:
    """Score a table of visits: TIS, its parts, deterioration, response."""
    from myotis.cli.score_settings import choose_settings  # noqa: PLC0415 (what a command needs is loaded on its call)
    from myotis.protocol.read import read_trial  # noqa: PLC0415
    from myotis.score.columns import read_column_map  # noqa: PLC0415
    from myotis.score.file import score_file  # noqa: PLC0415
    from myotis.score.scorer import ScoreOptions  # noqa: PLC0415

    trial = read_trial(protocol)
    chosen = {"missing": missing, "enzyme_choice": enzyme, "normal_enzymes": normal_enzymes, "above_range": above_range}
    options = ScoreOptions(
        settings=choose_settings(trial, criteria, chosen, enzyme_multiple or [], chq_phs_range),
        visits=visits,
        baseline=baseline,
        column_map=read_column_map(columns) if columns else {},
        haq="as_fraction" if haq is HaqName.AS_FRACTION else "as_recorded",
    )
    summary = score_file(
        file, None if json and out == Path("-") else out, trial, options, progress=typer.get_text_stream("stderr")
    )
    for warning in summary.warnings:
        typer.echo(f"warning: {warning}", err=True)
    if json:
        typer.echo(summary.as_json())
