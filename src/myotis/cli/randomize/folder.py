"""The folder with the public keys of a trial (``*.pub``) and with reports of compromised ones (``*.report``)."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from myotis.errors import Fault, InputError

if TYPE_CHECKING:
    from myotis.keys.pairs import PublicKey
    from myotis.keys.records import SignedRecord

KeyFolder = Annotated[
    Path,
    typer.Option(
        "--keys",
        help="The folder with the public keys of the trial (*.pub) and reports of compromised ones (*.report).",
        metavar="FOLDER",
    ),
]


class TrialKeys(NamedTuple):
    """What everybody knows of the keys of a trial."""

    keys: "list[PublicKey]"
    reports: "list[SignedRecord]"


def read_folder(folder: Path) -> TrialKeys:
    """Read the public keys and the reports. Raises InputError with every fault, also where there is no key."""
    from myotis.keys.files import read_public_key, read_record  # noqa: PLC0415 (loaded on call, so --help is quick)
    from myotis.keys.records import COMPROMISED  # noqa: PLC0415

    faults: list[Fault] = []
    found = TrialKeys([], [])
    for file in sorted(folder.glob("*")):
        try:
            if file.suffix == ".pub":
                found.keys.append(read_public_key(file))
            elif file.suffix == ".report":
                found.reports.append(read_record(file, COMPROMISED))
        except InputError as error:
            faults += error.faults
    if not found.keys and not faults:
        what, expected = "the folder has no public keys", "a folder with files *.pub"
        faults.append(Fault(what=what, expected=expected, file=str(folder)))
    if faults:
        raise InputError(faults)
    return found
