"""The section that sets what the live system told beside what the analysis finds. Nothing is computed here."""

import polars as pl

from myotis.datasets.live_differences import LIVE_DIFFERENCES
from myotis.errors import InputError
from myotis.protocol.trial import Trial
from myotis.report.views import Section, TableRow, TableView

WHY = {
    "INPUTS CHANGED": "a value was corrected, added or signed since",
    "OTHER PROTOCOL": "another version of the protocol was in force",
    "OTHER RULE": "the rule answers differently from the same values",
    "NOT IN THE ANALYSIS": "the analysis has no such visit",
}


def build_live_listing(differences: pl.DataFrame, trial: Trial) -> Section:
    """Each answer that the system gave and the analysis does not; raises InputError where the frame is no LIVEDIFF."""
    if faults := LIVE_DIFFERENCES.check(differences):
        raise InputError(fault.inside("LIVEDIFF") for fault in faults)
    if not differences.height:
        lead = "All that the system told of deterioration, TIS and response is what the analysis finds."
        return Section(id="live", title="What was told, and what is found", lead=[lead])
    labels = {visit.number: visit.label for visit in trial.visits}
    rows = tuple(
        TableRow(
            header=row["USUBJID"],
            cells=(
                labels.get(row["AVISITN"], str(row["AVISITN"])), row["LIVEWHAT"], _words(row["LIVEANS"]),
                row["LIVEDTC"][:10], _words(row["ANALYSIS"]), WHY[row["WHY"]],
            ),
        )
        for row in differences.sort("USUBJID", "AVISITN", "LIVEENT").iter_rows(named=True)
    )  # fmt: skip
    lead = (
        f"{differences.height} answers that the system told people during the trial are not what the analysis finds of "
        "the same visits. What was told stays as it was; the analysis is made of the data as they are now."
    )
    table = TableView(
        caption="Answers told during the trial that the analysis does not give", stub="Subject",
        heads=("Visit", "What", "Told", "First told on", "Analysis", "Why"), rows=rows, words=True,
    )  # fmt: skip
    return Section(id="live", title="What was told, and what is found", lead=[lead], tables=[table])


def _words(answer: str | None) -> str:
    return (answer or "none").replace("_", " ")
