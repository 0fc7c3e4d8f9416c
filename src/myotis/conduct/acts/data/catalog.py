"""Acts on what was recorded: corrections, queries, signatures, freezes."""

from typing import Final

from myotis.conduct.act import ConductAct
from myotis.conduct.acts.data.correct_value import CorrectValue
from myotis.conduct.acts.data.sign_form import SignForm

ACTS: Final[tuple[type[ConductAct], ...]] = (
    CorrectValue,
    SignForm,
)
