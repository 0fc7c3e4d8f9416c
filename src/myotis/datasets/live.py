"""LIVE: what the system told the people of the trial, kept as it was told.

It is a fact of the log and is never derived anew. Where an analysis finds something else, a listing shows both.
"""

from typing import Final

from myotis.datasets.sdtm import STUDYID, USUBJID, text
from myotis.datasets.table import Column, Table

LIVE: Final = Table(
    name="LIVE",
    label="What the System Told",
    columns=(
        STUDYID, USUBJID, Column(name="LIVESEQ", label="Sequence Number", kind="integer", minimum=1, required=True),
        text("LIVEWHAT", "What was Told", required=True), text("LIVEANS", "Answer (JSON)", required=True),
        text("LIVERULE", "Rule", required=True), text("LIVEINP", "Digest of the Rule's Inputs"),
        text("LIVETO", "Roles that were Told"), text("LIVEPROT", "Protocol Version"),
        text("LIVEDIG", "Protocol Digest"), text("LIVEDTC", "Date/Time of the Entry", required=True),
        Column(name="LIVEENT", label="Entry of the Log", kind="integer", minimum=0, required=True),
        Column(name="LIVEABT", label="Entry that Gave Rise to it", kind="integer", minimum=0),
    ),
    key=("STUDYID", "USUBJID", "LIVESEQ"),
)  # fmt: skip
