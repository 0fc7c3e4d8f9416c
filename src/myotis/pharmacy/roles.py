"""The roles of the unblinded world. Nobody who holds one of them acts in the blinded world."""

from enum import StrEnum
from typing import Final


class Role(StrEnum):
    """What somebody does in the unblinded world."""

    LIST_MAKER = "list_maker"
    """Makes and seals the allocation list."""
    STATISTICIAN = "statistician"
    """Opens the sealed list, checks it, and approves it."""
    PHARMACIST = "pharmacist"
    CODE_BREAK_DESK = "code_break_desk"
    """Breaks the code for an investigator, day and night."""
    SAFETY_UNBLINDER = "safety_unblinder"
    """Unblinds a subject for an expedited report to authorities."""
    DSMB_STATISTICIAN = "dsmb_statistician"
    """The statistician of the data safety monitoring board."""
    ADMINISTRATOR = "pharmacy_administrator"
    """Assigns the roles of the pharmacy."""
    SYSTEM = "system"


MACHINES: Final = frozenset({Role.SYSTEM})
"""Roles of programs: they are assigned to nobody."""
