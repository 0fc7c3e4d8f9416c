"""A simulation: which truths, which designs, which analyses are compared, on the same virtual patients.

A *scenario* is a course that is assumed to be true. A *design* is what a trial can choose: how many subjects, in which
ratio. An *analysis* is an estimand: one of the plan, or one of the plan with other choices.
"""

import hashlib
import json
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise, product
from pathlib import Path
from typing import Annotated, Any, Final, Literal, NamedTuple, Self

from pydantic import Field, model_validator

from myotis.errors import Fault, InputError, SettingError, StatisticsError
from myotis.protocol.fields import Id, Section
from myotis.protocol.files import as_tuples, as_values, build_model, parse_toml, read_text
from myotis.protocol.methods import PROPORTIONS
from myotis.protocol.plan import Estimand
from myotis.protocol.trial import Trial
from myotis.randomize.procedures.big_stick import BigStick
from myotis.randomize.procedures.law import Procedure
from myotis.randomize.procedures.maximal import Maximal
from myotis.randomize.procedures.permuted_blocks import PermutedBlocks
from myotis.randomize.procedures.simple import Simple
from myotis.simulate.adaptations import BlindedReestimation, Looks
from myotis.simulate.adaptive_allocation import AdaptiveAllocation
from myotis.simulate.analyses import check_estimand, is_counted
from myotis.simulate.borrowing import Borrowing
from myotis.simulate.changes import change_course, change_values
from myotis.simulate.course import Course

SUBJECTS: Final = "subjects"
"""The one place of a grid that belongs to the design; all others are places of the course."""


class Scenario(NamedTuple):
    """A course that is assumed to be true."""

    id: str
    course: Course
    note: str = ""
    """Why one might assume it."""
    place: tuple[tuple[str, str], ...] = ()
    """The places of the grid with the values that it has there."""


class Design(Section):
    """What a trial can choose."""

    id: Id
    subjects: Annotated[int, Field(ge=2)]
    ratio: dict[Id, Annotated[int, Field(ge=1)]] | None = None
    """By arm; that of the protocol where it is not said."""
    simple: Simple | None = None
    permuted_blocks: PermutedBlocks | None = None
    big_stick: BigStick | None = None
    maximal: Maximal | None = None
    """How subjects are randomized: one of these tables at most. Without one, in blocks of the course's size, or of two
    subjects for each share where that can't hold the ratio."""
    looks: Looks | None = None
    """When the trial may stop early; at the end only where it is not said."""
    reestimation: BlindedReestimation | None = None
    """How the number of subjects is computed anew; as planned where it is not said."""
    adaptive: AdaptiveAllocation | None = None
    """How arms are chosen by what is known of earlier subjects; by the list alone where it is not said."""

    @model_validator(mode="after")
    def _one_of_each(self) -> Self:
        if len(self._procedures) > 1:
            raise ValueError("several procedures are named; expected one table at most")
        if self.looks and self.reestimation:
            raise ValueError("looks and reestimation are not combined; expected one of them")
        if self.reestimation and not self.reestimation.at_subjects <= self.subjects <= self.reestimation.maximum:
            raise ValueError(
                "at_subjects, subjects and maximum are not in this order; expected each at least as large as the one "
                "before"
            )
        return self

    @property
    def most_subjects(self) -> int:
        """The largest number of subjects that the design can come to."""
        return self.reestimation.maximum if self.reestimation else self.subjects

    @property
    def _procedures(self) -> list[Procedure]:
        named: tuple[Procedure | None, ...] = (self.simple, self.permuted_blocks, self.big_stick, self.maximal)
        return [procedure for procedure in named if procedure is not None]

    def find_procedure(self, trial: Trial, course: Course) -> Procedure:
        """The procedure that randomizes."""
        whole = sum((self.ratio or trial.randomization.ratio).values())
        size = course.enrollment.block_size
        blocks = PermutedBlocks(block_sizes=(size if size % whole == 0 else 2 * whole,))
        return next(iter(self._procedures), blocks)


class AnalysisChoice(Section):
    """An estimand of the plan, with other choices where some are named."""

    id: Id
    estimand: Id
    """The estimand of the plan that it starts from."""
    changes: dict[str, Any] = Field(default_factory=dict)
    """By the path of a field of the estimand, such as ``interval.method``."""
    borrowing: Borrowing | None = None
    """What is borrowed of earlier trials; nothing where it is not said."""


