"""The table of requirements claims nothing that no test shows."""

import ast
import tomllib
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TABLE = tomllib.loads((ROOT / "tests" / "requirements.toml").read_text("utf-8"))
ROWS = TABLE["rows"]
EVIDENCE = TABLE["evidence"]
ANSWERS = {"software", "both", "with_web_app", "procedure", "web_app", "not_covered"}
SHOWN = {"software", "both", "with_web_app"}
NAMED = sorted({test for evidence in EVIDENCE.values() for test in evidence["tests"]})


def short(row):
    return f"{row['source']} {row['clause']}"


@cache
def functions_of(file):
    """The functions of a file that pytest runs."""
    tree = ast.parse((ROOT / file).read_text("utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")}


@pytest.mark.parametrize("test", NAMED)
def test_every_named_test_exists(test):
    file, _, name = test.partition("::")
    assert file.startswith("tests/")
    assert (ROOT / file).is_file()
    assert name in functions_of(file)


@pytest.mark.parametrize("row", ROWS, ids=short)
def test_every_row_has_its_fields(row):
    assert {"source", "clause", "read", "asks", "answer"} <= set(row)
    assert set(row) <= {"source", "clause", "read", "asks", "answer", "evidence", "note"}
    assert row["source"] in TABLE["sources"]
    assert row["answer"] in ANSWERS
    assert isinstance(row["read"], bool)
    assert all(isinstance(row[field], str) and row[field].strip() for field in ("clause", "asks"))
    assert row["asks"].endswith(".")
    assert row.get("note", ".").endswith((".", ".)"))
    assert len(row.get("evidence", [])) == len(set(row.get("evidence", [])))


def test_no_clause_stands_twice_and_every_source_has_some():
    named = [short(row) for row in ROWS]
    assert len(named) == len(set(named))
    assert {row["source"] for row in ROWS} == set(TABLE["sources"])


def test_answers_that_claim_software_have_evidence():
    assert [short(row) for row in ROWS if (row["answer"] in SHOWN) != bool(row.get("evidence"))] == []
    assert [name for row in ROWS for name in row.get("evidence", []) if name not in EVIDENCE] == []


def test_what_is_not_wholly_shown_says_what_is_missing():
    assert [
        short(row) for row in ROWS if row["answer"] in {"both", "with_web_app", "not_covered"} and not row.get("note")
    ] == []


def test_each_evidence_is_used():
    assert set(EVIDENCE) - {name for row in ROWS for name in row.get("evidence", [])} == set()


@pytest.mark.parametrize("name", EVIDENCE)
def test_each_evidence_says_what_it_shows_by_which_tests(name):
    evidence = EVIDENCE[name]
    assert set(evidence) == {"shows", "tests"}
    assert evidence["shows"].endswith(".")
    assert evidence["tests"]
    assert len(evidence["tests"]) == len(set(evidence["tests"]))
