"""The pages of the live trial: every act, the states of a subject with their picture, the edit checks."""

import ast
import inspect
import textwrap
from collections.abc import Callable, Iterator
from decimal import Decimal
from types import ModuleType
from typing import Any

from _generate.markdown import first_sentence, matrix, page, prose, table
from _generate.state_diagram import draw_states
from myotis.conduct.act import ConductAct, FormAct, SubjectAct, VisitFormAct
from myotis.conduct.acts.catalog import ACTS
from myotis.conduct.matrix import STANDINGS, Answer, Standing, concerns_subject, list_cells
from myotis.conduct.permissions import MAY
from myotis.conduct.policies import AFTER_LOCK, is_possible_in
from myotis.conduct.roles import MACHINES, Role
from myotis.log.act import Act
from myotis.terms.states import MOVES, ON_STUDY, SubjectState

BASES = (Act, ConductAct, SubjectAct, FormAct)
"""Classes whose methods say nothing of a single act."""
THEMES = {
    "trial": "The trial and its people", "entry": "From consent to randomization", "visits": "Visits",
    "dosing": "Doses", "safety": "Safety", "data": "What was recorded", "course": "The subject's course",
}  # fmt: skip
PICTURE = "images/subject-states.svg"


def act_pages() -> Iterator[tuple[str, str]]:
    """The pages of the live trial, by path, and the picture."""
    yield "reference/acts.md", page("Acts", "src/myotis/conduct", ACTS_INTRODUCTION, _matrix(), *_themes())
    yield "reference/edit-checks.md", page("Edit checks", "src/myotis/conduct", CHECKS_INTRODUCTION, *_checks())
    yield "explanation/subject-states.md", page("States of a subject", "src/myotis/terms/states.py", *_states())
    yield PICTURE, draw_states()


ACTS_INTRODUCTION = """
What can be done in the blinded world of a trial: who may do it, where the subject may stand, what it needs, what is
written, and what the system says. An act that is refused writes nothing and says everything that stands in its way:
first whether the role may, then whether the subject's state allows it, then what is missing or wrong. An act, its
reason and what the system says of it are one transaction of the log.
"""

CHECKS_INTRODUCTION = """
What is checked of what is recorded. **Hard** checks refuse: a value that can't be is not written. **Soft** checks ask:
the value is written, and the system raises a query in the same transaction, which it closes once the value, or the one
that it was compared with, is corrected. A correction is asked the same checks as the first record. What a check says
never holds the value. What stands between ‹ › is filled in.
"""


def _matrix() -> str:
    people = [role for role in Role if role not in MACHINES]
    rows = []
    for row in MAY:
        marks = ("×" if role in MAY[row] else "" for role in people)
        rows.append((f"`{row}`" + ("" if row.partition(":")[0] in ACTS else " *"), *marks))
    absent = any(row.partition(":")[0] not in ACTS for row in MAY)
    note = "\n\n\\* is still to be written." if absent else ""
    headings = ("Act", *(role.replace("_", " ") for role in people))
    return (
        f"## Who may\n\n{matrix(headings, rows)}{note}\n\nThe program that delivers the pharmacy's notices carries "
        f"out `receive_notice` and nothing else. Once the trial is locked, {_names(AFTER_LOCK)} are still possible."
    )


def _names(acts: frozenset[str]) -> str:
    return ", ".join(f"`{name}`" for name in sorted(acts))


def _themes() -> Iterator[str]:
    for theme, title in THEMES.items():
        acts = [act for act in ACTS.values() if act.__module__.split(".")[-2] == theme]
        if acts:
            yield f"## {title}\n\n" + "\n\n".join(_act(act) for act in sorted(acts, key=lambda act: act.name))


def _act(act: type[ConductAct]) -> str:
    return f"### {act.name}\n\n{prose(act.__doc__)}\n\n{table(('', ''), [line for line in _lines(act) if line[1]])}"


