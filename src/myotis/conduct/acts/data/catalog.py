"""Acts on what was recorded: corrections, queries, signatures, freezes, deviations, guesses."""

from typing import Final

from myotis.conduct.act import ConductAct
from myotis.conduct.acts.data.answer_query import AnswerQuery
from myotis.conduct.acts.data.close_query import CloseQuery
from myotis.conduct.acts.data.correct_value import CorrectValue
from myotis.conduct.acts.data.freeze_form import FreezeForm
from myotis.conduct.acts.data.guess_treatment import GuessTreatment
from myotis.conduct.acts.data.lock_trial import LockTrial
from myotis.conduct.acts.data.raise_query import RaiseQuery
from myotis.conduct.acts.data.report_deviation import ReportDeviation
from myotis.conduct.acts.data.sign_form import SignForm
from myotis.conduct.acts.data.unfreeze_form import UnfreezeForm

ACTS: Final[tuple[type[ConductAct], ...]] = (
    AnswerQuery,
    CloseQuery,
    CorrectValue,
    FreezeForm,
    GuessTreatment,
    LockTrial,
    RaiseQuery,
    ReportDeviation,
    SignForm,
    UnfreezeForm,
)
