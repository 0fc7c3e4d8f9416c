"""Acts that move a subject along: the switch, ends of periods, withdrawal, death."""

from typing import Final

from myotis.conduct.act import ConductAct

ACTS: Final[tuple[type[ConductAct], ...]] = ()
