"""The command line: its commands, in the order of a trial's life."""

from typing import Any, NoReturn

import typer
from typer.core import TyperGroup

from myotis.cli.analyze import analyze
from myotis.cli.anchor import anchor
from myotis.cli.calibrate import calibrate
from myotis.cli.check import check
from myotis.cli.demo import demo
from myotis.cli.derive import derive
from myotis.cli.design.app import app as design
from myotis.cli.ending import run_to_its_end
from myotis.cli.randomize.app import app as randomize
from myotis.cli.report import report
from myotis.cli.score import score
from myotis.cli.simulate import simulate
from myotis.cli.snapshot import snapshot

ORDER = (
    "demo", "check", "design", "simulate", "calibrate", "randomize", "anchor", "score", "snapshot", "derive", "analyze",
    "report",
)  # fmt: skip
"""The commands in the order of a trial's life."""


class LifeOfATrial(TyperGroup):
    """Lists the commands in their order; the library lists groups of commands last."""

    def list_commands(self, ctx: Any) -> list[str]:
        """The names of the commands."""
        return sorted(super().list_commands(ctx), key=ORDER.index)


app = typer.Typer(
    name="myotis",
    cls=LifeOfATrial,
    help="A myositis trial from its protocol to its paper.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    rich_markup_mode="markdown",
    context_settings={"help_option_names": ["-h", "--help"]},
)

app.command()(demo)
app.command()(check)
app.add_typer(design)
app.add_typer(randomize)
for stage in (simulate, calibrate, anchor, score, snapshot, derive, analyze, report):
    app.command()(stage)


def main() -> NoReturn:
    """Run the command line; the process ends as ``myotis.cli.ending`` says."""
    run_to_its_end(app)
