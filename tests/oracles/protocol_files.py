"""Protocol files as values that tests change and write again, in another layout than that of the shipped files."""

import json
import tomllib
from decimal import Decimal
from importlib import resources
from pathlib import Path
from typing import Any

REMOVED = object()
"""In place of a new value: the field is taken out."""


def shipped_text(trial: str) -> str:
    return (resources.files("myotis.trials") / trial / "protocol.toml").read_text("utf-8")


def shipped_values(trial: str) -> dict[str, Any]:
    return tomllib.loads(shipped_text(trial), parse_float=Decimal)


def allocate_at_pharmacy() -> dict[str, Any]:
    """Changes that let ProDERM allocate by minimization at the pharmacy, with the source that the change needs."""
    source = {"randomization.allocation": {"status": "assumed", "note": "a test"}}
    return {"randomization.allocation": "pharmacy", "provenance": shipped_values("proderm")["provenance"] | source}


def change(values: dict[str, Any], place: str, new: Any) -> None:
    """Set the value at a place such as ``visits.W8.day``; entries of lists are called by id or by position."""
    *path, last = place.split(".")
    inside: Any = values
    for name in path:
        inside = _entry(inside, name)
    key = _position(inside, last) if isinstance(inside, list) else last
    if new is REMOVED:
        del inside[key]
    elif isinstance(inside, list) and key == len(inside):
        inside.append(new)
    else:
        inside[key] = new


def _entry(inside: Any, name: str) -> Any:
    return inside[_position(inside, name)] if isinstance(inside, list) else inside[name]


def _position(entries: list[Any], name: str) -> int:
    ids = [entry.get("id") if isinstance(entry, dict) else None for entry in entries]
    return ids.index(name) if name in ids else int(name)


def render_toml(values: dict[str, Any], *, backwards: bool = False) -> str:
    """Values as TOML of one line a table; ``backwards``: the fields of every table in the opposite order."""
    fields = list(values.items())
    lines = [f"{name} = {_render(value, backwards)}\n" for name, value in (reversed(fields) if backwards else fields)]
    return "# another layout\n" + "\n".join(lines)


def _render(value: Any, backwards: bool) -> str:
    if isinstance(value, dict):
        fields = [f"{json.dumps(name)} = {_render(below, backwards)}" for name, below in value.items()]
        return "{ " + ", ".join(reversed(fields) if backwards else fields) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(_render(entry, backwards) for entry in value) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int | Decimal) else json.dumps(value, ensure_ascii=False)


def write_changed(folder: Path, changes: dict[str, Any], trial: str = "proderm") -> Path:
    """A shipped protocol with these changes, as a file in a folder."""
    values = shipped_values(trial)
    for place, new in changes.items():
        change(values, place, new)
    file = folder / "changed.toml"
    file.write_text(render_toml(values), "utf-8")
    return file
