"""One virtual subject on its way through a trial, and where its life stands among the others."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from myotis.protocol.design import Visit
from myotis.simulate.course import Sex
from myotis.simulate.recordings import Recording

FIRST_SITE = 101


@dataclass
class Subject:
    """What everybody can see of a subject, and the treatment that it is given."""

    number: int
    """Its place in the order of enrollment, from 0."""
    site: str
    sex: Sex
    age: int
    weight_kg: Decimal
    first_day: date
    levels: tuple[str, ...]
    """The level of each stratification factor."""
    baseline: list[Recording]
    last_visit: Visit | None = None

    @property
    def name(self) -> str:
        """The identifier of the subject within the trial: its site and a number."""
        return f"{self.site}-{self.number + 1:04d}"


def name_site(position: int) -> str:
    """What the site at a position is called."""
    return str(FIRST_SITE + position)
