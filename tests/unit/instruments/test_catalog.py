"""Every number of the instruments is listed once, with its source."""

import ast
from pathlib import Path

import pytest

from myotis.instruments.catalog import list_instrument_facts, list_instrument_modules, list_module_facts
from myotis.terms.source import Status

MODULES = {module.__name__.rpartition(".")[2]: module for module in list_instrument_modules()}
OWN_SETTINGS = {"chq"}
"""Modules that name a source and hold no number: the range of the CHQ-PhS is the trial's to say."""


def read_code(name: str) -> str:
    return Path(MODULES[name].__file__ or "").read_text("utf-8")


WITH_SOURCES = sorted(name for name in MODULES if "Source(" in read_code(name) and name not in OWN_SETTINGS)


@pytest.mark.parametrize("name", WITH_SOURCES)
def test_module_that_names_a_source_contributes(name: str) -> None:
    assert list(list_module_facts(MODULES[name]))


def test_known_modules_are_among_those() -> None:
    assert {"cdasi", "chaq", "cmas", "das", "enzymes", "haq", "mmt", "tis_levels", "vas"} < set(WITH_SOURCES)


def test_every_file_is_a_module_of_the_catalog() -> None:
    folder = Path(MODULES["vas"].__file__ or "").parent
    assert set(MODULES) == {file.stem for file in folder.glob("*.py")} - {"__init__", "catalog"}


def test_every_source_of_a_public_name_is_listed() -> None:
    """A module-level ``NAME = Sourced(...)`` or ``Measure(...)`` is found by reading the file, not by importing it."""
    listed = {fact.what for fact in list_instrument_facts()}
    for name in MODULES:
        for label in _labels(read_code(name)):
            assert any(what.startswith(label) for what in listed), (name, label)


def _labels(code: str) -> list[str]:
    values = [
        statement.value for statement in ast.parse(code).body if isinstance(statement, ast.AnnAssign | ast.Assign)
    ]
    calls = [value for value in values if isinstance(value, ast.Call) and isinstance(value.func, ast.Name)]
    sourced = [call.args[1] for call in calls if getattr(call.func, "id", "") == "Sourced"]
    measures = [
        word.value
        for call in calls
        if getattr(call.func, "id", "") == "Measure"
        for word in call.keywords
        if word.arg == "label"
    ]
    return [str(text.value) for text in (*sourced, *measures) if isinstance(text, ast.Constant)]


def test_facts_are_listed_once_with_their_source() -> None:
    facts = list(list_instrument_facts())
    assert len(facts) == len(set(facts))
    assert all(fact.what and fact.value and fact.source.reference for fact in facts)


@pytest.mark.parametrize(
    ("what", "value", "status"),
    [
        # facts of the dossier, sections 1.1, 1.2 and 1.4
        ("TIS, Muscle strength (MMT or CMAS): points for more than 30 %", "32.5", Status.VERIFIED),
        ("TIS threshold, juvenile DM, major improvement", "70", Status.VERIFIED),
        ("Aldolase: range in adults, as a multiple of the ULN", "6", Status.RECALLED),
        ("CMAS: range", "0 to 52 points", Status.VERIFIED),
        ("Physician global activity: range", "0 to 10 cm", Status.VERIFIED),
        # section 1.3 and 1.5: the formula and the baseline rule were read in a program only
        ("TIS: most abnormal muscle enzyme", "chosen at baseline and kept", Status.RECALLED),
        (
            "TIS: absolute percent change",
            "100 x improvement since the study baseline / range of the measure",
            Status.RECALLED,
        ),
        # section 2: of the full MMT the groups were read, not all of the muscles
        ("Deltoid, middle, left (deltoid_left): range", "0 to 10", Status.VERIFIED),
        ("Iliopsoas, left (iliopsoas_left): range", "0 to 10", Status.VERIFIED),
        # section 5: edge rules are open
        ("IMACS improvement: zero_baseline", "of_range", Status.ASSUMED),
    ],
)
def test_fact(what: str, value: str, status: Status) -> None:
    (fact,) = [fact for fact in list_instrument_facts() if fact.what == what]
    assert (fact.value, fact.source.status) == (value, status)
