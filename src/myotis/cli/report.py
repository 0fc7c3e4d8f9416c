"""``myotis report``: results rows as one HTML file."""

from pathlib import Path
from typing import Annotated

import typer

from myotis.cli.options import Protocol


def report(
    results: Annotated[
        Path, typer.Argument(help="The results rows that myotis analyze wrote: .parquet, .csv or .tsv.", metavar="FILE")
    ],
    out: Annotated[Path, typer.Option(help="The HTML file to write.", metavar="FILE")],
    protocol: Protocol = "proderm",
    title: Annotated[str, typer.Option(help="The title of the report, if not the trial's.")] = "",
    published: Annotated[
        str | None,
        typer.Option(help="Also show the published figures of a shipped trial, recomputed.", metavar="TRIAL"),
    ] = None,
    live: Annotated[
        Path | None,
        typer.Option(help="LIVEDIFF, which derive wrote: list where the system told something else.", metavar="FILE"),
    ] = None,
    simulated_seed: Annotated[
        int | None, typer.Option(help="Say that the subjects are virtual, from this seed.", min=0)
    ] = None,
) -> None:
    """Render the report of a trial: one HTML file that needs nothing else."""
    from myotis.analyze.reproduce import read_published, reproduce_published  # noqa: PLC0415 (loaded on call)
    from myotis.analyze.results_file import read_results  # noqa: PLC0415
    from myotis.exchange.folders import read_dataset  # noqa: PLC0415
    from myotis.protocol.read import read_trial  # noqa: PLC0415
    from myotis.report.html import render_report, write_report  # noqa: PLC0415

    trial = read_trial(protocol)
    rows = read_results(results)
    reproduction = reproduce_published(read_published(published)) if published else None
    differences = read_dataset(live) if live else None
    page = render_report(
        rows, trial, reproduction, title=title, simulated_seed=simulated_seed, live_differences=differences
    )
    write_report(out, page)
    typer.echo(f"The report: {out}")
