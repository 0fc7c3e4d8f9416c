"""Faults of a trial with two logs, tried at some places; ``docs/figures/faults.py`` tries them at all."""

import json
import subprocess
import sys

import pytest
import world_faults
from file_worlds import FileWorlds, begin_folder, begin_subjects, find_disagreements, order_of, visit_of

from myotis.conduct.acts.entry.randomize_subject import RandomizeSubject
from myotis.conduct.roles import Role
from myotis.log.act import RefusalError


def test_nothing_lost_nothing_twice_in_two_logs() -> None:
    """In a process of its own, since it forks."""
    program = [sys.executable, "-W", "error", world_faults.__file__, "20"]
    answer = subprocess.run(program, check=True, capture_output=True, text=True)  # noqa: S603
    trials = json.loads(answer.stdout)
    assert len(trials) == 8
    for trial in trials:
        assert (trial["lost"], trial["twice"], trial["altered"]) == (0, 0, 0), trial["fault"]
        assert trial["times"] >= 4, trial["fault"]


@pytest.fixture
def worlds(tmp_path):
    """Two subjects who are randomized, as the site's log has it; no mail was carried yet."""
    begin_folder(tmp_path, 2)
    opened = FileWorlds(tmp_path)
    for subject in begin_subjects(2):
        opened.site.act(RandomizeSubject(subject=subject.name), Role.COORDINATOR, subject)
    return opened


def test_the_trials_would_tell_a_request_that_waits(worlds) -> None:
    assert "a request waits, or was never made" in list(find_disagreements(worlds))
    worlds.exchange_mail()
    assert list(find_disagreements(worlds)) == []


def test_the_trials_would_tell_a_slot_that_is_skipped(worlds) -> None:
    worlds.exchange_mail()
    for taken in worlds.conduct.state.allocated.values():
        taken[0] = taken[0][::-1]
    assert "two subjects have one slot" in list(find_disagreements(worlds))


def test_the_trials_would_tell_what_is_missing_and_what_is_there_twice() -> None:
    trials = world_faults.Trials("", "")
    with world_faults.trial_folder() as folder:
        world_faults.judge_end(trials, folder)  # the plan was not done
        assert trials.lost == (world_faults.expected() - world_faults.count_all(FileWorlds(folder))).total()
        assert trials.lost > 30
        world_faults.do_plan(folder, lambda _: None)
        lines = (folder / "pharmacy.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)
        worlds = FileWorlds(folder)
        assert worlds.pharmacy.state.opened
        twice = world_faults.count_all(worlds)
        twice["pharmacy.jsonl: open_slot"] += 1
        assert (twice - world_faults.expected()).total() == 1
        (folder / "pharmacy.jsonl").write_text("".join([*lines[:-2], lines[-1]]), encoding="utf-8")
        assert world_faults.is_altered(folder)


def test_a_notice_that_another_mail_brings_meanwhile_is_taken_once(worlds, tmp_path, monkeypatch) -> None:
    """The other one brings it between the look into the log and the act, and has not confirmed it yet."""
    subject, *_ = begin_subjects(2)
    worlds.site.order_dose(subject, visit_of(worlds), reduced=False)
    worlds.exchange_mail()
    worlds.clock.move_to(world_faults.NOON)
    worlds.dispensing.make_bag(order_of(worlds, subject), 1)
    other = FileWorlds(tmp_path, clock=worlds.clock)
    carry_out = worlds.conduct.carry_out

    def be_late(act, user):
        other.mail.deliver_notices(deliver_and_die)
        return carry_out(act, user)

    def deliver_and_die(notice):
        other._deliver(notice)
        raise RefusalError("confirm_delivery", "need", [])

    monkeypatch.setattr(worlds.conduct, "carry_out", be_late)
    worlds.exchange_mail()
    assert [entry.act for entry in worlds.stores[0].read()].count("receive_notice") == 1
    assert list(find_disagreements(worlds)) == []


def test_a_log_that_was_put_back_to_an_older_copy_loses_no_request_in_silence(tmp_path) -> None:
    """Requests are known by the numbers of their entries, which the older copy gives out once more."""
    begin_folder(tmp_path, 3)
    before = (tmp_path / "conduct.jsonl").read_bytes()
    one, two, _ = begin_subjects(3)
    worlds = FileWorlds(tmp_path)
    worlds.site.act(RandomizeSubject(subject=one.name), Role.COORDINATOR, one)
    worlds.exchange_mail()
    (tmp_path / "conduct.jsonl").write_bytes(before)
    worlds = FileWorlds(tmp_path)
    worlds.site.act(RandomizeSubject(subject=two.name), Role.COORDINATOR, two)
    (refused,) = worlds.mail.take_requests()
    assert refused.request.subject == two.name
    assert "was another request when it was dealt with" in str(refused.faults[0])
    assert worlds.mail.take_requests() == [refused]
