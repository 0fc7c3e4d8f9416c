"""``myotis simulate``: what designs and analyses do when a trial is run thousands of times."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from myotis.cli.options import Json, Protocol

AS_ASSUMED = "as_assumed"
BETWEEN_VALUES = re.compile(r",(?![^\[{]*[\]}])")
"""A comma that is not inside brackets."""


def simulate(
    out: Annotated[
        Path, typer.Option(help="The folder for finished chunks, characteristics and the page.", file_okay=False)
    ] = Path("simulation"),
    protocol: Protocol = "proderm",
    course: Annotated[
        str | None,
        typer.Option(help="The assumed truth: a TOML file; that of the protocol if not said.", metavar="FILE"),
    ] = None,
    scenario: Annotated[
        list[str] | None,
        typer.Option(help="A named change to the course, or a TOML file; again for more.", metavar="NAME"),
    ] = None,
    compare: Annotated[
        Path | None, typer.Option(help="A TOML file of designs and analyses to compare.", metavar="FILE")
    ] = None,
    analysis: Annotated[
        list[str] | None,
        typer.Option(help="An analysis among them, or an estimand of the plan; again for more.", metavar="ID"),
    ] = None,
    grid: Annotated[
        list[str] | None,
        typer.Option(
            help="Values to try: subjects=80,94 or a place of the course, measures.*.recovery.saline=0.1,0.2; again "
            "for more, in every combination.",
            metavar="PLACE=VALUES",
        ),
    ] = None,
    trials: Annotated[int, typer.Option(help="Trials of each scenario; rounded up to whole chunks.", min=1)] = 10_000,
    until_se: Annotated[
        float | None,
        typer.Option(help="Stop before, once the standard error of every power is this small.", min=1e-6, max=0.5),
    ] = None,
    margin: Annotated[
        float,
        typer.Option(help="What lower limits are to exceed: percentage points of a difference, or a ratio times 100."),
    ] = 0.0,
    alpha: Annotated[float, typer.Option(help="The two-sided level of the tests.", min=1e-6, max=0.5)] = 0.05,
    seed: Annotated[int, typer.Option(help="The seed of the virtual patients.", min=0)] = 2022,
    workers: Annotated[
        int | None,
        typer.Option(help="Threads, or processes for many trials; as many as processors if not said.", min=1),
    ] = None,
    cluster: Annotated[
        str | None, typer.Option(help="The scheduler of a Dask cluster whose workers compute.", metavar="ADDRESS")
    ] = None,
    as_json: Json = False,
) -> None:
    """Simulate a trial thousands of times: power, bias, coverage and more, of designs and analyses side by side."""
    import os  # noqa: PLC0415 (loaded on call, so that --help is quick)

    from myotis.cli.progress import ChunkProgress  # noqa: PLC0415
    from myotis.exchange.folders import write_datasets  # noqa: PLC0415
    from myotis.protocol.read import read_trial  # noqa: PLC0415
    from myotis.report.html import write_report  # noqa: PLC0415
    from myotis.report.simulation import render_characteristics, render_simulation  # noqa: PLC0415
    from myotis.simulate.ahead import compile_ahead  # noqa: PLC0415
    from myotis.simulate.cluster import use_cluster  # noqa: PLC0415
    from myotis.simulate.course import read_course  # noqa: PLC0415
    from myotis.simulate.run import Asked, Standing, Wanted, run_simulation  # noqa: PLC0415
    from myotis.simulate.scenarios import read_scenario  # noqa: PLC0415
    from myotis.simulate.simulation import plan_simulation, read_comparison  # noqa: PLC0415
    from myotis.simulate.workers import use_machine  # noqa: PLC0415

    trial, truth = read_trial(protocol), read_course(course or protocol)
    scenarios = [read_scenario(name, protocol, truth, trial) for name in scenario or (AS_ASSUMED,)]
    simulation = plan_simulation(
        trial,
        scenarios,
        seed=seed,
        comparison=read_comparison(compare) if compare else None,
        analyses=analysis or (),
        grid=_read_grid(grid or ()),
    )
    asked, wanted = Asked(alpha, margin / 100), Wanted(trials, until_se)
    who = use_cluster(cluster) if cluster else use_machine(workers or os.cpu_count() or 1, simulation, trials)
    with who as (pool, at_a_time), ChunkProgress("Simulating") as progress:
        if not cluster:
            compile_ahead(simulation, lambda: progress.tell(0, wanted.chunks, "Compiling, once"))

        def tell(standing: Standing) -> None:
            error = standing.largest_error
            precision = "" if error is None else f", power to ± {100 * error:.2f} %"
            progress.tell(standing.finished, standing.chunks, f"Simulating{precision}")

        characteristics = run_simulation(simulation, out, wanted, pool, at_a_time, asked=asked, tell=tell)
    write_datasets(out, {"CHARACTERISTICS": characteristics})
    page = out / "simulation.html"
    notes = {one.id: one.note for one in scenarios}
    text = render_simulation(characteristics, trial, simulation.analyses, seed=seed, margin=asked.margin, notes=notes)
    write_report(page, text)
    if as_json:
        typer.echo(characteristics.write_json())
    else:
        typer.echo(render_characteristics(characteristics, simulation.analyses))
        typer.echo(f"The page: {page}")


def _read_grid(texts: Sequence[str]) -> dict[str, list[str]]:
    """The values to try at each place of the grid."""
    grid: dict[str, list[str]] = {}
    for text in texts:
        place, values = _split(text)
        if place in grid:
            raise typer.BadParameter(f"{place} is named twice; expected all its values in one --grid")
        grid[place] = values
    return grid


def _split(text: str) -> tuple[str, list[str]]:
    """A place of the grid and its values; commas inside brackets belong to a value."""
    place, equals, told = text.partition("=")
    values = [value.strip() for value in BETWEEN_VALUES.split(told)]
    if not equals or not place.strip() or not all(values):
        raise typer.BadParameter(f"{text} is no place with values; expected for example subjects=80,94")
    return place.strip(), values
