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

NOT_ANCHORED = "no anchor was given: a log that was written wholly anew, or lost its last acts, looks the same"


def check_log_file(file: Path, anchor_files: Sequence[Path], key_files: Sequence[Path], *, as_json: bool) -> None:
    """Print whether a log is unaltered, and every finding where it isn't; then the command ends with status 1."""
    from myotis.keys.files import read_public_key  # noqa: PLC0415 (loaded on call, so that --help is quick)
    from myotis.log.anchor import read_anchor  # noqa: PLC0415
    from myotis.log.check import check_lines  # noqa: PLC0415

    anchors = [read_anchor(anchor) for anchor in anchor_files]
    keys = [read_public_key(key) for key in key_files]
    lines = read_lines_of_log(file)
    found = check_lines(lines, anchors, keys)
    summary = _summarize(file, lines, anchors, found)
    if as_json:
        print(json.dumps(summary, indent=2, ensure_ascii=False))
    else:
        _print(summary, found)
    if found:
        raise typer.Exit(NO)


def read_lines_of_log(file: Path) -> "list[Line]":
    """The lines of a log. Raises InputError where it can't be read, or none of its lines is an entry."""
    from myotis.log.reading import read_log_lines  # noqa: PLC0415

    lines = read_log_lines(file)
    if lines and not any(line.begins_as_entry for line in lines):
        fault = Fault(what="the file is not a log", expected="a log of acts, each line an entry", file=str(file))
        raise InputError([fault])
    return lines


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
