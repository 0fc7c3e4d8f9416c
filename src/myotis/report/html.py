"""The report: results rows as one HTML file that needs nothing else."""

import secrets  # noqa: TID251 (names of temporary files)
from pathlib import Path

import polars as pl

from myotis.errors import Fault, InputError
from myotis.exchange.writing import open_new
from myotis.protocol.trial import Trial
from myotis.report.context import read_context
from myotis.report.course import build_core_set, build_deterioration, build_tis
from myotis.report.end_points import build_end_points, build_key_result
from myotis.report.live_listing import build_live_listing
from myotis.report.methods import build_methods
from myotis.report.population import build_baseline, build_flow
from myotis.report.reproduction import build_reproduction
from myotis.report.safety import build_safety
from myotis.report.sensitivity import build_subgroups, build_tipping
from myotis.report.templating import render_template
from myotis.report.times import build_times

TEMPLATE = "report.html.j2"


def write_report(path: Path, page: str, *, private: bool = False) -> None:
    """Write a page; an existing file is replaced whole. Raises InputError where the path can't be written to.

    A ``private`` one is its owner's alone from the first moment on.
    """
    target = path.resolve()
    temporary = target.with_name(f".{target.name}.{secrets.token_hex(4)}.tmp")
    try:
        try:
            with open_new(temporary, private=private) as file:
                file.write(page.encode())
            temporary.replace(target)
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as error:
        what = f"the output can't be written ({error.strerror})"
        raise InputError([Fault(what=what, expected="a file in an existing folder", file=str(path))]) from error


def render_report(
    results: pl.DataFrame,
    trial: Trial,
    reproduction: pl.DataFrame | None = None,
    *,
    title: str = "",
    simulated_seed: int | None = None,
    live_differences: pl.DataFrame | None = None,
) -> str:
    """The report of a trial as the text of one HTML file, which loads nothing from anywhere.

    ``results`` are the rows of `myotis.analyze.trial.analyze_trial` for this protocol; ``reproduction`` those of
    `myotis.analyze.reproduce.reproduce_published`, for a trial that has been published. ``simulated_seed`` says that
    the subjects are virtual and which seed they come from: the page then says so at its top. ``live_differences`` is
    LIVEDIFF, listed at the end. The same input gives the same bytes: there is no date in it.

    Raises InputError where ``results`` are no results rows, SettingError where another protocol made them.

    >>> from myotis.analyze.trial import analyze_trial
    >>> from myotis.datasets.adam import ADCSM, ADSL, ADTIS
    >>> from myotis.protocol.read import read_trial
    >>> trial = read_trial("proderm")
    >>> nobody = analyze_trial({table.name: table.empty() for table in (ADSL, ADTIS, ADCSM)}, trial)
    >>> render_report(nobody, trial).startswith("<!DOCTYPE html>")
    True
    """
    context = read_context(results, trial)
    sections = [
        build_key_result(context),
        build_flow(context),
        build_baseline(context),
        build_tis(context),
        build_end_points(context),
        build_times(context),
        build_subgroups(context),
        build_tipping(context),
        build_core_set(context),
        build_deterioration(context),
        build_safety(context),
        build_methods(context),
        None if live_differences is None else build_live_listing(live_differences, trial),
        None if reproduction is None else build_reproduction(reproduction),
    ]
    cuts = sorted(set(results["data_cut"].drop_nulls()))
    return render_template(
        TEMPLATE,
        title=title or f"{trial.trial.id}: {trial.trial.title}",
        trial=trial,
        data_cut=", ".join(cuts),
        simulated_seed=simulated_seed,
        blinded=context.blinded,
        sections=[section for section in sections if section],
    )
