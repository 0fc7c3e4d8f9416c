"""The folder for the time of a block, and what is left of it."""

import stat
from pathlib import Path

import pytest

from myotis.exchange.temporary import temporary_folder


def test_the_folder_and_its_files_are_gone_after_the_block(tmp_path):
    with temporary_folder("kept-", tmp_path) as folder:
        (folder / "part").write_text("1")
        assert folder.parent == tmp_path
        assert stat.S_IMODE(folder.stat().st_mode) & 0o077 == 0
    assert not list(tmp_path.iterdir())


def test_an_end_right_after_it_was_made_leaves_nothing(tmp_path, monkeypatch):
    """A signal comes while the folder is being made: the system has made it, and the program hears of it only then."""
    mkdir = Path.mkdir

    def make_and_end(self, *arguments, **options):
        mkdir(self, *arguments, **options)
        raise SystemExit(143)

    monkeypatch.setattr(Path, "mkdir", make_and_end)
    with pytest.raises(SystemExit), temporary_folder("kept-", tmp_path):
        pass
    assert not list(tmp_path.iterdir())
