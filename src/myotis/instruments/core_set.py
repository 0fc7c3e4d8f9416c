"""The core sets: which measure can fill which slot of the TIS, and under which column name it is recorded."""

from enum import StrEnum
from typing import NamedTuple

from myotis.instruments.chaq import CHAQ
from myotis.instruments.cmas import CMAS
from myotis.instruments.das import DAS
from myotis.instruments.haq import HAQ_DI
from myotis.instruments.measure import Measure
from myotis.instruments.mmt import MMT8_BILATERAL, MMT8_UNILATERAL, MMT_TOTAL
from myotis.instruments.tis_levels import ADULT_THRESHOLDS, JUVENILE_THRESHOLDS, Slot, Thresholds
from myotis.instruments.vas import EXTRAMUSCULAR, PARENT_GLOBAL, PATIENT_GLOBAL, PHYSICIAN_GLOBAL


class Criteria(StrEnum):
    """Which form of the 2016 ACR/EULAR criteria: population and core set."""

    ADULT = "adult"
    JUVENILE_IMACS = "juvenile-imacs"
    JUVENILE_PRINTO = "juvenile-printo"


class CoreSet(NamedTuple):
    """The measures that may fill each slot, and the thresholds. ``enzymes``: the enzyme slot takes muscle enzymes
    (else the CHQ physical summary, whose range the user has to give)."""

    measures: dict[Slot, tuple[Measure, ...]]
    enzymes: bool
    thresholds: Thresholds


CORE_SETS = {
    Criteria.ADULT: CoreSet(
        {
            Slot.PHYSICIAN_GLOBAL: (PHYSICIAN_GLOBAL,),
            Slot.PATIENT_GLOBAL: (PATIENT_GLOBAL,),
            Slot.STRENGTH: (MMT8_BILATERAL, MMT8_UNILATERAL, MMT_TOTAL),
            Slot.FUNCTION: (HAQ_DI,),
            Slot.EXTRAMUSCULAR: (EXTRAMUSCULAR,),
        },
        enzymes=True,
        thresholds=ADULT_THRESHOLDS,
    ),
    Criteria.JUVENILE_IMACS: CoreSet(
        {
            Slot.PHYSICIAN_GLOBAL: (PHYSICIAN_GLOBAL,),
            Slot.PATIENT_GLOBAL: (PARENT_GLOBAL,),
            Slot.STRENGTH: (MMT8_BILATERAL, MMT8_UNILATERAL, MMT_TOTAL, CMAS),
            Slot.FUNCTION: (CHAQ,),
            Slot.EXTRAMUSCULAR: (EXTRAMUSCULAR,),
        },
        enzymes=True,
        thresholds=JUVENILE_THRESHOLDS,
    ),
    Criteria.JUVENILE_PRINTO: CoreSet(
        {
            Slot.PHYSICIAN_GLOBAL: (PHYSICIAN_GLOBAL,),
            Slot.PATIENT_GLOBAL: (PARENT_GLOBAL,),
            Slot.STRENGTH: (CMAS,),
            Slot.FUNCTION: (CHAQ,),
            Slot.EXTRAMUSCULAR: (DAS,),
        },
        enzymes=False,
        thresholds=JUVENILE_THRESHOLDS,
    ),
}
"""Source of the two core sets: 2016 ACR/EULAR criteria; one core set an analysis, slots are not mixed."""
