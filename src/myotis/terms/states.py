"""The states of a subject, and the moves between them: one table that acts, simulation and documents share.

Off treatment is not off study: who discontinues treatment is still followed. Dosing can be held in any state with
treatment and before the first dose, and resumes where it was; what else happens in between moves the state that it will
resume in.
"""

from enum import StrEnum
from typing import Final, NamedTuple


class SubjectState(StrEnum):
    """Where a subject stands."""

    SCREENING = "screening"
    RESCREENED = "rescreened"
    SCREEN_FAILURE = "screen_failure"
    ADJUDICATED_ACTIVE = "adjudicated_active"
    ENROLLED = "enrolled"
    RANDOMIZED = "randomized_not_treated"
    ON_TREATMENT = "on_treatment"
    DOSING_HELD = "dosing_held"
    SWITCH_INDICATED = "switch_indicated"
    SWITCH_CONFIRMED = "switch_confirmed"
    SWITCH_EFFECTIVE = "switch_effective"
    SWITCH_DECLINED = "switch_declined_for_safety"
    FIRST_PERIOD_COMPLETED = "first_period_completed"
    IN_EXTENSION = "in_extension"
    TREATMENT_DISCONTINUED = "treatment_discontinued"
    SAFETY_FOLLOW_UP = "safety_follow_up"
    COMPLETED = "completed"
    STUDY_DISCONTINUED = "study_discontinued"
    LOST = "lost"
    WITHDRAWN = "withdrawn_from_contact"
    DIED = "died"


S = SubjectState

IN_SCREENING: Final = (S.SCREENING, S.RESCREENED, S.ADJUDICATED_ACTIVE)
"""Who may still fail screening."""
BEFORE_TREATMENT: Final = (*IN_SCREENING, S.ENROLLED, S.RANDOMIZED)
IN_FIRST_PERIOD: Final = (
    S.ON_TREATMENT, S.SWITCH_INDICATED, S.SWITCH_CONFIRMED, S.SWITCH_EFFECTIVE, S.SWITCH_DECLINED
)  # fmt: skip
"""On treatment in the first period."""
WITH_TREATMENT: Final = (*IN_FIRST_PERIOD, S.FIRST_PERIOD_COMPLETED, S.IN_EXTENSION)
"""Who is dosed."""
OFF_TREATMENT: Final = (S.TREATMENT_DISCONTINUED, S.SAFETY_FOLLOW_UP)
"""Off treatment and still on study."""
ON_STUDY: Final = (*BEFORE_TREATMENT, *WITH_TREATMENT, S.DOSING_HELD, *OFF_TREATMENT)
"""Everybody who is seen."""
AFTER_RANDOMIZATION: Final = (S.RANDOMIZED, *WITH_TREATMENT, S.DOSING_HELD, *OFF_TREATMENT)
ENDED: Final = (S.SCREEN_FAILURE, S.COMPLETED, S.STUDY_DISCONTINUED, S.LOST, S.WITHDRAWN, S.DIED)


class Move(NamedTuple):
    """An act in a state, with the outcome that it has there (empty where it has one only), and the state after it."""

    source: SubjectState | None
    """None where the act begins a subject's record."""
    act: str
    outcome: str
    target: SubjectState


def _from_each(sources: tuple[SubjectState, ...], act: str, outcome: str, target: SubjectState) -> tuple[Move, ...]:
    return tuple(Move(source, act, outcome, target) for source in sources)


