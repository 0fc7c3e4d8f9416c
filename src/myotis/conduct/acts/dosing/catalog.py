"""Acts of dosing: from the order of a dose to its infusion."""

from typing import Final

from myotis.conduct.act import ConductAct
from myotis.conduct.acts.dosing.cancel_dose import CancelDose
from myotis.conduct.acts.dosing.change_dose import ChangeDose
from myotis.conduct.acts.dosing.check_readiness import CheckReadiness
from myotis.conduct.acts.dosing.dispense_treatment import DispenseTreatment
from myotis.conduct.acts.dosing.hold_dosing import HoldDosing
from myotis.conduct.acts.dosing.order_dose import OrderDose
from myotis.conduct.acts.dosing.receive_notice import ReceiveNotice
from myotis.conduct.acts.dosing.record_infusion import RecordInfusion
from myotis.conduct.acts.dosing.request_code_break import RequestCodeBreak
from myotis.conduct.acts.dosing.resume_dosing import ResumeDosing

ACTS: Final[tuple[type[ConductAct], ...]] = (
    CancelDose,
    ChangeDose,
    CheckReadiness,
    DispenseTreatment,
    HoldDosing,
    OrderDose,
    ReceiveNotice,
    RecordInfusion,
    RequestCodeBreak,
    ResumeDosing,
)
