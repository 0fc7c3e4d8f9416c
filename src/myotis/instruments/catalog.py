"""Every number of the instruments with its source: what ``myotis check --sources`` lists."""

import pkgutil
from collections.abc import Iterator, Mapping
from importlib import import_module
from types import ModuleType
from typing import Any

from myotis import instruments
from myotis.terms.source import Fact, HasFacts


def list_instrument_modules() -> Iterator[ModuleType]:
    """The modules of the instruments, but for this one, by name."""
    for found in pkgutil.iter_modules(instruments.__path__, f"{instruments.__name__}."):
        if found.name != __name__:
            yield import_module(found.name)


def list_module_facts(module: ModuleType) -> Iterator[Fact]:
    """Every number that the public names of a module hold, in the order of the module.

    A module holds numbers in objects that can list their facts, in tuples and dictionaries of such objects, and says
    what it keeps in another form by a function ``list_facts``. A number may come more than once.
    """
    for name, value in vars(module).items():
        if not name.startswith("_"):
            yield from _facts_in(value)
    if hasattr(module, "list_facts"):
        yield from module.list_facts()


def list_instrument_facts() -> Iterator[Fact]:
    """Every number of every instrument with its source, each once.

    >>> next(fact.value for fact in list_instrument_facts() if fact.what == "MMT-8, both sides: range")
    '0 to 150 points'
    """
    facts = (fact for module in list_instrument_modules() for fact in list_module_facts(module))
    yield from dict.fromkeys(facts)


def _facts_in(value: Any) -> Iterator[Fact]:
    if isinstance(value, type):
        return
    if isinstance(value, HasFacts):
        yield from value.facts()
    elif isinstance(value, Mapping | tuple):
        for part in value.values() if isinstance(value, Mapping) else value:
            yield from _facts_in(part)