class Comparison(Section):
    """The file that names designs and analyses."""

    schema_version: Literal[1]
    designs: tuple[Design, ...] = ()
    analyses: tuple[AnalysisChoice, ...] = ()


class Simulation(NamedTuple):
    """What is simulated. The same simulation gives the same numbers, whoever carries it out."""

    trial: Trial
    scenarios: tuple[Scenario, ...]
    designs: tuple[Design, ...]
    analyses: tuple[Estimand, ...]
    seed: int
    borrowings: tuple[tuple[str, Borrowing], ...] = ()
    """By analysis, what it borrows."""

    @property
    def digest(self) -> str:
        """What tells this simulation from another one."""
        parts = {
            "protocol": self.trial.digest,
            "scenarios": [(one.id, one.course.model_dump(mode="json")) for one in self.scenarios],
            "designs": [one.model_dump(mode="json") for one in self.designs],
            "analyses": [one.model_dump(mode="json") for one in self.analyses],
            "borrowings": [(name, one.model_dump(mode="json")) for name, one in self.borrowings],
            "seed": self.seed,
        }
        return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()

    @property
    def visits(self) -> list[str]:
        """The visits that any of the analyses looks at, in the order of the protocol."""
        asked = {estimand.visit for estimand in self.analyses}
        return [visit.id for visit in self.trial.assessment_visits if visit.id in asked]


def plan_simulation(
    trial: Trial,
    scenarios: Sequence[Scenario],
    *,
    seed: int,
    comparison: Comparison | None = None,
    analyses: Sequence[str] = (),
    grid: Mapping[str, Sequence[str]] | None = None,
) -> Simulation:
    """Plan a simulation.

    Without a ``comparison`` the design is the planned one, and the analyses are the estimands of response of the plan;
    ``analyses`` names some of them alone. ``grid`` has the values that places of the course (or ``subjects``) are to
    have; every combination is simulated. Raises InputError with every fault, and SettingError for an analysis that is
    not carried out on simulated trials.
    """
    grid = dict(grid or {})
    sizes = [_read_subjects(text) for text in grid.pop(SUBJECTS, ())]
    planned = Design(id="planned", subjects=trial.randomization.planned_subjects)
    designs = (comparison.designs if comparison else ()) or (planned,)
    if sizes:
        designs = tuple(_resize(design, size) for design in designs for size in sizes)
    choices = _choose(trial, comparison, analyses)
    named = {
        "scenarios": [one.id for one in scenarios],
        "designs": [one.id for one in designs],
        "analyses": [one.id for one in choices],
        **{f"values of {place}": values for place, values in grid.items()},
    }
    if faults := [fault for kind, names in named.items() for fault in _check_twice(kind, names)]:
        raise InputError(faults)
    chosen = tuple(find_estimand(trial, choice) for choice in choices)
    for estimand in chosen:
        check_estimand(estimand, trial)
    borrowings = tuple((choice.id, choice.borrowing) for choice in choices if choice.borrowing)
    faults = [fault for design in designs for fault in (*_check_ratio(trial, design), *_check_looks(design))]
    faults += [fault for design in designs for fault in _check_adaptive(trial, design, chosen)]
    faults += [fault for estimand in chosen for fault in _check_borrowing(estimand, dict(borrowings), designs)]
    if faults:
        raise InputError(faults)
    return Simulation(trial, tuple(_lay_out(scenarios, grid)), designs, chosen, seed, borrowings)


def _name(*parts: str) -> str:
    return "_".join(parts)


def _read_subjects(text: str) -> int:
    if not text.isdecimal() or int(text) < 2:
        raise InputError(
            [Fault(what="this is no number of subjects", expected="a whole number from 2", column=SUBJECTS)]
        )
    return int(text)


def _resize(design: Design, subjects: int) -> Design:
    """A design with so many subjects. Raises InputError where what it decides on the way does not allow them."""
    name = _name(design.id, str(subjects))
    return build_model(Design, as_values(design) | {"id": name, "subjects": subjects}, f"designs.{name}")


def _check_twice(kind: str, names: Sequence[str]) -> Iterable[Fault]:
    """Two of one name can't be told apart in the results."""
    for name in dict.fromkeys(name for name in names if names.count(name) > 1):
        yield Fault(what=f"{name} is there twice", expected="each once", column=kind)


