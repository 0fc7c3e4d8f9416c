"""``myotis anchor``: sign how far a log has come."""

from pathlib import Path
from typing import Annotated

import typer

from myotis.cli.check_log import read_lines_of_log
from myotis.cli.ending import NO
from myotis.cli.randomize.passphrases import PassphraseFile, open_key


def anchor(
    log: Annotated[Path, typer.Argument(help="The log of acts.")],
    key: Annotated[Path, typer.Option(help="The private key of who keeps the log; it signs.", metavar="FILE")],
    out: Annotated[Path, typer.Option(help="The anchor to write.", metavar="FILE")],
    passphrase_file: PassphraseFile = None,
) -> None:
    """Sign how far a log has come. Keep the anchor where who keeps the log can't change it: myotis check --anchor then
    sees a log that was cut off or written anew."""
    from datetime import UTC, datetime  # noqa: PLC0415 (loaded on call, so that --help is quick)

    from myotis.keys.files import check_absent  # noqa: PLC0415
    from myotis.log.anchor import make_anchor, write_anchor  # noqa: PLC0415
    from myotis.log.check import check_lines  # noqa: PLC0415
    from myotis.log.store import MemoryStore  # noqa: PLC0415

    check_absent(out)
    lines = read_lines_of_log(log)
    if found := check_lines(lines):
        print(f"{log}: the log is not as it was written, so it is not anchored; myotis check says more")
        print(f"{log}, {found[0]}")
        raise typer.Exit(NO)
    entries = [line.entry for line in lines if line.entry is not None]
    now = datetime.now(UTC)  # noqa: TID251 (the command line is the edge)
    made = make_anchor(MemoryStore(entries), open_key(key, passphrase_file), now)
    write_anchor(out, made)
    print(f"{log}: anchored at entry {made.entry}: {out}")
    print(f"digest   {made.digest}")
