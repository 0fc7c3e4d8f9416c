"""Options that are the same in every command."""

from pathlib import Path
from typing import Annotated

import typer

Protocol = Annotated[
    str, typer.Option(help="The protocol: a TOML file, or the name of a trial that comes with Myotis.", metavar="TRIAL")
]
OutFolder = Annotated[Path, typer.Option("--out", help="The folder to write to.", file_okay=False)]
Json = Annotated[bool, typer.Option("--json", help="One JSON document on standard output, nothing else.")]
