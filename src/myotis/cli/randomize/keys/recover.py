"""``myotis randomize keys recover``: a key from enough of its shares."""

from pathlib import Path
from typing import Annotated

import typer

from myotis.cli.randomize.passphrases import PassphraseFile, find_passphrase


def recover(
    file: Annotated[Path, typer.Argument(help="The public key that the shares are of.", metavar="KEY.pub")],
    shares: Annotated[list[Path], typer.Argument(help="Files with one share each.", metavar="SHARE...")],
    out: Annotated[Path, typer.Option(help="The private key to write.", metavar="FILE")],
    passphrase_file: PassphraseFile = None,
) -> None:
    """Recover a key from enough of its shares, under a new passphrase."""
    from myotis.cli.randomize.shares import read_shares  # noqa: PLC0415 (loaded on call)
    from myotis.keys.escrow import recover_key  # noqa: PLC0415
    from myotis.keys.files import check_absent, read_public_key, write_private_key  # noqa: PLC0415
    from myotis.randomize.seal import draw_entropy  # noqa: PLC0415

    check_absent(out)
    key = recover_key(read_public_key(file), read_shares(shares))
    passphrase = find_passphrase(passphrase_file, f"New passphrase for {out}: ", twice=True)
    write_private_key(out, key, passphrase, draw_entropy)
    print(f"recovered {key.public.describe()}: {out}")
