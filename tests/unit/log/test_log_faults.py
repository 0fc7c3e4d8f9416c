"""Faults of a log in a file, tried at a sample of places; ``docs/figures/faults.py`` tries them at all."""

import json
import subprocess
import sys
from pathlib import Path

import log_faults
import pytest

from myotis.log.file import FileStore


def test_nothing_lost_nothing_twice() -> None:
    """In a process of its own, since it forks."""
    program = [sys.executable, "-W", "error", log_faults.__file__, "211"]
    answer = subprocess.run(program, check=True, capture_output=True, text=True)  # noqa: S603
    trials = json.loads(answer.stdout)
    assert len(trials) >= 9
    for trial in trials:
        assert (trial["lost"], trial["twice"], trial["altered"]) == (0, 0, 0), trial["fault"]
        assert trial["times"] >= 10, trial["fault"]


def test_the_trials_would_tell(monkeypatch: pytest.MonkeyPatch) -> None:
    """A writer that leaves a torn tail where it is writes behind it; the trials see that."""

    class Careless(FileStore):
        def _drop_torn_tail(self, file: int) -> None:
            pass

    monkeypatch.setattr(log_faults, "FileStore", Careless)
    with pytest.raises((ValueError, AssertionError), match="not an entry"):
        log_faults.tear_the_last_line(500)


def test_the_trials_would_tell_what_is_lost_and_twice(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    log_faults.take_numbers(FileStore(path), 3)
    trials = log_faults.Trials("", "")
    log_faults.judge_numbers(trials, path, 5)
    assert (trials.lost, trials.twice) == (2, 0)
    log_faults.judge_numbers(trials, path, 2)
    assert (trials.lost, trials.twice) == (2, 1)
    log_faults.judge_kept(trials, path, {7})
    assert trials.lost == 3
