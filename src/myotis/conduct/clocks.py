"""The clocks of safety reports: when a report is due, counted from awareness.

Hours and days are counted as elapsed time, a day being 24 hours, so that a change to or from daylight saving time makes
no clock longer. Times come out in UTC.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final, NamedTuple

from myotis.protocol.conduct import Reporting
from myotis.terms.units import Quantity

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

    @property
    def alarming(self) -> bool:
        """Is it fatal or life-threatening?"""
        return not ALARMING.isdisjoint(self.criteria)


class ReportKind(StrEnum):
    """The expedited reports of a sponsor (ICH E2A, III.B)."""

    ALERT = "alert_report"
    """The first report of a fatal or life-threatening event: ``fatal_or_life_threatening`` of the protocol."""
    FULL = "full_report"
    """The report of any other event, and the complete one of a fatal or life-threatening event: ``other_serious``."""


def compute_site_due(aware_at: datetime, reporting: Reporting) -> datetime:
    """When the site's report of a serious event is due at the sponsor.

    >>> from myotis.protocol.read import read_trial
    >>> aware = datetime.fromisoformat("2024-03-30T14:05+01:00")
    >>> str(compute_site_due(aware, read_trial("proderm").conduct.reporting))
    '2024-03-31 13:05:00+00:00'
    """
    return aware_at.astimezone(UTC) + timedelta(hours=float(reporting.site.number))


def compute_expedited_dues(
    reports: Sequence[Report], *, sponsor_related: bool, reporting: Reporting
) -> dict[ReportKind, datetime]:
    """When the expedited reports of an unexpected event are due; none where it is not serious, or nobody relates it.

    ``reports`` are those of the site, the first one first. The event is related where the investigator, as last
    reported, or the sponsor says so: neither takes back what the other says. A clock begins when the sponsor received
    the first report by which the event qualifies (ICH E2A, III.B; 21 CFR 312.32(c)).
    """
    if not reports or not reports[-1].serious or not (reports[-1].related or sponsor_related):
        return {}
    qualifying = [report for report in reports if report.serious and (report.related or sponsor_related)]
    dues = {ReportKind.FULL: _count_days(qualifying, reporting.other_serious)}
    if reports[-1].alarming:
        alarming = [report for report in qualifying if report.alarming]
        dues[ReportKind.ALERT] = _count_days(alarming, reporting.fatal_or_life_threatening)
    return dues


def _count_days(reports: Sequence[Report], limit: Quantity) -> datetime:
    first = min(report.received for report in reports)
    return first.astimezone(UTC) + timedelta(days=float(limit.number))
