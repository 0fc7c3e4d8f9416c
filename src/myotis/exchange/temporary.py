"""A folder for the time of a block, which a signal at any moment leaves behind as little as an exception does."""

import secrets  # noqa: TID251 (names of temporary files)
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def temporary_folder(prefix: str, inside: Path | None = None) -> Iterator[Path]:
    """A new folder, its owner's alone, in the system's place for temporary files or ``inside`` another.

    It is known before it is made, so that a signal that ends the program between its making and the block (where the
    standard library has not yet noted what to remove) leaves nothing either. Raises OSError where it can't be made.
    """
    folder = (inside or Path(tempfile.gettempdir())) / f"{prefix}{secrets.token_hex(8)}"
    try:
        folder.mkdir(mode=0o700)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
