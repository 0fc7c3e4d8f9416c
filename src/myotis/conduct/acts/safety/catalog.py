"""Acts of safety: adverse events, pregnancies, laboratory results."""

from typing import Final

from myotis.conduct.act import ConductAct

ACTS: Final[tuple[type[ConductAct], ...]] = ()
