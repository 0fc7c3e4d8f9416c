"""Record an assessment: core set, muscle enzymes, CDASI, SF-36."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from fractions import Fraction
from typing import Any, ClassVar, Final, Literal

from myotis.conduct.act import Scene, VisitFormAct
from myotis.conduct.acts.entry.randomize_subject import find_stratum
from myotis.conduct.roles import Role
from myotis.conduct.study import Form, FormKey, Study, record_form
from myotis.datasets.sdtm import SF36
from myotis.errors import Fault
from myotis.instruments.cdasi import CDASI_ACTIVITY, CDASI_DAMAGE
from myotis.instruments.enzymes import ENZYME_GRID, ULN_GRID
from myotis.instruments.measure import Measure
from myotis.instruments.tis import PLAIN_SLOTS
from myotis.log.act import Told
from myotis.log.entry import Entry
from myotis.protocol.trial import Trial
from myotis.terms.grid import Grid

TO: Final = (Role.INVESTIGATOR, Role.COORDINATOR, Role.MONITOR, Role.DATA_MANAGER, Role.SPONSOR)
ULN: Final = "_uln"
SF36_GRID: Final = Grid("points", 100, 10_000)
SF36_LEAST, SF36_MOST = 0, 100
"""Of a norm-based score of the SF-36v2 (mean 50, standard deviation 10): nobody's is outside. Scores, not items."""
CDASI: Final = {measure.name: measure for measure in (CDASI_ACTIVITY, CDASI_DAMAGE)}
ACTIVITIES: Final = {"core_set": "core_set", "enzymes": "core_set", "cdasi": "cdasi", "sf36": "sf36"}
"""The activity of the schedule that each kind of form belongs to."""


class RecordAssessment(VisitFormAct):
    """The results of one kind of assessment at a visit, as the form holds them: exact, as text.

    What was not done is left out. The upper limit of normal of an enzyme is an item of its own, such as ``ck_uln``.
    """

    name: ClassVar[str] = "record_assessment"
    kind: Literal["core_set", "enzymes", "cdasi", "sf36"]
    results: dict[str, str]

    @property
    def permission(self) -> str:
        """Who may depends on the kind."""
        return f"{self.name}:{self.kind}"

    def key(self, scene: Scene) -> FormKey:  # noqa: ARG002
        """One form a kind and visit."""
        return FormKey(self.kind, (self.visit,))

    def find_misplaced(self, scene: Scene) -> Iterator[Fault]:
        """The visit was held, and the schedule has the assessment there."""
        yield from super().find_misplaced(scene)
        planned = next((visit for visit in scene.trial.visits if visit.id == self.visit), None)
        if planned and ACTIVITIES[self.kind] not in planned.activities:
            yield Fault(what=f"{self.visit} has no {self.kind}", expected="a visit of the schedule that has it")

    def find_wrong_items(self, scene: Scene) -> Iterator[Fault]:
        """Each item is one of the kind, on the grid of its measure and in its range."""
        scales = find_scales(scene.trial, self.kind)
        if not self.results:
            yield Fault(what="there is no result", expected=", ".join(scales), column="results")
        for name, text in self.results.items():
            if name not in scales:
                expected = f"one of {', '.join(scales)}"
                yield Fault(what=f"{name} is no item of this form", expected=expected, column=name)
            elif problem := scales[name].find_problem(text):
                yield Fault(what=problem, expected=scales[name].describe(), column=name)
        for name in self.results:
            if self.kind == "enzymes" and not name.endswith(ULN) and name + ULN not in self.results:
                yield Fault(what="the upper limit of normal is missing", expected="the laboratory's limit",
                            column=name + ULN)  # fmt: skip

    def tell_corrected(self, scene: Scene) -> Iterator[Told]:
        """Whether the stratum of randomization is still the one that the baseline says."""
        subject = scene.subject(self.subject)
        if subject.stratum is None or (self.kind, self.visit) != ("core_set", scene.trial.baseline_visit):
            return
        with suppress(KeyError):
            same = find_stratum(scene, self.subject) == (subject.right_stratum or subject.stratum)
            yield Told("stratum_agrees", same, "randomize", dict(self.results), TO, self.subject)

    @classmethod
    def apply(cls, study: Study, entry: Entry) -> None:
        """The results are the items of the form."""
        form = record_form(study, entry, entry.get("kind"), cls.keys)
        form.items = dict(entry.get("results", {}))

    @classmethod
    def rebuild(cls, subject: str, form: Form, items: Mapping[str, Any]) -> "RecordAssessment":
        """The act that would record these results."""
        return cls(subject=subject, visit=form.key.which[0], kind=form.key.form, results=dict(items))  # type: ignore[arg-type]


class Scale:
    """What an item takes: a grid and a range in its unit; without an upper end where ``most`` is None."""

    def __init__(self, grid: Grid, least: int, most: int | None) -> None:
        self.grid, self.least, self.most = grid, least, most

    def find_problem(self, text: str) -> str:
        """What is wrong with a result; the empty text where nothing is."""
        try:
            value = Fraction(text)
            self.grid.step(value)
        except (ValueError, ZeroDivisionError):
            return "the result is no number that the form can hold"
        inside = value >= self.least and (self.most is None or value <= self.most)
        return "" if inside else "the result is out of range"

    def describe(self) -> str:
        """What the item takes, in words."""
        spacing = f"in steps of 1/{self.grid.steps_per_unit}" if self.grid.steps_per_unit > 1 else "a whole number"
        most = f" to {self.most}" if self.most is not None else " or more"
        return f"{self.least}{most} {self.grid.unit}, {spacing}"


def find_scales(trial: Trial, kind: str) -> dict[str, Scale]:
    """The items of a kind of form in a trial, each with what it takes."""
    settings = trial.tis.settings
    if kind == "enzymes":
        plain = {name: Scale(ENZYME_GRID, 0, None) for name in settings.enzymes}
        return plain | {name + ULN: Scale(ULN_GRID, 1, None) for name in settings.enzymes}
    if kind == "sf36":
        return {name: Scale(SF36_GRID, SF36_LEAST, SF36_MOST) for name in SF36}
    if kind == "cdasi":
        return {name: _scale(measure) for name, measure in CDASI.items()}
    return {measure.name: _scale(measure) for slot in PLAIN_SLOTS if (measure := settings.measure(slot))}


def _scale(measure: Measure) -> Scale:
    return Scale(measure.grid, measure.minimum, measure.maximum)
