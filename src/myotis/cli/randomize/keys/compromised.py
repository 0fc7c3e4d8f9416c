"""``myotis randomize keys compromised``: a signed report that a key is lost or in other hands."""

from pathlib import Path
from typing import Annotated

import typer

from myotis.cli.randomize.clock import tell_time
from myotis.cli.randomize.passphrases import PassphraseFile, open_key

PublicFile = Annotated[Path, typer.Argument(help="The file of a key, public or private.", metavar="KEY")]


def compromised(
    file: PublicFile,
    by: Annotated[Path, typer.Option(help="The private key of who reports.", metavar="FILE")],
    reason: Annotated[str, typer.Option(help="What happened, in a sentence that everybody may read.", metavar="TEXT")],
    out: Annotated[
        Path, typer.Option(help="The report to write: a file *.report in the folder of public keys.", metavar="FILE")
    ],
    passphrase_file: PassphraseFile = None,
) -> None:
    """Report that a key is lost or in other hands. Seals, approvals and allocation by it are refused from then on."""
    from myotis.keys.files import check_absent, read_public_key, write_record  # noqa: PLC0415 (loaded on call)
    from myotis.keys.records import report_compromised  # noqa: PLC0415
    from myotis.randomize.verify import ONCE_COMPROMISED  # noqa: PLC0415

    if out.suffix != ".report":
        raise typer.BadParameter("the name of the report ends in .report, so that it is found among the public keys")
    check_absent(out)
    key = read_public_key(file)
    write_record(out, report_compromised(open_key(by, passphrase_file), key, tell_time(), reason))
    print(f"{key.describe()} is reported: {out}")
    print(f"{ONCE_COMPROMISED.get(key.role, 'Make a new key, and use the old one no more')}.")
