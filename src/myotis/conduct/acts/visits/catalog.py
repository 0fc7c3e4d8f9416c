"""Acts of a visit: that it was held, and what was measured."""

from typing import Final

from myotis.conduct.act import ConductAct
from myotis.conduct.acts.visits.record_assessment import RecordAssessment
from myotis.conduct.acts.visits.record_visit import RecordVisit
from myotis.conduct.acts.visits.record_weight import RecordWeight

ACTS: Final[tuple[type[ConductAct], ...]] = (
    RecordAssessment,
    RecordVisit,
    RecordWeight,
)
