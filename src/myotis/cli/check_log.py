"""What ``myotis check LOG`` does: is the log unaltered, and does it go on from its anchors?"""

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from myotis.cli.ending import NO
from myotis.errors import Fault, InputError

if TYPE_CHECKING:
    from myotis.log.anchor import Anchor
    from myotis.log.check import Finding, Line

BEGINNING = b'{"digest":"'
"""How an entry begins: a log may hold nothing but a first line that was cut off."""

NOT_ANCHORED = "no anchor was given: a log that was written wholly anew, or lost its last acts, looks the same"


def check_log_file(file: Path, anchor_files: Sequence[Path], key_files: Sequence[Path], *, as_json: bool) -> None:
    """Print whether a log is unaltered, and every finding where it isn't; then the command ends with status 1."""
    from myotis.keys.files import read_public_key  # noqa: PLC0415 (loaded on call, so that --help is quick)
    from myotis.log.anchor import read_anchor  # noqa: PLC0415
    from myotis.log.check import check_lines  # noqa: PLC0415

    anchors = [read_anchor(anchor) for anchor in anchor_files]
    keys = [read_public_key(key) for key in key_files]
    lines = read_log(file)
    found = check_lines(lines, anchors, keys)
    summary = _summarize(file, lines, anchors, found)
    if as_json:
        print(json.dumps(summary, indent=2, ensure_ascii=False))
    else:
        _print(summary, found)
    if found:
        raise typer.Exit(NO)


def read_log(file: Path) -> "list[Line]":
    """The lines of a log. Raises InputError where it can't be read, or none of its lines is an entry."""
    from myotis.log.check import read_lines  # noqa: PLC0415
    from myotis.log.disk import lock_beside  # noqa: PLC0415

    try:
        with lock_beside(str(file.resolve()), shared=True), file.open("rb") as content:  # no writer is half through
            texts = content.readlines()
    except OSError as error:
        raise _fault(file, f"the file can't be read ({error.strerror})", "a file that exists and may be read") from None
    lines = read_lines(texts)
    if texts and all(line.entry is None for line in lines) and not BEGINNING.startswith(texts[0][: len(BEGINNING)]):
        raise _fault(file, "the file is not a log", "a log of acts, each line of it an entry")
    return lines


def _fault(file: Path, what: str, expected: str) -> InputError:
    return InputError([Fault(what=what, expected=expected, file=str(file))])


def _summarize(
    file: Path, lines: "Sequence[Line]", anchors: "Sequence[Anchor]", found: "Sequence[Finding]"
) -> dict[str, Any]:
    entries = [line.entry for line in lines if line.entry is not None]
    return {
        "log": str(file),
        "unaltered": not found,
        "entries": len(entries),
        "from": entries[0].recorded if entries else None,
        "to": entries[-1].recorded if entries else None,
        "digest": entries[-1].digest if entries else None,
        "anchors": [{"entry": one.entry, "at": one.at, "signed_by": one.signed.signed_by} for one in anchors],
        "findings": [asdict(finding) for finding in found],
    }


def _print(summary: dict[str, Any], found: "Sequence[Finding]") -> None:
    name, count = summary["log"], len(found)
    if found:
        print(f"{name}: the log is not as it was written, {count} finding{'s' if count != 1 else ''}")
        print("\n".join(f"{name}, {finding}" for finding in found))
        return
    print(f"{name}: the log is unaltered")
    print(f"entries  {summary['entries']}" + (f", {summary['from']} to {summary['to']}" if summary["entries"] else ""))
    if summary["entries"]:
        print(f"digest   {summary['digest']}")
    for anchor in summary["anchors"]:
        print(
            f"anchor   goes on from entry {anchor['entry']}, anchored {anchor['at']} by key {anchor['signed_by'][:8]}"
        )
    if not summary["anchors"]:
        print(f"anchor   {NOT_ANCHORED}")
