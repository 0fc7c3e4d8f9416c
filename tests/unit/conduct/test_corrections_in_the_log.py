"""What a correction leaves behind: the first value, the new one, who, when, why, and under which protocol."""

from datetime import timedelta

from live_trial import MORNING, LiveTrial

from myotis.conduct.acts.data.correct_value import CorrectValue
from myotis.conduct.roles import Role
from myotis.conduct.snapshot.take import take_snapshot
from myotis.log.subject_keys import open_for_subject

S = "101-001"


def strength(live, **options):
    return take_snapshot(live.store.read(), live.trial, **options).tables["MK"]["MKORRES"].to_list()


def test_the_first_value_stays_beside_who_changed_it_when_and_why():
    live = LiveTrial()
    live.randomize()
    before = [entry.write_line() for entry in live.store.read()]
    live.clock.move(days=1)
    change = CorrectValue(subject=S, form="core_set/W0", item="mmt8", value="112", saw=1)
    live.act(change, Role.EFFICACY_ASSESSOR, reason="read again from the source")
    lines = [entry.write_line() for entry in live.store.read()]
    assert lines[: len(before)] == before
    entry = next(entry for entry in live.store.read(len(before)) if entry.act == "correct_value")
    assert (entry.by, entry.role) == ("efficacy_assessor-101", "efficacy_assessor")
    why = entry.get("reason")  # words are sealed under the subject's key
    assert open_for_subject(live.keys, S, why["sealed"], why["as"]) == "read again from the source"
    assert (entry.recorded, entry.protocol_digest) == ("2024-01-09T09:00:00.000000+00:00", live.trial.digest)
    assert entry.protocol == live.trial.trial.version
    assert strength(live) == ["112"]
    assert strength(live, as_of=MORNING + timedelta(hours=1)) == ["110"]
