"""Clocks of safety reports worked by hand: the site has 24 hours, the sponsor 7 or 15 days from its own awareness, for
what is serious, related by either judgment, and unexpected (ICH E2A, III.B; 21 CFR 312.32(c))."""

from datetime import datetime
from itertools import product

import pytest

from myotis.errors import SettingError
from myotis.protocol.read import read_trial
from myotis.rules.reporting import Judgment, ReportKind, compute_due_reports

REPORTING = read_trial("proderm").conduct.reporting
SITE = datetime.fromisoformat("2024-02-27T23:15+01:00")  # 22:15 UTC
SPONSOR = datetime.fromisoformat("2024-02-28T14:00-05:00")  # 19:00 UTC
SITE_DUE = ("site_report", "2024-02-28T22:15:00+00:00")
ALERT_DUE = ("alert_report", "2024-03-06T19:00:00+00:00")  # 2024 has a February 29
FULL_DUE = ("full_report", "2024-03-14T19:00:00+00:00")

YES, NO, OPEN = True, False, None
CASES = {
    # serious, fatal or life-threatening, related by investigator, by sponsor, expected: reports, provisional
    "not serious": ((NO, NO, YES, YES, NO), [], False),
    "serious, related, unexpected": ((YES, NO, YES, YES, NO), [SITE_DUE, FULL_DUE], False),
    "and life-threatening": ((YES, YES, YES, YES, NO), [SITE_DUE, ALERT_DUE, FULL_DUE], False),
    "related by the investigator alone": ((YES, NO, YES, NO, NO), [SITE_DUE, FULL_DUE], False),
    "related by the sponsor alone": ((YES, NO, NO, YES, NO), [SITE_DUE, FULL_DUE], False),
    "related by the investigator, sponsor not asked": ((YES, NO, YES, OPEN, NO), [SITE_DUE, FULL_DUE], False),
    "unrelated by both": ((YES, YES, NO, NO, NO), [SITE_DUE], False),
    "expected": ((YES, YES, YES, YES, YES), [SITE_DUE], False),
    "expected, relatedness open": ((YES, YES, OPEN, OPEN, YES), [SITE_DUE], False),
    "unrelated by one, the other open": ((YES, NO, NO, OPEN, NO), [SITE_DUE, FULL_DUE], True),
    "expectedness open": ((YES, YES, YES, YES, OPEN), [SITE_DUE, ALERT_DUE, FULL_DUE], True),
    "nothing judged": ((YES, NO, OPEN, OPEN, OPEN), [SITE_DUE, FULL_DUE], True),
}


def shown(reports):
    return [(report.kind.value, report.due.isoformat()) for report in reports]


@pytest.mark.parametrize(("answers", "due", "provisional"), CASES.values(), ids=CASES.keys())
def test_which_report_is_due_when(answers, due, provisional):
    reports = compute_due_reports(REPORTING, Judgment(*answers), site_aware=SITE, sponsor_aware=SPONSOR)
    assert shown(reports) == due
    assert [report.provisional for report in reports] == [provisional and r.kind != ReportKind.SITE for r in reports]


def test_authorities_wait_until_the_sponsor_knows():
    judgment = Judgment(YES, YES, YES, YES, NO)
    assert shown(compute_due_reports(REPORTING, judgment, site_aware=SITE)) == [SITE_DUE]


def test_a_night_with_a_change_of_the_hour_makes_no_clock_longer():
    """Clocks went forward on 2024-03-31 at 02:00 in central Europe: 24 hours later is 15:00 by the summer's clock."""
    aware = datetime.fromisoformat("2024-03-30T14:00+01:00")
    (report,) = compute_due_reports(REPORTING, Judgment(YES, NO, NO, NO, NO), site_aware=aware, sponsor_aware=aware)
    assert report.due == datetime.fromisoformat("2024-03-31T15:00+02:00")


def test_the_times_are_the_protocols():
    slow = REPORTING.model_copy(update={"other_serious": REPORTING.other_serious._replace(number=10)})
    reports = compute_due_reports(slow, Judgment(YES, NO, YES, YES, NO), site_aware=SITE, sponsor_aware=SPONSOR)
    assert shown(reports)[1] == ("full_report", "2024-03-09T19:00:00+00:00")


def test_learning_more_never_starts_a_clock_that_did_not_run():
    """A law over all judgments: what is settled one way or the other has no report that the open judgment lacked."""
    for fatal, *open_answers in product((YES, NO), *[(YES, NO, OPEN)] * 3):
        before = compute_due_reports(
            REPORTING, Judgment(YES, fatal, *open_answers), site_aware=SITE, sponsor_aware=SPONSOR
        )
        for settled in product(*[(answer,) if answer is not OPEN else (YES, NO) for answer in open_answers]):
            after = compute_due_reports(
                REPORTING, Judgment(YES, fatal, *settled), site_aware=SITE, sponsor_aware=SPONSOR
            )
            assert set(shown(after)) <= set(shown(before))
            assert not any(report.provisional for report in after)
            certain = {report.kind for report in before if not report.provisional}
            assert certain <= {report.kind for report in after}


@pytest.mark.parametrize("times", [{"site_aware": datetime(2024, 3, 1)}, {"sponsor_aware": datetime(2024, 3, 1)}])  # noqa: DTZ001
def test_a_time_without_an_offset_is_refused(times):
    with pytest.raises(SettingError, match="has no offset"):
        compute_due_reports(REPORTING, Judgment(YES, NO, YES, YES, NO), **({"site_aware": SITE} | times))


def test_a_fatal_event_that_is_not_serious_is_refused():
    with pytest.raises(SettingError, match="life-threatening is serious"):
        compute_due_reports(REPORTING, Judgment(NO, YES, YES, YES, NO), site_aware=SITE)
