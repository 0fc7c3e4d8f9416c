"""Acts that move a subject along: the switch, ends of periods, withdrawal, death."""

from typing import Final

from myotis.conduct.act import ConductAct
from myotis.conduct.acts.course.complete_first_period import CompleteFirstPeriod
from myotis.conduct.acts.course.complete_study import CompleteStudy
from myotis.conduct.acts.course.confirm_switch import ConfirmSwitch, DeclineSwitch
from myotis.conduct.acts.course.discontinue import BeginFollowUp, DiscontinueStudy, DiscontinueTreatment
from myotis.conduct.acts.course.lose_contact import DeclareLost, FindAgain
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
