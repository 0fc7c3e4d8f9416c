"""Adverse events, their adjudication, pregnancies: what is refused and why, what is asked, what is said to whom."""

import secrets
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from live_trial import LiveTrial
from pydantic import ValidationError
from safety_cases import PLAIN, SUBJECT, at, follow_up, judge, put_infusion, report

from myotis.conduct.act import Means, Scene
from myotis.conduct.acts.catalog import ACTS
from myotis.conduct.acts.data.correct_value import CorrectValue
from myotis.conduct.acts.safety.adjudicate_event import AdjudicateEvent
from myotis.conduct.acts.safety.judge_adverse_event import JudgeAdverseEvent
from myotis.conduct.acts.safety.report_adverse_event import ReportAdverseEvent
from myotis.conduct.acts.safety.report_pregnancy import ReportPregnancy
from myotis.conduct.adverse_events import has_fatal_event, place_event
from myotis.conduct.roles import Role
from myotis.conduct.safety_lists import list_awaiting_adjudication, list_disagreeing_deaths, list_open_clocks
from myotis.conduct.study import Study
from myotis.log.act import RefusalError
from myotis.log.redact import take_out_value
from myotis.protocol.read import read_trial
from myotis.terms.states import SubjectState
from myotis.terms.units import Quantity

NOON = "2024-03-20T12:00+00:00"
CLOT = {"special_interest": "thromboembolic", "term": "Deep vein thrombosis"}


@pytest.fixture
def live():
    trial = LiveTrial()
    trial.consent()
    return trial


def refused(act, *arguments, **options):
    with pytest.raises(RefusalError) as refusal:
        act(*arguments, **options)
    assert refusal.value.kind == "need"
    return [(fault.column, fault.what) for fault in refusal.value.faults]


def find_doubts(live, **items):
    scene = Scene(live.desk.state, live.trial, live.user(Role.COORDINATOR), at(NOON), at(NOON), Means())
    return [fault.column for fault in ReportAdverseEvent(**(PLAIN | items)).find_doubtful_items(scene)]


@pytest.mark.parametrize(
    ("items", "columns"),
    [
        ({"serious": True}, ["criteria"]),
        ({"criteria": ["important"]}, ["criteria"]),
        ({"serious": True, "criteria": ["important", "important"]}, ["criteria"]),
        ({"serious": True, "criteria": ["fatal"]}, ["outcome"]),
        ({"outcome": "FATAL"}, ["outcome"]),
        ({"special_interest": "renal"}, ["special_interest"]),
        ({"started": "2024-03-20T13:00+00:00"}, ["started", "aware_at"]),
        ({"started": "2024-03-21"}, ["started", "aware_at"]),
        ({"stopped": "2024-03-19"}, ["stopped"]),
        ({"stopped": "2024-03-20T07:59+00:00"}, ["stopped"]),
        ({"stopped": "2024-03-21"}, ["stopped"]),
        ({"aware_at": "2024-03-20T12:01+00:00"}, ["aware_at"]),
        ({"aware_at": "2024-03-20T07:59+00:00"}, ["aware_at"]),
        ({"serious": True, "special_interest": "x", "stopped": "2024-03-19"},
         ["stopped", "criteria", "special_interest"]),
    ],
)  # fmt: skip
def test_an_event_that_contradicts_itself_is_refused_with_every_fault(live, items, columns):
    assert [column for column, _ in refused(report, live, NOON, **items)] == columns
    assert live.subject().all_of("adverse_event") == []


@pytest.mark.parametrize("started", ["2024-03-20T08:00", "2024-03-20T08", "2024-03"])
def test_a_start_has_an_offset_or_is_a_date(started):
    with pytest.raises(ValidationError):
        ReportAdverseEvent(**(PLAIN | {"started": started}))


