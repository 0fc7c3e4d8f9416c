"""What may be taken out of a blinded log leaves one that can be read, shown and analyzed; what may not is refused."""

from datetime import timedelta
from decimal import Decimal

import pytest
from dosed_trial import S1, DosedTrial
from live_trial import CORE_SET, Clock, LiveTrial

from myotis.conduct.acts.course.record_death import RecordDeath
from myotis.conduct.acts.data.correct_value import CorrectValue
from myotis.conduct.acts.data.guess_treatment import GuessTreatment
from myotis.conduct.acts.data.raise_query import RaiseQuery
from myotis.conduct.acts.data.report_deviation import ReportDeviation
from myotis.conduct.acts.entry.record_history import RecordHistory
from myotis.conduct.acts.entry.record_medication import RecordMedication
from myotis.conduct.acts.safety.follow_up_adverse_event import FollowUpAdverseEvent
from myotis.conduct.acts.safety.record_result import RecordResult
from myotis.conduct.acts.safety.report_adverse_event import ReportAdverseEvent
from myotis.conduct.acts.safety.report_pregnancy import ReportPregnancy
from myotis.conduct.acts.visits.record_weight import RecordWeight
from myotis.conduct.redaction import REMOVABLE, can_be_taken_out, take_out
from myotis.conduct.roles import Role
from myotis.conduct.snapshot.take import take_snapshot
from myotis.conduct.view import view_study
from myotis.errors import SettingError
from myotis.log.act import RefusalError
from myotis.log.check import check_log
from myotis.log.desk import TELL
from myotis.log.entry import Tombstone
from myotis.log.store import MemoryStore, StoreError


def fill():
    """A log with entries of every act that has values to take out, and of many that have none."""
    live = DosedTrial()
    live.randomize()
    live.dose("W0")
    now = live.clock.now
    events = {"started": now - timedelta(hours=5), "stopped": now, "severity": "mild", "serious": False,
              "causality": "related", "action_taken": "DOSE NOT CHANGED", "outcome": "RECOVERED/RESOLVED",
              "aware_at": now}  # fmt: skip
    staff, office = Role.COORDINATOR, Role.DATA_MANAGER
    live.act(ReportAdverseEvent(subject=S1, term="Headache", description="her own words", **events), staff)
    news = {"term": "Migraine", "stopped": now, "description": "more words"}
    live.act(FollowUpAdverseEvent(subject=S1, number=1, saw=1, aware_at=now, **news), staff)
    past = {"term": "Asthma", "words": "as a child", "started": "1990", "stopped": "1999", "ongoing": False}
    live.act(RecordHistory(subject=S1, **past), staff)
    drug = {"drug": "Prednisone", "drug_class": "corticosteroid", "dose": 5, "unit": "mg", "frequency": "daily"}
    for stopped in (None, "2024-01"):
        given = {**drug, "started": "2024", "stopped": stopped, "purpose": "background", "indication": "Myositis"}
        live.act(RecordMedication(subject=S1, **given), staff)
    for analyte in ("hemoglobin", "igg"):
        values = {"value": "120", "lower_limit": "110", "upper_limit": "160", "collected": now}
        live.act(RecordResult(subject=S1, at="W0", analyte=analyte, **values), Role.LABORATORY)
    ended = {"outcome": "live_birth", "ended": live.today, "estimated_delivery": live.today}
    live.act(ReportPregnancy(subject=S1, whose="partner", congenital_anomaly=False, aware_at=now, **ended), staff)
    live.act(GuessTreatment(subject=S1, guesser="participant", moment="early", guess="ivig", sure="somewhat"), staff)
    live.act(RaiseQuery(subject=S1, form="weight/W0", concern="unclear", words="is it hers?"), office)
    live.act(ReportDeviation(subject=S1, category="other", important=False, day=live.today, description="late"), staff)
    live.visit("W4")
    live.act(RecordWeight(subject=S1, visit="W4", weight_kg=Decimal("71.5")), staff)
    live.act(CorrectValue(subject=S1, form="weight/W4", item="weight_kg", value="72", saw=1), staff, reason="misread")
    live.order("W4", saw_weight=2)
    live.act(RecordDeath(subject=S1, day=live.today, cause="unknown", words="at home"), Role.INVESTIGATOR)
    return live


LIVE = fill()


def again(live):
    """The same log, for one more change."""
    return LiveTrial(store=MemoryStore(live.store.read()), clock=Clock(live.clock.now), keys=live.keys)


def take_each(entries):
    return [(entry.number, name) for entry in entries for name in entry.values]


