"""The reference pages: command line, Python, the protocol file, and the source of every number."""

import ast
import inspect
from collections import Counter
from collections.abc import Iterator
from typing import Any

import typer
from typer.testing import CliRunner

import myotis
from _generate.markdown import FACT_HEADINGS, documented_names, fact_rows, page, parse, prose, table
from myotis.cli.sources import list_sources
from myotis.instruments.catalog import list_instrument_modules, list_module_facts
from myotis.protocol.read import read_trial, shipped_trials
from myotis.protocol.schema import protocol_schema
from myotis.terms import source
from myotis.terms.source import Fact, Status


def reference_pages() -> Iterator[tuple[str, str]]:
    """The reference pages, by path."""
    yield "reference/cli.md", _command_line()
    yield "reference/python.md", _python()
    yield "reference/protocol-file.md", _protocol_file()
    yield "reference/sources.md", _sources()


def _command_line() -> str:
    from myotis.cli import main  # noqa: PLC0415 (the other pages can be printed without the command line)

    parts = [prose(main.__doc__), _help(main.app)]
    parts += _list_commands(main.app, typer.main.get_command(main.app))
    return page("Command line", "the commands' --help", *parts)


def _list_commands(app: typer.Typer, group: Any, *path: str) -> Iterator[str]:
    """The help of every command of a group, and of the groups in it."""
    for name, command in getattr(group, "commands", {}).items():
        yield f"{'#' * min(len(path) + 2, 4)} myotis {' '.join((*path, name))}\n\n{_help(app, *path, name)}"
        yield from _list_commands(app, command, *path, name)


def _help(app: typer.Typer, *command: str) -> str:
    shown = CliRunner().invoke(app, [*command, "--help"], prog_name="myotis", catch_exceptions=False).output
    text = "\n".join(line.rstrip() for line in shown.splitlines()).strip("\n")
    return f"```text\n{text}\n```"


def _python() -> str:
    intro = (
        "What `import myotis` offers. Each name is loaded when it is first used. "
        "Everything that the command line does is a few of these calls."
    )
    functions = [getattr(myotis, name) for name in dir(myotis) if not name.startswith("_")]
    rows = [(f"`myotis.{f.__name__}`", f"`{f.__module__}`") for f in functions]
    parts = [_directive(f"{f.__module__}.{f.__qualname__}") for f in functions]
    errors = "## Errors\n\n" + _directive("myotis.errors", heading=False)
    return page("Python", "src/myotis/__init__.py", intro, table(("Name", "Home"), rows), *parts, errors)


def _directive(path: str, *, heading: bool = True) -> str:
    shown = str(heading).lower()
    return f"::: {path}\n    options:\n      show_root_heading: {shown}\n      show_root_toc_entry: {shown}"


def _protocol_file() -> str:
    schema = protocol_schema()
    intro = (
        "A protocol is a TOML file. This page is printed from its JSON Schema, which `myotis check --schema` prints "
        'for editors. Quantities are text with their unit, such as `"2.0 g/kg"`. That fields fit one another is more '
        "than a schema can say: `myotis check` tells of every contradiction."
    )
    parts = [f"## The file\n\n{_fields(schema)}"]
    for name, section in sorted(schema["$defs"].items()):
        if section.get("type") == "object":
            text = prose(section.get("description"))
            parts.append(f"## {name}\n\n{text}\n\n{_fields(section)}")
    return page("The protocol file", "the JSON Schema of the protocol", intro, *parts)


def _fields(section: dict[str, Any]) -> str:
    required = section.get("required", ())
    rows = [
        (f"`{name}`", _kind(field), "yes" if name in required else "no", prose(field.get("description")))
        for name, field in section.get("properties", {}).items()
    ]
    return table(("Field", "Holds", "Required", "Meaning"), rows)


def _kind(field: dict[str, Any]) -> str:
    if "$ref" in field:
        name = field["$ref"].rpartition("/")[2]
        return f"[{name}](#{name.lower()})" if name not in {"Status", "Criteria"} else f"a {name.lower()}"
    if "anyOf" in field:
        return " or ".join(_kind(choice) for choice in field["anyOf"] if choice.get("type") != "null")
    if "const" in field:
        return f"`{field['const']}`"
    if "enum" in field:
        return " or ".join(f"`{choice}`" for choice in field["enum"])
    if "prefixItems" in field:
        return f"list of {len(field['prefixItems'])}: " + ", ".join(_kind(entry) for entry in field["prefixItems"])
    if field.get("type") == "array":
        return f"list: {_kind(field['items'])}"
    if field.get("type") == "object":
        return f"table: {_kind(field['additionalProperties'])}" if field.get("additionalProperties") else "table"
    if "examples" in field:
        return "text with a unit: " + ", ".join(example.removeprefix("1 ") for example in field["examples"])
    kind = str(field.get("type", "any"))
    return {"string": "text", "boolean": "true or false"}.get(kind, kind)


def _sources() -> str:
    node = next(n for n in parse(source).body if isinstance(n, ast.ClassDef) and n.name == "Status")
    statuses = [(f"`{name.lower()}`", text) for name, text in documented_names(node).items()]
    parts = [
        "Every number that Myotis borrows carries its source and how sure it is. "
        "`myotis check --sources` prints this list.",
        table(("Status", "Meaning"), statuses),
    ]
    known: set[Fact] = set()
    for module in list_instrument_modules():
        facts = [fact for fact in dict.fromkeys(list_module_facts(module)) if fact not in known]
        known.update(facts)
        if facts:
            title = inspect.cleandoc(module.__doc__ or "").splitlines()[0].rstrip(".")
            parts.append(f"## {title}\n\n{table(FACT_HEADINGS, fact_rows(facts))}")
    counts = [_count_row("Instruments", known)]
    for name in shipped_trials():
        identity = f"Trial {read_trial(name).trial.id}"
        for of, listed in list_sources(name).items():
            if of == identity:
                counts.append(_count_row(f"[{of}](../explanation/{name}.md)", listed))
            elif of != "Instruments":
                counts.append(_count_row(of, listed))
                parts.append(f"## {of}\n\n{table(FACT_HEADINGS, fact_rows(listed, code=True))}")
    parts.insert(2, table(("Of", *(status.value for status in Status)), counts))
    return page("Sources", "the sources in the code and in the files of the trials", *parts)


def _count_row(label: str, facts: Any) -> tuple[Any, ...]:
    counts = Counter(fact.source.status for fact in facts)
    return (label, *(counts[status] for status in Status))
