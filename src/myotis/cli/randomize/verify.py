"""``myotis randomize verify``: shows without any private key that a sealed list is as it was sealed."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from myotis.cli.options import Json
from myotis.cli.randomize.folder import KeyFolder, read_folder
from myotis.errors import SealError
from myotis.log.entry import Entry

THE_ANSWER_IS_NO = 1


def verify(
    files: Annotated[
        list[Path],
        typer.Argument(help="The sealed list: all of its versions, from the first on.", metavar="LIST..."),
    ],
    keys: KeyFolder,
    approval: Annotated[Path | None, typer.Option(help="The approval of the last version.", metavar="FILE")] = None,
    against: Annotated[
        Path | None, typer.Option(help="A copy of the last version that was kept elsewhere.", metavar="LIST")
    ] = None,
    log: Annotated[
        Path | None,
        typer.Option(help="The log of the blinded world: slots were taken one after the other.", metavar="LOG"),
    ] = None,
    as_json: Json = False,
) -> None:
    """Verify a sealed list: no slot was changed, added, exchanged or reordered, and the signatures are right; with the
    log also that none was skipped or taken twice.

    Exit status 0: all is well. 1: something is not; it says what, and where.
    """
    from myotis.keys.files import read_record  # noqa: PLC0415 (loaded on call, so that --help is quick)
    from myotis.log.reading import read_log  # noqa: PLC0415
    from myotis.randomize.approve import APPROVAL, check_approved  # noqa: PLC0415
    from myotis.randomize.ledger import check_taken  # noqa: PLC0415
    from myotis.randomize.sealed import read_sealed_list  # noqa: PLC0415
    from myotis.randomize.versions import compare_copies, verify_versions  # noqa: PLC0415

    versions = [read_sealed_list(file) for file in files]
    known = read_folder(keys)
    faults = verify_versions(versions, known.keys, known.reports)
    if against is not None:
        faults += compare_copies(read_sealed_list(against), versions[-1])
    taken = _list_taken(read_log(log)) if log else []
    refusal, live = "", True
    if approval is not None and not faults:
        record = read_record(approval, APPROVAL)
        live = record.record.get("live") is True
        try:
            check_approved(versions[-1], record, known.keys, known.reports, live=live)
        except SealError as error:
            refusal = str(error)
    if not faults and not refusal:
        try:
            check_taken(versions[-1], taken)
        except SealError as error:
            refusal = f"{error}, by the log"
    if as_json:
        print(json.dumps({"faults": [asdict(fault) for fault in faults], "refused": refusal or None}))
    else:
        for fault in faults:
            print(fault)
        _print_answer(len(faults), refusal, approved=approval is not None, live=live)
    if faults or refusal:
        raise typer.Exit(THE_ANSWER_IS_NO)


def _list_taken(entries: list[Entry]) -> list[str]:
    """The slots that were taken, in the order of the log."""
    return [entry.get("slot") for entry in entries if entry.act == "randomize_subject" and entry.get("slot")]


def _print_answer(count: int, refusal: str, *, approved: bool, live: bool) -> None:
    if count:
        print(f"{count} fault{'s' if count != 1 else ''}: the list must not be used")
    elif refusal:
        print(refusal)
    else:
        good = ", and the approval is good" + ("" if live else " for demonstrations alone")
        print("every slot is as it was sealed" + (good if approved else ""))