def test_whatever_may_be_taken_out_leaves_a_log_that_can_be_used():
    taken = set()
    for number, name in take_each(LIVE.store.read()):
        entry = LIVE.store.read(number)[0]
        if not can_be_taken_out(entry, name) or (entry.act, name) in taken:
            continue
        taken.add((entry.act, name))
        live = again(LIVE)
        take_out(live.desk, number, name, user=live.user(Role.DATA_MANAGER), reason="the participant's wish")
        assert isinstance(live.store.read(number)[0].values[name], Tombstone)
        for role in Role:
            view_study(live.desk.state, live.user(role))
        take_snapshot(live.store.read(), live.trial)
        assert check_log([line.write_line() for line in live.store.read()]) == []
    wanted = {(act, name) for act, names in REMOVABLE.items() for name in names} | {
        ("report_adverse_event", "description"), ("record_history", "words"), ("record_death", "words"),
        ("correct_value", "value"), ("correct_value", "reason"),
    }  # fmt: skip
    silent = {("record_infusion", name) for name in ("why_incomplete",)}  # it has none where all of a bag was infused
    assert wanted - taken == silent


def test_all_of_it_may_be_taken_out_at_once():
    live = again(LIVE)
    for number, name in take_each(LIVE.store.read()):
        if can_be_taken_out(LIVE.store.read(number)[0], name):
            take_out(live.desk, number, name, user=live.user(Role.DATA_MANAGER), reason="the participant's wish")
    snapshot = take_snapshot(live.store.read(), live.trial)
    text = repr({name: frame.rows() for name, frame in snapshot.tables.items() if name != "LIVE"})
    assert not any(word in text for word in ("Headache", "Migraine", "Asthma", "Prednisone", "71.5"))
    assert "(taken out)" in text


def test_what_the_state_hangs_on_stays():
    for number, name in take_each(LIVE.store.read()):
        entry = LIVE.store.read(number)[0]
        if not can_be_taken_out(entry, name):
            live = again(LIVE)
            with pytest.raises(SettingError, match="stays"):
                take_out(live.desk, number, name, user=live.user(Role.DATA_MANAGER), reason="a wish")
            assert live.store.read() == LIVE.store.read()


@pytest.mark.parametrize(
    ("act", "name"),
    [("record_infusion", "started"), ("record_infusion", "label"), ("order_dose", "weight_kg"), ("record_visit", "day"),
     ("randomize_subject", "slot"), ("adjudicate_entry", "facts"), ("receive_notice", "word"), (TELL, "answer"),
     ("sign_form", "form"), ("record_weight", "visit"), ("record_medication", "number"), ("record_death", "day")],
)  # fmt: skip
def test_keys_and_decisions_are_among_what_stays(act, name):
    entry = next(entry for entry in LIVE.store.read() if entry.act == act and name in entry.values)
    assert not can_be_taken_out(entry, name)


def test_a_value_that_is_not_there_is_not_taken_out():
    live = again(LIVE)
    for number, name in ((1, "shoe_size"), (10_000, "words"), (-1, "words")):
        with pytest.raises(StoreError):
            take_out(live.desk, number, name, user=live.user(Role.DATA_MANAGER), reason="a wish")


def test_a_weight_that_was_taken_out_is_no_weight_to_dose_by():
    live = DosedTrial()
    live.randomize()
    live.weigh("W0")
    number = live.subject().find("weight", "W0").entry
    take_out(live.desk, number, "weight_kg", user=live.user(Role.DATA_MANAGER), reason="somebody else's")
    with pytest.raises(RefusalError, match="the weight at W0 is not recorded"):
        live.order("W0")
    live.visit("W4")
    live.act(RecordWeight(subject=S1, visit="W4", weight_kg=Decimal(71)), Role.COORDINATOR)
    assert live.desk.state.queries == {}


def test_readiness_can_be_checked_for_an_order_whose_weight_was_taken_out():
    live = DosedTrial()
    live.randomize()
    live.weigh("W0")
    live.order("W0")
    number = live.subject().find("weight", "W0").entry
    take_out(live.desk, number, "weight_kg", user=live.user(Role.DATA_MANAGER), reason="somebody else's")
    assert live.check("W0").answer("readiness")["ready"]


def test_whether_a_pregnancy_is_possible_is_unknown_once_it_was_taken_out():
    """It then takes a test, as where it was never answered."""
    live = DosedTrial()
    live.randomize()
    number = live.subject().find("demographics").entry
    live.weigh("W0")
    live.order("W0")
    take_out(live.desk, number, "can_become_pregnant", user=live.user(Role.DATA_MANAGER), reason="a wish")
    answer = live.check("W0", pregnancy_test=None).answer("readiness")
    assert answer["open"] == [{"item": "pregnancy_test", "problem": "missing"}]


def test_assessments_that_were_taken_out_are_missing():
    live = DosedTrial()
    live.randomize()
    live.assess("W4", CORE_SET)
    number = live.subject().find("core_set", "W4").entry
    take_out(live.desk, number, "results", user=live.user(Role.DATA_MANAGER), reason="somebody else's")
    assert live.subject().find("core_set", "W4").items == {}
