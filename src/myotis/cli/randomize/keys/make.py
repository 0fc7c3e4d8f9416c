"""``myotis randomize keys make``: a new key for a holder of a role."""

from pathlib import Path
from typing import Annotated

import typer

from myotis.cli.randomize.clock import tell_time
from myotis.cli.randomize.passphrases import PassphraseFile, find_passphrase


def make(
    role: Annotated[
        str,
        typer.Argument(
            help="list_maker, statistician, pharmacy, code_break, escrow, safety_physician, dsmb or log_keeper.",
            metavar="ROLE",
        ),
    ],
    holder: Annotated[str, typer.Option(help="Who holds the key: a person or a desk.", metavar="NAME")],
    out: Annotated[Path, typer.Option(help="The private key to write; the public one is beside it.", metavar="FILE")],
    passphrase_file: PassphraseFile = None,
) -> None:
    """Make a key: FILE under a passphrase for its holder, and FILE.pub for everybody."""
    from myotis.keys.files import check_absent, write_private_key, write_public_key  # noqa: PLC0415 (loaded on call)
    from myotis.keys.pairs import make_key  # noqa: PLC0415
    from myotis.randomize.seal import draw_entropy  # noqa: PLC0415

    if out.suffix == ".pub":
        raise typer.BadParameter("the name of a private key doesn't end in .pub, which is that of the public one")
    public_file = out.with_suffix(".pub")
    check_absent(out, public_file)
    key = make_key(role, holder, tell_time(), draw_entropy)
    passphrase = find_passphrase(passphrase_file, f"New passphrase for {out}: ", twice=True)
    write_private_key(out, key, passphrase, draw_entropy)
    write_public_key(public_file, key.public)
    print(f"{role}: {holder}")
    print(f"fingerprint  {key.public.key_id}")
    print(f"private key  {out} (keep it and the passphrase apart)")
    print(f"public key   {public_file}")