def _check_looks(design: Design) -> Iterable[Fault]:
    if design.looks is None:
        return
    column = f"designs.{design.id}.looks"
    try:
        design.looks.find_boundary()
    except StatisticsError as error:
        what, _, expected = str(error).partition("; expected ")
        yield Fault(what=what, expected=expected or "a boundary that there is", column=column)
        return
    held = design.looks.find_subjects(design.subjects).tolist()
    if any(after <= before for before, after in pairwise([0, *held])) or held[-1] != design.subjects:
        what = f"the looks are at {', '.join(map(str, held))} of {design.subjects} subjects"
        yield Fault(what=what, expected="more at each look, and all at the last one", column=column)


def _check_ratio(trial: Trial, design: Design) -> Iterable[Fault]:
    arms = {arm.id for arm in trial.arms}
    if design.ratio is not None and set(design.ratio) != arms:
        what = f"the ratio of design {design.id} does not name the arms"
        yield Fault(what=what, expected=", ".join(sorted(arms)), column="ratio")


def _check_adaptive(trial: Trial, design: Design, analyses: Sequence[Estimand]) -> Iterable[Fault]:
    if design.adaptive is None:
        return
    counted = [estimand.id for estimand in analyses if is_counted(estimand, trial)]
    column = f"designs.{design.id}.adaptive"
    if design.adaptive.analysis not in counted:
        what = f"there is no analysis {design.adaptive.analysis} of responders"
        yield Fault(what=what, expected=", ".join(counted) or "an analysis of responders", column=column)
    if len(trial.arms) != 2:
        yield Fault(what="the trial has not two arms", expected="two arms", column=column)


def _check_borrowing(
    estimand: Estimand, borrowings: Mapping[str, Borrowing], designs: Sequence[Design]
) -> Iterable[Fault]:
    if estimand.id not in borrowings:
        return
    column = f"analyses.{estimand.id}.borrowing"
    if estimand.summary != "difference_in_proportions" or estimand.missing != "nonresponse":
        expected = "a difference in proportions of all subjects"
        yield Fault(what="only proportions borrow", expected=expected, column=column)
    if any(design.looks for design in designs):
        what = "looks and borrowing are not combined"
        yield Fault(what=what, expected="designs without looks", column=column)


def _lay_out(scenarios: Sequence[Scenario], grid: Mapping[str, Sequence[str]]) -> Iterable[Scenario]:
    """Every scenario with every combination of the values of the grid."""
    for scenario in scenarios:
        for values in product(*grid.values()):
            place = tuple(zip(grid, values, strict=True))
            changed = {path: _read_value(text) for path, text in place}
            course = change_course(scenario.course, changed, note="a value of the grid") if changed else scenario.course
            yield scenario._replace(course=course, place=place)


def _read_value(text: str) -> object:
    """A value as TOML has it, or the text of an operation."""
    try:
        return as_tuples(tomllib.loads(f"value = {text}")["value"])
    except tomllib.TOMLDecodeError:
        return text


def _choose(trial: Trial, comparison: Comparison | None, names: Sequence[str]) -> list[AnalysisChoice]:
    choices = list(comparison.analyses) if comparison else []
    if not choices:
        proportions = [entry for entry in trial.plan.estimands if entry.variable in PROPORTIONS]
        choices = [AnalysisChoice(id=entry.id, estimand=entry.id) for entry in proportions]
    known = {choice.id: choice for choice in choices}
    if unknown := [name for name in names if name not in known]:
        raise SettingError(f"there is no analysis {', '.join(unknown)}; expected one of {', '.join(known)}")
    return [known[name] for name in names] if names else choices


def find_estimand(trial: Trial, choice: AnalysisChoice) -> Estimand:
    """The estimand of a choice. Raises InputError for one that the plan does not have, or that can't be so changed."""
    found = [entry for entry in trial.plan.estimands if entry.id == choice.estimand]
    if not found:
        expected = ", ".join(entry.id for entry in trial.plan.estimands)
        what = f"the plan has no estimand {choice.estimand}"
        raise InputError([Fault(what=what, expected=expected, column=f"analyses.{choice.id}")])
    name = f"analyses.{choice.id}"
    if "id" in choice.changes:
        raise InputError([Fault(what="changes give another id", expected="the id of the analysis", column=name)])
    changed = change_values(as_values(found[0]) | {"id": choice.id}, choice.changes, name)
    return build_model(Estimand, changed, name)


def read_comparison(path: Path) -> Comparison:
    """Read the file that names designs and analyses. Raises InputError with every fault."""
    text = read_text(path, expected="a file of designs and analyses")
    return build_model(Comparison, parse_toml(text, path.name), path.name)
