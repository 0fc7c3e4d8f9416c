"""When an act is possible: in which states of the subject, whoever acts."""

from collections.abc import Mapping
from typing import Final

from myotis.conduct.act import ConductAct
from myotis.conduct.study import SubjectFile
from myotis.terms.states import (
    AFTER_RANDOMIZATION,
    BEFORE_TREATMENT,
    IN_FIRST_PERIOD,
    IN_SCREENING,
    OFF_TREATMENT,
    ON_STUDY,
    WHILE_HELD,
    WITH_TREATMENT,
    acts_that_move,
)
from myotis.terms.states import SubjectState as S

EVER: Final = tuple(S)
"""Whatever has become of the subject."""

WHEN: Final[Mapping[str, tuple[S, ...]]] = {
    "give_consent": ON_STUDY,
    "record_demographics": BEFORE_TREATMENT,
    "record_history": ON_STUDY,
    "record_medication": ON_STUDY,
    "screen_subject": IN_SCREENING,
    "report_wrong_stratum": EVER,
    # What was done before a subject's study ended may be entered after it (record_visit looks at the dates).
    "record_visit": EVER,
    "record_weight": EVER,
    "record_assessment": EVER,
    "record_result": EVER,
    "release_action": EVER,
    "order_dose": (S.RANDOMIZED, *WITH_TREATMENT),
    "cancel_dose": (S.RANDOMIZED, *WITH_TREATMENT, S.DOSING_HELD),
    "check_readiness": (S.RANDOMIZED, *WITH_TREATMENT),
    # Entered late, it had started before dosing was held, or before treatment or the study ended, by death too.
    "record_infusion": (
        *WITH_TREATMENT,
        S.DOSING_HELD,
        *OFF_TREATMENT,
        S.COMPLETED,
        S.STUDY_DISCONTINUED,
        S.LOST,
        S.WITHDRAWN,
        S.DIED,
    ),
    "dispense_treatment": WITH_TREATMENT,
    "change_dose": (S.IN_EXTENSION,),
    "hold_dosing": (),
    "receive_notice": EVER,
    "request_code_break": (*AFTER_RANDOMIZATION, S.COMPLETED, S.STUDY_DISCONTINUED, S.LOST, S.WITHDRAWN, S.DIED),
    "report_adverse_event": EVER,
    "follow_up_adverse_event": EVER,
    "judge_adverse_event": EVER,
    "adjudicate_event": EVER,
    "report_pregnancy": EVER,
    "correct_value": EVER,
    "raise_query": EVER,
    "answer_query": EVER,
    "close_query": EVER,
    "report_deviation": EVER,
    "guess_treatment": (*IN_FIRST_PERIOD, S.FIRST_PERIOD_COMPLETED, S.DOSING_HELD, *OFF_TREATMENT),
    "sign_form": EVER,
    "freeze_form": EVER,
    "unfreeze_form": EVER,
    "withdraw_consent": EVER,
    "transfer_subject": ON_STUDY,
}
"""The states in which an act is possible although it moves nobody there. Acts that move are possible where the table
of states has a move for them."""


AFTER_LOCK: Final = frozenset({
    "request_code_break", "receive_notice",
    "report_adverse_event", "follow_up_adverse_event", "judge_adverse_event", "adjudicate_event", "report_pregnancy",
    "record_death", "begin_follow_up", "answer_query", "close_query",
    "withdraw_consent", "assign_role", "revoke_role",
})  # fmt: skip
"""What is still possible once the trial is locked: code breaks and what the pharmacy says of them, safety with the
queries that edit checks raise on it, the participant's right to withdraw, and who has access. None of it changes what
was locked."""


def is_possible(act: ConductAct, subject: SubjectFile | None) -> bool:
    """Does the subject's state let the act be done? None stands for a subject who is yet to come."""
    if subject is None:
        return is_possible_in(act.name, None)
    return is_possible_in(act.name, subject.state, subject.resumes_in)


def is_possible_in(act: str, state: S | None, resumes_in: S | None = None) -> bool:
    """Is an act possible in a state (None: before there is a subject)? ``resumes_in``: where held dosing resumes."""
    if state is None:
        return act in acts_that_move(None)
    if state in WHEN.get(act, ()) or act in acts_that_move(state):
        return True
    return state == S.DOSING_HELD and act in WHILE_HELD & acts_that_move(resumes_in)
