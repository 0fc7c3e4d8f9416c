"""Reading a protocol file, with every fault by its place in the file."""

from pathlib import Path
from typing import Final

from myotis.protocol.files import build_model, parse_toml
from myotis.protocol.shipped import list_trials_with, read_shipped_text
from myotis.protocol.trial import Trial

PROTOCOL: Final = "protocol.toml"


def shipped_trials() -> list[str]:
    """The names of the trials that come with Myotis."""
    return list_trials_with(PROTOCOL)


def read_trial(source: str | Path) -> Trial:
    """Read a protocol: the name of a shipped trial (``proderm``), or the path of a TOML file.

    Raises InputError with every fault of the file.

    >>> read_trial("proderm").response.tis_at_least
    Decimal('20')
    """
    name, text = read_shipped_text(source, PROTOCOL, what="a protocol file")
    return build_model(Trial, parse_toml(text, name), name)
