"""``myotis randomize seal``: a list, each slot encrypted to pharmacy, code break and escrow."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from myotis.cli.options import Protocol
from myotis.cli.randomize.passphrases import PassphraseFile, open_key
from myotis.errors import InputError

if TYPE_CHECKING:
    from myotis.randomize.lists import AllocationList


def seal(
    key: Annotated[Path, typer.Option(help="The list-maker's private key, which signs.", metavar="FILE")],
    pharmacy: Annotated[Path, typer.Option(help="The pharmacy's public key.", metavar="FILE")],
    code_break: Annotated[Path, typer.Option(help="The code break's public key.", metavar="FILE")],
    escrow: Annotated[Path, typer.Option(help="The escrow's public key.", metavar="FILE")],
    out: Annotated[Path, typer.Option(help="The sealed list to write.", metavar="FILE")],
    plain_file: Annotated[
        Path | None, typer.Argument(help="The list that myotis randomize make wrote.", metavar="LIST")
    ] = None,
    specification: Annotated[
        Path | None,
        typer.Option(
            help="In place of LIST: make a live list by this specification, and never write it down.", metavar="FILE"
        ),
    ] = None,
    protocol: Protocol = "proderm",
    passphrase_file: PassphraseFile = None,
) -> None:
    """Seal a list. Whoever has the sealed list sees no arm and can't tell one slot from another."""
    from myotis.keys.files import check_absent, read_public_key  # noqa: PLC0415 (loaded on call, so --help is quick)
    from myotis.randomize.seal import seal_list  # noqa: PLC0415
    from myotis.randomize.sealed import write_sealed_list  # noqa: PLC0415

    if (plain_file is None) == (specification is None):
        raise typer.BadParameter("name either a list, or the --specification that one is made by")
    check_absent(out)
    plain = _read_or_make(plain_file, specification, protocol)
    sealed = seal_list(
        plain,
        {
            "pharmacy": read_public_key(pharmacy),
            "code_break": read_public_key(code_break),
            "escrow": read_public_key(escrow),
        },
        open_key(key, passphrase_file),
    )
    write_sealed_list(out, sealed)
    print(f"{sealed.trial}: {plain.count_places()} slots in {len(sealed.slots_by_stratum)} strata, sealed: {out}")
    print(f"digest       {sealed.digest}")
    print(f"usable live  {'yes, once it is approved' if sealed.usable_live else 'no, it is from a named seed'}")
    if plain_file is not None:
        print(f"Destroy the plain list now, with its copies: {plain_file}")


def _read_or_make(plain_file: Path | None, specification: Path | None, protocol: str) -> "AllocationList":
    from myotis.cli.randomize.specified import read_fitting  # noqa: PLC0415 (loaded on call)
    from myotis.protocol.read import read_trial  # noqa: PLC0415
    from myotis.randomize.lists import ENTROPY_BYTES, find_list_faults, make_list, read_list  # noqa: PLC0415
    from myotis.randomize.seal import draw_entropy  # noqa: PLC0415

    trial = read_trial(protocol)
    if specification is not None:
        return make_list(trial, read_fitting(specification, trial, live=True), entropy=draw_entropy(ENTROPY_BYTES))
    assert plain_file is not None
    plain = read_list(plain_file)
    if faults := find_list_faults(plain, trial):
        raise InputError(fault.inside(plain_file.name) for fault in faults)
    return plain
