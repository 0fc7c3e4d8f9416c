"""The clock and the entropy of a driven trial: what a live trial takes from outside, here from the simulation."""

import hashlib
from datetime import date, datetime, time, timedelta, timezone

ZONE = timezone(timedelta(hours=1))
"""Where all virtual sites lie."""


class VirtualClock:
    """A clock that the simulation moves, never back."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def move_to(self, when: datetime) -> datetime:
        """Move to a time, unless it is later already; the time that it shows then."""
        self.now = max(self.now, when)
        return self.now

    def move(self, minutes: float) -> datetime:
        """Move on by some minutes; the time that it shows then."""
        return self.move_to(self.now + timedelta(minutes=minutes))


class VirtualEntropy:
    """Bytes that nobody should keep a secret with: the same seed gives the same ones."""

    def __init__(self, *name: str | int) -> None:
        self._seed = "\x1f".join(str(part) for part in name)
        self._count = 0

    def __call__(self, length: int) -> bytes:
        self._count += 1
        return hashlib.shake_256(f"{self._seed}\x1f{self._count}".encode()).digest(length)


def at_hour(day: date, hour: int, minute: int = 0) -> datetime:
    """A time of day at the virtual sites."""
    return datetime.combine(day, time(hour, minute), ZONE)
