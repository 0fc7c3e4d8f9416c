"""Scenarios: named changes to a course, each in a file that says why."""

from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Any, Final, Literal

from pydantic import Field

from myotis.errors import Fault, InputError
from myotis.protocol.fields import Id, Section
from myotis.protocol.files import build_model, parse_toml, read_text
from myotis.protocol.trial import Trial
from myotis.simulate.changes import change_course, make_alike
from myotis.simulate.course import Course
from myotis.simulate.simulation import Scenario

AS_ASSUMED: Final = "as_assumed"
"""The scenario without changes."""

NO_EFFECT: Final = "no_effect"
"""The scenario in which every treatment does what the comparator does: how often tests reject is their error there."""

PREFIX: Final = "scenario-"


class ScenarioFile(Section):
    """What a scenario assumes otherwise."""

    schema_version: Literal[1]
    id: Id
    title: str
    note: str
    """Why one might assume it, with the source where there is one."""
    changes: dict[str, Any] = Field(min_length=1)
    """By the path of a value in the course; ``*`` stands for any name, and a text such as "* 1.5" for an operation."""


def list_scenarios(trial: str) -> Iterator[ScenarioFile]:
    """The scenarios that come with a shipped trial."""
    folder = resources.files("myotis.trials") / trial
    if trial.isidentifier() and folder.is_dir():
        for entry in sorted(folder.iterdir(), key=lambda one: one.name):
            if entry.name.startswith(PREFIX):
                yield _parse(entry.read_text("utf-8"), entry.name)


def read_scenario(source: str, trial: str, course: Course, protocol: Trial | None = None) -> Scenario:
    """A scenario of a course: its name among those of a shipped trial, or the path of a TOML file.

    ``no_effect`` needs the ``protocol``, whose first estimand says what the comparator is.
    Raises InputError for one that there is not, and for changes that the course can't have.

    >>> from myotis.simulate.course import read_course
    >>> read_scenario("as_assumed", "proderm", read_course("proderm")).id
    'as_assumed'
    """
    if source == AS_ASSUMED:
        return Scenario(AS_ASSUMED, course)
    if source == NO_EFFECT and protocol is not None:
        return remove_effect(course, protocol)
    shipped = {one.id: one for one in list_scenarios(trial)}
    if source in shipped:
        found = shipped[source]
    elif source.endswith(".toml"):
        found = _parse(read_text(Path(source), expected="a scenario file"), Path(source).name)
    else:
        expected = ", ".join([AS_ASSUMED, NO_EFFECT, *shipped]) + ", or a TOML file"
        raise InputError([Fault(what=f"there is no scenario {source}", expected=expected)])
    changed = change_course(course, found.changes, note=found.note)
    return Scenario(found.id, changed, f"{found.title}: {found.note}")


def remove_effect(course: Course, protocol: Trial) -> Scenario:
    """The scenario in which all treatments do what that of the first estimand's comparator does."""
    comparator = protocol.plan.estimands[0].comparator
    like = next(arm.treatment for arm in protocol.arms if arm.id == comparator)
    note = f"every treatment does what {like} does"
    alike = make_alike(course, [treatment.id for treatment in protocol.treatments], like, note=note)
    return Scenario(NO_EFFECT, alike, f"No effect: {note}")


def _parse(text: str, name: str) -> ScenarioFile:
    return build_model(ScenarioFile, parse_toml(text, name, parse_float=float), name)
