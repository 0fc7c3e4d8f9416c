"""``myotis randomize keys public``: what everybody may know of a key."""

import json
from pathlib import Path
from typing import Annotated

import typer

from myotis.cli.options import Json

PublicFile = Annotated[Path, typer.Argument(help="The file of a key, public or private.", metavar="KEY")]


def public(
    file: PublicFile,
    out: Annotated[Path | None, typer.Option(help="Write the public key to this file.", metavar="FILE")] = None,
    as_json: Json = False,
) -> None:
    """Show what everybody may know of a key. Compare fingerprints by another way than the one the file came."""
    from myotis.keys.files import read_public_key, write_public_key  # noqa: PLC0415 (loaded on call)

    key = read_public_key(file)
    if out is not None:
        write_public_key(out, key)
    if as_json:
        print(json.dumps(key.document()))
        return
    print(f"{key.role}: {key.holder}, made {key.created}")
    print(f"fingerprint  {key.key_id}")
