"""``myotis demo``: a whole virtual trial, from randomization to the report."""

from pathlib import Path
from typing import Annotated

import typer

from myotis.cli.options import OutFolder, Protocol


def demo(
    out: OutFolder = Path("demo"),
    protocol: Protocol = "proderm",
    seed: Annotated[
        int, typer.Option(help="The seed of the virtual subjects; the same seed gives the same trial.", min=0)
    ] = 2022,
) -> None:
    """Run a whole virtual ProDERM: randomized, scored, derived, analyzed, reported beside the published results."""
    from myotis.analyze.reproduce import read_published, reproduce_published  # noqa: PLC0415 (loaded on call)
    from myotis.analyze.trial import analyze_trial  # noqa: PLC0415
    from myotis.derive.datasets import derive_datasets  # noqa: PLC0415
    from myotis.exchange.folders import write_datasets  # noqa: PLC0415
    from myotis.protocol.read import read_trial  # noqa: PLC0415
    from myotis.report.html import render_report, write_report  # noqa: PLC0415
    from myotis.report.text import render_primary_result  # noqa: PLC0415
    from myotis.simulate.course import read_course  # noqa: PLC0415
    from myotis.simulate.trial import simulate_trial  # noqa: PLC0415

    trial = read_trial(protocol)
    snapshot = simulate_trial(trial, read_course(protocol), seed=seed)
    datasets = derive_datasets(snapshot, trial)
    results = analyze_trial(datasets, trial)
    reproduction = reproduce_published(read_published(protocol))
    write_datasets(out, {**snapshot, **datasets, "RESULTS": results})
    page = out / "report.html"
    write_report(page, render_report(results, trial, reproduction, simulated_seed=seed))
    typer.echo(render_primary_result(results, trial))
    typer.echo(f"The report: {page}")
