"""Acts that move a subject along: the switch, ends of periods, withdrawal, death."""

from typing import Final

from myotis.conduct.act import ConductAct
from myotis.conduct.acts.course.begin_follow_up import BeginFollowUp
from myotis.conduct.acts.course.complete_first_period import CompleteFirstPeriod
from myotis.conduct.acts.course.complete_study import CompleteStudy
from myotis.conduct.acts.course.confirm_switch import ConfirmSwitch
from myotis.conduct.acts.course.declare_lost import DeclareLost
from myotis.conduct.acts.course.decline_switch import DeclineSwitch
from myotis.conduct.acts.course.discontinue_study import DiscontinueStudy
from myotis.conduct.acts.course.discontinue_treatment import DiscontinueTreatment
from myotis.conduct.acts.course.find_again import FindAgain
from myotis.conduct.acts.course.record_death import RecordDeath
from myotis.conduct.acts.course.transfer_subject import TransferSubject
from myotis.conduct.acts.course.withdraw_consent import WithdrawConsent

ACTS: Final[tuple[type[ConductAct], ...]] = (
    BeginFollowUp,
    CompleteFirstPeriod,
    CompleteStudy,
    ConfirmSwitch,
    DeclareLost,
    DeclineSwitch,
    DiscontinueStudy,
    DiscontinueTreatment,
    FindAgain,
    RecordDeath,
    TransferSubject,
    WithdrawConsent,
)
