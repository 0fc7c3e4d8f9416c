"""Acts from consent to randomization."""

from typing import Final

from myotis.conduct.act import ConductAct
from myotis.conduct.acts.entry.adjudicate_entry import AdjudicateEntry
from myotis.conduct.acts.entry.enroll_subject import EnrollSubject
from myotis.conduct.acts.entry.fail_screening import FailScreening
from myotis.conduct.acts.entry.give_consent import GiveConsent
from myotis.conduct.acts.entry.randomize_subject import RandomizeSubject
from myotis.conduct.acts.entry.record_demographics import RecordDemographics
from myotis.conduct.acts.entry.record_history import RecordHistory
from myotis.conduct.acts.entry.record_medication import RecordMedication
from myotis.conduct.acts.entry.report_wrong_stratum import ReportWrongStratum
from myotis.conduct.acts.entry.rescreen_subject import RescreenSubject
from myotis.conduct.acts.entry.screen_subject import ScreenSubject

ACTS: Final[tuple[type[ConductAct], ...]] = (
    RescreenSubject,
    RecordMedication,
    RecordHistory,
    FailScreening,
    AdjudicateEntry,
    EnrollSubject,
    GiveConsent,
    RandomizeSubject,
    RecordDemographics,
    ReportWrongStratum,
    ScreenSubject,
)