def test_the_date_is_that_of_the_place_where_it_is_reported(live):
    """In Auckland it is the 21st already."""
    live.clock.now = at("2024-03-20T12:00+00:00")
    there = datetime(2024, 3, 21, 1, tzinfo=ZoneInfo("Pacific/Auckland"))
    event = PLAIN | {"started": date(2024, 3, 21), "aware_at": there}
    live.act(ReportAdverseEvent(**event), Role.COORDINATOR, occurred=there)
    assert live.subject().find("adverse_event", "1").items["started"] == "2024-03-21"


@pytest.mark.parametrize(
    ("items", "columns"),
    [
        ({}, []),
        ({"outcome": "RECOVERED/RESOLVED"}, ["stopped"]),
        ({"stopped": "2024-03-20"}, ["stopped"]),
        ({"causality": "related"}, ["causality"]),  # before the first dose
        ({"serious": True, "criteria": ["fatal"], "outcome": "FATAL"}, ["severity", "outcome"]),
    ],
)
def test_what_is_asked_about(live, items, columns):
    assert find_doubts(live, **items) == columns


def test_a_fatal_event_and_a_death_agree(live):
    fatal = {"serious": True, "criteria": ["fatal"], "outcome": "FATAL", "severity": "severe"}
    assert not has_fatal_event(live.subject())
    report(live, NOON, **fatal)
    assert has_fatal_event(live.subject())
    assert list_disagreeing_deaths(live.desk.state) == [SUBJECT]
    live.subject().state = SubjectState.DIED
    assert find_doubts(live, **fatal) == []
    assert list_disagreeing_deaths(live.desk.state) == []


def test_the_description_is_sealed_and_the_follow_up_too(live):
    report(live, NOON, description="fell on the stairs of the town hall")
    follow_up(live, "2024-03-21T12:00+00:00", description="no fracture of the wrist")
    raw = "".join(entry.write_line() for entry in live.store.read())
    assert "stairs" not in raw
    assert "fracture" not in raw
    assert live.subject().find("adverse_event", "1").version == 2


def test_events_are_numbered_and_told_to_no_assessor(live):
    report(live, NOON, **CLOT)
    report(live, NOON, serious=True, criteria=["important"])
    assert [form.key.which for form in live.subject().all_of("adverse_event")] == [("1",), ("2",)]
    assert all(Role.EFFICACY_ASSESSOR not in entry.get("to") for entry in live.subject().told)


# Placement among infusions: 72 hours from the end of the last infusion that began by then.
INFUSIONS = [("W4", 1, "2024-02-05T09:00+01:00", "2024-02-05T13:00+01:00"),
             ("W4", 2, "2024-02-06T09:00+01:00", "2024-02-06T13:00+01:00")]  # fmt: skip


@pytest.mark.parametrize(
    ("started", "emergent", "infusional", "follows"),
    [
        ("2024-02-05T08:59+01:00", False, False, None),
        ("2024-02-05T08:00+00:00", True, True, "infusion/W4/1"),  # as it begins
        ("2024-02-05T10:00+01:00", True, True, "infusion/W4/1"),  # during the infusion
        ("2024-02-06T08:59+01:00", True, True, "infusion/W4/1"),
        ("2024-02-06T09:00+01:00", True, True, "infusion/W4/2"),
        ("2024-02-09T13:00+01:00", True, True, "infusion/W4/2"),  # 72 hours after its end
        ("2024-02-09T13:01+01:00", True, False, "infusion/W4/2"),
        ("2024-02-09T12:01+00:00", True, False, "infusion/W4/2"),
        ("2024-02-04", False, False, None),
        ("2024-02-05", True, True, "infusion/W4/1"),
        ("2024-02-09", True, True, "infusion/W4/2"),  # three whole days
        ("2024-02-10", True, False, "infusion/W4/2"),
    ],
)
def test_an_event_is_placed_by_real_times_or_by_days(live, started, emergent, infusional, follows):
    for infusion in INFUSIONS:
        put_infusion(live, *infusion)
    placed = place_event(live.trial, live.subject(), started)
    assert placed[:2] == (emergent, infusional)
    assert (str(placed.follows) if placed.follows else None) == follows


