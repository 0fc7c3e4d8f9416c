"""The clock of this machine, for the times that commands write into keys and records."""

from datetime import UTC, datetime


def tell_time() -> str:
    """Now, in UTC, as text."""
    return datetime.now(UTC).isoformat(timespec="seconds")  # noqa: TID251 (the command line is the edge)