def _lines(act: type[ConductAct]) -> Iterator[tuple[str, str]]:
    yield "Who may", "; ".join(_who(row) for row in MAY if row.partition(":")[0] == act.name)
    if concerns_subject(act.name):
        yield "Where the subject may stand", _where(act.name)
    needs = [_say(act, name) for name in ("find_obstacles", "find_misplaced", "find_wrong_items")]
    reason = "A reason." if act.needs_reason else ""
    yield "Needs", " ".join(filter(None, [*needs, reason])) or "nothing more"
    yield "Asks about", _say(act, "find_doubtful_items")
    yield "Writes", _fields(act) + (f"; the system adds: {added}" if (added := _say(act, "add_values")) else "")
    yield "The system says", _say(act, "tell")
    yield "Then", _say(act, "apply")


def _who(row: str) -> str:
    kind = row.partition(":")[2]
    roles = ", ".join(role.replace("_", " ") for role in Role if role in MAY[row])
    return f"{kind}: {roles}" if kind else roles


def _where(name: str) -> str:
    possible = [s for s in STANDINGS if is_possible_in(name, s.state, s.resumes_in)]
    states = list(dict.fromkeys(_state(standing) for standing in possible))
    everybody = {_state(standing) for standing in STANDINGS if standing.state}
    on_study = {_state(Standing(state)) for state in ON_STUDY}
    for words, group in (("anywhere", everybody), ("anywhere on study", on_study)):
        if group <= set(states):
            return "; ".join([words, *(state for state in states if state not in group)])
    return ", ".join(states)


def _state(standing: Standing) -> str:
    return str(standing.state or "not in the study yet").replace("_", " ")


def _say(act: type[ConductAct], name: str) -> str:
    """What the docstring of a method says, where the act or a kind of act that it belongs to has one of its own."""
    for base in act.__mro__:
        if name in vars(base):
            general = base in BASES and not (base is FormAct and name == "find_obstacles")
            return (
                ""
                if general
                else " ".join(
                    prose(
                        inspect.getdoc(
                            vars(base)[name].__func__ if isinstance(vars(base)[name], classmethod) else vars(base)[name]
                        )
                    ).split()
                )
            )
    return ""


def _fields(act: type[ConductAct]) -> str:
    names = []
    for name, field in act.model_fields.items():
        if name != "subject":
            sealed = " (sealed)" if name in act.free_text else ""
            names.append(f"`{name}`{sealed}" + ("" if field.is_required() else " (may be left out)"))
    return ", ".join(names) or "that it was done"


def _states() -> Iterator[str]:
    yield (
        "Where a subject may stand, and how it comes there: the one table that the acts, the simulation and this page "
        "share. Off treatment is not off study. While dosing is held, the state in which it will resume is kept and "
        "moves on; withdrawing consent to further use of data moves nobody."
    )
    yield f"![States of a subject and the moves between them](../{PICTURE})"
    moves: dict[tuple[str, str, str], list[str]] = {}
    for move in MOVES:
        source = str(move.source or "not in the study yet").replace("_", " ")
        moves.setdefault((move.act, move.outcome, move.target), []).append(source)
    rows = [
        (f"`{act}`", outcome.replace("_", " "), ", ".join(sources), target.replace("_", " "))
        for (act, outcome, target), sources in moves.items()
    ]
    yield "## Moves\n\n`tell` is the system.\n\n" + table(("Act", "Outcome", "From", "To"), rows)
    ends = [state for state in SubjectState if not any(move.source == state for move in MOVES)]
    yield f"No act leads out of {', '.join(ends)}."
    cells = sum(1 for cell in list_cells() if cell.answer == Answer.POSSIBLE)
    total = sum(1 for _ in list_cells())
    yield (
        f"Of {total:,} cells of act, role and standing (held dosing counts once for each state in which it "
        f"can resume), {cells:,} are possible. The tests ask each of them of the desk, against a table written apart."
    )


