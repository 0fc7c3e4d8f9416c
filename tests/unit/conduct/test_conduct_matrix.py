"""Every cell of role x state x act: the table of the code, and what the desk does, against a table written apart."""

import inspect
from datetime import UTC, datetime
from functools import cache
from typing import Any

import pytest
from act_matrix import read_rows
from live_trial import MORNING, LiveTrial

from myotis.conduct.acts.catalog import ACTS
from myotis.conduct.desk import ConductWorld
from myotis.conduct.matrix import STANDINGS, Answer, list_cells
from myotis.conduct.permissions import MAY
from myotis.conduct.roles import SITE, Role
from myotis.conduct.study import Study, SubjectFile
from myotis.log.act import User
from myotis.terms.states import SubjectState

ROWS = read_rows()
SUBJECT, SITE_ID = "101-001", "101"
ACTUAL = [row for row in MAY if row.partition(":")[0] in ACTS]
"""The rows whose acts are there."""


@cache
def table():
    cells = {}
    for cell in list_cells():
        cells.setdefault(cell.act, {})[(str(cell.role), str(cell.standing))] = str(cell.answer)
    return cells


def expected(row):
    """The cells of a row by the table written apart."""
    standings = ["None"] if row.standings is None else [str(standing) for standing in STANDINGS]
    return {
        (str(role), standing): "role" if role not in row.roles
        else "possible" if row.standings is None or standing in row.standings else "state"
        for role in Role for standing in standings
    }  # fmt: skip


def test_the_tables_have_the_same_acts():
    assert set(table()) == set(ROWS)


def test_every_state_and_role_is_asked_for():
    cells = table()["correct_value"]
    assert {role for role, _ in cells} == {role.value for role in Role}
    states = {standing.partition("/")[0] for _, standing in cells}
    assert states == {state.value for state in SubjectState} | {"new"}


@pytest.mark.parametrize("act", ROWS)
def test_every_cell_of_the_table_is_the_one_written_apart(act):
    assert table()[act] == expected(ROWS[act])


@pytest.mark.parametrize("act", ACTUAL)
def test_the_desk_does_what_the_table_written_apart_says(act):
    assert try_everywhere(act) == expected(ROWS[act])


def try_everywhere(row):
    """What the desk says to an act in each role and standing: refused for the role or the state, or neither."""
    world = make_world()
    act = make_act(row)
    found = {}
    standings = STANDINGS if ROWS[row].standings is not None else (None,)
    for standing in standings:
        study = stage(world, act, standing)
        for role in Role:
            user = User("anybody", role.value, SITE_ID if role in SITE else None)
            refusal = world.refuse(study, act, user, MORNING, datetime(2024, 2, 1, tzinfo=UTC))
            answer = Answer.POSSIBLE if refusal is None or refusal.kind == "need" else refusal.kind
            found[(role.value, str(standing))] = str(answer)
    return found


@cache
def make_world():
    """The rules of a live trial."""
    live = LiveTrial()
    return ConductWorld(live.trial, live.means)


def stage(world, act, standing):
    """A study in which somebody holds every role, with the one subject where it is said to stand."""
    study = Study(world.trial, ACTS)
    study.opened = act.name != "open_trial"
    study.sites["101"] = "open"
    study.roles["anybody"] = {(role.value, SITE_ID if role in SITE else None) for role in Role}
    if standing is not None and standing.state is not None:
        study.subjects[SUBJECT] = SubjectFile(SUBJECT, SITE_ID, standing.state, resumes_in=standing.resumes_in)
    return study


def make_act(row):
    """A small act of a kind; what it says need not make sense, since it is only asked who may and when."""
    name, _, kind = row.partition(":")
    act = ACTS[name]
    schema = act.model_json_schema()
    # A subject is named wherever one can be: some acts are about one subject, a site or all.
    fields = {*schema.get("required", []), *({"subject"} & set(schema["properties"]))}
    values = {field: sample(field, schema["properties"][field], schema.get("$defs", {})) for field in fields}
    return act(**values | ({"kind": kind} if kind else {}))


KNOWN: dict[str, Any] = {
    "subject": SUBJECT, "site": "103", "visit": "W4", "form": "core_set/W4", "term": "Headache", "before": "0" * 64,
    "after": "0" * 64, "changes": {"visits": "immediately"},
}  # fmt: skip


def sample(field, schema, defs):
    """A value that a field takes."""
    if field in KNOWN:
        return KNOWN[field]
    if "$ref" in schema:
        schema = defs[schema["$ref"].rpartition("/")[2]]
    if "anyOf" in schema:
        return sample("", schema["anyOf"][0], defs)
    if "const" in schema or "enum" in schema:
        return schema.get("const", (schema.get("enum") or [None])[0])
    if schema.get("type") == "object" and "properties" in schema:
        return {name: sample(name, schema["properties"][name], defs) for name in schema.get("required", [])}
    if schema.get("type") == "array" and schema.get("minItems"):
        return [sample("", schema["items"], defs)] * schema["minItems"]
    formats = {"date": "2024-01-08", "date-time": "2024-01-08T09:00:00+00:00"}
    plain = {"string": "x", "integer": schema.get("minimum", 1), "number": schema.get("minimum", 1), "boolean": True,
             "object": {}, "array": []}  # fmt: skip
    return formats.get(schema.get("format", ""), plain[schema["type"]])


def test_every_act_has_a_docstring_of_its_own():
    assert [name for name, act in ACTS.items() if not inspect.getdoc(act)] == []
