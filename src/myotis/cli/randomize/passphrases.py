"""Private keys are opened with a passphrase that is typed, or read from a file; it is never an option's value."""

import getpass
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from myotis.errors import Fault, InputError, SettingError

if TYPE_CHECKING:
    from myotis.keys.pairs import PrivateKey

PassphraseFile = Annotated[
    Path | None,
    typer.Option(
        help="A file whose first line is the passphrase of the private key; without it you are asked.", metavar="FILE"
    ),
]


def open_key(path: Path, passphrase_file: Path | None) -> "PrivateKey":
    """A private key from its file. Raises InputError where there is none, SealError where the passphrase is wrong."""
    from myotis.keys.files import read_private_key, read_public_key  # noqa: PLC0415 (loaded on call)

    public = read_public_key(path)  # so that nobody types a passphrase for a file that is no key
    return read_private_key(path, find_passphrase(passphrase_file, f"Passphrase of {path} ({public.role}): "))


def find_passphrase(file: Path | None, prompt: str, *, twice: bool = False) -> str:
    """The passphrase from a file, or as it is typed; ``twice``: typed again, since it is a new one."""
    if file is not None:
        return _read_first_line(file)
    typed = _ask(prompt)
    if twice and typed != _ask("The same again: "):
        raise SettingError("the two passphrases differ; nothing was written")
    return typed


def _ask(prompt: str) -> str:
    if not sys.stdin.isatty():
        raise SettingError("a passphrase is needed, and nobody is there to type it; name its file (--passphrase-file)")
    return getpass.getpass(prompt, stream=sys.stderr)


def _read_first_line(file: Path) -> str:
    try:
        lines = file.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is no text"
        what, expected = f"the file of the passphrase can't be read ({reason})", "a text file"
        raise InputError([Fault(what=what, expected=expected, file=str(file))]) from None
    if not lines or not lines[0].strip():
        what, expected = "the file of the passphrase has an empty first line", "the passphrase in the first line"
        raise InputError([Fault(what=what, expected=expected, file=str(file))])
    return lines[0]
