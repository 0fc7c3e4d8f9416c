"""``myotis randomize assess``: procedures side by side, or one list."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from myotis.cli.options import Json, Protocol

if TYPE_CHECKING:
    from myotis.protocol.trial import Trial
    from myotis.randomize.specification import ListSpecification


def assess(
    specifications: Annotated[
        list[Path], typer.Argument(help="List specifications, TOML files: one or more.", metavar="SPECIFICATION...")
    ],
    protocol: Protocol = "proderm",
    made: Annotated[
        Path | None, typer.Option("--list", help="Assess this list, which the one specification made.", metavar="FILE")
    ] = None,
    length: Annotated[
        int | None,
        typer.Option(help="Places of a stratum, if not those of the specification.", min=1, max=400),
    ] = None,
    trend_size: Annotated[
        float, typer.Option(help="How far outcomes drift over the list, in standard deviations.", min=0, max=10)
    ] = 1.0,
    step_after: Annotated[
        int | None, typer.Option(help="Where a stepwise drift happens, if not halfway.", min=0)
    ] = None,
    alpha: Annotated[float, typer.Option(help="The level of the two-sided t-test.", min=0.0001, max=0.5)] = 0.05,
    draws: Annotated[
        int, typer.Option(help="Lists that are drawn where they can't be enumerated.", min=2, max=1_000_000)
    ] = 2000,
    seed: Annotated[
        str, typer.Option(help="The name of the stream that they are drawn from.", metavar="NAME")
    ] = "demo",
    out: Annotated[
        Path | None, typer.Option(help="A folder for assessment.csv, places.csv and assessment.svg.", file_okay=False)
    ] = None,
    as_json: Json = False,
) -> None:
    """Assess procedures: balance, guesses by sites, bias by time trends. Numbers with ± were found by drawing lists."""
    from myotis.cli.randomize.assessment_output import (  # noqa: PLC0415 (loaded on call, so that --help is quick)
        print_assessments,
        tabulate_assessment,
        write_assessments,
    )
    from myotis.protocol.read import read_trial  # noqa: PLC0415
    from myotis.randomize.assess.assessment import Settings, assess_list, assess_specification  # noqa: PLC0415
    from myotis.randomize.bits import SeededBits  # noqa: PLC0415
    from myotis.randomize.lists import read_list  # noqa: PLC0415

    if made is not None and (len(specifications) > 1 or length is not None):
        raise typer.BadParameter("--list is assessed with the one specification that made it, at its own length")
    trial = read_trial(protocol)
    specified = _read_specifications(specifications, trial, length)
    settings = Settings(trend_size=trend_size, step_after=step_after, alpha=alpha, draws=draws)
    if made is not None:
        assessments = assess_list(read_list(made), specified[0], trial, settings=settings)
    else:
        assessments = [
            assess_specification(
                one, trial, settings=settings, generator=SeededBits(f"assess {seed}".encode()), length=length
            )
            for one in specified
        ]
    if out is not None:
        write_assessments(out, assessments, arms=len(trial.arms))
    if as_json:
        print(
            json.dumps({"settings": asdict(settings), "assessments": [tabulate_assessment(one) for one in assessments]})
        )
        return
    print_assessments(assessments)
    if out is not None:
        print(f"The assessment: {out}")


def _read_specifications(paths: list[Path], trial: "Trial", length: int | None) -> "list[ListSpecification]":
    """Every specification; raises InputError with the faults of all files."""
    from myotis.errors import Fault, InputError  # noqa: PLC0415
    from myotis.randomize.specification import find_procedure_faults, read_specification  # noqa: PLC0415

    read: list[ListSpecification] = []
    faults: list[Fault] = []
    for path in paths:
        try:
            one = read_specification(path)
        except InputError as error:
            faults += error.faults
            continue
        lengths = [one.places_per_stratum or 0] if length is None else [length]
        faults += [fault.inside(path.name) for fault in find_procedure_faults(one, trial, lengths)]
        read.append(one)
    if faults:
        raise InputError(faults)
    return read
