"""``myotis design``: how many subjects, what power, which effect."""

import typer

from myotis.cli.design.assurance import assurance
from myotis.cli.design.means import means
from myotis.cli.design.mixed_model import mixed_model
from myotis.cli.design.precision import precision
from myotis.cli.design.proportions import proportions
from myotis.cli.design.time_to_event import time_to_event

app = typer.Typer(
    name="design",
    help="Size a trial: subjects, power, detectable effect, precision, assurance.",
    no_args_is_help=True,
)

for command in (proportions, means, mixed_model, time_to_event, precision, assurance):
    app.command()(command)
