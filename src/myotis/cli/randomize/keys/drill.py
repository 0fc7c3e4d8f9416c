"""``myotis randomize keys drill``: a signed record that a holder can use a key."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from myotis.cli.randomize.clock import tell_time
from myotis.cli.randomize.passphrases import PassphraseFile, open_key

if TYPE_CHECKING:
    from myotis.keys.pairs import PrivateKey

PrivateFile = Annotated[Path, typer.Argument(help="The file of a private key.", metavar="KEY")]


def drill(
    file: PrivateFile,
    out: Annotated[Path, typer.Option(help="The signed record to write.", metavar="FILE")],
    public_file: Annotated[
        Path | None,
        typer.Option("--public", help="The public key that others seal to, from their copy.", metavar="FILE"),
    ] = None,
    sealed_file: Annotated[
        Path | None, typer.Option("--sealed", help="A sealed list of which every slot is opened too.", metavar="LIST")
    ] = None,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Show that a holder can use a key: open a test envelope and, with --sealed, every slot; write a signed record.

    No arm is shown or kept.
    """
    from myotis.keys.files import check_absent, read_public_key, write_record  # noqa: PLC0415 (loaded on call)
    from myotis.keys.records import answer_challenge, check_drill, make_challenge  # noqa: PLC0415
    from myotis.randomize.seal import draw_entropy  # noqa: PLC0415

    check_absent(out)
    known = read_public_key(file if public_file is None else public_file)
    key = open_key(file, passphrase_file)
    opened = None if sealed_file is None else _open_all(sealed_file, key)
    challenge = make_challenge(known, draw_entropy)
    record = answer_challenge(key, challenge, tell_time(), opened)
    check_drill(record, known, challenge.digest)
    write_record(out, record)
    also = "" if opened is None else ", and every slot of the list"
    print(f"{known.role}: {known.holder} opened the test envelope{also}: {out}")


def _open_all(file: Path, key: "PrivateKey") -> str:
    from myotis.randomize.sealed import read_sealed_list  # noqa: PLC0415 (loaded on call)
    from myotis.randomize.unseal import open_arms  # noqa: PLC0415

    sealed = read_sealed_list(file)
    open_arms(sealed, key)
    return sealed.digest
