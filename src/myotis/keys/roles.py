"""Who holds a key in a trial, and what the key is for."""

from typing import Final, Literal, get_args

Role = Literal[
    "list_maker", "statistician", "pharmacy", "code_break", "escrow", "safety_physician", "dsmb", "log_keeper"
]
"""``list_maker`` signs sealed lists; ``statistician``, unblinded, signs approvals; ``pharmacy``, ``code_break`` and
``escrow`` open the slots of a list; ``safety_physician`` opens results that would tell the treatment; ``dsmb`` opens
what is sealed to the data safety monitoring board; ``log_keeper`` signs how far a log has come."""

ROLES: Final[tuple[Role, ...]] = get_args(Role)
