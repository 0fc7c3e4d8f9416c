"""``myotis randomize``: allocation lists, from how they are made to how they are opened."""

import typer

from myotis.cli.randomize.approve import approve
from myotis.cli.randomize.assess import assess
from myotis.cli.randomize.keys.app import app as keys
from myotis.cli.randomize.make import make
from myotis.cli.randomize.open_copy import open_copy
from myotis.cli.randomize.reveal import reveal
from myotis.cli.randomize.seal import seal
from myotis.cli.randomize.verify import verify

app = typer.Typer(name="randomize", help="Make, assess and seal allocation lists.", no_args_is_help=True)

app.add_typer(keys)
for command in (make, assess, seal, approve, verify, reveal, open_copy):
    app.command()(command)
