"""``myotis randomize keys check``: the signatures under drills and reports."""

from pathlib import Path
from typing import Annotated

import typer

from myotis.cli.randomize.folder import KeyFolder, read_folder


def check(
    records: Annotated[list[Path], typer.Argument(help="Records of drills, and reports.", metavar="RECORD...")],
    keys: KeyFolder,
) -> None:
    """Check the signatures under drills and reports."""
    from myotis.keys.files import read_record  # noqa: PLC0415 (loaded on call)
    from myotis.keys.records import COMPROMISED, DRILL, check_drill  # noqa: PLC0415

    known = read_folder(keys).keys
    for file in records:
        record = read_record(file, DRILL, COMPROMISED)
        signer = record.check(known)
        if record.kind == DRILL:
            check_drill(record, signer)
        about = f"{record.record.get('role')} {str(record.record.get('key_id'))[:8]}"
        print(f"{file}: {record.kind}, {about}, signed by {signer.role} {signer.holder}, {record.record.get('at')}")
