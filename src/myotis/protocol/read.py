"""Reading a protocol file, with every fault by its place in the file."""

from importlib import resources
from pathlib import Path

from myotis.protocol.files import build_model, parse_toml, read_text
from myotis.protocol.trial import Trial


def shipped_trials() -> list[str]:
    """The names of the trials that come with Myotis."""
    trials = resources.files("myotis.trials")
    return sorted(entry.name for entry in trials.iterdir() if (entry / "protocol.toml").is_file())


def read_trial(source: str | Path) -> Trial:
    """Read a protocol: the name of a shipped trial (``proderm``), or the path of a TOML file.

    Raises InputError with every fault of the file.

    >>> read_trial("proderm").response.tis_at_least
    Decimal('20')
    """
    name, text = _read_text(source)
    return build_model(Trial, parse_toml(text, name), name)


def _read_text(source: str | Path) -> tuple[str, str]:
    if isinstance(source, str) and source in shipped_trials():
        return f"{source}/protocol.toml", (resources.files("myotis.trials") / source / "protocol.toml").read_text(
            "utf-8"
        )
    path = Path(source)
    return path.name, read_text(path, expected=f"a protocol file, or one of {', '.join(shipped_trials())}")
