"""Files that come with Myotis: a folder for each trial."""

from importlib import resources
from pathlib import Path

from myotis.protocol.files import read_text


def list_trials_with(file: str) -> list[str]:
    """The names of the trials that come with a file."""
    trials = resources.files("myotis.trials")
    return sorted(entry.name for entry in trials.iterdir() if (entry / file).is_file())


def read_shipped_text(source: str | Path, file: str, *, what: str) -> tuple[str, str]:
    """The name and the text of a file: that of a shipped trial where ``source`` is its name, else the one at a path.

    Raises InputError where it can't be read, which says ``what`` was expected.
    """
    known = list_trials_with(file)
    if isinstance(source, str) and source in known:
        return f"{source}/{file}", (resources.files("myotis.trials") / source / file).read_text("utf-8")
    path = Path(source)
    return path.name, read_text(path, expected=f"{what}, or one of {', '.join(known)}")
