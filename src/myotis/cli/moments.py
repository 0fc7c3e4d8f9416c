"""Times as people write them on the command line."""

from datetime import datetime

import typer


def read_moment(text: str, option: str = "--as-of") -> datetime:
    """A time with its offset from UTC. Raises typer's BadParameter, which names the option."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{option} takes a time such as 2024-03-01T12:00+01:00") from None
    if moment.tzinfo is None:
        raise typer.BadParameter(f"{option} needs an offset from UTC, such as 2024-03-01T12:00+01:00")
    return moment
