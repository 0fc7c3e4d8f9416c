"""How a command ends, whatever happens in it.

Exit status: 0 done; 1 the answer is "no"; 2 the command line was wrong; 3 the input was bad, with every fault
listed and nothing written; 4 an error inside Myotis. With ``--json`` standard output holds one document in each case:
the answer, the ``faults`` of the input, or the ``error`` in a sentence.
"""

import errno
import json
import os
import signal
import sys
import traceback
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, NoReturn

from myotis.errors import InputError, MyotisError, SettingError

DONE = 0
NO = 1
WRONG_COMMAND_LINE = 2
BAD_INPUT = 3
INTERNAL_ERROR = 4
KILLED_BY = 128
"""What shells add to the number of the signal that ended a program."""

A_MOMENT = 0.01
"""Seconds until a program that could not end tries again."""

NO_ROOM = (errno.ENOSPC, errno.EFBIG, errno.EROFS, errno.EIO)
"""What the system says of an output that takes no more."""


def run_to_its_end(command_line: Callable[[], object]) -> NoReturn:
    """Run the command line and end the process with the exit status of the contract."""
    _end_orderly_on("SIGTERM", "SIGHUP")
    try:
        status = _run(command_line)
        if sys.stdout is not None:
            sys.stdout.flush()
    except BrokenPipeError:  # whoever read the output has read enough
        status = DONE
        _drop_output()
    except OSError as error:
        if error.errno not in NO_ROOM:
            status = _tell_internal()
        else:
            sys.stderr.write(f"myotis: the output can't be written ({error.strerror})\n")
            status = BAD_INPUT
        _drop_output()
    sys.exit(status)


def _run(command_line: Callable[[], object]) -> int:
    """Run the command; the exit status."""
    try:
        command_line()
    except SystemExit as end:
        return _status(end)
    except InputError as error:
        _tell(error)
        return BAD_INPUT
    except SettingError as error:
        _tell_sentence(error)
        return WRONG_COMMAND_LINE
    except MyotisError as error:
        _tell_sentence(error)
        return BAD_INPUT
    except OSError as error:
        if error.errno in NO_ROOM or isinstance(error, BrokenPipeError):
            raise
        return _tell_internal()
    except Exception:
        return _tell_internal()
    return DONE


def _end_orderly_on(*names: str) -> None:
    """Let a signal end the program as an exception does, so that no temporary file is left behind."""
    sys.unraisablehook = _end_after_all
    for name in names:
        number = getattr(signal, name, None)  # Windows has not all of them
        if number is not None and signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, lambda received, _: sys.exit(KILLED_BY + received))


def _end_after_all(unraisable: Any) -> None:
    """End a moment later where the signal came in a finalizer or a callback, from which no exception gets out."""
    if not issubclass(unraisable.exc_type, (SystemExit, KeyboardInterrupt)) or sys.platform == "win32":
        sys.__unraisablehook__(unraisable)
        return
    status = getattr(unraisable.exc_value, "code", KILLED_BY + signal.SIGINT)
    signal.signal(signal.SIGALRM, lambda *_: sys.exit(status))
    signal.setitimer(signal.ITIMER_REAL, A_MOMENT)


def _status(end: SystemExit) -> int:
    """What the command line's library ended with, in the terms of the contract."""
    cause = end.__context__
    if isinstance(cause, BrokenPipeError):  # the library says 1, which is the answer "no"
        raise cause
    sentence = getattr(cause, "format_message", None)  # of a wrong command line; standard error has it already
    if sentence and _wants_json():
        _print_json({"error": sentence()})
    return end.code if isinstance(end.code, int) else DONE


def _wants_json() -> bool:
    return "--json" in sys.argv


def _print_json(document: Mapping[str, Any]) -> None:
    sys.stdout.write(json.dumps(document) + "\n")


def _tell(error: InputError) -> None:
    if _wants_json():
        _print_json({"faults": [asdict(fault) for fault in error.faults]})
        return
    for fault in error.faults:
        sys.stderr.write(f"{fault}\n")
    count = len(error.faults)
    sys.stderr.write(f"myotis: {count} fault{'s' if count != 1 else ''}; nothing was written\n")


def _tell_sentence(error: MyotisError) -> None:
    if _wants_json():
        _print_json({"error": str(error)})
    else:
        sys.stderr.write(f"myotis: {error}\n")


def _drop_output() -> None:
    """Send what is still waiting for standard output nowhere, or Python would try to write it at its end."""
    with open(os.devnull, "wb") as nowhere:
        os.dup2(nowhere.fileno(), 1)


def _tell_internal() -> int:
    # The message of an exception can quote data, and whole paths name the user's folders: neither is told.
    kind, _, trace = sys.exc_info()
    frames = traceback.extract_tb(trace)
    places = "".join(f"  {frame.name} in {Path(frame.filename).name}:{frame.lineno}\n" for frame in frames)
    name = kind.__name__ if kind else "error"
    sys.stderr.write(f"myotis: an error inside Myotis ({name}). Please report it with these lines:\n{places}")
    if _wants_json():
        _print_json({"error": f"an error inside Myotis ({name})"})
    return INTERNAL_ERROR
