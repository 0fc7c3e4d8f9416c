"""The roles of the blinded world. Nobody who holds one of them holds a role of the pharmacy."""

from enum import StrEnum
from typing import Final


class Role(StrEnum):
    """What somebody does in the trial."""

    INVESTIGATOR = "investigator"
    COORDINATOR = "coordinator"
    """Study nurse or coordinator at the site."""
    EFFICACY_ASSESSOR = "efficacy_assessor"
    """Rates the core set and the skin, and sees nothing else."""
    LABORATORY = "laboratory"
    ENTRY_ADJUDICATOR = "entry_adjudicator"
    EVENT_ADJUDICATOR = "event_adjudicator"
    MONITOR = "monitor"
    DATA_MANAGER = "data_manager"
    SPONSOR = "sponsor"
    """The sponsor's physician."""
    SAFETY_PHYSICIAN = "safety_physician"
    """Opens the results that would unblind, and releases actions."""
    ADMINISTRATOR = "administrator"
    SYSTEM = "system"
    PHARMACY_LINK = "pharmacy_link"
    """Delivers the coded notices of the pharmacy."""


SITE: Final = frozenset({Role.INVESTIGATOR, Role.COORDINATOR, Role.EFFICACY_ASSESSOR})
"""Roles that are held at one site and see its subjects only."""

MACHINES: Final = frozenset({Role.SYSTEM, Role.PHARMACY_LINK})
"""Roles of programs: they are assigned to nobody."""
