"""The JSON Schema is checked by a small validator of its own, which knows the words that the schema uses."""

import json
import re
from typing import Any

import pytest
from protocol_files import REMOVED, change, shipped_values

from myotis.protocol.schema import protocol_schema

TYPES = {"object": dict, "array": list, "string": str, "integer": int, "number": (int, float), "boolean": bool}
ANNOTATIONS = {"$schema", "$defs", "title", "description", "default", "examples"}


def find_violations(schema: Any, value: Any, root: Any, place: str = "") -> list[str]:
    """Every violation of the schema (draft 2020-12, as far as it is used here); an unknown word is an error."""
    if schema is True:
        return []
    found: list[str] = []
    for word, rule in schema.items():
        if word in ANNOTATIONS:
            continue
        if word == "$ref":
            found += find_violations(root["$defs"][rule.removeprefix("#/$defs/")], value, root, place)
        elif word == "anyOf":
            found += [] if any(not find_violations(one, value, root, place) for one in rule) else [f"{place}: anyOf"]
        elif word == "type" and rule == "null":
            found += [] if value is None else [f"{place}: null"]
        elif word == "type":
            right = isinstance(value, TYPES[rule]) and (rule == "boolean" or not isinstance(value, bool))
            found += [] if right else [f"{place}: {rule}"]
        else:
            found += [f"{place}{below}: {word}" for below in WORDS[word](rule, value, schema, root)]
    return found


def _each(pairs: Any, root: Any) -> list[str]:
    return [f".{name}{text}" for name, rule, below in pairs for text in find_violations(rule, below, root)]


def _additional(rule: Any, value: Any, schema: Any, root: Any) -> list[str]:
    others = [name for name in value if name not in schema.get("properties", {})]
    others = [name for name in others if not any(re.search(p, name) for p in schema.get("patternProperties", {}))]
    return [f".{name}" for name in others] if rule is False else _each([(n, rule, value[n]) for n in others], root)


def _says(is_wrong: bool) -> list[str]:
    return [""] if is_wrong else []


WORDS: dict[str, Any] = {
    "enum": lambda rule, value, *_: _says(value not in rule),
    "const": lambda rule, value, *_: _says(value != rule),
    "pattern": lambda rule, value, *_: _says(not isinstance(value, str) or not re.search(rule, value)),
    "minimum": lambda rule, value, *_: _says(value < rule),
    "maximum": lambda rule, value, *_: _says(value > rule),
    "minItems": lambda rule, value, *_: _says(len(value) < rule),
    "maxItems": lambda rule, value, *_: _says(len(value) > rule),
    "required": lambda rule, value, *_: [f".{name}" for name in rule if name not in value],
    "properties": lambda rule, value, _, root: _each([(n, r, value[n]) for n, r in rule.items() if n in value], root),
    "patternProperties": lambda rule, value, _, root: _each(
        [(n, r, below) for n, below in value.items() for p, r in rule.items() if re.search(p, n)], root
    ),
    "propertyNames": lambda rule, value, _, root: _each([(n, rule, n) for n in value], root),
    "additionalProperties": _additional,
    "items": lambda rule, value, _, root: _each([(n, rule, entry) for n, entry in enumerate(value)], root),
    "prefixItems": lambda rule, value, _, root: _each(
        [(n, r, entry) for n, (r, entry) in enumerate(zip(rule, value, strict=False))], root
    ),
}  # fmt: skip


def test_schema_is_json_of_the_declared_dialect() -> None:
    schema = json.loads(json.dumps(protocol_schema()))
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["type"] == "object"
    assert schema["additionalProperties"] is False


def test_every_reference_leads_somewhere() -> None:
    schema = protocol_schema()
    used = set(re.findall(r'"#/\$defs/(\w+)"', json.dumps(schema)))
    assert used == set(schema["$defs"])


def test_fields_and_tables_are_described() -> None:
    schema = protocol_schema()
    assert "no day 0" in schema["$defs"]["Visit"]["properties"]["day"]["description"]
    assert all(table.get("description") or "enum" in table for table in schema["$defs"].values())


def test_quantities_show_their_unit_and_options_their_names() -> None:
    tables = protocol_schema()["$defs"]
    assert tables["Infusion"]["properties"]["dose"]["examples"] == ["1 g/kg"]
    missing = tables["TisPlan"]["properties"]["missing"]
    assert missing["type"] == "string"
    assert {"not_evaluable", "zero"} < set(missing["enum"])


@pytest.mark.parametrize("trial", ["proderm", "reclaiim"])
def test_shipped_files_are_valid(trial: str) -> None:
    values = json.loads(json.dumps(shipped_values(trial), default=float))
    schema = protocol_schema()
    assert find_violations(schema, values, schema) == []


@pytest.mark.parametrize(
    ("place", "new", "violation"),
    [
        ("treatments.octagam_10.infusion.dose", "2.0", "infusion: anyOf"),
        ("visits.W8.day", "57", ".visits.3.day: integer"),
        ("visits.W8.window_days", [1, 4], ".visits.3.window_days.0: maximum"),
        ("tis.missing", "impute", ".tis.missing: enum"),
        ("trial.title", REMOVED, ".trial.title: required"),
        ("trial.colour", "red", ".trial.colour: additionalProperties"),
        ("randomization.ratio.ivig", 0, ".randomization.ratio.ivig: minimum"),
    ],
)
def test_broken_files_are_not(place: str, new: Any, violation: str) -> None:
    values = shipped_values("proderm")
    change(values, place, new)
    schema = protocol_schema()
    assert any(violation in found for found in find_violations(schema, values, schema))
