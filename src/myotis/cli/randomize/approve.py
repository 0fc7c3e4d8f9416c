"""``myotis randomize approve``: an unblinded statistician opens a sealed list, checks it and signs."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from myotis.cli.options import Protocol
from myotis.cli.randomize.clock import tell_time
from myotis.cli.randomize.folder import KeyFolder, read_folder
from myotis.cli.randomize.passphrases import PassphraseFile, open_key

if TYPE_CHECKING:
    from myotis.keys.pairs import PrivateKey
    from myotis.randomize.sealed import SealedList


def approve(
    file: Annotated[Path, typer.Argument(help="The sealed list.", metavar="LIST")],
    specification: Annotated[Path, typer.Option(help="The list specification it was made by.", metavar="FILE")],
    keys: KeyFolder,
    key: Annotated[Path, typer.Option(help="The statistician's private key, which signs.", metavar="FILE")],
    opener: Annotated[
        list[Path],
        typer.Option(
            "--open-with",
            help="A private key that opens the list: the pharmacy's or the escrow's first, others may follow.",
            metavar="FILE",
        ),
    ],
    out: Annotated[Path, typer.Option(help="The approval to write.", metavar="FILE")],
    protocol: Protocol = "proderm",
    former: Annotated[
        Path | None, typer.Option(help="The version before, where this is a later one.", metavar="LIST")
    ] = None,
    balance: Annotated[
        bool, typer.Option("--balance", help="Show how often each arm stands in each stratum: this unblinds.")
    ] = False,
    demonstration: Annotated[
        bool, typer.Option("--demonstration", help="Approve a list from a named seed, for demonstrations alone.")
    ] = False,
    passphrase_file: PassphraseFile = None,
    opener_passphrase_file: Annotated[
        list[Path] | None,
        typer.Option(help="As --passphrase-file, one for each --open-with, in their order.", metavar="FILE"),
    ] = None,
) -> None:
    """Approve a sealed list. Nothing is allocated from a list before."""
    from myotis.keys.files import check_absent, write_record  # noqa: PLC0415 (loaded on call, so that --help is quick)
    from myotis.protocol.read import read_trial  # noqa: PLC0415
    from myotis.randomize.approve import CHECKED, approve_list  # noqa: PLC0415
    from myotis.randomize.sealed import read_sealed_list  # noqa: PLC0415
    from myotis.randomize.specification import read_specification  # noqa: PLC0415

    files: list[Path | None] = [*opener_passphrase_file] if opener_passphrase_file else [None for _ in opener]
    if len(files) != len(opener):
        raise typer.BadParameter("there must be one --opener-passphrase-file for each --open-with, or none at all")
    check_absent(out)
    sealed, trial, specified = read_sealed_list(file), read_trial(protocol), read_specification(specification)
    before = None if former is None else read_sealed_list(former)
    known = read_folder(keys)
    statistician = open_key(key, passphrase_file)
    openers = [open_key(path, words) for path, words in zip(opener, files, strict=True)]
    approval = approve_list(
        sealed, trial, specified, statistician=statistician, openers=openers, keys=known.keys, at=tell_time(),
        former=before, reports=known.reports, live=not demonstration,
    )  # fmt: skip
    if balance:
        _print_balance(sealed, openers[0])
    write_record(out, approval)
    print(f"approved by {statistician.public.holder}: {out}")
    for checked in CHECKED:
        print(f"  {checked}")


def _print_balance(sealed: "SealedList", key: "PrivateKey") -> None:
    from myotis.randomize.soundness import count_arms  # noqa: PLC0415 (loaded on call)
    from myotis.randomize.unseal import reveal_list  # noqa: PLC0415

    for stratum, counts in count_arms(reveal_list(sealed, key)).items():
        print(f"{stratum}: " + ", ".join(f"{arm} {count}" for arm, count in counts.items()))
