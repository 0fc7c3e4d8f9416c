"""Every act of the blinded world, by its name."""

from collections.abc import Mapping
from typing import Final

from myotis.conduct.act import ConductAct
from myotis.conduct.acts.course.catalog import ACTS as COURSE
from myotis.conduct.acts.data.catalog import ACTS as DATA
from myotis.conduct.acts.dosing.catalog import ACTS as DOSING
from myotis.conduct.acts.entry.catalog import ACTS as ENTRY
from myotis.conduct.acts.safety.catalog import ACTS as SAFETY
from myotis.conduct.acts.trial.catalog import ACTS as TRIAL
from myotis.conduct.acts.visits.catalog import ACTS as VISITS

ACTS: Final[Mapping[str, type[ConductAct]]] = {
    act.name: act for act in (*TRIAL, *ENTRY, *VISITS, *DOSING, *SAFETY, *DATA, *COURSE)
}