MOVES: Final = (
    Move(None, "give_consent", "", S.SCREENING),
    *_from_each((S.SCREENING, S.RESCREENED), "adjudicate_entry", "active", S.ADJUDICATED_ACTIVE),
    *_from_each((S.SCREENING, S.RESCREENED), "adjudicate_entry", "not_active", S.SCREEN_FAILURE),
    *_from_each(IN_SCREENING, "fail_screening", "", S.SCREEN_FAILURE),
    Move(S.SCREEN_FAILURE, "rescreen_subject", "", S.RESCREENED),
    *_from_each(IN_SCREENING, "enroll_subject", "", S.ENROLLED),
    Move(S.ENROLLED, "fail_screening", "", S.SCREEN_FAILURE),
    Move(S.ENROLLED, "randomize_subject", "allocated", S.RANDOMIZED),
    Move(S.ENROLLED, "receive_notice", "allocated", S.RANDOMIZED),
    Move(S.RANDOMIZED, "record_infusion", "", S.ON_TREATMENT),
    Move(S.RANDOMIZED, "dispense_treatment", "", S.ON_TREATMENT),
    *_from_each((S.RANDOMIZED, *WITH_TREATMENT), "hold_dosing", "subject", S.DOSING_HELD),
    *(Move(S.DOSING_HELD, "resume_dosing", state.value, state) for state in (S.RANDOMIZED, *WITH_TREATMENT)),
    Move(S.ON_TREATMENT, "tell", "switch_indicated", S.SWITCH_INDICATED),
    Move(S.SWITCH_INDICATED, "confirm_switch", "", S.SWITCH_CONFIRMED),
    Move(S.SWITCH_INDICATED, "decline_switch", "", S.SWITCH_DECLINED),
    Move(S.SWITCH_CONFIRMED, "receive_notice", "switch_in_effect", S.SWITCH_EFFECTIVE),
    *_from_each(IN_FIRST_PERIOD, "complete_first_period", "", S.FIRST_PERIOD_COMPLETED),
    Move(S.FIRST_PERIOD_COMPLETED, "receive_notice", "enter_extension", S.IN_EXTENSION),
    Move(S.FIRST_PERIOD_COMPLETED, "receive_notice", "leave_treatment", S.TREATMENT_DISCONTINUED),
    *_from_each(
        (S.RANDOMIZED, *WITH_TREATMENT, S.DOSING_HELD), "discontinue_treatment", "", S.TREATMENT_DISCONTINUED
    ),
    *_from_each((S.RANDOMIZED, *WITH_TREATMENT, S.DOSING_HELD), "withdraw_consent", "treatment",
                S.TREATMENT_DISCONTINUED),
    Move(S.TREATMENT_DISCONTINUED, "begin_follow_up", "", S.SAFETY_FOLLOW_UP),
    *_from_each((S.FIRST_PERIOD_COMPLETED, S.IN_EXTENSION, *OFF_TREATMENT), "complete_study", "", S.COMPLETED),
    *_from_each((S.ENROLLED, *AFTER_RANDOMIZATION), "discontinue_study", "", S.STUDY_DISCONTINUED),
    *_from_each((*BEFORE_TREATMENT, *WITH_TREATMENT, S.DOSING_HELD, *OFF_TREATMENT), "withdraw_consent", "contact",
                S.WITHDRAWN),
    *_from_each((S.ENROLLED, *AFTER_RANDOMIZATION), "declare_lost", "", S.LOST),
    *_from_each((*ON_STUDY, S.LOST, S.WITHDRAWN, S.COMPLETED, S.STUDY_DISCONTINUED), "record_death", "", S.DIED),
    Move(S.LOST, "find_again", "", S.SAFETY_FOLLOW_UP),
)  # fmt: skip
"""Every move there is. Withdrawing consent to further use of data moves nobody: it is a mark on the record."""

WHILE_HELD: Final = frozenset(
    {"tell", "confirm_switch", "decline_switch", "receive_notice", "complete_first_period", "record_infusion"}
)
"""Acts that move a subject whose dosing is held: the state in which dosing will resume changes. An infusion that had
started before can be entered later."""

_TARGETS: Final = {(move.source, move.act, move.outcome): move.target for move in MOVES}


def find_target(source: SubjectState | None, act: str, outcome: str = "") -> SubjectState | None:
    """The state after an act; None where the act does not move a subject in this state.

    >>> find_target(SubjectState.ENROLLED, "randomize_subject", "allocated").value
    'randomized_not_treated'
    """
    return _TARGETS.get((source, act, outcome))


def acts_that_move(source: SubjectState | None) -> frozenset[str]:
    """The acts that move a subject in a state, whatever their outcome."""
    return frozenset(move.act for move in MOVES if move.source == source)
