"""Who may do what: one table, of which the tests ask every cell."""

from collections.abc import Mapping
from typing import Final

from myotis.conduct.act import ConductAct
from myotis.conduct.roles import Role

R = Role

_STAFF: Final = frozenset({R.INVESTIGATOR, R.COORDINATOR})
_INVESTIGATOR: Final = frozenset({R.INVESTIGATOR})
_ASSESSOR: Final = frozenset({R.EFFICACY_ASSESSOR})
_LABORATORY: Final = frozenset({R.LABORATORY})
_SPONSOR: Final = frozenset({R.SPONSOR})
_DATA: Final = frozenset({R.DATA_MANAGER})
_REVIEW: Final = frozenset({R.MONITOR, R.DATA_MANAGER, R.SPONSOR})

MAY: Final[Mapping[str, frozenset[Role]]] = {
    # the trial and its people
    "open_trial": _SPONSOR,
    "add_site": _SPONSOR,
    "assign_role": frozenset({R.ADMINISTRATOR}),
    "revoke_role": frozenset({R.ADMINISTRATOR}),
    "apply_amendment": _SPONSOR,
    "approve_amendment": _SPONSOR,
    # entry
    "give_consent": _STAFF,
    "record_demographics": _STAFF,
    "record_history": _STAFF,
    "record_medication": _STAFF,
    "screen_subject": _STAFF,
    "adjudicate_entry": frozenset({R.ENTRY_ADJUDICATOR}),
    "fail_screening": _INVESTIGATOR,
    "rescreen_subject": _INVESTIGATOR,
    "enroll_subject": _INVESTIGATOR,
    "randomize_subject": _STAFF,
    "report_wrong_stratum": _STAFF | _REVIEW,
    # visits
    "record_visit": _STAFF,
    "record_weight": _STAFF,
    "record_assessment:core_set": _ASSESSOR,
    "record_assessment:cdasi": _ASSESSOR,
    "record_assessment:sf36": _STAFF,
    "record_assessment:enzymes": _STAFF,
    "record_result": _LABORATORY,
    "release_action": frozenset({R.SAFETY_PHYSICIAN}),
    # dosing
    "order_dose": _INVESTIGATOR,
    "cancel_dose": _INVESTIGATOR,
    "check_readiness": _STAFF,
    "record_infusion": _STAFF,
    "dispense_treatment": _STAFF,
    "change_dose": _INVESTIGATOR,
    "hold_dosing": frozenset({R.INVESTIGATOR, R.SPONSOR}),
    "resume_dosing": frozenset({R.INVESTIGATOR, R.SPONSOR}),
    "confirm_switch": _INVESTIGATOR,
    "decline_switch": _INVESTIGATOR,
    "receive_notice": frozenset({R.PHARMACY_LINK}),
    "request_code_break": _INVESTIGATOR,
    # safety
    "report_adverse_event": _STAFF,
    "follow_up_adverse_event": _STAFF,
    "judge_adverse_event": _SPONSOR,
    "adjudicate_event": frozenset({R.EVENT_ADJUDICATOR}),
    "report_pregnancy": _STAFF,
    "record_death": _INVESTIGATOR,
    # data
    "correct_value": _STAFF | _ASSESSOR | _LABORATORY,
    "raise_query": _REVIEW,
    "answer_query": _STAFF | _ASSESSOR | _LABORATORY,
    "close_query": _REVIEW,
    "report_deviation": _STAFF | _REVIEW,
    "guess_treatment": _STAFF | _ASSESSOR,
    "sign_form": _INVESTIGATOR | _ASSESSOR,
    "freeze_form": _DATA,
    "unfreeze_form": _DATA,
    "lock_trial": _DATA,
    # the end
    "complete_first_period": _INVESTIGATOR,
    "complete_study": _INVESTIGATOR,
    "discontinue_treatment": _INVESTIGATOR,
    "discontinue_study": _INVESTIGATOR,
    "begin_follow_up": _INVESTIGATOR,
    "withdraw_consent": _STAFF,
    "declare_lost": _INVESTIGATOR,
    "find_again": _INVESTIGATOR,
    "transfer_subject": _SPONSOR,
}
"""The roles of each act. An act that records forms of several kinds has a row for each kind."""


def may(act: ConductAct, role: str) -> bool:
    """May somebody in the role do this?"""
    return role in MAY.get(act.permission, frozenset())
