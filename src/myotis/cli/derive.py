"""``myotis derive``: the analysis datasets of a snapshot."""

from pathlib import Path
from typing import Annotated

import typer

from myotis.cli.options import OutFolder, Protocol


def derive(
    snapshot: Annotated[
        Path,
        typer.Argument(help="The folder of a snapshot: one Parquet file for each SDTM table.", metavar="FOLDER"),
    ],
    out: OutFolder,
    protocol: Protocol = "proderm",
    sdtm: Annotated[
        bool, typer.Option("--sdtm", help="Also write DM, EX and SE as they are once treatments are known.")
    ] = False,
) -> None:
    """Derive ADSL, ADTIS, ADCSM, ADEX and ADAE from a snapshot."""
    from myotis.datasets.sdtm import SDTM  # noqa: PLC0415 (loaded on call, so that --help is quick)
    from myotis.datasets.sdtm_conduct import CONDUCT_TABLES  # noqa: PLC0415
    from myotis.datasets.treatments import TREATMENT_TABLES  # noqa: PLC0415
    from myotis.derive.datasets import derive_datasets  # noqa: PLC0415
    from myotis.derive.treatments import take_treatments  # noqa: PLC0415
    from myotis.exchange.folders import read_datasets, write_datasets  # noqa: PLC0415
    from myotis.protocol.read import read_trial  # noqa: PLC0415

    known = {*SDTM, *CONDUCT_TABLES, *TREATMENT_TABLES, "LIVE"}
    tables = {name: frame for name, frame in read_datasets(snapshot).items() if name in known}
    trial = read_trial(protocol)
    datasets = derive_datasets(tables, trial)
    if sdtm:
        given, _ = take_treatments(tables, trial)
        datasets |= {name: given[name] for name in ("DM", "EX", "SUPPEX", "SE") if name in given}
    write_datasets(out, datasets)
    for name, frame in datasets.items():
        typer.echo(f"{name}: {frame.height} rows")
