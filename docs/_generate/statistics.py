"""One page a statistical method, printed from its docstrings; and the table of agreement with other software."""

import ast
import inspect
import pkgutil
import re
import sys
import textwrap
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from enum import StrEnum
from functools import cache
from importlib import import_module
from math import ceil, log10
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any

from _generate.markdown import documented_names, page, prose, table
from myotis import statistics

sys.path.append(str(Path(__file__).resolve().parents[2] / "tests" / "oracles"))

from comparison import Comparison, load_comparisons

FOLDER = "reference/statistics"
AGREEMENT = "reference/agreement.md"
SMALLEST = 1e-12
"""Below this a difference is rounding; it is printed so, as the last digits differ from one machine to the next."""


def statistics_pages() -> Iterator[tuple[str, str]]:
    """The page of every module that holds a method, and the page of agreement, by path."""
    for module in list_method_modules():
        yield page_path(module), _method_page(module)
    yield AGREEMENT, _agreement_page()


def list_method_modules() -> Iterator[ModuleType]:
    """The modules below statistics that define ``REFERENCES``: each is a method, or a family of methods, by name."""
    for found in pkgutil.walk_packages(statistics.__path__, f"{statistics.__name__}."):
        module = import_module(found.name)
        if hasattr(module, "REFERENCES") and not found.ispkg:
            yield module


def page_path(module: ModuleType) -> str:
    """The page of a module, below docs."""
    return f"{FOLDER}/{'/'.join(module.__name__.split('.')[2:])}.md"


def list_functions(module: ModuleType) -> list[FunctionType]:
    """The public functions that a module itself defines, in its order."""
    return [
        value
        for name, value in vars(module).items()
        if isinstance(value, FunctionType) and value.__module__ == module.__name__ and not name.startswith("_")
    ]


def _method_page(module: ModuleType) -> str:
    source = f"src/{module.__name__.replace('.', '/')}.py"
    title, text = _split_title(module)
    functions = list_functions(module)
    classes = [value for value in vars(module).values() if _is_public_class(value, module)]
    offered = [*(cls for cls in classes if _has_example(cls)), *functions]
    checked = [comparison for comparison in _comparisons() if comparison.function in offered]
    parts = [text, f"`from {module.__name__} import {', '.join(one.__name__ for one in offered)}`"]
    parts += [_describe_function(function) for function in functions]
    parts += [_describe_class(cls) for cls in classes]
    parts.append(f"## References\n\n{table(('Method', 'Written in'), _references(module))}")
    if checked:
        heads = ("Function", "What", "Checked against", "Largest difference", "Allowed", "Why so much")
        parts.append(f"## What it was checked against\n\n{table(heads, map(_row, checked))}")
    return page(title, source, *parts)


def _split_title(module: ModuleType) -> tuple[str, str]:
    """The first line of the docstring as a title, and the whole docstring as text."""
    text = prose(module.__doc__)
    first = text.splitlines()[0]
    return re.split(r"[:.](?:\s|$)", first)[0], text


def _is_public_class(value: Any, module: ModuleType) -> bool:
    """Whether a page describes a class: the module's own, and names of options that have no page of their own."""
    if not isinstance(value, type) or value.__name__.startswith("_"):
        return False
    is_option = (
        issubclass(value, StrEnum) and value is not StrEnum and not hasattr(sys.modules[value.__module__], "REFERENCES")
    )
    return value.__module__ == module.__name__ or is_option


def _describe_function(function: FunctionType) -> str:
    signature = f"```python\n{_signature(function)}\n```"
    return f"## {function.__name__}\n\n{signature}\n\n{prose(function.__doc__)}\n\n{_show_example(function)}"


def _show_example(documented: FunctionType | type) -> str:
    example = "\n\n".join(re.findall(r"^>>> .*(?:\n.+)*", inspect.cleandoc(documented.__doc__ or ""), re.MULTILINE))
    return f"```pycon\n{example}\n```" if example else ""


def _has_example(cls: type) -> bool:
    """Whether users make objects of a class themselves, as its example shows."""
    return ">>> " in (cls.__doc__ or "")


def _signature(function: FunctionType) -> str:
    """The signature as the source writes it, on one line or with a line for each argument."""
    node = _parse(function)
    assert isinstance(node, ast.FunctionDef)
    answer = f" -> {ast.unparse(node.returns)}" if node.returns else ""
    short = f"{node.name}({ast.unparse(node.args)}){answer}"
    if len(short) <= 100:
        return short
    listed = [ast.unparse(argument) for argument in (*node.args.posonlyargs, *node.args.args)]
    named = [
        ast.unparse(argument) + (f" = {ast.unparse(default)}" if default else "")
        for argument, default in zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True)
    ]
    lines = "".join(f"    {part},\n" for part in [*listed, *(["*", *named] if named else [])])
    return f"{node.name}(\n{lines}){answer}"


def _parse(value: FunctionType | type) -> ast.stmt:
    return ast.parse(textwrap.dedent(inspect.getsource(value))).body[0]


def _describe_class(cls: type) -> str:
    node = _parse(cls)
    assert isinstance(node, ast.ClassDef)
    if issubclass(cls, StrEnum):
        told = documented_names(node)
        rows = [(f"`{member.value}`", told.get(name, "")) for name, member in cls.__members__.items()]
        body = table(("Name", "Meaning"), rows)
    else:
        held = [field.name for field in fields(cls)] if is_dataclass(cls) else getattr(cls, "__annotations__", {})
        names = [name for name in held if not name.startswith("_")]
        body = "Fields: " + ", ".join(f"`{name}`" for name in names) + "." if names else ""
    return f"## {cls.__name__}\n\n{prose(cls.__doc__)}\n\n{body}\n\n{_show_example(cls)}"


def _references(module: ModuleType) -> list[tuple[str, str]]:
    return [(f"`{name}`", reference) for name, reference in module.REFERENCES.items()]


@cache
def _comparisons() -> tuple[Comparison, ...]:
    return tuple(load_comparisons())


@cache
def _difference(comparison: Comparison) -> str:
    found = comparison.difference()
    bound = 10.0 ** ceil(log10(found)) if found > SMALLEST else SMALLEST
    return f"below {bound:.0e}" + (" of its size" if comparison.scale == "relative" else "")


def _row(comparison: Comparison) -> tuple[str, ...]:
    return (
        f"`{comparison.function.__name__}`", comparison.what, f"{comparison.source}: {comparison.made_by}",
        _difference(comparison), f"{comparison.tolerance:.0e}", comparison.why,
    )  # fmt: skip


def _agreement_page() -> str:
    intro = (
        "Every method of `myotis.statistics` that other software or a publication gives numbers for, with the largest "
        "difference that was found. Differences are measured when this page is printed (`make docs`) and again by "
        "`tests/independent/test_comparisons.py`; they are given as the next power of ten above, and below 1e-12 as "
        "that, since the last digits differ from one machine to the next. The programs lie beside the numbers in "
        "`tests/independent` and `tests/published`."
    )
    parts = [intro]
    for module in list_method_modules():
        rows = [_row(comparison) for comparison in _comparisons() if comparison.function.__module__ == module.__name__]
        if rows:
            link = page_path(module).removeprefix("reference/")
            heads = ("Function", "What", "Checked against", "Largest difference", "Allowed", "Why so much")
            parts.append(f"## [{_split_title(module)[0]}]({link})\n\n{table(heads, rows)}")
    return page("Agreement with other software", "tests/independent and tests/published", *parts)
