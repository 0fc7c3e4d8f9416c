"""The table of what regulations ask, and what answers it: from ``tests/requirements.toml``."""

import tomllib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from _generate.markdown import matrix, page, table

PAGE = "reference/requirements.md"
SOURCE = "tests/requirements.toml"

ANSWERS = {
    "software": ("Tests", "shown by tests of the software"),
    "both": ("Tests and operator", "shown by tests as far as software goes; the rest is a procedure of the operator"),
    "with_web_app": ("Tests and web app", "shown by tests as far as there is software; the rest awaits the web app"),
    "procedure": ("Operator", "a procedure of whoever operates the system"),
    "web_app": ("Web app", "awaits the web app, which does not exist yet"),
    "not_covered": ("Not covered", "nothing here answers it"),
}
RECALLED = "*"
"""Stands behind a clause that was not read."""


def requirement_pages(root: Path) -> Iterator[tuple[str, str]]:
    """The page, by path."""
    listed = tomllib.loads((root / SOURCE).read_text("utf-8"))
    parts = [
        "What regulations and guidelines ask of a system that runs a trial, clause by clause in our words, and what "
        "answers each. The clauses are those that software can have to do with; they don't replace the texts "
        "themselves, and no table makes a system compliant. Validation for its intended use is the operator's.",
        table(("Answer", "Meaning"), ANSWERS.values()),
        "A clause without a mark was read as its row was written. One with a star was recalled, or known from an "
        "excerpt or a summary: its number and wording are to be compared with the text before anybody relies on them.",
        _count(listed),
    ]
    for key, name in listed["sources"].items():
        rows = [_row(row) for row in listed["rows"] if row["source"] == key]
        parts.append(f"## {name}\n\n" + table(("Clause", "Asks", "Answer", "Evidence and notes"), rows))
    parts.append(
        "## Evidence\n\nEach piece of evidence is a few of the tests, those that show it most plainly. The name of a "
        "test is read as a sentence; its file is below `tests/`.\n\n"
        + "\n\n".join(_describe(key, evidence) for key, evidence in listed["evidence"].items())
    )
    yield PAGE, page("Regulatory requirements", SOURCE, *parts)


def _count(listed: dict[str, Any]) -> str:
    """How many clauses of each source have which answer, and how many were read."""
    rows = []
    for key, name in listed["sources"].items():
        of_source = [row for row in listed["rows"] if row["source"] == key]
        counts = Counter(row["answer"] for row in of_source)
        rows.append((name, *(str(counts[answer]) for answer in ANSWERS), str(sum(row["read"] for row in of_source))))
    columns = list(zip(*(row[1:] for row in rows), strict=True))
    totals = [str(sum(map(int, column))) for column in columns]
    return matrix(("Clauses", *(name for name, _ in ANSWERS.values()), "Read"), [*rows, ("**All**", *totals)])


def _row(row: dict[str, Any]) -> tuple[str, str, str, str]:
    links = ", ".join(f"[{key.replace('_', ' ')}](#{key.replace('_', '-')})" for key in row.get("evidence", ()))
    notes = " ".join(part for part in (f"{links}." if links else "", row.get("note", "")) if part)
    mark = "" if row["read"] else f" \\{RECALLED}"
    return row["clause"] + mark, row["asks"], ANSWERS[row["answer"]][0], notes


def _describe(key: str, evidence: dict[str, Any]) -> str:
    tests = "\n".join(_read_test(test) for test in evidence["tests"])
    return f"### {key.replace('_', ' ').capitalize()}\n\n{evidence['shows']}\n\n{tests}"


def _read_test(test: str) -> str:
    """A test as the sentence that its name is, and its file."""
    file, _, name = test.partition("::")
    return f"- {name.removeprefix('test_').replace('_', ' ')} (`{file.removeprefix('tests/')}`)"
