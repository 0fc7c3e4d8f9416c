"""How a subject comes to each of its states, by acts alone."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from dosed_trial import S1, DosedTrial
from live_trial import CORE_SET, FACTS, WORSE

from myotis.conduct.act import ConductAct
from myotis.conduct.acts.course.begin_follow_up import BeginFollowUp
from myotis.conduct.acts.course.complete_first_period import CompleteFirstPeriod
from myotis.conduct.acts.course.complete_study import CompleteStudy
from myotis.conduct.acts.course.confirm_switch import ConfirmSwitch
from myotis.conduct.acts.course.declare_lost import DeclareLost
from myotis.conduct.acts.course.decline_switch import DeclineSwitch
from myotis.conduct.acts.course.discontinue_study import DiscontinueStudy
from myotis.conduct.acts.course.discontinue_treatment import DiscontinueTreatment
from myotis.conduct.acts.course.record_death import RecordDeath
from myotis.conduct.acts.course.withdraw_consent import WithdrawConsent
from myotis.conduct.acts.dosing.hold_dosing import HoldDosing
from myotis.conduct.acts.entry.adjudicate_entry import AdjudicateEntry
from myotis.conduct.acts.entry.fail_screening import FailScreening
from myotis.conduct.acts.entry.rescreen_subject import RescreenSubject
from myotis.conduct.acts.entry.screen_subject import ScreenSubject
from myotis.conduct.roles import Role
from myotis.log.act import Receipt
from myotis.log.messages import NoticeWord
from myotis.terms.states import SubjectState as S


@dataclass
class CourseTrial(DosedTrial):
    """A trial in which subject 101-001 is brought to any state of ProDERM's."""

    def do(self, act: type[ConductAct], role: Role = Role.INVESTIGATOR, **fields: Any) -> Receipt:
        """An act on the subject."""
        return self.act(act(subject=S1, **fields), role)

    def die(self) -> None:
        """The subject dies today."""
        self.do(RecordDeath, day=self.today, cause="unknown")

    def reach(self, state: S) -> None:
        """Bring a new subject to a state."""
        before, step = PATH[state]
        if before is not None:
            self.reach(before)
        step(self)
        assert self.subject().state == state

    def pass_first_period(self) -> None:
        """Week 16 is assessed, signed and frozen, and the first period completed."""
        self.assess("W16", CORE_SET)
        self.freeze("core_set/W16")
        self.do(CompleteFirstPeriod)


def _adjudicate(live: CourseTrial) -> None:
    live.do(ScreenSubject, Role.COORDINATOR, facts=FACTS)
    live.do(AdjudicateEntry, Role.ENTRY_ADJUDICATOR, facts={"adjudicated_active": True})


def _deteriorate(live: CourseTrial) -> None:
    live.assess("W4", WORSE)
    live.assess("W8", WORSE)


def _go_to_the_end(live: CourseTrial) -> None:
    live.visit("W40")
    live.do(CompleteStudy)


PATH: dict[S, tuple[S | None, Callable[[CourseTrial], Any]]] = {
    S.SCREENING: (None, lambda live: live.consent()),
    S.SCREEN_FAILURE: (S.SCREENING, lambda live: live.do(FailScreening, why="not_eligible")),
    S.RESCREENED: (S.SCREEN_FAILURE, lambda live: live.do(RescreenSubject, consent_version="1.0")),
    S.ADJUDICATED_ACTIVE: (S.SCREENING, _adjudicate),
    S.ENROLLED: (None, lambda live: live.enroll()),
    S.RANDOMIZED: (None, lambda live: live.randomize()),
    S.ON_TREATMENT: (S.RANDOMIZED, lambda live: live.dose("W0")),
    S.DOSING_HELD: (S.ON_TREATMENT, lambda live: live.do(HoldDosing, scope="subject", why="adverse_event")),
    S.SWITCH_INDICATED: (S.ON_TREATMENT, _deteriorate),
    S.SWITCH_CONFIRMED: (S.SWITCH_INDICATED, lambda live: live.do(ConfirmSwitch)),
    S.SWITCH_DECLINED: (S.SWITCH_INDICATED, lambda live: live.do(DeclineSwitch, why="thromboembolic_risk")),
    S.SWITCH_EFFECTIVE: (S.SWITCH_CONFIRMED, lambda live: live.hear(NoticeWord.SWITCH_IN_EFFECT)),
    S.FIRST_PERIOD_COMPLETED: (S.ON_TREATMENT, lambda live: live.pass_first_period()),
    S.IN_EXTENSION: (S.FIRST_PERIOD_COMPLETED, lambda live: live.hear(NoticeWord.ENTER_EXTENSION)),
    S.TREATMENT_DISCONTINUED: (S.ON_TREATMENT, lambda live: live.do(DiscontinueTreatment, why="adverse_event")),
    S.SAFETY_FOLLOW_UP: (S.TREATMENT_DISCONTINUED, lambda live: live.do(BeginFollowUp)),
    S.COMPLETED: (S.IN_EXTENSION, _go_to_the_end),
    S.STUDY_DISCONTINUED: (S.ON_TREATMENT, lambda live: live.do(DiscontinueStudy, why="physician_decision")),
    S.LOST: (S.ON_TREATMENT, lambda live: live.do(DeclareLost, last_contact=live.today, attempts=3)),
    S.WITHDRAWN: (S.ON_TREATMENT, lambda live: live.do(WithdrawConsent, Role.COORDINATOR, scopes=("contact",))),
    S.DIED: (S.ON_TREATMENT, lambda live: live.die()),
}
"""The state before, and what leads on from it."""
