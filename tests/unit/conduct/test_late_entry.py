"""What happened before a subject's end is entered after it; what would have happened later is not."""

from datetime import timedelta

import pytest
from dosed_trial import S1, DosedTrial
from safety_cases import PLAIN

from myotis.conduct.act import find_first_dose
from myotis.conduct.acts.course.record_death import RecordDeath
from myotis.conduct.acts.safety.report_adverse_event import ReportAdverseEvent
from myotis.conduct.acts.visits.record_visit import RecordVisit
from myotis.conduct.roles import Role
from myotis.log.act import RefusalError
from myotis.terms.states import SubjectState


@pytest.fixture
def live():
    """A subject who dies after the first infusion, before anybody has entered that."""
    trial = DosedTrial()
    trial.randomize()
    trial.weigh("W0")
    trial.order("W0")
    return trial


def test_an_infusion_before_a_death_is_entered_after_it_and_a_later_one_is_not(live):
    label = live.prepare("W0", "700")
    live.check("W0")
    started = live.clock.now
    live.clock.move(hours=3)
    live.act(RecordDeath(subject=S1, day=live.today, cause="unknown"), Role.INVESTIGATOR)
    live.clock.move(hours=4)
    late = {"stopped": started + timedelta(hours=6), "why_incomplete": "subject"}
    with pytest.raises(RefusalError, match="not to be dosed then"):
        live.infuse("W0", label, "200", started=started + timedelta(hours=4), **late)
    live.infuse("W0", label, "200", started=started, **late)
    assert find_first_dose(live.subject()) == started.date()
    assert live.subject().state == SubjectState.DIED
    assert [one["label"] for one in live.ask("infused")] == [label]


def test_a_visit_after_the_death_is_refused_and_one_before_it_is_entered(live):
    live.clock.move(days=28)
    live.act(RecordDeath(subject=S1, day=live.today, cause="unknown"), Role.INVESTIGATOR)
    live.clock.move(days=2)
    with pytest.raises(RefusalError, match="the study had ended"):
        live.act(RecordVisit(subject=S1, visit="W4", day=live.today), Role.COORDINATOR)
    live.act(RecordVisit(subject=S1, visit="W4", day=live.today - timedelta(days=3)), Role.COORDINATOR)


def test_a_missing_fatal_event_is_asked_about_until_it_is_reported(live):
    told = live.act(RecordDeath(subject=S1, day=live.today, cause="adverse_event"), Role.INVESTIGATOR).told
    assert "query_raised" in {word.what for word in told}
    assert [query.concern for query in live.subject().queries] == [
        "no adverse event with the outcome fatal is reported"
    ]  # fmt: skip
    fatal = {"serious": True, "criteria": ["fatal"], "outcome": "FATAL", "severity": "severe"}
    now = live.clock.now.isoformat()
    live.act(
        ReportAdverseEvent(**PLAIN | fatal | {"subject": S1, "started": now, "stopped": now, "aware_at": now}),
        Role.INVESTIGATOR,
    )
    assert live.subject().queries[0].settled
