"""``myotis randomize``: allocation lists, from how they are made to how they are opened."""

import typer

from myotis.cli.randomize.assess import assess
from myotis.cli.randomize.make import make

app = typer.Typer(name="randomize", help="Make, assess and seal allocation lists.", no_args_is_help=True)

for command in (make, assess):
    app.command()(command)
