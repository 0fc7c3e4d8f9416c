"""Who may do what: one table, of which the tests ask every cell."""

from collections.abc import Mapping
from typing import Final

from myotis.pharmacy.act import PharmacyAct
from myotis.pharmacy.roles import Role

R = Role

_PHARMACIST: Final = frozenset({R.PHARMACIST})
_ADMINISTRATOR: Final = frozenset({R.ADMINISTRATOR})
_SYSTEM: Final = frozenset({R.SYSTEM})

MAY: Final[Mapping[str, frozenset[Role]]] = {
    # the pharmacy and its people
    "open_pharmacy": _ADMINISTRATOR,
    "assign_role": _ADMINISTRATOR,
    "revoke_role": _ADMINISTRATOR,
    "register_list": frozenset({R.LIST_MAKER}),
    "approve_list": frozenset({R.STATISTICIAN}),
    # what the blinded world asks, which programs deal with
    "open_slot": _SYSTEM,
    "allocate_by_minimization": _SYSTEM,
    "take_order": _SYSTEM,
    "cancel_order": _SYSTEM,
    "take_infusion": _SYSTEM,
    "resolve_switch": _SYSTEM,
    "decide_extension": _SYSTEM,
    "take_code_request": _SYSTEM,
    "confirm_delivery": _SYSTEM,
    "set_aside_request": _PHARMACIST,
    # bags
    "prepare_bag": _PHARMACIST,
    "check_bag": _PHARMACIST,
    "release_bag": _PHARMACIST,
    "return_bag": _PHARMACIST,
    "discard_bag": _PHARMACIST,
    "report_dispensing_error": _PHARMACIST,
    "report_shortage": _PHARMACIST,
    # stock
    "receive_stock": _PHARMACIST,
    "count_stock": _PHARMACIST,
    "recall_lot": _PHARMACIST,
    "report_excursion": _PHARMACIST,
    "clear_lot": _PHARMACIST,
    # who learns a treatment
    "break_code": frozenset({R.CODE_BREAK_DESK}),
    "unblind_for_report": frozenset({R.SAFETY_UNBLINDER}),
    "seal_for_dsmb": frozenset({R.DSMB_STATISTICIAN}),
}  # fmt: skip
"""The roles of each act."""


def may(act: PharmacyAct, role: str) -> bool:
    """May somebody in the role do this?"""
    return role in MAY.get(act.name, frozenset())
