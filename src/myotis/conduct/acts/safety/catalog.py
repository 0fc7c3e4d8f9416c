"""Acts of safety: adverse events, pregnancies, laboratory results."""

from typing import Final

from myotis.conduct.act import ConductAct
from myotis.conduct.acts.safety.adjudicate_event import AdjudicateEvent
from myotis.conduct.acts.safety.follow_up_adverse_event import FollowUpAdverseEvent
from myotis.conduct.acts.safety.judge_adverse_event import JudgeAdverseEvent
from myotis.conduct.acts.safety.record_result import RecordResult
from myotis.conduct.acts.safety.release_action import ReleaseAction
from myotis.conduct.acts.safety.report_adverse_event import ReportAdverseEvent
from myotis.conduct.acts.safety.report_pregnancy import ReportPregnancy

ACTS: Final[tuple[type[ConductAct], ...]] = (
    AdjudicateEvent,
    FollowUpAdverseEvent,
    JudgeAdverseEvent,
    RecordResult,
    ReleaseAction,
    ReportAdverseEvent,
    ReportPregnancy,
)
