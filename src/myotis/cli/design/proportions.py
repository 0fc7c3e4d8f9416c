"""``myotis design proportions``: responders of two groups, plain or over strata."""

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
    DropoutsName,
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


def proportions(
    rate: Annotated[
        list[float] | None,
        typer.Option(help=f"The group's share of responders; any number of them. {ASKED}", min=0.0, max=1.0),
    ] = None,
    comparator_rate: Annotated[
        list[float] | None,
        typer.Option(help="The comparator's share of responders; any number of them.", min=0.0, max=1.0),
    ] = None,
    stratum: Annotated[
        list[str] | None,
        typer.Option(
            help="In place of the rates, once a stratum: its share of the subjects and both rates.",
            metavar="SHARE:RATE:RATE",
        ),
    ] = None,
    subjects: Subjects = None,
    power: Power = None,
    test: Annotated[str | None, typer.Option(help="The test, if not the plan's.", metavar="NAME")] = None,
    exact: Annotated[
        bool, typer.Option("--exact", help="Enumerate every table, in place of the normal approximation.")
    ] = False,
    margin: Annotated[
        float | None, typer.Option(help="The difference of the null hypothesis, below 0 for non-inferiority.")
    ] = None,
    dropout: Dropout = 0.0,
    comparator_dropout: ComparatorDropout = None,
    dropouts: Annotated[
        DropoutsName | None, typer.Option(help="Are dropouts removed, or do they count as non-responders?")
    ] = None,
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
    """Size a comparison of responders. Two of rate, subjects and power are given; the third is the answer."""
    from myotis.cli.design.output import give  # noqa: PLC0415 (loaded on call, so that --help is quick)
    from myotis.design.layers import build_all, lay_all, read_looks  # noqa: PLC0415
    from myotis.design.planned import prepare  # noqa: PLC0415
    from myotis.design.responders import (  # noqa: PLC0415
        assume_rates,
        assume_strata,
        check_one_form,
        pair_rates,
        read_strata,
    )
    from myotis.design.sizing import answer_all, ask  # noqa: PLC0415
    from myotis.protocol.read import read_trial  # noqa: PLC0415

    given = {"ratio": ratio, "alpha": alpha, "alternative": alternative, "test": test, "margin": margin}
    setup = prepare(read_trial(protocol), "proportions", estimand, **given)
    strata = read_strata(stratum or [])
    check_one_form(strata, rate or [], comparator_rate or [])
    has_effect = bool(rate) or any(one.rate is not None for one in strata)
    question = ask(setup, has_effect=has_effect, subjects=subjects, powers=power, direction=direction.value)
    if strata:
        models = [partial(assume_strata, setup, strata, exact=exact)]
    else:
        pairs = pair_rates(rate or [], comparator_rate or [])
        models = [partial(assume_rates, setup, p1, p2, exact=exact) for p1, p2 in pairs]
    assumed = lay_all(
        build_all(models),
        design=read_looks(setup, looks, boundary, shape),
        dropout=(dropout, dropout if comparator_dropout is None else comparator_dropout),
        dropouts=dropouts.value if dropouts else None,
    )
    give(setup, list(answer_all(assumed, question)), out=out, figure=figure, marks=power or [], as_json=as_json)
