"""The documentation agrees with the code: pages are fresh, links lead somewhere, examples run."""

import doctest
import os
import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import typer
import yaml

import myotis
from myotis.cli.main import app
from myotis.instruments.catalog import list_instrument_modules

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
READ_FIRST = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "design").glob("*.md"))]
WITH_PYTHON = [
    file for file in [ROOT / "README.md", *sorted(DOCS.rglob("*.md"))] if "```python\n>>>" in file.read_text("utf-8")
]
PUBLIC = [name for name in dir(myotis) if not name.startswith("_")]


def run(*words):
    """Run a program with this Python in the project's folder; what it printed, and its exit status."""
    environment = os.environ | {"NO_MKDOCS_2_WARNING": "1"}
    ran = subprocess.run(  # noqa: S603 (our own programs)
        [sys.executable, *words], capture_output=True, text=True, check=False, cwd=ROOT, env=environment
    )
    return ran.stdout + ran.stderr, ran.returncode


def pages_of(nav):
    """Every page that a navigation names."""
    for entry in nav:
        for below in entry.values():
            yield from pages_of(below) if isinstance(below, list) else [below]


def short(file):
    return str(file.relative_to(ROOT))


def test_generated_pages_agree_with_the_code():
    printed, status = run("docs/generate.py", "--check")
    assert status == 0, printed


def test_what_a_command_prints_replaces_what_stood_there(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(DOCS)
    from _generate.transcripts import transcript_pages

    (tmp_path / "docs" / "examples").mkdir(parents=True)
    (tmp_path / "docs" / "examples" / "note.txt").write_text("new\n")
    (tmp_path / "docs" / "page.md").write_text("```console\n$ cat note.txt\nold\n$ cat absent 2>&-\n$ echo $?\n```\n")
    (tmp_path / "README.md").write_text("```sh\nmake demo\n```\n")
    with ThreadPoolExecutor(1) as one:
        fresh = dict(transcript_pages(tmp_path, one))
    assert fresh == {"page.md": "```console\n$ cat note.txt\nnew\n$ cat absent 2>&-\n$ echo $?\n1\n```\n"}


def test_the_navigation_names_every_page_once():
    nav = yaml.safe_load((ROOT / "mkdocs.yml").read_text("utf-8"))["nav"]
    assert sorted(pages_of(nav)) == sorted(file.relative_to(DOCS).as_posix() for file in DOCS.rglob("*.md"))


def test_the_site_builds_without_a_warning_and_loads_nothing_from_elsewhere(tmp_path):
    printed, status = run("-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(tmp_path))
    assert status == 0, printed
    for file in tmp_path.rglob("*.html"):
        loaded = re.findall(
            r'(?:<script[^>]* src|<link[^>]* href|<img[^>]* src)="?(https?:|//)', file.read_text("utf-8")
        )
        assert not loaded, file.name


def test_every_instrument_has_a_page(monkeypatch):
    monkeypatch.syspath_prepend(DOCS)
    from _generate.instruments import INSTRUMENTS, WITHOUT_PAGE

    printed = {module for _, modules in INSTRUMENTS.values() for module in modules}
    names = {module.__name__.rpartition(".")[2] for module in list_instrument_modules()}
    assert names - WITHOUT_PAGE <= printed
    assert printed <= names


@pytest.mark.parametrize("file", READ_FIRST, ids=short)
def test_links_lead_to_files_of_the_project(file):
    text = file.read_text("utf-8")
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)[^)]*\)", text) + re.findall(r'src="([^"]+)"', text)
    assert [link for link in links if not (file.parent / link).exists()] == []


@pytest.mark.parametrize("file", WITH_PYTHON, ids=short)
def test_python_examples_give_what_they_show(file, tmp_path, monkeypatch):
    examples = tmp_path / "docs" / "examples"
    shutil.copytree(DOCS / "examples", examples)
    monkeypatch.chdir(tmp_path if file.parent == ROOT else examples)
    result = doctest.testfile(str(file), module_relative=False, encoding="utf-8")
    assert result.attempted > 0
    assert result.failed == 0


def test_the_readme_has_an_example_in_python():
    assert ROOT / "README.md" in WITH_PYTHON


@pytest.mark.parametrize("name", PUBLIC)
def test_public_functions_say_what_they_do_with_an_example(name):
    docstring = getattr(myotis, name).__doc__ or ""
    assert ">>>" in docstring


def test_every_command_is_in_the_reference():
    shown = re.findall(r"^## myotis (\S+)$", (DOCS / "reference" / "cli.md").read_text("utf-8"), re.MULTILINE)
    assert shown == list(typer.main.get_command(app).commands)


@pytest.mark.parametrize("target", ["demo", "test", "check", "docs", "pin", "format", "coverage", "help"])
def test_targets_of_make_that_pages_name_exist(target):
    assert re.search(rf"^{target}:.*## ", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