def test_a_window_of_emergence_ends(live):
    put_infusion(live, *INFUSIONS[1])
    safety = live.trial.plan.safety.model_copy(update={"emergent": Quantity.parse("30 days", ("days",))})
    trial = live.trial.model_copy(update={"plan": live.trial.plan.model_copy(update={"safety": safety})})
    placed = [place_event(trial, live.subject(), f"2024-03-07T13:0{minute}+01:00").emergent for minute in (0, 1)]
    assert placed == [True, False]


def test_without_a_plan_of_safety_nothing_is_infusional_and_a_dose_at_home_counts(live):
    put_infusion(live, "W1", 1, "2024-02-05T09:00+01:00", "2024-02-05T13:00+01:00")
    subject = live.subject()
    (form,) = [subject.forms.pop(key) for key in list(subject.forms) if key.form == "infusion"]
    subject.forms[form.key._replace(form="dispensing")] = form
    form.key = form.key._replace(form="dispensing")
    trial = read_trial("reclaiim")
    assert place_event(trial, subject, "2024-02-04") == (False, None, None)
    assert place_event(trial, subject, "2024-02-05") == (True, None, None)


def test_the_system_says_where_the_event_stands(live):
    put_infusion(live, *INFUSIONS[0])
    receipt = report(live, NOON, started="2024-02-05T10:00+01:00")
    assert receipt.answer("adverse_event_placed") == {
        "about": "adverse_event/1", "treatment_emergent": True, "infusional": True, "follows": "infusion/W4/1"
    }  # fmt: skip


# Corrections and follow-ups


def test_what_clocks_depend_on_is_followed_up_and_not_corrected(live):
    report(live, NOON)
    for item, value in (("serious", True), ("causality", "related"), ("aware_at", NOON), ("started", "2024-03-19")):
        change = CorrectValue(subject=SUBJECT, form="adverse_event/1", item=item, value=value, saw=1)
        faults = refused(live.act, change, Role.COORDINATOR, reason="a slip")
        assert (item, f"{item} changes what is due, so it is not corrected") in faults
    change = CorrectValue(subject=SUBJECT, form="adverse_event/1", item="severity", value="moderate", saw=1)
    live.act(change, Role.COORDINATOR, reason="a slip")
    assert live.subject().find("adverse_event", "1").items["severity"] == "moderate"


def test_a_follow_up_has_news_of_the_version_that_stands(live):
    report(live, NOON)
    assert refused(follow_up, live, NOON)[0][1] == "there is no new information"
    assert "changed since version 3" in refused(follow_up, live, NOON, severity="severe", saw=3)[0][1]
    assert "not recorded" in refused(follow_up, live, NOON, severity="severe", number=2)[0][1]
    assert [column for column, _ in refused(follow_up, live, NOON, serious=True)] == ["criteria"]
    before = "2024-03-20T08:30+00:00"
    assert [column for column, _ in refused(follow_up, live, NOON, severity="severe", aware_at=before)] == ["aware_at"]
    later = "2024-03-20T12:01+00:00"
    assert [column for column, _ in refused(follow_up, live, NOON, severity="severe", aware_at=later)] == ["aware_at"]
    follow_up(live, NOON, severity="severe")
    form = live.subject().find("adverse_event", "1")
    assert (form.version, form.items["severity"], form.items["term"]) == (2, "severe", "Headache")
    assert not {"number", "saw"} & set(form.items)


def test_safety_waits_for_nobody_a_frozen_event_is_open_again_and_a_locked_trial_listens(live):
    report(live, NOON)
    live.subject().find("adverse_event", "1").frozen = True
    follow_up(live, NOON, severity="severe")
    assert not live.subject().find("adverse_event", "1").frozen
    live.desk.state.locked = True
    follow_up(live, NOON, severity="moderate")
    report(live, NOON)
    assert len(live.subject().all_of("adverse_event")) == 2


