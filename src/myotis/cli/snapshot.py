"""``myotis snapshot``: the log of a trial as SDTM-shaped tables, now or at any moment."""

from pathlib import Path
from typing import Annotated

import typer

from myotis.cli.moments import read_moment
from myotis.cli.options import Json, OutFolder, Protocol


def snapshot(
    log: Annotated[Path, typer.Argument(help="The log of the blinded world.", metavar="LOG", dir_okay=False)],
    out: OutFolder,
    protocol: Protocol = "proderm",
    amended: Annotated[
        list[str] | None, typer.Option(help="A protocol that an amendment in the log leads to.", metavar="TRIAL")
    ] = None,
    as_of: Annotated[
        str, typer.Option(help="Leave out what was entered later, such as 2024-03-01T12:00+01:00.", metavar="TIME")
    ] = "",
    as_json: Json = False,
) -> None:
    """Check a trial's log and write it as SDTM-shaped tables, without any treatment, with one digest."""
    from myotis.conduct.snapshot.take import take_snapshot  # noqa: PLC0415 (loaded on call, so that --help is quick)
    from myotis.exchange.folders import write_datasets  # noqa: PLC0415
    from myotis.exchange.manifest import write_manifest  # noqa: PLC0415
    from myotis.log.canonical import write_canonical  # noqa: PLC0415
    from myotis.log.reading import read_log  # noqa: PLC0415
    from myotis.protocol.read import read_trial  # noqa: PLC0415

    moment = read_moment(as_of) if as_of else None
    later = [read_trial(name) for name in amended or []]
    taken = take_snapshot(read_log(log), read_trial(protocol), as_of=moment, protocols=later)
    write_datasets(out, taken.tables)
    write_manifest(out, taken.describe())
    if as_json:
        typer.echo(write_canonical(taken.describe()))
        return
    state = "locked" if taken.locked else "not locked"
    typer.echo(f"{taken.entries} entries up to {taken.as_of}, the trial being {state}")
    typer.echo(f"digest {taken.digest}")
