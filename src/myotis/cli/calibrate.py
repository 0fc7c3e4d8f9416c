"""``myotis calibrate``: virtual patients fitted to published figures."""

from pathlib import Path
from typing import Annotated

import typer

from myotis.cli.options import Json, Protocol


def calibrate(
    out: Annotated[
        Path, typer.Option(help="The folder for the fitted course, the tables and the page.", file_okay=False)
    ] = Path("calibration"),
    protocol: Protocol = "proderm",
    course: Annotated[
        Path | None,
        typer.Option(help="What is assumed before; what the protocol's trial comes with if not said.", metavar="FILE"),
    ] = None,
    published: Annotated[
        Path | None, typer.Option(help="The published figures; those of the trial if not said.", metavar="FILE")
    ] = None,
    declaration: Annotated[
        Path | None,
        typer.Option(help="What is fitted, held out and may move; the trial's own if not said.", metavar="FILE"),
    ] = None,
    draws: Annotated[
        int, typer.Option(help="Draws of the parameters for the simulated ranges, 256 trials each.", min=1)
    ] = 128,
    scenarios: Annotated[
        int, typer.Option(help="Draws of the parameters as scenario files for myotis simulate.", min=0)
    ] = 0,
    seed: Annotated[int, typer.Option(help="The seed of the virtual patients.", min=0)] = 2022,
    workers: Annotated[int | None, typer.Option(help="Threads; as many as processors if not said.", min=1)] = None,
    as_json: Json = False,
) -> None:
    """Fit the assumed course to published figures, and show what it gets right that it was not fitted to."""
    import os  # noqa: PLC0415 (loaded on call, so that --help is quick)

    from myotis.analyze.reproduce import read_published  # noqa: PLC0415
    from myotis.cli.progress import ChunkProgress  # noqa: PLC0415
    from myotis.exchange.folders import write_datasets  # noqa: PLC0415
    from myotis.exchange.writing import telling_failures  # noqa: PLC0415
    from myotis.protocol.read import read_trial  # noqa: PLC0415
    from myotis.report.calibration import render_calibration, summarize_calibration  # noqa: PLC0415
    from myotis.report.html import write_report  # noqa: PLC0415
    from myotis.simulate.calibration.calibrate import calibrate as fit  # noqa: PLC0415
    from myotis.simulate.calibration.calibrate import prepare_calibration  # noqa: PLC0415
    from myotis.simulate.calibration.declaration import read_declaration  # noqa: PLC0415
    from myotis.simulate.course import ASSUMED, read_course_text  # noqa: PLC0415

    trial, declared = read_trial(protocol), read_declaration(declaration or protocol)
    assumed, figures = read_course_text(course or protocol, ASSUMED), read_published(published or protocol)
    prepared = prepare_calibration(trial, assumed, figures, declared)
    with telling_failures(out):
        out.mkdir(parents=True, exist_ok=True)
    with ChunkProgress("Calibrating") as progress:
        found = fit(
            prepared, seed=seed, draws=draws, scenarios=scenarios, workers=workers or os.cpu_count() or 1,
            tell=lambda done, of, what: progress.tell(done, of, f"Calibrating, {what}"),
        )  # fmt: skip
    write_datasets(out, {"FIGURES": found.figures, "PARAMETERS": found.parameters})
    with telling_failures(out):
        (out / "course.toml").write_text(found.course, "utf-8")
        for number, text in enumerate(found.scenarios, 1):
            (out / f"scenario-draw-{number}.toml").write_text(text, "utf-8")
    lines = [
        *summarize_calibration(found.figures, found.parameters),
        f"The course has {found.values} numbers; {found.moved} of them moved, by as much as {found.learned:.1f} free "
        "parameters",
        f"Chi-square of figures and priors: {found.objectives[0]:.1f} as assumed, {found.objectives[-1]:.1f} fitted",
    ]
    facts = [("Protocol", f"{trial.trial.id}, {trial.trial.version}"), ("Seed", str(seed)), *_split(lines)]
    page = render_calibration(found.figures, found.parameters, title=declared.title, facts=facts)
    write_report(out / "calibration.html", page)
    if as_json:
        typer.echo(found.figures.write_json())
        return
    for line in lines:
        typer.echo(line)
    typer.echo(f"The course: {out / 'course.toml'}")
    typer.echo(f"The page: {out / 'calibration.html'}")


def _split(lines: list[str]) -> list[tuple[str, str]]:
    """Lines that begin with a term and a colon, as terms and meanings."""
    parts = [line.partition(": ") for line in lines]
    return [(term, meaning) for term, colon, meaning in parts if colon]