def test_a_doubtful_follow_up_raises_a_query_and_a_death_settles_it(live):
    report(live, NOON)
    assert live.desk.state.queries == {}
    fatal = {"serious": True, "criteria": ["fatal"], "outcome": "FATAL", "severity": "severe"}
    follow_up(live, NOON, **fatal)
    (query,) = live.desk.state.queries.values()
    assert (str(query.form), query.item) == ("adverse_event/1", "outcome")


def test_values_that_were_taken_out_of_the_log_are_missed_by_nobody(live):
    """The clocks then count from the report, and the event as related, which makes none later or less needed."""
    report(live, NOON, serious=True, criteria=["hospitalization"])
    entry = next(entry for entry in live.store.read() if entry.act == "report_adverse_event")
    for name in ("aware_at", "causality", "started", "outcome"):
        take_out_value(live.store, entry.number, name, reason="a test", by="dm", role="data_manager", protocol="",
                       protocol_digest="", clock=live.clock, entropy=secrets.token_bytes)  # fmt: skip
    again = LiveTrial(store=live.store, clock=live.clock)
    (kept,) = again.desk.state.reports[SUBJECT, "1"]
    assert (kept.aware_at, kept.related) == (at(NOON), True)
    assert not has_fatal_event(again.subject())
    judge(again, NOON, causality="not_related")
    assert [clock.due for clock in list_open_clocks(again.desk.state, at(NOON))] == [at("2024-04-04T12:00+00:00")]
    assert [column for column, _ in refused(follow_up, again, NOON, outcome="UNKNOWN")] == ["started", "causality"]
    follow_up(again, NOON, started="2024-03-19", causality="related", outcome="UNKNOWN")


def test_a_judgment_is_of_the_versions_that_were_seen(live):
    report(live, NOON)
    assert "changed since version 2" in refused(judge, live, NOON, saw=2)[0][1]
    assert "not recorded" in refused(judge, live, NOON, number=2)[0][1]
    assert [column for column, _ in refused(judge, live, NOON, reference=" ")] == ["reference"]
    late = "2024-03-20T12:01+00:00"
    faults = refused(judge, live, NOON, aware_at=late, sent={"full_report": late})
    assert [column for column, _ in faults] == ["aware_at", "sent"]
    judge(live, NOON)
    assert refused(judge, live, NOON, saw_judgment=0)[0][0] == "saw_judgment"
    with pytest.raises(ValidationError):
        JudgeAdverseEvent(subject=SUBJECT, number=1, saw=1, causality="related", expectedness="expected",
                          reference="IB 7", sent={"site_report": NOON})  # fmt: skip


def test_a_judgment_is_made_anew_and_never_corrected(live):
    report(live, NOON)
    judge(live, NOON)
    change = CorrectValue(subject=SUBJECT, form="sponsor_judgment/1", item="causality", value="not_related", saw=1)
    assert "not corrected" in refused(live.act, change, Role.COORDINATOR, reason="a slip")[0][1]


# Adjudication


def answer(live, **items):
    before = live.subject().find("event_adjudication", "1")
    items = {"subject": SUBJECT, "number": 1, "saw": 1, "saw_answer": before.version if before else 0} | items
    return live.act(AdjudicateEvent(**items), Role.EVENT_ADJUDICATOR)


def test_a_thromboembolic_event_waits_for_the_committee(live):
    report(live, NOON, **CLOT)
    assert live.subject().last_told("awaits_adjudication") == {"about": "adverse_event/1", "kind": "thromboembolic"}
    assert list_awaiting_adjudication(live.desk.state) == [(SUBJECT, "1", "thromboembolic")]
    assert refused(answer, live, confirmed=True) == [("vessels", "the vessels don't fit the answer")]
    assert refused(answer, live, confirmed=False, vessels="venous")[0][0] == "vessels"
    assert "not recorded" in refused(answer, live, confirmed=False, number=2)[0][1]
    told = answer(live, confirmed=True, vessels="venous").answer("adjudicated")
    assert told == {"about": "adverse_event/1", "confirmed": True, "vessels": "venous"}
    assert list_awaiting_adjudication(live.desk.state) == []
    assert refused(answer, live, confirmed=False, saw_answer=0)[0][0] == "saw_answer"
    answer(live, confirmed=False)
    assert live.subject().find("event_adjudication", "1").version == 2


