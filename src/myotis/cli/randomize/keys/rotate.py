"""``myotis randomize keys rotate``: the next version of a sealed list, with another key."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from myotis.cli.randomize.passphrases import PassphraseFile, open_key

if TYPE_CHECKING:
    from myotis.randomize.sealed import Recipient


def rotate(
    file: Annotated[Path, typer.Argument(help="The sealed list in its last version.", metavar="LIST")],
    recipient: Annotated[
        str, typer.Option(help="Whose key is replaced: pharmacy, code_break, escrow or list_maker.", metavar="ROLE")
    ],
    key: Annotated[
        Path,
        typer.Option(
            help="The private key that opens the list and signs; for list_maker the new private key.", metavar="FILE"
        ),
    ],
    out: Annotated[Path, typer.Option(help="The next version of the list to write.", metavar="FILE")],
    new: Annotated[Path | None, typer.Option(help="The new public key; not for list_maker.", metavar="FILE")] = None,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Replace a key: reseal a list to a new key, or sign it anew. The new version needs an approval of its own."""
    from myotis.keys.files import check_absent, read_public_key  # noqa: PLC0415 (loaded on call)
    from myotis.randomize.reseal import reseal_list, sign_anew  # noqa: PLC0415
    from myotis.randomize.sealed import RECIPIENTS, read_sealed_list, write_sealed_list  # noqa: PLC0415

    if recipient not in {*RECIPIENTS, "list_maker"}:
        raise typer.BadParameter(f"the recipient is one of {', '.join(RECIPIENTS)}, list_maker")
    if (new is None) != (recipient == "list_maker"):
        raise typer.BadParameter("--new names the new public key of a recipient; a list-maker signs with --key alone")
    check_absent(out)
    sealed = read_sealed_list(file)
    fresh = None if new is None else read_public_key(new)
    holder = open_key(key, passphrase_file)
    later = (
        sign_anew(sealed, holder) if fresh is None else reseal_list(sealed, cast("Recipient", recipient), fresh, holder)
    )
    write_sealed_list(out, later)
    print(f"version {later.version}: {out}")
    print("Nothing is allocated from it before it is approved (myotis randomize approve --former).")
