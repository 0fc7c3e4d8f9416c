"""The table of what regulations ask, and what answers it: from ``tests/requirements.toml``."""

import tomllib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from _generate.markdown import page, table

PAGE = "reference/requirements.md"
SOURCE = "tests/requirements.toml"

ANSWERS = {
    "software": "Shown by tests",
    "both": "Shown by tests, and the operator's procedure",
    "procedure": "The operator's procedure",
    "web_app": "Awaits the web app",
    "not_covered": "Not covered",
}


def requirement_pages(root: Path) -> Iterator[tuple[str, str]]:
    """The page, by path."""
    listed = tomllib.loads((root / SOURCE).read_text("utf-8"))
    parts = [
        "What regulations and guidelines ask of a system that runs a trial, clause by clause in our words, and what "
        "answers each: tests of the software, a procedure of whoever operates it, the web app that is yet to come, or "
        "nothing. The clauses are what the software can have to do with; they don't replace the texts themselves, and "
        "no table makes a system compliant. Validation for its intended use is the operator's.",
        _count(listed["rows"]),
    ]
    for key, name in listed["sources"].items():
        rows = [_row(row) for row in listed["rows"] if row["source"] == key]
        parts.append(f"## {name}\n\n" + table(("Clause", "Asks", "Answer", "Evidence and notes"), rows))
    parts.append("## Evidence\n\n" + "\n\n".join(_describe(k, e) for k, e in listed["evidence"].items()))
    yield PAGE, page("Regulatory requirements", SOURCE, *parts)


def _count(rows: list[dict[str, Any]]) -> str:
    counts = Counter(row["answer"] for row in rows)
    return table(("Answer", "Clauses"), [(name, str(counts[key])) for key, name in ANSWERS.items()])


def _row(row: dict[str, Any]) -> tuple[str, str, str, str]:
    links = ", ".join(f"[{key.replace('_', ' ')}](#{key.replace('_', '-')})" for key in row.get("evidence", ()))
    notes = " ".join(part for part in (f"{links}." if links else "", row.get("note", "")) if part)
    return row["clause"], row["asks"], ANSWERS[row["answer"]], notes


def _describe(key: str, evidence: dict[str, Any]) -> str:
    tests = "\n".join(f"- `{test}`" for test in evidence["tests"])
    return f"### {key.replace('_', ' ').capitalize()}\n\n{evidence['shows']}\n\n{tests}"