def test_hemolysis_and_plain_events_are_not_adjudicated(live):
    report(live, NOON, special_interest="hemolysis")
    assert live.subject().last_told("awaits_adjudication") is None
    assert "no kind that is adjudicated" in refused(answer, live, confirmed=False)[0][1]


def test_a_trial_without_a_committee_has_nothing_to_adjudicate():
    live = LiveTrial(read_trial("reclaiim"))
    live.consent()
    receipt = report(live, NOON, **CLOT, serious=True, criteria=["important"])
    assert receipt.answer("report_due")["status"] == "in_time"
    assert list_awaiting_adjudication(live.desk.state) == []
    assert "no kind that is adjudicated" in refused(answer, live, confirmed=False)[0][1]


# Pregnancies


def tell_pregnancy(live, recorded, **items):
    live.clock.now = at(recorded)
    items = {"subject": SUBJECT, "whose": "subject", "aware_at": "2024-03-20T09:00+00:00"} | items
    return live.act(ReportPregnancy(**items), Role.COORDINATOR)


def test_a_pregnancy_is_due_as_soon_as_a_serious_event_and_is_followed_up(live):
    due = tell_pregnancy(live, "2024-03-21T09:01+00:00").answer("report_due")
    assert due == {"about": "pregnancy/1", "due": "2024-03-21T09:00+00:00", "status": "late"}
    end = {"outcome": "live_birth", "ended": "2024-11-02", "congenital_anomaly": False,
           "aware_at": "2024-11-03T09:00+00:00"}  # fmt: skip
    tell_pregnancy(live, "2024-11-03T10:00+00:00", follows=1, saw=1, **end)
    (form,) = live.subject().all_of("pregnancy")
    assert (form.version, form.items["outcome"], "follows" in form.items) == (2, "live_birth", False)
    assert "changed since" in refused(tell_pregnancy, live, NOON, follows=1, saw=1)[0][1]
    tell_pregnancy(live, "2024-12-03T10:00+00:00", whose="partner")
    assert len(live.subject().all_of("pregnancy")) == 2


@pytest.mark.parametrize(
    ("items", "columns"),
    [
        ({"aware_at": "2024-03-20T12:01+00:00"}, ["aware_at"]),
        ({"outcome": "stillbirth", "ended": "2024-03-21"}, ["ended", "aware_at"]),
        ({"ended": "2024-03-20"}, ["ended"]),
        ({"congenital_anomaly": False}, ["congenital_anomaly"]),
    ],
)
def test_a_pregnancy_that_contradicts_itself_is_refused(live, items, columns):
    assert [column for column, _ in refused(tell_pregnancy, live, NOON, **items)] == columns


def test_a_pregnancy_that_the_demographics_exclude_is_asked_about(live):
    scene = Scene(live.desk.state, live.trial, live.user(Role.COORDINATOR), at(NOON), at(NOON), Means())
    own = ReportPregnancy(subject=SUBJECT, whose="subject", aware_at=NOON)
    assert [fault.column for fault in own.find_doubtful_items(scene)] == ["whose"]
    partner = own.model_copy(update={"whose": "partner"})
    assert list(partner.find_doubtful_items(scene)) == []


def test_the_log_alone_gives_the_same_reports(live):
    report(live, NOON, **CLOT)
    follow_up(live, NOON, serious=True, criteria=["hospitalization"])
    judge(live, NOON, aware_at="2024-03-20T10:00+00:00")
    again = Study(live.trial, ACTS)
    for entry in live.store.read():
        again.apply(entry)
    assert again.reports == live.desk.state.reports
    assert again.subjects[SUBJECT].forms == live.subject().forms
