"""One page an instrument, printed from its definition."""

import ast
import inspect
from collections.abc import Iterator
from enum import IntEnum
from importlib import import_module
from types import ModuleType
from typing import Any, Literal, get_args, get_origin

from _generate.markdown import (
    FACT_HEADINGS,
    documented_names,
    fact_rows,
    first_sentence,
    page,
    parse,
    prose,
    sourced_table,
    table,
)
from _generate.tis import core_sets, level_tables, worked_examples
from myotis.instruments.catalog import list_module_facts
from myotis.instruments.items import ItemSet
from myotis.instruments.measure import Better, Measure
from myotis.instruments.tis_levels import TABLE_SOURCE
from myotis.terms.grid import Grid
from myotis.terms.source import Fact

FOLDER = "explanation/instruments"

INSTRUMENTS = {
    "tis": ("Total Improvement Score (TIS)", ("tis_rule", "tis_levels", "tis", "core_set")),
    "globals": ("Global activities on visual analog scales", ("vas",)),
    "mmt": ("Manual muscle testing (MMT-8 and MMT)", ("mmt",)),
    "haq": ("HAQ disability index", ("haq",)),
    "chaq": ("Childhood HAQ", ("chaq",)),
    "cmas": ("Childhood Myositis Assessment Scale (CMAS)", ("cmas",)),
    "enzymes": ("Muscle enzymes", ("enzymes",)),
    "cdasi": ("CDASI", ("cdasi",)),
    "myoact": ("MYOACT", ("myoact",)),
    "das": ("Disease Activity Score (DAS)", ("das",)),
    "chq-phs": ("CHQ physical summary (CHQ-PhS)", ("chq",)),
    "imacs-improvement": ("IMACS definition of improvement (2004)", ("imacs_improvement",)),
    "classification-2017": (
        "EULAR/ACR classification criteria (2017)",
        ("classification_2017", "classification_2017_weights"),
    ),
    "bohan-peter": ("Criteria of Bohan and Peter (1975)", ("bohan_peter",)),
}
"""Pages by file name: the title, and the modules that the page is printed from."""

WITHOUT_PAGE = {"catalog", "items", "measure"}
"""Modules of the package that define no instrument."""


def instrument_pages() -> Iterator[tuple[str, str]]:
    """The pages of all instruments, by path."""
    for name, (title, names) in INSTRUMENTS.items():
        modules = [import_module(f"myotis.instruments.{module}") for module in names]
        made_from = ", ".join(f"src/myotis/instruments/{module}.py" for module in names)
        own = [core_sets(), level_tables(), worked_examples()] if name == "tis" else []
        parts = [_recorded(modules), *own, _items(modules), _options(modules), _functions(modules), _numbers(modules)]
        yield f"{FOLDER}/{name}.md", page(title, made_from, prose(modules[0].__doc__), *parts)


def _defined(module: ModuleType, kind: type | tuple[type, ...]) -> list[Any]:
    """The public values of one kind that the module itself defines, in its order."""
    names = [name for name in documented_names(parse(module)) if not name.startswith("_")]
    return [value for name in names if isinstance(value := getattr(module, name, None), kind)]


def _recorded(modules: list[ModuleType]) -> str:
    measures = [measure for module in modules for measure in _defined(module, Measure)]
    rows = [
        (
            measure.label, f"`{measure.name}`", f"{measure.minimum} to {measure.maximum} {measure.unit}",
            _step(measure.grid), "higher" if measure.better is Better.HIGHER else "lower",
        )
        for measure in measures
    ]  # fmt: skip
    headings = ("Measure", "Name", "Range", "Grid step", "Better")
    if not rows:
        return _grids(modules)
    return _section("What is recorded", sourced_table(headings, rows, [m.source for m in measures]))


def _grids(modules: list[ModuleType]) -> str:
    """The grids of what is recorded without a range of its own."""
    rows = [
        (text, _step(grid))
        for module in modules
        for name, text in documented_names(parse(module)).items()
        if isinstance(grid := getattr(module, name, None), Grid) and text
    ]
    return _section("What is recorded", table(("What", "Grid step"), rows))


def _step(grid: Grid) -> str:
    steps = grid.steps_per_unit
    return f"1 {grid.unit}" if steps == 1 else f"1/{steps:,} {grid.unit}"


def _items(modules: list[ModuleType]) -> str:
    parts = []
    for module in modules:
        for items in _defined(module, ItemSet):
            rows = [(f"`{item.code}`", item.label, f"0 to {item.maximum:,}") for item in items.items]
            parts.append(f"{items.name}: {len(items.items)} items, whose highest scores add up to {items.maximum:,}.")
            parts.append(sourced_table(("Code", "Item", "Range"), rows, [item.source for item in items.items]))
    return _section("Items", "\n\n".join(parts))


def _options(modules: list[ModuleType]) -> str:
    """What the sources leave open: the choices of each option, with what the code says of them."""
    rows = [row for module in modules for row in _choices(module)]
    return _section("Named options and values", table(("Option", "Value", "Meaning"), rows))


def _choices(module: ModuleType) -> Iterator[tuple[str, str, str]]:
    tree = parse(module)
    for name, text in documented_names(tree).items():
        if get_origin(alias := getattr(module, name, None)) is Literal:
            yield f"`{name}`", ", ".join(f"`{choice}`" for choice in get_args(alias)), text
    for node in tree.body:
        if isinstance(node, ast.ClassDef) and issubclass(getattr(module, node.name), IntEnum):
            texts = documented_names(node)
            meaning = first_sentence(getattr(module, node.name).__doc__)
            yield f"`{node.name}`", "", meaning
            yield from (("", f"`{choice.lower()}`", text) for choice, text in texts.items())


def _functions(modules: list[ModuleType]) -> str:
    """The functions that have an example, which is to say the public ones."""
    rows = [
        (f"`{module.__name__}.{name}`", first_sentence(function.__doc__))
        for module in modules
        for name, function in vars(module).items()
        if inspect.getmodule(function) is module and ">>>" in (function.__doc__ or "") and name != "list_facts"
    ]
    return _section("In Python", table(("Function", "What it gives"), rows))


def _numbers(modules: list[ModuleType]) -> str:
    """The numbers that stand in no table above."""
    holders = [holder for module in modules for holder in _defined(module, (Measure, ItemSet))]
    printed = {fact for holder in holders for fact in holder.facts()}
    facts = [fact for module in modules for fact in _own_facts(module)]
    rest = [fact for fact in facts if fact not in printed and fact.source != TABLE_SOURCE]
    return _section("Numbers and their sources", table(FACT_HEADINGS, fact_rows(rest)))


def _own_facts(module: ModuleType) -> Iterator[Fact]:
    """The facts that a module defines itself, without those of the modules it imports from."""
    own = ModuleType(module.__name__)
    vars(own).update({name: getattr(module, name) for name in documented_names(parse(module)) if hasattr(module, name)})
    if hasattr(module, "list_facts"):
        vars(own)["list_facts"] = module.list_facts
    yield from list_module_facts(own)


def _section(title: str, text: str) -> str:
    return f"## {title}\n\n{text}" if text else ""
