"""LIVEDIFF: where what the system told and what the analysis finds are not the same, and why."""

from typing import Final

from myotis.datasets.sdtm import STUDYID, USUBJID, text
from myotis.datasets.table import Column, Table

REASONS: Final = ("INPUTS CHANGED", "OTHER PROTOCOL", "OTHER RULE", "NOT IN THE ANALYSIS")
"""``INPUTS CHANGED``: a value was corrected, added or signed later. ``OTHER PROTOCOL``: another version was in force.
``OTHER RULE``: from the same values, under the same protocol, the rule of today answers differently. ``NOT IN THE
ANALYSIS``: the analysis has no such visit of the subject."""

LIVE_DIFFERENCES: Final = Table(
    name="LIVEDIFF",
    label="Live Decisions and the Analysis",
    columns=(
        STUDYID, USUBJID, Column(name="AVISITN", label="Analysis Visit (N)", kind="integer", required=True),
        text("LIVEWHAT", "What was Told", required=True), text("LIVEANS", "Answer as Told", required=True),
        text("ANALYSIS", "Answer of the Analysis"), text("WHY", "Why they Differ", required=True, codelist=REASONS),
        text("LIVEDTC", "Date/Time when it was First Told", required=True),
        Column(name="LIVEENT", label="Entry of the Log", kind="integer", required=True),
    ),
    key=("STUDYID", "USUBJID", "LIVEWHAT", "AVISITN", "LIVEANS"),
)  # fmt: skip
