"""Bags as the site knows them: a number on a label, a volume, a time of last use. What is in them nobody here knows."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class BagStatus(StrEnum):
    """What the site may do with a bag."""

    READY = "ready"
    DO_NOT_USE = "do_not_use"
    USED = "used"
    """Infused, wholly or in part, or handed out for treatment at home."""


@dataclass(slots=True)
class Bag:
    """A bag (or a pack for treatment at home) that the pharmacy said is ready for a subject."""

    label: str
    subject: str
    order: str
    visit: str
    volume_ml: str
    use_by: str
    status: BagStatus = BagStatus.READY
    stopped_at: str | None = None
    """When the pharmacy said that it must not be used."""

    def is_within_use(self, when: datetime) -> bool:
        """May it still be used at a time?"""
        return when <= datetime.fromisoformat(self.use_by)

    def is_stopped(self, when: datetime) -> bool:
        """Had the pharmacy said by then that it must not be used?"""
        return self.stopped_at is not None and when >= datetime.fromisoformat(self.stopped_at)
