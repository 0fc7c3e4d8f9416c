"""The command line: what every command shares, and how errors end.

Exit status: 0 done; 1 the answer is "no"; 2 the command line was wrong; 3 the input was bad, with every fault
listed and nothing written; 4 an error inside Myotis.
"""

import json
import sys
import traceback
from dataclasses import asdict
from pathlib import Path
from typing import NoReturn

import typer

from myotis.cli.analyze import analyze
from myotis.cli.check import check
from myotis.cli.demo import demo
from myotis.cli.derive import derive
from myotis.cli.report import report
from myotis.cli.score import score
from myotis.errors import InputError, MyotisError, SettingError

WRONG_COMMAND_LINE = 2
BAD_INPUT = 3
INTERNAL_ERROR = 4

app = typer.Typer(
    name="myotis",
    help="A myositis trial from its protocol to its paper.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    rich_markup_mode="markdown",
    context_settings={"help_option_names": ["-h", "--help"]},
)

for command in (demo, check, score, derive, analyze, report):
    app.command()(command)


def main() -> NoReturn:
    """Run the command line and end the process with the exit status of the contract."""
    try:
        app()
    except InputError as error:
        _tell(error)
        sys.exit(BAD_INPUT)
    except SettingError as error:
        sys.stderr.write(f"myotis: {error}\n")
        sys.exit(WRONG_COMMAND_LINE)
    except MyotisError as error:
        sys.stderr.write(f"myotis: {error}\n")
        sys.exit(BAD_INPUT)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(0)
    except Exception:
        _tell_internal()
        sys.exit(INTERNAL_ERROR)
    sys.exit(0)


def _tell(error: InputError) -> None:
    if "--json" in sys.argv:
        sys.stdout.write(json.dumps({"faults": [asdict(fault) for fault in error.faults]}) + "\n")
        return
    for fault in error.faults:
        sys.stderr.write(f"{fault}\n")
    count = len(error.faults)
    sys.stderr.write(f"myotis: {count} fault{'s' if count != 1 else ''}; nothing was written\n")


def _tell_internal() -> None:
    # The message of an exception can quote data, and whole paths name the user's folders: neither is told.
    kind, _, trace = sys.exc_info()
    frames = traceback.extract_tb(trace)
    places = "".join(f"  {frame.name} in {Path(frame.filename).name}:{frame.lineno}\n" for frame in frames)
    name = kind.__name__ if kind else "error"
    sys.stderr.write(f"myotis: an error inside Myotis ({name}). Please report it with these lines:\n{places}")
