"""A live trial's adverse events: a plain one to begin with, and short ways to report, follow up and judge."""

from datetime import datetime

from live_trial import LiveTrial

from myotis.conduct.acts.safety.follow_up_adverse_event import FollowUpAdverseEvent
from myotis.conduct.acts.safety.judge_adverse_event import JudgeAdverseEvent
from myotis.conduct.acts.safety.report_adverse_event import ReportAdverseEvent
from myotis.conduct.roles import Role
from myotis.conduct.study import Form, FormKey
from myotis.log.act import Receipt

SUBJECT = "101-001"

PLAIN = {
    "subject": SUBJECT, "term": "Headache", "started": "2024-03-20T08:00+00:00", "severity": "mild", "serious": False,
    "causality": "not_related", "action_taken": "DOSE NOT CHANGED", "outcome": "NOT RECOVERED/NOT RESOLVED",
    "aware_at": "2024-03-20T09:00+00:00",
}  # fmt: skip
"""An event that is not serious and that nobody relates."""


def at(text: str) -> datetime:
    """A time."""
    return datetime.fromisoformat(text)


def report(live: LiveTrial, recorded: str, **items) -> Receipt:
    """The site reports an event, PLAIN but for some items, when the clock shows ``recorded``."""
    live.clock.now = at(recorded)
    return live.act(ReportAdverseEvent(**(PLAIN | items)), Role.COORDINATOR)


def follow_up(live: LiveTrial, recorded: str, **items) -> Receipt:
    """The site follows up the first event, as it stands."""
    live.clock.now = at(recorded)
    saw = live.subject().find("adverse_event", "1").version
    items = {"subject": SUBJECT, "number": 1, "saw": saw, "aware_at": recorded} | items
    return live.act(FollowUpAdverseEvent(**items), Role.COORDINATOR)


def judge(live: LiveTrial, recorded: str, **items) -> Receipt:
    """The sponsor judges the first event, as it stands: related and unexpected, unless said otherwise."""
    live.clock.now = at(recorded)
    before = live.subject().find("sponsor_judgment", "1")
    saw = live.subject().find("adverse_event", "1").version
    items = {
        "subject": SUBJECT, "number": 1, "saw": saw, "saw_judgment": before.version if before else 0,
        "causality": "related", "expectedness": "unexpected", "reference": "IB 7",
    } | items  # fmt: skip
    return live.act(JudgeAdverseEvent(**items), Role.SPONSOR)


def put_infusion(live: LiveTrial, visit: str, day: int, started: str, stopped: str) -> None:
    """An infusion, put among the forms as its act would."""
    key = FormKey("infusion", (visit, str(day)))
    live.subject().forms[key] = Form(
        key=key, act="record_infusion", by="x", role="coordinator", items={"started": started, "stopped": stopped},
        entry=0, first_entry=0, occurred=started, protocol="", protocol_digest="",
    )  # fmt: skip
