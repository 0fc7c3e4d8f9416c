"""Acts of dosing: from the order of a dose to its infusion."""

from typing import Final

from myotis.conduct.act import ConductAct

ACTS: Final[tuple[type[ConductAct], ...]] = ()
