"""The clocks of an adverse event over all that was reported of it (``rules/reporting.py`` has those of one report)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, NamedTuple

from myotis.protocol.conduct import Reporting
from myotis.rules.reporting import DueReport, Judgment, ReportKind, compute_due_reports

ALARMING: Final = frozenset({"fatal", "life_threatening"})
"""The criteria of seriousness that shorten the sponsor's clock."""


class Report(NamedTuple):
    """What a site has reported of an adverse event by one entry, as it stood after it."""

    entry: int
    aware_at: datetime
    """When the site became aware of what it reports."""
    received: datetime
    """When the sponsor became aware of it: when it was recorded, or earlier, as the sponsor says."""
    criteria: tuple[str, ...]
    """The criteria of seriousness that it meets; none where it is not serious."""
    related: bool
    """In the investigator's judgment."""

    @property
    def serious(self) -> bool:
        """Does it meet any criterion?"""
        return bool(self.criteria)

    def list_due(self, reporting: Reporting, sponsor_related: bool | None, expected: bool | None) -> list[DueReport]:
        """The reports that are due by this one alone."""
        alarming = not ALARMING.isdisjoint(self.criteria)
        judgment = Judgment(self.serious, alarming, self.related, sponsor_related, expected)
        return list(compute_due_reports(reporting, judgment, site_aware=self.aware_at, sponsor_aware=self.received))


def compute_site_due(report: Report, reporting: Reporting) -> datetime | None:
    """When the site's report was due at the sponsor; None where the event is not serious."""
    due = report.list_due(reporting, None, None)
    return next((one.due for one in due if one.kind == ReportKind.SITE), None)


def list_expedited(
    reports: Sequence[Report], reporting: Reporting, *, sponsor_related: bool | None, expected: bool | None
) -> list[DueReport]:
    """The sponsor's expedited reports of an event as it was last reported, the first one due first.

    A clock begins when the sponsor received the first report by which the event qualifies, so what is learned later
    makes none longer. What the sponsor has not judged (None) counts as if it qualified, and is provisional.
    """
    kinds = [one for one in reports[-1].list_due(reporting, sponsor_related, expected) if one.kind != ReportKind.SITE]
    first: dict[ReportKind, datetime] = {}
    for report in reports:
        for one in report.list_due(reporting, sponsor_related, expected):
            first[one.kind] = min(one.due, first.get(one.kind, one.due))
    return sorted((one._replace(due=first[one.kind]) for one in kinds), key=lambda one: one.due)
