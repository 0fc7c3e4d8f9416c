"""``myotis design assurance``: the probability of success where the effect is uncertain."""

from typing import Annotated

import typer

from myotis.cli.design.options import (
    ASKED,
    Alpha,
    Alternative,
    ComparatorDropout,
    DirectionName,
    Dropout,
    DropoutsName,
    EstimandName,
    FigureFile,
    OutFile,
    Ratio,
    Subjects,
)
from myotis.cli.options import Json, Protocol


def assurance(
    prior: Annotated[
        tuple[float, float] | None,
        typer.Option(help="The group's rate: Beta of so many responders and so many others.", metavar="A B"),
    ] = None,
    comparator_prior: Annotated[
        tuple[float, float] | None, typer.Option(help="The comparator's rate, likewise.", metavar="A B")
    ] = None,
    difference_prior: Annotated[
        tuple[float, float] | None,
        typer.Option(help="In place of rates, a difference of means: its mean and SD believed.", metavar="MEAN SD"),
    ] = None,
    sd: Annotated[float | None, typer.Option(help="Of the values, with --difference-prior.", min=0.0)] = None,
    correlation: Annotated[
        float | None, typer.Option(help="Of covariate and outcome, for ancova-t.", min=-0.999, max=0.999)
    ] = None,
    subjects: Subjects = None,
    target: Annotated[
        list[float] | None,
        typer.Option("--assurance", help=f"The assurance; any number of them. {ASKED}", min=0.0, max=1.0),
    ] = None,
    test: Annotated[str | None, typer.Option(help="The test, if not the plan's.", metavar="NAME")] = None,
    exact: Annotated[
        bool, typer.Option("--exact", help="Enumerate every table, in place of the normal approximation.")
    ] = False,
    margin: Annotated[float | None, typer.Option(help="The difference of the null hypothesis.")] = None,
    dropout: Dropout = 0.0,
    comparator_dropout: ComparatorDropout = None,
    dropouts: Annotated[
        DropoutsName | None, typer.Option(help="Are dropouts removed, or do they count as non-responders?")
    ] = None,
    protocol: Protocol = "proderm",
    estimand: EstimandName = None,
    ratio: Ratio = None,
    alpha: Alpha = None,
    alternative: Alternative = None,
    out: OutFile = None,
    figure: FigureFile = None,
    as_json: Json = False,
) -> None:
    """Tell how likely a trial is to succeed by what is believed of the effect. One of subjects and assurance is
    given."""
    from myotis.cli.design.output import give  # noqa: PLC0415 (loaded on call, so that --help is quick)
    from myotis.design.belief import read_belief  # noqa: PLC0415
    from myotis.design.layers import lay_all  # noqa: PLC0415
    from myotis.design.planned import prepare  # noqa: PLC0415
    from myotis.design.sizing import answer_all, ask  # noqa: PLC0415
    from myotis.protocol.read import read_trial  # noqa: PLC0415

    belief = read_belief(prior, comparator_prior, difference_prior)
    given = {"ratio": ratio, "alpha": alpha, "alternative": alternative, "test": test, "margin": margin}
    setup = prepare(read_trial(protocol), belief.kind, estimand, **given)
    question = ask(
        setup, has_effect=True, subjects=subjects, powers=target, direction=DirectionName.GREATER.value,
        name="--assurance",
    )  # fmt: skip
    assumed = lay_all(
        [belief.start(setup, exact=exact, sd=sd, correlation=correlation)],
        dropout=(dropout, dropout if comparator_dropout is None else comparator_dropout),
        dropouts=dropouts.value if dropouts else None,
        prior=belief.prior,
    )
    give(setup, list(answer_all(assumed, question)), out=out, figure=figure, marks=target or [], as_json=as_json)
