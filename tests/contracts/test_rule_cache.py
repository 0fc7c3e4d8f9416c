"""A compiled rule is never yesterday's: a change in any file of the package compiles it anew, nothing else does.

Each run is a new Python process on a package of two files, a rule and the part that it calls from the other file.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from myotis.terms import compiled

PARTS = """
from myotis.terms.rule import rule_part

@rule_part
def points(change):
    return change * {factor}
"""

RULES = """
from myotis.terms.rule import rule
from tiny.parts import points

@rule
def course(x, limits, out):
    for visit in range(x.shape[0]):
        out[visit, 0] = points(x[visit, 0] - x[0, 0]) + limits[0]
"""

RUN = """
import json
from pathlib import Path
import numpy as np
from myotis.terms import compiled
import tiny
compiled.PACKAGE = Path(tiny.__file__).parent
from tiny.rules import course
out = np.zeros((3, 1), dtype=np.int64)
course.run(np.array([[1], [2], [5]]), np.array([0, 3]), (7,), out, engine="compiled")
hits = sum(course._loop.__wrapped__.stats.cache_hits.values())
print(json.dumps({"out": out[:, 0].tolist(), "hits": hits, "folder": str(compiled.cache_folder())}))
"""


@pytest.fixture
def tiny(tmp_path):
    package = tmp_path / "tiny"
    package.mkdir()
    for name, text in {"__init__": "", "parts": PARTS.format(factor=10), "rules": RULES}.items():
        (package / f"{name}.py").write_text(text)
    return package


def run(package, cache):
    """Answers, whether the compiled loop came from the cache, and the files that the cache holds then."""
    places = [str(package.parent), str(Path(compiled.__file__).parents[2])]
    temporary = {"TMPDIR": str(package.parent), "XDG_CACHE_HOME": str(cache)}
    environment = os.environ | temporary | {"PYTHONPATH": os.pathsep.join(places)}
    ran = subprocess.run([sys.executable, "-c", RUN], env=environment, check=True, capture_output=True, text=True)  # noqa: S603
    files = {file: file.stat().st_mtime_ns for file in cache.rglob("*.nb*")} if cache.is_dir() else {}
    return json.loads(ran.stdout), files


def test_a_change_in_another_file_is_seen_and_the_unchanged_is_used_again(tiny, tmp_path):
    cache = tmp_path / "cache"
    first, written = run(tiny, cache)
    assert (first["out"], first["hits"]) == ([7, 17, 47], 0)
    assert written

    again, unchanged = run(tiny, cache)
    assert (again["out"], again["hits"]) == ([7, 17, 47], 1)
    assert unchanged == written

    (tiny / "parts.py").write_text(PARTS.format(factor=100))
    changed, _ = run(tiny, cache)
    assert (changed["out"], changed["hits"]) == ([7, 107, 407], 0)


def test_where_the_cache_can_not_be_written_rules_still_compile(tiny, tmp_path):
    cache = tmp_path / "cache"
    cache.write_text("a file where the folder should be")
    answer, written = run(tiny, cache)
    assert answer["out"] == [7, 17, 47]
    assert not written
    assert Path(answer["folder"]).parent == tmp_path


@pytest.fixture
def fresh_cache(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    compiled.cache_folder.cache_clear()
    yield tmp_path
    compiled.cache_folder.cache_clear()


@pytest.mark.skipif(sys.platform != "linux", reason="where the cache is differs between systems")
def test_the_cache_lies_with_the_user_s_other_caches(fresh_cache):
    assert compiled.cache_folder().is_relative_to(fresh_cache / "cache" / "myotis" / "rules")


def test_a_folder_that_exists_but_is_read_only_is_not_used(fresh_cache, monkeypatch):
    def refuse(*_args, **_kwargs):
        raise PermissionError

    monkeypatch.setattr(tempfile, "TemporaryFile", refuse)
    folder = compiled.cache_folder()
    assert folder.parent == fresh_cache
    assert folder.name.startswith("myotis-rules-")


def test_the_digest_takes_names_and_contents(tmp_path):
    def digest(**files):
        folder = Path(tempfile.mkdtemp(dir=tmp_path))
        for name, text in files.items():
            (folder / f"{name}.py").write_text(text)
        return compiled.digest_sources(folder)

    assert digest(a="1", b="2") == digest(b="2", a="1")
    assert len({digest(a="1", b="2"), digest(a="1", b="3"), digest(a="1", c="2"), digest(a="12", b="")}) == 4


def test_only_the_newest_versions_are_kept(tmp_path):
    for age in range(8):
        folder = tmp_path / f"version{age}"
        folder.mkdir()
        os.utime(folder, (1_000_000 - age, 1_000_000 - age))
    compiled._forget_old_versions(tmp_path)
    assert sorted(folder.name for folder in tmp_path.iterdir()) == [f"version{age}" for age in range(5)]
