"""Reading a log from its file, without writing to it: its lines, or its entries if it is unaltered."""

from pathlib import Path

from myotis.errors import Fault, InputError
from myotis.log.check import Line, check_lines, read_lines
from myotis.log.disk import lock_beside
from myotis.log.entry import Entry


def read_log_lines(path: Path) -> list[Line]:
    """Every line of a log file, while no writer is half through. Raises InputError where it can't be read."""
    try:
        with lock_beside(str(path.resolve()), shared=True), path.open("rb") as file:
            return read_lines(file)
    except OSError as error:
        what = f"the log can't be read ({error.strerror})"
        raise InputError([Fault(file=path.name, what=what, expected="the file of a log")]) from error


def read_log(path: Path) -> list[Entry]:
    """Every entry of a log file, checked wholly (``log/check.py``).

    Raises InputError where the file can't be read, holds no entry, or is altered: every finding, by its line.
    """
    lines = read_log_lines(path)
    if not lines:
        raise InputError([Fault(file=path.name, what="the log is empty", expected="a log with entries")])
    if findings := check_lines(lines):
        expected, remedy = "an unaltered log", "See myotis check."
        raise InputError(
            Fault(file=path.name, row=found.line, what=found.what, expected=expected, remedy=remedy)
            for found in findings
        )
    return [line.entry for line in lines if line.entry is not None]
