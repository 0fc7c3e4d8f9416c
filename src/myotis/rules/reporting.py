"""Reporting: which clocks run for an adverse event, and when each report is due.

Times are elapsed time from awareness, a day being 24 hours, so that no change of the hour makes a clock longer; they
come out in UTC (ICH E2A, III.B; 21 CFR 312.32(c)).
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from myotis.errors import SettingError
from myotis.protocol.conduct import Reporting


class Judgment(NamedTuple):
    """What is known of an adverse event when a report of it is received; None where it is not judged yet."""

    serious: bool
    fatal_or_life_threatening: bool
    related_by_investigator: bool | None
    related_by_sponsor: bool | None
    """Neither takes back what the other says: the event is related where either says so."""
    expected: bool | None
    """Whether the reference safety information expects it."""

    @property
    def related(self) -> bool | None:
        """Related where either says so, unrelated where both say not, else not judged (None)."""
        answers = (self.related_by_investigator, self.related_by_sponsor)
        return True if True in answers else None if None in answers else False


class ReportKind(StrEnum):
    """A report that somebody is waiting for."""

    SITE = "site_report"
    """Of a serious event, from the site to the sponsor."""
    ALERT = "alert_report"
    """The first report of a fatal or life-threatening event to authorities."""
    FULL = "full_report"
    """The report of any other event to authorities, and the complete one of a fatal or life-threatening event."""


class DueReport(NamedTuple):
    """A report and when it is due."""

    kind: ReportKind
    due: datetime
    provisional: bool
    """It may prove not to be needed: relatedness or expectedness is not judged yet. The clock runs nevertheless."""


def compute_due_reports(
    reporting: Reporting, judgment: Judgment, *, site_aware: datetime, sponsor_aware: datetime | None = None
) -> tuple[DueReport, ...]:
    """The reports of an adverse event, each with its time; none where it is not serious.

    Authorities are told of what is serious, related and unexpected, from the sponsor's awareness on; what is not
    judged yet counts as if it were. ``sponsor_aware`` is None while the sponsor doesn't know; where a later report
    makes an event qualify, it is when that report was received. Raises SettingError for times without an offset, and
    for an event that is fatal or life-threatening and not serious.

    >>> from myotis.protocol.read import read_trial
    >>> aware = datetime.fromisoformat("2024-03-01T09:30+01:00")
    >>> grave = Judgment(True, True, related_by_investigator=True, related_by_sponsor=None, expected=False)
    >>> reports = compute_due_reports(
    ...     read_trial("proderm").conduct.reporting, grave, site_aware=aware, sponsor_aware=aware)
    >>> [(report.kind.value, report.due.isoformat()) for report in reports[:2]]
    [('site_report', '2024-03-02T08:30:00+00:00'), ('alert_report', '2024-03-08T08:30:00+00:00')]
    """
    _check(judgment, site_aware, sponsor_aware)
    return tuple(_list(reporting, judgment, site_aware, sponsor_aware))


def _list(
    reporting: Reporting, judgment: Judgment, site_aware: datetime, sponsor_aware: datetime | None
) -> Iterator[DueReport]:
    if not judgment.serious:
        return
    hours = timedelta(hours=float(reporting.site.number))
    yield DueReport(ReportKind.SITE, site_aware.astimezone(UTC) + hours, provisional=False)
    if sponsor_aware is None or judgment.related is False or judgment.expected is True:
        return
    provisional = None in (judgment.related, judgment.expected)
    limits = {ReportKind.FULL: reporting.other_serious}
    if judgment.fatal_or_life_threatening:
        limits = {ReportKind.ALERT: reporting.fatal_or_life_threatening} | limits
    for kind, limit in limits.items():
        yield DueReport(kind, sponsor_aware.astimezone(UTC) + timedelta(days=float(limit.number)), provisional)


def _check(judgment: Judgment, *times: datetime | None) -> None:
    if any(time is not None and time.utcoffset() is None for time in times):
        raise SettingError("a time of awareness has no offset from UTC")
    if judgment.fatal_or_life_threatening and not judgment.serious:
        raise SettingError("an event that is fatal or life-threatening is serious")
