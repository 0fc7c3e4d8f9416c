"""Commands in pages that are written by hand: each is run, and what it prints is put below it.

A block marked ``console`` holds commands, each behind ``$ ``. The commands of a page run one after the other in a
copy of docs/examples (those of the README in a folder that has it as docs/examples).
"""

import io
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import chdir, redirect_stderr, redirect_stdout
from pathlib import Path

BLOCK = re.compile(r"(?<=^```console\n)(.*?)(?=^```$)", re.MULTILINE | re.DOTALL)
EXAMPLES = Path("docs/examples")


def transcript_pages(root: Path, others: Executor) -> Iterator[tuple[str, str]]:
    """Every page that has commands, with what they print now; paths are relative to docs.

    ``others`` are processes, since a page's commands run in a folder of its own; all begin at the first call.
    """
    pages = [root / "README.md", *sorted((root / "docs").rglob("*.md"))]
    played = [others.submit(play_page, file, root) for file in pages if BLOCK.search(file.read_text("utf-8"))]
    return (one.result() for one in played)


def play_page(file: Path, root: Path) -> tuple[str, str]:
    """A page with what its commands print now, by its path."""
    with tempfile.TemporaryDirectory() as folder:
        examples = Path(folder) / EXAMPLES
        shutil.copytree(root / EXAMPLES, examples)
        with chdir(folder if file.name == "README.md" else examples):
            return _relative(file, root), BLOCK.sub(_Session().play, file.read_text("utf-8"))


def _relative(file: Path, root: Path) -> str:
    docs = root / "docs"
    return file.relative_to(docs).as_posix() if file.is_relative_to(docs) else f"../{file.name}"


class _Session:
    """The commands of one page."""

    def __init__(self) -> None:
        self.status = 0

    def play(self, block: re.Match[str]) -> str:
        """A block with what its commands print now in place of what they printed."""
        commands = [line for line in block[0].splitlines() if line.startswith("$ ")]
        return "".join(f"{command}\n{self._run(command.removeprefix('$ '))}" for command in commands)

    def _run(self, command: str) -> str:
        if command == "echo $?":
            return f"{self.status}\n"
        printed = self._run_myotis(command) if command.startswith("myotis ") else self._run_other(command)
        text = "\n".join(line.rstrip() for line in printed.splitlines())
        return f"{text}\n" if text else ""

    def _run_myotis(self, command: str) -> str:
        from myotis.cli.ending import INTERNAL_ERROR  # noqa: PLC0415 (pages without commands don't need it)
        from myotis.cli.main import main  # noqa: PLC0415

        stream = io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True)
        before = sys.argv
        sys.argv = shlex.split(command)
        try:
            with redirect_stdout(stream), redirect_stderr(stream):
                main()
        except SystemExit as end:
            self.status = int(end.code or 0)
        finally:
            sys.argv = before
        stream.seek(0)
        printed = stream.read()
        if self.status == INTERNAL_ERROR:
            raise RuntimeError(f"{command}\n{printed}")
        return printed

    def _run_other(self, command: str) -> str:
        ran = subprocess.run(command, shell=True, capture_output=True, text=True, check=False)  # noqa: S602 (our own pages)
        self.status = ran.returncode
        return ran.stdout + ran.stderr
