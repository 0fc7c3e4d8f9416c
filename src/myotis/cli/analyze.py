"""``myotis analyze``: the analysis plan carried out on analysis datasets."""

from pathlib import Path
from typing import Annotated

import typer

from myotis.cli.options import Json, Protocol


def analyze(
    datasets: Annotated[
        Path,
        typer.Argument(
            help="The folder of the analysis datasets: ADSL, ADTIS, ADCSM, and ADEX, ADAE for safety.", metavar="FOLDER"
        ),
    ],
    out: Annotated[
        Path | None, typer.Option(help="The file for the results rows: .parquet, .csv or .tsv.", metavar="FILE")
    ] = None,
    protocol: Protocol = "proderm",
    baskets: Annotated[
        Path | None,
        typer.Option(
            help="Query baskets for the safety analysis: a table of basket, term, scope (and category, algorithm).",
            metavar="FILE",
        ),
    ] = None,
    data_cut: Annotated[str, typer.Option(help="What the state of the data is called in every row.")] = "",
    as_json: Json = False,
) -> None:
    """Carry out the analysis plan: every estimand and the descriptive statistics, as results rows."""
    from myotis.analyze.results_file import write_results  # noqa: PLC0415 (loaded on call, so that --help is quick)
    from myotis.analyze.safety.baskets import read_baskets  # noqa: PLC0415
    from myotis.analyze.trial import analyze_trial  # noqa: PLC0415
    from myotis.exchange.folders import read_datasets  # noqa: PLC0415
    from myotis.protocol.read import read_trial  # noqa: PLC0415
    from myotis.report.text import render_primary_result  # noqa: PLC0415

    if out is None and not as_json:
        raise typer.BadParameter("say where the results rows go: --out FILE, or --json")
    trial = read_trial(protocol)
    queries = () if baskets is None else read_baskets(baskets)
    results = analyze_trial(read_datasets(datasets), trial, data_cut=data_cut, baskets=queries)
    if out is not None:
        write_results(out, results)
    if as_json:
        typer.echo(results.write_json())
    else:
        typer.echo(render_primary_result(results, trial))
