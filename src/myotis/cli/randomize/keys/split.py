"""``myotis randomize keys split``: a key in shares that several people keep."""

from pathlib import Path
from typing import Annotated

import typer

from myotis.cli.randomize.passphrases import PassphraseFile, open_key

PrivateFile = Annotated[Path, typer.Argument(help="The file of a private key.", metavar="KEY")]


def split(
    file: PrivateFile,
    out: Annotated[Path, typer.Option(help="The folder to write the shares to.", file_okay=False)],
    threshold: Annotated[int, typer.Option(help="How many shares recover the key.", min=2, max=20)],
    shares: Annotated[int, typer.Option(help="How many shares there are.", min=2, max=20)],
    passphrase_file: PassphraseFile = None,
) -> None:
    """Split a key into shares, a file of one line each, to print and to hand to different people."""
    from myotis.keys.escrow import split_key  # noqa: PLC0415 (loaded on call)
    from myotis.keys.files import OWNER_ALONE, check_absent, write_new_file  # noqa: PLC0415

    files = [out / f"{file.stem}.share-{number}" for number in range(1, shares + 1)]
    check_absent(*files)
    made = split_key(open_key(file, passphrase_file), threshold, shares)
    for path, share in zip(files, made, strict=True):
        write_new_file(path, share.write() + "\n", mode=OWNER_ALONE)
    print(f"{shares} shares in {out}; any {threshold} of them recover the key, fewer tell nothing of it")
    print(f"Print them, hand them out, try {threshold} of them (keys recover), then delete them and {file}.")
