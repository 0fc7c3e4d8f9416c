"""``myotis design mixed-model``: means at the last of several visits, with dropout on the way."""

from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from myotis.cli.design.options import (
    ASKED,
    Alpha,
    Alternative,
    BoundaryName,
    Direction,
    DirectionName,
    EstimandName,
    FigureFile,
    Looks,
    OutFile,
    Power,
    Ratio,
    Shape,
    Subjects,
)
from myotis.cli.options import Json, Protocol


class StructureName(StrEnum):
    """How visits are correlated."""

    AUTOREGRESSIVE = "autoregressive"
    COMPOUND_SYMMETRY = "compound-symmetry"


def mixed_model(
    difference: Annotated[
        list[float] | None,
        typer.Option(help=f"The difference of means at the last visit; any number of them. {ASKED}"),
    ] = None,
    covariance: Annotated[
        Path | None,
        typer.Option(
            help="A table with a column and a row for each visit, in their order: the covariance.", metavar="FILE"
        ),
    ] = None,
    sd: Annotated[
        str | None, typer.Option(help="In place of it, the standard deviation of each visit.", metavar="10,11,12")
    ] = None,
    structure: Annotated[StructureName | None, typer.Option(help="With --sd: how visits are correlated.")] = None,
    correlation: Annotated[
        float | None, typer.Option(help="With --sd: of neighboring, or of any two visits.", min=-0.999, max=0.999)
    ] = None,
    retention: Annotated[
        str | None,
        typer.Option(help="The share of the group with a value at each visit, if not all.", metavar="1,0.95,0.9"),
    ] = None,
    comparator_retention: Annotated[
        str | None, typer.Option(help="That of the comparator, if another.", metavar="1,0.9,0.85")
    ] = None,
    subjects: Subjects = None,
    power: Power = None,
    looks: Looks = None,
    boundary: BoundaryName = None,
    shape: Shape = None,
    protocol: Protocol = "proderm",
    estimand: EstimandName = None,
    ratio: Ratio = None,
    alpha: Alpha = None,
    alternative: Alternative = None,
    direction: Direction = DirectionName.GREATER,
    out: OutFile = None,
    figure: FigureFile = None,
    as_json: Json = False,
) -> None:
    """Size a mixed model for repeated measures (MMRM). Two of difference, subjects and power are given."""
    from myotis.cli.design.covariance_file import read_covariance  # noqa: PLC0415 (on call, so that --help is quick)
    from myotis.cli.design.output import give  # noqa: PLC0415
    from myotis.design.continuous import assume_repeated_means, build_covariance  # noqa: PLC0415
    from myotis.design.layers import build_all, lay_all, read_looks  # noqa: PLC0415
    from myotis.design.planned import prepare  # noqa: PLC0415
    from myotis.design.sizing import answer_all, ask  # noqa: PLC0415
    from myotis.protocol.read import read_trial  # noqa: PLC0415

    if (
        (covariance is None) == (sd is None)
        or (sd is None) != (structure is None)
        or (sd is None) != (correlation is None)
    ):
        raise typer.BadParameter("say either --covariance FILE, or --sd with --structure and --correlation")
    given = {"ratio": ratio, "alpha": alpha, "alternative": alternative}
    setup = prepare(read_trial(protocol), "means", estimand, **given)
    question = ask(setup, has_effect=bool(difference), subjects=subjects, powers=power, direction=direction.value)
    if covariance is not None:
        matrix = read_covariance(covariance)
    else:
        matrix = build_covariance(sd or "", structure.value if structure else "autoregressive", correlation or 0.0)
    assume = partial(
        assume_repeated_means, setup, covariance=matrix, retention=retention, comparator_retention=comparator_retention
    )
    assumed = lay_all(
        build_all([partial(assume, effect) for effect in difference or [0.0]]),
        design=read_looks(setup, looks, boundary, shape),
    )
    give(setup, list(answer_all(assumed, question)), out=out, figure=figure, marks=power or [], as_json=as_json)
