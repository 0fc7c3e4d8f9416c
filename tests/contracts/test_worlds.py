"""Who can reach what, by imports alone: asked here of the source itself, apart from the import contracts."""

import ast
from functools import cache
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parents[2] / "src"
UNSEALS = {"myotis.randomize.unseal", "myotis.rules.treatment", "myotis.keys.escrow"}


@cache
def modules():
    """Every module by its name, with its file."""
    files = sorted((SOURCE / "myotis").rglob("*.py"))
    return {".".join(file.relative_to(SOURCE).with_suffix("").parts).removesuffix(".__init__"): file for file in files}


@cache
def imports(name):
    """The modules of Myotis that a module imports, within functions and for types too."""
    found = set()
    for node in ast.walk(ast.parse(modules()[name].read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found & set(modules())


def reachable(world):
    """Everything that the modules of a package import, directly or through others."""
    seen, waiting = set(), [name for name in modules() if name.startswith(f"myotis.{world}.")]
    assert len(waiting) > 20
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            waiting += imports(name)
    return seen


def test_no_import_is_relative():
    for file in modules().values():
        nodes = ast.walk(ast.parse(file.read_text("utf-8")))
        assert not [node for node in nodes if isinstance(node, ast.ImportFrom) and node.level], file.name


@pytest.mark.parametrize(("world", "other"), [("conduct", "pharmacy"), ("pharmacy", "conduct")])
def test_neither_world_reaches_the_other(world, other):
    assert not [name for name in reachable(world) if name.startswith(f"myotis.{other}")]


def test_the_blinded_world_reaches_nothing_that_opens_a_slot_or_knows_what_was_given():
    assert reachable("conduct") & UNSEALS == set()
    assert "myotis.rules.deterioration" in reachable("conduct")
    assert "myotis.rules.treatment" in reachable("pharmacy")
    assert set(modules()) >= UNSEALS