def _checks() -> Iterator[str]:
    for name in sorted(name for name, act in ACTS.items() if issubclass(act, FormAct)):
        act = ACTS[name]
        rows = [
            (kind, fault["column"], fault["what"], fault["expected"])
            for kind, method in (("hard", "find_wrong_items"), ("soft", "find_doubtful_items"))
            for fault in _faults_of(act, method)
        ]
        takes = [(f"`{field}`", _takes(schema, act)) for field, schema in _properties(act).items()]
        parts = [f"## {name}", first_sentence(act.__doc__).rstrip(".") + ".", table(("Item", "Takes"), takes)]
        yield "\n\n".join([*parts, table(("Check", "Item", "What is wrong", "Expected"), rows)]).rstrip()


def _properties(act: type[ConductAct]) -> dict[str, Any]:
    return {name: schema for name, schema in act.model_json_schema()["properties"].items() if name != "subject"}


def _takes(schema: dict[str, Any], act: type[ConductAct]) -> str:
    """What a field takes, in words, from its JSON schema."""
    if "$ref" in schema:
        schema = act.model_json_schema()["$defs"][schema["$ref"].rpartition("/")[2]]
    if "anyOf" in schema:
        return " or ".join(dict.fromkeys(_takes(one, act) for one in schema["anyOf"] if one.get("type") != "null"))
    if "enum" in schema or "const" in schema:
        return ", ".join(str(word) for word in schema.get("enum", [schema.get("const")]))
    limits = [
        f"{words} {schema[key]}"
        for key, words in (("minimum", "from"), ("maximum", "to"), ("exclusiveMinimum", "above"))
        if key in schema
    ]
    kinds = {"string": "text", "integer": "whole number", "boolean": "yes or no", "array": "list", "object": "items"}
    kind = {"date": "date", "date-time": "time with its offset"}.get(schema.get("format", ""))
    shape = [f"like `{schema['pattern']}`"] if "pattern" in schema and len(schema["pattern"]) < 40 else []
    return " ".join([kind or kinds.get(schema.get("type", ""), schema.get("type", "anything")), *limits, *shape])


def _faults_of(act: type[ConductAct], method: str) -> Iterator[dict[str, str]]:
    """The faults that a method can find, read from its source and that of what it calls in its own module."""
    found = next((base for base in act.__mro__ if method in vars(base)), None)
    if found is None or found in {FormAct, VisitFormAct}:
        return
    module = inspect.getmodule(found)
    assert module is not None, "acts are written in modules"
    yield from _walk(vars(found)[method], found, module, set())


def _walk(function: Callable[..., Any], owner: type, module: ModuleType, seen: set[str]) -> Iterator[dict[str, str]]:
    if function.__qualname__ in seen:
        return
    seen.add(function.__qualname__)
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    local = {
        target.id: node.value
        for node in ast.walk(tree) if isinstance(node, ast.Assign)
        for target in node.targets if isinstance(target, ast.Name)
    }  # fmt: skip
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if name == "Fault":
            names = {**_constants(module), **local}
            words = {keyword.arg: _words(keyword.value, names) for keyword in node.keywords}
            yield {part: words.get(part, "") for part in ("what", "expected", "column")}
            continue
        called = vars(owner).get(name) or vars(module).get(name)
        if inspect.isfunction(called) and called.__module__.startswith("myotis.conduct"):
            yield from _walk(called, owner, inspect.getmodule(called) or module, seen)


def _constants(module: ModuleType) -> dict[str, ast.expr]:
    """The plain texts and numbers that a module names."""
    return {name: ast.Constant(value) for name, value in vars(module).items() if isinstance(value, str | int | Decimal)}


def _words(node: ast.expr, names: dict[str, ast.expr]) -> str:
    """A text of the source, with what it names; what is only known when the check is made stands between ‹ ›."""
    inner = node.value if isinstance(node, ast.FormattedValue) else node
    if isinstance(inner, ast.Constant):
        return str(inner.value)
    if isinstance(inner, ast.JoinedStr):
        return "".join(_words(part, names) for part in inner.values)
    if isinstance(inner, ast.Name) and inner.id in names:
        return _words(names[inner.id], {name: value for name, value in names.items() if name != inner.id})
    return f"‹{ast.unparse(inner)}›"
