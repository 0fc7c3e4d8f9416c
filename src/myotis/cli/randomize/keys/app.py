"""``myotis randomize keys``: the keys of a trial, from their making to the report that one is compromised."""

import typer

from myotis.cli.randomize.keys.check import check
from myotis.cli.randomize.keys.compromised import compromised
from myotis.cli.randomize.keys.drill import drill
from myotis.cli.randomize.keys.make import make
from myotis.cli.randomize.keys.public import public
from myotis.cli.randomize.keys.recover import recover
from myotis.cli.randomize.keys.rotate import rotate
from myotis.cli.randomize.keys.split import split

app = typer.Typer(name="keys", help="Make, split, test, replace and report keys.", no_args_is_help=True)

for command in (make, public, split, recover, drill, rotate, compromised, check):
    app.command()(command)
