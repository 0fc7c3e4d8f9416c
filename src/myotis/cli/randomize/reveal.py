"""``myotis randomize reveal``: both logs joined into what was randomized and what was given."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from myotis.cli.moments import read_moment
from myotis.cli.options import Json, Protocol

DSMB = "dsmb"


def reveal(
    conduct: Annotated[Path, typer.Argument(help="The log of the blinded world.", metavar="CONDUCT", dir_okay=False)],
    pharmacy: Annotated[Path, typer.Argument(help="The log of the pharmacy.", metavar="PHARMACY", dir_okay=False)],
    out: Annotated[Path, typer.Option(help="The folder for ARMS and GIVEN; with --for, the sealed file.")],
    protocol: Protocol = "proderm",
    as_of: Annotated[
        str, typer.Option(help="Leave out what was entered later, such as 2024-03-01T12:00+01:00.", metavar="TIME")
    ] = "",
    to: Annotated[
        str | None,
        typer.Option("--for", help="Seal a copy to the statistician of the DSMB, and record that.", metavar=DSMB),
    ] = None,
    key: Annotated[Path | None, typer.Option(help="With --for: the public key of that statistician.")] = None,
    user: Annotated[str, typer.Option(help="With --for: who does it, as the pharmacy's log knows the person.")] = "",
    as_json: Json = False,
) -> None:
    """Reveal the treatments: arms as randomized and as treated, by period, and what each bag held.

    With --for dsmb nobody who runs the command sees them: the copy is sealed, and the pharmacy's log says that it was.
    """
    from myotis.log.reading import read_log  # noqa: PLC0415 (loaded on call, so that --help is quick)
    from myotis.pharmacy.reveal import reveal_treatments  # noqa: PLC0415
    from myotis.protocol.read import read_trial  # noqa: PLC0415

    trial, moment = read_trial(protocol), read_moment(as_of) if as_of else None
    site, dispensed = read_log(conduct), read_log(pharmacy)
    if to is not None:
        if to != DSMB or key is None or not user or moment is None:
            raise typer.BadParameter("--for takes dsmb, with --key, --user and --as-of")
        _seal_copy(out, trial, site, pharmacy, key, user, moment)
        return
    revealed = reveal_treatments(site, dispensed, trial, as_of=moment)
    _write(out, revealed)
    rows = [one._asdict() for one in revealed.disagreements]
    if as_json:
        print(json.dumps({"subjects": revealed.arms["USUBJID"].n_unique(), "disagreements": rows}))
        return
    print(f"{revealed.arms['USUBJID'].n_unique()} subjects, {revealed.given.height} bags")
    print(f"{len(rows)} disagreements between the logs" + (":" if rows else ""))
    for row in rows:
        print("  " + ", ".join(str(value) for value in row.values() if value))


def _write(folder: Path, revealed: Any) -> None:
    from myotis.exchange.folders import write_datasets  # noqa: PLC0415

    write_datasets(folder, {"ARMS": revealed.arms, "GIVEN": revealed.given})


def _seal_copy(out: Path, trial: Any, site: Any, pharmacy: Path, key: Path, user: str, moment: Any) -> None:
    import secrets  # noqa: PLC0415, TID251 (the edge has the system's entropy)
    from datetime import UTC, datetime  # noqa: PLC0415

    from myotis.keys.envelope import seal_envelope  # noqa: PLC0415
    from myotis.keys.files import check_absent, read_public_key, write_new_file  # noqa: PLC0415
    from myotis.log.act import User  # noqa: PLC0415
    from myotis.log.file import FileStore  # noqa: PLC0415
    from myotis.log.subject_keys import MemorySubjectKeys  # noqa: PLC0415
    from myotis.pharmacy.act import Means  # noqa: PLC0415
    from myotis.pharmacy.desk import open_pharmacy  # noqa: PLC0415
    from myotis.pharmacy.disclose import copy_context, seal_for_dsmb  # noqa: PLC0415
    from myotis.pharmacy.roles import Role  # noqa: PLC0415
    from myotis.randomize.sealed import encode  # noqa: PLC0415

    check_absent(out)
    public = read_public_key(key)
    if public.role != DSMB:
        raise typer.BadParameter(f"the key is of role {public.role}; expected the key of role {DSMB}")
    desk = open_pharmacy(
        trial, FileStore(pharmacy), Means(secrets.token_bytes), clock=lambda: datetime.now(UTC),  # noqa: TID251
        entropy=secrets.token_bytes, keyring=MemorySubjectKeys(),
    )  # fmt: skip
    copy = seal_for_dsmb(
        desk, User(user, Role.DSMB_STATISTICIAN), site, moment,
        lambda plain: seal_envelope(public, plain, copy_context(trial.trial.id)),
    )  # fmt: skip
    write_new_file(out, encode(copy) + "\n")
    print(f"sealed to {public.describe()}: {out}")
