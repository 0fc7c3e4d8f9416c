"""``myotis design means``: means of two groups at one visit."""

from functools import partial
from typing import Annotated

import typer

from myotis.cli.design.options import (
    ASKED,
    Alpha,
    Alternative,
    BoundaryName,
    ComparatorDropout,
    Direction,
    DirectionName,
    Dropout,
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


def means(
    sd: Annotated[float, typer.Option(help="The standard deviation of the values.", min=0.0)],
    difference: Annotated[
        list[float] | None,
        typer.Option(help=f"The difference of means, group minus comparator; any number of them. {ASKED}"),
    ] = None,
    comparator_sd: Annotated[
        float | None, typer.Option(help="The comparator's standard deviation, if another.", min=0.0)
    ] = None,
    correlation: Annotated[
        float | None, typer.Option(help="Of covariate and outcome, for ancova-t.", min=-0.999, max=0.999)
    ] = None,
    subjects: Subjects = None,
    power: Power = None,
    test: Annotated[
        str | None, typer.Option(help="t-pooled, t-welch, ancova-t or z, if not the plan's.", metavar="NAME")
    ] = None,
    margin: Annotated[float | None, typer.Option(help="The difference of the null hypothesis.")] = None,
    dropout: Dropout = 0.0,
    comparator_dropout: ComparatorDropout = None,
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
    """Size a comparison of means. Two of difference, subjects and power are given. Who drops out is left out."""
    from myotis.cli.design.output import give  # noqa: PLC0415 (loaded on call, so that --help is quick)
    from myotis.design.continuous import assume_means  # noqa: PLC0415
    from myotis.design.layers import build_all, lay_all, read_looks  # noqa: PLC0415
    from myotis.design.planned import prepare  # noqa: PLC0415
    from myotis.design.sizing import answer_all, ask  # noqa: PLC0415
    from myotis.protocol.read import read_trial  # noqa: PLC0415

    given = {"ratio": ratio, "alpha": alpha, "alternative": alternative, "test": test, "margin": margin}
    setup = prepare(read_trial(protocol), "means", estimand, **given)
    question = ask(setup, has_effect=bool(difference), subjects=subjects, powers=power, direction=direction.value)
    assume = partial(assume_means, setup, sd=sd, comparator_sd=comparator_sd, correlation=correlation)
    assumed = lay_all(
        build_all([partial(assume, effect) for effect in difference or [margin or 0.0]]),
        design=read_looks(setup, looks, boundary, shape),
        dropout=(dropout, dropout if comparator_dropout is None else comparator_dropout),
        dropouts="removed" if dropout or comparator_dropout else None,
    )
    give(setup, list(answer_all(assumed, question)), out=out, figure=figure, marks=power or [], as_json=as_json)
