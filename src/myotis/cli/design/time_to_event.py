"""``myotis design time-to-event``: a hazard ratio, by the log-rank test."""

from enum import StrEnum
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


class FormulaName(StrEnum):
    """How the number of events is computed."""

    SCHOENFELD = "schoenfeld"
    FREEDMAN = "freedman"


def time_to_event(
    formula: Annotated[FormulaName, typer.Option(help="How events and power belong together.")],
    accrual: Annotated[float, typer.Option(help="How long subjects enter, in any unit of time.", min=0.0)],
    follow_up: Annotated[float, typer.Option(help="How long the last one is followed.", min=0.0)],
    hazard_ratio: Annotated[
        list[float] | None,
        typer.Option(help=f"The group's hazard over the comparator's; any number of them. {ASKED}", min=0.0),
    ] = None,
    comparator_median: Annotated[
        float | None, typer.Option(help="The comparator's median time to the event.", min=0.0)
    ] = None,
    comparator_hazard: Annotated[
        str | None, typer.Option(help="In place of it, hazards of successive pieces.", metavar="0.1,0.05")
    ] = None,
    cuts: Annotated[str | None, typer.Option(help="The times between the pieces.", metavar="8")] = None,
    subjects: Subjects = None,
    power: Power = None,
    dropout: Dropout = 0.0,
    comparator_dropout: ComparatorDropout = None,
    dropout_by: Annotated[
        float | None, typer.Option(help="The time by which that share has dropped out.", min=0.0)
    ] = None,
    looks: Looks = None,
    boundary: BoundaryName = None,
    shape: Shape = None,
    protocol: Protocol = "proderm",
    estimand: EstimandName = None,
    ratio: Ratio = None,
    alpha: Alpha = None,
    alternative: Alternative = None,
    direction: Direction = DirectionName.LESS,
    out: OutFile = None,
    figure: FigureFile = None,
    as_json: Json = False,
) -> None:
    """Size a comparison of times to an event. Two of hazard ratio, subjects and power are given."""
    from myotis.cli.design.output import give  # noqa: PLC0415 (loaded on call, so that --help is quick)
    from myotis.design.layers import build_all, lay_all, read_looks  # noqa: PLC0415
    from myotis.design.planned import prepare  # noqa: PLC0415
    from myotis.design.sizing import answer_all, ask  # noqa: PLC0415
    from myotis.design.times import assume_time_to_event, read_hazard  # noqa: PLC0415
    from myotis.protocol.read import read_trial  # noqa: PLC0415

    given = {"ratio": ratio, "alpha": alpha, "alternative": alternative}
    setup = prepare(read_trial(protocol), "times", estimand, **given)
    question = ask(setup, has_effect=bool(hazard_ratio), subjects=subjects, powers=power, direction=direction.value)
    assume = partial(
        assume_time_to_event,
        setup,
        comparator=read_hazard(median=comparator_median, rates=comparator_hazard, cuts=cuts),
        dropout=(dropout, dropout if comparator_dropout is None else comparator_dropout),
        dropout_by=dropout_by,
        accrual=accrual,
        follow_up=follow_up,
        formula=formula.value,
    )
    assumed = lay_all(
        build_all([partial(assume, effect) for effect in hazard_ratio or [1.0]]),
        design=read_looks(setup, looks, boundary, shape),
    )
    give(setup, list(answer_all(assumed, question)), out=out, figure=figure, marks=power or [], as_json=as_json)
