"""Clocks of adverse events worked by hand.

ICH E2A, III.B.1: fatal or life-threatening, unexpected reactions: "as soon as possible but no later than 7 calendar
days after first knowledge by the sponsor that a case qualifies", a complete report within 8 more; III.B.2: others that
are serious and unexpected, no later than 15. III.A.1: either the investigator's or the sponsor's judgment makes a
relation. 21 CFR 312.32(c): 15 and 7 calendar days; 312.64(b): the investigator reports a serious event immediately
(24 hours, by the protocol).
"""

import pytest
from live_trial import LiveTrial
from safety_cases import SUBJECT, at, follow_up, judge, report

from myotis.conduct.safety_lists import list_open_clocks, list_unjudged

# Central Europe changed to summer time on 2024-03-31 at 02:00: 24 elapsed hours end at 15:05 of the new clock.
AWARE = "2024-03-30T14:05+01:00"
STARTED = "2024-03-30T12:00+01:00"
GRAVE = {"serious": True, "criteria": ["life_threatening"], "severity": "severe", "causality": "related",
         "started": STARTED, "aware_at": AWARE}  # fmt: skip
HOSPITAL = GRAVE | {"criteria": ["hospitalization"]}


@pytest.fixture
def live():
    trial = LiveTrial()
    trial.clock.now = at("2024-01-08T09:00+00:00")
    trial.randomize()
    return trial


def told(live, what):
    return live.subject().last_told(what)


@pytest.mark.parametrize(
    ("recorded", "status"),
    [("2024-03-30T18:00+01:00", "in_time"), ("2024-03-31T15:05+02:00", "in_time"), ("2024-03-31T15:06+02:00", "late")],
)
def test_the_site_has_24_hours_over_the_change_to_summer_time(live, recorded, status):
    receipt = report(live, recorded, **GRAVE)
    assert receipt.answer("report_due") == {
        "about": "adverse_event/1",
        "due": "2024-03-31T13:05+00:00",  # 15:05 in summer time
        "status": status,
    }


def test_an_event_that_is_not_serious_has_no_clock_however_severe(live):
    receipt = report(live, "2024-04-30T10:00+02:00", severity="severe")
    assert receipt.answer("report_due") is None
    assert list_open_clocks(live.desk.state, live.clock.now) == []
    assert list_unjudged(live.desk.state) == []


def test_a_life_threatening_unexpected_related_event_has_7_days_and_the_complete_report_8_more(live):
    report(live, "2024-03-30T18:00+01:00", **GRAVE)
    receipt = judge(live, "2024-03-31T10:00+02:00")
    # Received 2024-03-30 17:00 UTC; 7 and 15 days of 24 hours later: 19:00 in summer time.
    assert receipt.answer("expedited_due") == {
        "about": "adverse_event/1",
        "provisional": False,
        "alert_report": {"due": "2024-04-06T17:00+00:00", "status": "open"},
        "full_report": {"due": "2024-04-14T17:00+00:00", "status": "open"},
    }


def test_back_from_summer_time_the_clock_is_not_an_hour_longer(live):
    # 2024-10-27 at 03:00 back to 02:00. Received 2024-10-26 12:00+02:00, 10:00 UTC: 7 days later 11:00+01:00.
    autumn = {"started": "2024-10-26T09:00+02:00", "aware_at": "2024-10-26T10:00+02:00"}
    report(live, "2024-10-26T12:00+02:00", **(GRAVE | autumn))
    judge(live, "2024-10-26T13:00+02:00")
    first = list_open_clocks(live.desk.state, at("2024-11-02T11:00+01:00"))[0]
    assert (first.due, first.overdue) == (at("2024-11-02T11:00+01:00"), False)
    assert list_open_clocks(live.desk.state, at("2024-11-02T11:01+01:00"))[0].overdue


def test_another_serious_event_has_15_days(live):
    report(live, "2024-03-30T18:00+01:00", **HOSPITAL)
    receipt = judge(live, "2024-03-31T10:00+02:00")
    answer = receipt.answer("expedited_due")
    assert "alert_report" not in answer
    assert answer["full_report"]["due"] == "2024-04-14T17:00+00:00"


@pytest.mark.parametrize(
    ("investigator", "sponsor", "runs"),
    [("related", "related", True), ("related", "not_related", True), ("not_related", "related", True),
     ("not_related", "not_related", False)],
)  # fmt: skip
def test_either_causality_counts_and_neither_overwrites(live, investigator, sponsor, runs):
    report(live, "2024-03-30T18:00+01:00", **(HOSPITAL | {"causality": investigator}))
    receipt = judge(live, "2024-03-31T10:00+02:00", causality=sponsor)
    assert (receipt.answer("expedited_due") is not None) == runs
    assert bool(list_open_clocks(live.desk.state, live.clock.now)) == runs
    subject = live.subject()
    assert subject.find("adverse_event", "1").items["causality"] == investigator
    assert subject.find("sponsor_judgment", "1").items["causality"] == sponsor


