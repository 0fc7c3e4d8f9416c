"""``myotis demo``: a whole virtual trial, from randomization to the report."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from myotis.cli.options import OutFolder, Protocol

if TYPE_CHECKING:
    import polars as pl

    from myotis.protocol.trial import Trial
    from myotis.simulate.course import Course

LOGS = ("conduct.jsonl", "pharmacy.jsonl")


def demo(
    out: OutFolder = Path("demo"),
    protocol: Protocol = "proderm",
    seed: Annotated[
        int, typer.Option(help="The seed of the virtual subjects; the same seed gives the same trial.", min=0)
    ] = 2022,
    acts: Annotated[
        bool,
        typer.Option(
            "--acts", help="Carry the trial out act by act, over two logs: the same results, some seconds more."
        ),
    ] = False,
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

    trial, course = read_trial(protocol), read_course(protocol)
    snapshot = _carry_out(trial, course, seed, out) if acts else simulate_trial(trial, course, seed=seed)
    datasets = derive_datasets(snapshot, trial)
    results = analyze_trial(datasets, trial)
    reproduction = reproduce_published(read_published(protocol))
    write_datasets(out, {**snapshot, **datasets, "RESULTS": results})
    page = out / "report.html"
    write_report(page, render_report(results, trial, reproduction, simulated_seed=seed))
    typer.echo(render_primary_result(results, trial))
    typer.echo(f"The report: {page}")


def _carry_out(trial: "Trial", course: "Course", seed: int, out: Path) -> "dict[str, pl.DataFrame]":
    """The snapshot of a trial that was carried out by the acts of both worlds, with its treatments revealed."""
    from myotis.conduct.snapshot.take import take_snapshot  # noqa: PLC0415 (loaded on call)
    from myotis.errors import Fault, InputError  # noqa: PLC0415
    from myotis.log.file import FileStore  # noqa: PLC0415
    from myotis.pharmacy.reveal import reveal_treatments  # noqa: PLC0415
    from myotis.simulate.driven.trial import drive_trial  # noqa: PLC0415

    paths = [out / name for name in LOGS]
    if there := [path for path in paths if path.exists()]:
        what, expected = "there is a log already, and logs are only ever added to", "a folder without logs"
        raise InputError(
            Fault(file=str(path), what=what, expected=expected, remedy="Name another --out.") for path in there
        )
    out.mkdir(parents=True, exist_ok=True)
    conduct, pharmacy = (FileStore(path, sync=False) for path in paths)
    drive_trial(trial, course, seed=seed, stores=(conduct, pharmacy))
    entries = conduct.read()
    typer.echo(f"The logs: {len(entries)} entries of the blinded world, {len(pharmacy.read())} of the pharmacy")
    revealed = reveal_treatments(entries, pharmacy.read(), trial)
    return {**take_snapshot(entries, trial).tables, "ARMS": revealed.arms, "GIVEN": revealed.given}
