"""Reading a log that nobody writes to now: only if it is unaltered."""

from pathlib import Path

from myotis.errors import Fault, InputError
from myotis.log.check import check_lines, read_lines
from myotis.log.entry import Entry


def read_log(path: Path) -> list[Entry]:
    """Every entry of a log file, checked wholly (``log/check.py``).

    Raises InputError where the file can't be read, holds no entry, or is altered: every finding, by its line.
    """
    try:
        lines = read_lines(path.read_bytes().splitlines(keepends=True))
    except OSError as error:
        what = f"the log can't be read ({error.strerror})"
        raise InputError([Fault(file=path.name, what=what, expected="the file of a log")]) from error
    if not lines:
        raise InputError([Fault(file=path.name, what="the log is empty", expected="a log with entries")])
    if findings := check_lines(lines):
        expected, remedy = "an unaltered log", "See myotis check."
        raise InputError(
            Fault(file=path.name, row=found.line, what=found.what, expected=expected, remedy=remedy)
            for found in findings
        )
    return [line.entry for line in lines if line.entry is not None]