def test_an_expected_event_is_not_expedited(live):
    report(live, "2024-03-30T18:00+01:00", **GRAVE)
    assert judge(live, "2024-03-31T10:00+02:00", expectedness="expected").answer("expedited_due") is None
    assert list_open_clocks(live.desk.state, live.clock.now) == []
    assert list_unjudged(live.desk.state) == []


def test_before_the_sponsor_has_judged_the_clock_runs_and_is_called_provisional(live):
    report(live, "2024-03-30T18:00+01:00", **(HOSPITAL | {"causality": "not_related"}))
    (clock,) = list_open_clocks(live.desk.state, live.clock.now)
    assert (clock.due, clock.provisional) == (at("2024-04-14T17:00+00:00"), True)
    assert list_unjudged(live.desk.state) == [(SUBJECT, "1", at("2024-03-30T17:00+00:00"))]


def test_an_upgrade_starts_the_sites_clock_at_its_own_awareness(live):
    report(live, "2024-03-30T18:00+01:00", started=STARTED, aware_at=AWARE)
    receipt = follow_up(live, "2024-04-03T12:00+02:00", serious=True, criteria=["hospitalization"],
                        aware_at="2024-04-02T08:30+02:00")  # fmt: skip
    assert receipt.answer("report_due") == {
        "about": "adverse_event/1",
        "due": "2024-04-03T06:30+00:00",
        "status": "late",  # recorded at 10:00 UTC
    }
    assert live.subject().find("adverse_event", "1").items["aware_at"].startswith("2024-03-30T14:05")


def test_a_death_after_a_hospitalization_adds_7_days_and_leaves_the_15_of_the_first_report(live):
    report(live, "2024-03-30T18:00+01:00", **HOSPITAL)
    judge(live, "2024-03-31T10:00+02:00")
    fatal = {"criteria": ["hospitalization", "fatal"], "outcome": "FATAL"}
    receipt = follow_up(live, "2024-04-05T10:00+00:00", **fatal)
    assert receipt.answer("expedited_due") is None  # it is the sponsor who is told
    assert told(live, "expedited_due") == {
        "about": "adverse_event/1",
        "provisional": False,
        "alert_report": {"due": "2024-04-12T10:00+00:00", "status": "open"},
        "full_report": {"due": "2024-04-14T17:00+00:00", "status": "open"},
    }


def test_a_relation_found_later_starts_the_clock_when_it_was_received(live):
    report(live, "2024-03-30T18:00+01:00", **(HOSPITAL | {"causality": "not_related"}))
    judge(live, "2024-03-31T10:00+02:00", causality="not_related")
    assert told(live, "expedited_due")["provisional"]  # said when it was reported, and not again
    follow_up(live, "2024-04-04T12:00+00:00", causality="related")
    assert told(live, "expedited_due")["full_report"]["due"] == "2024-04-19T12:00+00:00"


def test_the_sponsor_who_relates_it_has_known_since_the_first_report(live):
    report(live, "2024-03-30T18:00+01:00", **(HOSPITAL | {"causality": "not_related"}))
    receipt = judge(live, "2024-04-10T10:00+00:00", causality="related")
    assert receipt.answer("expedited_due")["full_report"]["due"] == "2024-04-14T17:00+00:00"


def test_what_the_sponsor_knew_by_telephone_counts_from_the_call(live):
    report(live, "2024-03-30T18:00+01:00", **GRAVE)
    receipt = judge(live, "2024-03-31T10:00+02:00", aware_at="2024-03-30T15:00+01:00")
    assert receipt.answer("expedited_due")["alert_report"]["due"] == "2024-04-06T14:00+00:00"


def test_what_was_sent_closes_its_clock_in_time_or_late(live):
    report(live, "2024-03-30T18:00+01:00", **GRAVE)
    judge(live, "2024-03-31T10:00+02:00")
    sent = {"alert_report": "2024-04-06T19:00+02:00", "full_report": "2024-04-14T19:01+02:00"}
    answer = judge(live, "2024-04-15T10:00+02:00", sent=sent).answer("expedited_due")
    assert [answer[kind]["status"] for kind in sent] == ["in_time", "late"]
    assert list_open_clocks(live.desk.state, live.clock.now) == []
    assert live.subject().find("sponsor_judgment", "1").version == 2


def test_a_follow_up_of_a_judged_event_asks_for_judgment_again(live):
    report(live, "2024-03-30T18:00+01:00", **HOSPITAL)
    judge(live, "2024-03-31T10:00+02:00")
    assert list_unjudged(live.desk.state) == []
    follow_up(live, "2024-04-04T12:00+00:00", severity="moderate")
    assert [event.received for event in list_unjudged(live.desk.state)] == [at("2024-04-04T12:00+00:00")]
