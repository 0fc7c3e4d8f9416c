"""``myotis design precision``: how wide the interval of a difference of responders will be."""

from typing import Annotated

import typer

from myotis.cli.design.options import ASKED, EstimandName, OutFile, Ratio, Subjects
from myotis.cli.options import Json, Protocol


def precision(
    rate: Annotated[
        list[float], typer.Option(help="The group's share of responders; any number of them.", min=0.0, max=1.0)
    ],
    comparator_rate: Annotated[
        list[float], typer.Option(help="The comparator's share of responders; any number of them.", min=0.0, max=1.0)
    ],
    subjects: Subjects = None,
    half_width: Annotated[
        list[float] | None,
        typer.Option(help=f"Half of the mean width, as a proportion; any number of them. {ASKED}", min=0.0, max=1.0),
    ] = None,
    margin: Annotated[
        float | None,
        typer.Option(help="Also tell how often the lower limit exceeds this, such as 0.10.", min=-1.0, max=1.0),
    ] = None,
    interval: Annotated[str | None, typer.Option(help="The interval, if not the plan's.", metavar="NAME")] = None,
    level: Annotated[
        float | None, typer.Option(help="Its confidence level, if not the plan's.", min=0.001, max=0.999)
    ] = None,
    protocol: Protocol = "proderm",
    estimand: EstimandName = None,
    ratio: Ratio = None,
    out: OutFile = None,
    as_json: Json = False,
) -> None:
    """Size the interval of a difference of responders. One of subjects and half-width is given. Every table is
    enumerated."""
    from myotis.cli.design.output import give_table  # noqa: PLC0415 (loaded on call, so that --help is quick)
    from myotis.design.estimation import estimate_precision  # noqa: PLC0415
    from myotis.design.planned import prepare  # noqa: PLC0415
    from myotis.design.responders import pair_rates  # noqa: PLC0415
    from myotis.protocol.read import read_trial  # noqa: PLC0415

    given = {"ratio": ratio, "interval": interval, "level": level}
    setup = prepare(read_trial(protocol), "proportions", estimand, **given)
    rows = estimate_precision(
        setup,
        pair_rates(rate, comparator_rate),
        subjects=subjects or [],
        half_widths=half_width or [],
        margin=margin,
    )
    give_table(setup, list(rows), out=out, as_json=as_json)
