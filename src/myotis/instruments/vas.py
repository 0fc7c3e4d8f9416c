"""Visual analog scales: the globals of the core set, recorded in centimeters or millimeters.

The form is a line of 10 cm. Some sites enter centimeters, some millimeters; both become the same steps of
0.01 mm, so that a limit means the same wherever the ruler came from. The Likert form (0 to 4) of the globals is
another instrument: no source gives its range for the TIS, so it isn't read here.
"""

from typing import Final

from myotis.instruments.measure import Better, Measure
from myotis.terms.grid import Grid
from myotis.terms.source import Source, Status

VAS_GRID: Final = Grid("cm", 1000, 10_000)
"""Centimeters at the edge; a step is 0.01 mm."""

VAS_GRID_MM: Final = Grid("mm", 100, 10_000)
"""Millimeters at the edge; the same steps as ``VAS_GRID``."""

CORE_SET: Final = Source(
    "IMACS core set measures, PMC3748930, Table 1",
    Status.VERIFIED,
    "10 cm line; a Likert scale of 0 to 4 exists on the same form and has no range for the TIS in any source",
)


def _vas(name: str, label: str, source: Source) -> Measure:
    return Measure(name=name, label=label, grid=VAS_GRID, minimum=0, maximum=10, better=Better.LOWER, source=source)


PHYSICIAN_GLOBAL: Final = _vas("physician_global", "Physician global activity", CORE_SET)

PATIENT_GLOBAL: Final = _vas("patient_global", "Patient global activity", CORE_SET)

PARENT_GLOBAL: Final = _vas("parent_global", "Parent global activity", CORE_SET)

EXTRAMUSCULAR: Final = _vas(
    "extramuscular",
    "Extramuscular global activity",
    Source(
        "IMACS core set measures, PMC3748930, Table 1",
        Status.VERIFIED,
        "the single extramuscular scale of the MDAAT, not the sum of its six organ scales (0 to 60 cm)",
    ),
)
