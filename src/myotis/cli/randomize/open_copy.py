"""``myotis randomize open-copy``: what was sealed to the statistician of the DSMB, opened by that person."""

from pathlib import Path
from typing import Annotated

import typer

from myotis.cli.options import OutFolder, Protocol
from myotis.cli.randomize.passphrases import PassphraseFile, open_key


def open_copy(
    copy: Annotated[Path, typer.Argument(help="The sealed copy that reveal --for dsmb made.", dir_okay=False)],
    key: Annotated[Path, typer.Option(help="The private key of the statistician of the DSMB.")],
    out: OutFolder,
    protocol: Protocol = "proderm",
    passphrase_file: PassphraseFile = None,
) -> None:
    """Open a copy of the treatments that was sealed to the statistician of the DSMB: ARMS and GIVEN."""
    from myotis.errors import Fault, InputError  # noqa: PLC0415 (loaded on call, so that --help is quick)
    from myotis.exchange.folders import write_datasets  # noqa: PLC0415
    from myotis.keys.envelope import open_envelope  # noqa: PLC0415
    from myotis.pharmacy.disclose import copy_context, read_copy  # noqa: PLC0415
    from myotis.protocol.read import read_trial  # noqa: PLC0415
    from myotis.randomize.sealed import decode  # noqa: PLC0415

    trial = read_trial(protocol)
    try:
        sealed = decode(copy.read_text("ascii").strip())
    except (OSError, ValueError) as error:
        expected = "the file that reveal --for dsmb made"
        raise InputError([Fault(file=copy.name, what="the file can't be read", expected=expected)]) from error
    opened = read_copy(open_envelope(open_key(key, passphrase_file), sealed, copy_context(trial.trial.id)).decode())
    write_datasets(out, {"ARMS": opened.arms, "GIVEN": opened.given})
    print(f"{opened.arms['USUBJID'].n_unique()} subjects, {opened.given.height} bags")
