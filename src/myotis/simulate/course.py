"""The course: the assumed truth about virtual patients and their disease, read from a TOML file beside the protocol.

Nothing in it is known to analysis, and no response is written in it: a virtual patient is measured at visits, and
whether that is an improvement is found out by scoring.
"""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Annotated, Final, Literal, Self

from pydantic import Field, model_validator

from myotis.protocol.fields import Id, Section
from myotis.protocol.files import build_model, parse_toml
from myotis.protocol.provenance import UNSOURCED, Provenance, find_most_exact, flatten, list_facts
from myotis.protocol.shipped import read_shipped_text
from myotis.terms.source import Fact

COURSE: Final = "course.toml"
ASSUMED: Final = "course-assumed.toml"
"""What was assumed of a shipped trial's patients before the course was fitted to published figures."""

Sex = Literal["F", "M"]
Share = Annotated[float, Field(ge=0, le=1)]
Positive = Annotated[float, Field(gt=0)]
NotNegative = Annotated[float, Field(ge=0)]


class Spread(Section):
    """A normal distribution, cut to a range where one is given."""

    mean: float
    sd: NotNegative
    least: float | None = None
    most: float | None = None


class Enrollment(Section):
    """When and where subjects come in."""

    first_day: date
    mean_days_between: Positive
    sites: Annotated[int, Field(ge=1, le=800)]
    block_size: Annotated[int, Field(ge=1)]


class Demographics(Section):
    """Who they are. Ages in years, weights in kg, heights in cm; ``bmi`` is cut by the entry criteria."""

    female: Share
    age: Spread
    weight: dict[Sex, Spread]
    height: dict[Sex, Spread]
    weight_noise_kg: NotNegative


Loadings = dict[Id, Annotated[float, Field(ge=-1, le=1)]]
"""How strongly a measure hangs on each factor of the disease; what it hangs on none is its own."""


class MeasureCourse(Section):
    """What is true of every measure, in its own unit (of enzymes: in natural logarithms of multiples of the ULN).

    ``noise`` is the standard deviation of one measurement, ``flare`` how much worse a flare of size 1 makes it.
    ``recovery`` is the mean share of the distance that each treatment takes away in the long run, ``recovery_sd``
    how much subjects differ in it. ``severity_factors`` and ``recovery_factors`` tie measures of a subject together.
    """

    noise: NotNegative
    flare: NotNegative
    recovery: dict[Id, float]
    recovery_sd: NotNegative
    severity_factors: Loadings
    recovery_factors: Loadings
    half_life: Positive = 1.0
    """How long it takes in proportion to the half-life of the treatment."""
    rater_sd: NotNegative = 0.0
    """How much the raters of sites differ."""
    rater_drift: float = 0.0
    """How much worse raters find the same state every 4 weeks."""

    @model_validator(mode="after")
    def _at_most_all(self) -> Self:
        for name, loadings in (("severity", self.severity_factors), ("recovery", self.recovery_factors)):
            if (whole := sum(loading**2 for loading in loadings.values())) > 1:
                raise ValueError(f"the squares of {name}_factors add up to {whole:.3g}; expected at most 1")
        return self


class ClinicalMeasure(MeasureCourse):
    """A measure on a fixed scale. ``distance`` is how far the true value lies from the best one at baseline."""

    distance: Spread
    per_unit: Annotated[int, Field(ge=1)]
    """How many values a form can record in one unit: 10 for a scale read to 0.1 cm, 8 for eighths."""


class EnzymeCourse(MeasureCourse):
    """An enzyme. The distance is taken from ``log_normal``; ``log_multiple`` is the state at baseline.

    ``uln`` has the limits of women and men in U/L, which differ between sites by ``uln_site_sd``, a share.
    """

    log_multiple: Spread
    log_normal: float
    uln: dict[Sex, Positive]
    uln_site_sd: NotNegative


class Onset(Section):
    """How fast a treatment works: nothing for a while, then half of what is left of the way in every half-life."""

    delay_weeks: NotNegative
    half_life_weeks: Positive


class Disease(Section):
    """How measures hang together and how fast they move."""

    factors: tuple[Id, ...]
    """What several measures share, such as the activity of the muscle disease; each independent of the others."""
    least_recovery: float
    """What nobody's disease gets beyond by itself: -0.2 is a fifth further from the best value than at baseline."""
    onset: dict[Id, Onset]
    """By treatment."""
    recovery_spread: dict[Id, NotNegative] = Field(default_factory=dict)
    """How many times as much subjects differ in their recovery on a treatment; 1 where it is not named."""


class Flares(Section):
    """Spells in which everything is worse."""

    probability_per_4_weeks: dict[Id, Share]
    size: tuple[NotNegative, NotNegative]
    """The smallest and the largest flare, all sizes between being equally likely."""
    weeks: tuple[int, int]
    """The shortest and the longest spell, all lengths between being equally likely."""


class Absence(Section):
    """What is not recorded although the subject is in the trial."""

    visit_missed: Share
    measure_missed: Share
    visit_jitter_days: NotNegative


class Reason(Section):
    """One reason to leave the trial."""

    probability_per_4_weeks: dict[Id, Share]
    """By epoch, for a subject whose disease is as at baseline, were there no other reason."""
    treatment_factor: dict[Id, NotNegative] = Field(default_factory=dict)
    """How many times as often on a treatment; 1 where it is not named."""
    recovered_factor: Positive = 1.0
    """How many times as often for a subject that has recovered wholly; in between by the share recovered."""


class Extension(Section):
    """What everybody gets once the blinded period is over."""

    treatment: Id
    reduced_dose: Share
    """The share of subjects that take the lower dose where the protocol allows one."""


class Unblinding(Section):
    """Raters who believe that they know the treatment, once a subject had an adverse event of certain kinds."""

    sites: Share
    """The share of sites that do."""
    kinds: tuple[Id, ...]
    shift: dict[Id, float]
    """How much worse they rate each measure from the next visit on, in its unit: below 0 for better."""


class EventCourse(Section):
    """A kind of adverse event: how often it follows an infusion, when, and what it is like."""

    term: str
    per_infusion: dict[Id, NotNegative]
    """The mean number after one infusion, by treatment."""
    days_after: tuple[Annotated[int, Field(ge=0)], Annotated[int, Field(ge=0)]]
    """The first and the last day after the start of an infusion on which it may begin, all days alike."""
    mean_days: NotNegative
    """How long it lasts."""
    related: Share
    serious: Share
    faster: Positive
    """How many times as often it follows an infusion at the higher rate."""


class AdverseEvents(Section):
    """Adverse events, and the highest rate of infusions in mL/kg/min before and since an amendment."""

    highest_rate: Positive
    lowered_rate: Positive
    lowered_on: date
    proneness_sd: NotNegative = 0.0
    """How much subjects differ in how often they have any: the standard deviation of the logarithm of a factor whose
    mean is 1."""
    by_cycle: Positive = 1.0
    """How many times as often they follow an infusion as the one before it of the same treatment."""
    kinds: dict[Id, EventCourse]


class Course(Section):
    """The assumed truth of a virtual trial. Read one with ``read_course``."""

    schema_version: Literal[2]
    title: str
    subjects: Annotated[int, Field(ge=2)]
    enrollment: Enrollment
    demographics: Demographics
    disease: Disease
    measures: dict[Id, ClinicalMeasure]
    enzymes: dict[Id, EnzymeCourse]
    flares: Flares
    absence: Absence
    discontinuation: dict[str, Reason]
    """By reason, in the words of the disposition table."""
    extension: Extension | None = None
    adverse_events: AdverseEvents | None = None
    unblinding: Unblinding | None = None
    references: dict[str, str]
    provenance: dict[str, Provenance]

    @property
    def all_measures(self) -> dict[str, ClinicalMeasure | EnzymeCourse]:
        """The clinical measures, then the enzymes."""
        return {**self.measures, **self.enzymes}

    @model_validator(mode="after")
    def _factors_known(self) -> Self:
        for name, measure in self.all_measures.items():
            if unknown := {*measure.severity_factors, *measure.recovery_factors} - set(self.disease.factors):
                raise ValueError(f"{name} hangs on {', '.join(sorted(unknown))}; expected factors of the disease")
        return self

    @model_validator(mode="after")
    def _sourced(self) -> Self:
        values = self.model_dump(mode="json")
        naked = [
            ".".join(path)
            for path, value in flatten(values)
            if value is not None and not UNSOURCED & set(path) and find_most_exact(path, self.provenance) is None
        ]
        if naked:
            raise ValueError(f"no source is given for {', '.join(naked)}; expected an entry of [provenance]")
        return self

    def list_facts(self) -> Iterator[Fact]:
        """Every assumption with its source."""
        return list_facts(self.model_dump(mode="json"), self.provenance, self.references)


def read_course(source: str | Path) -> Course:
    """Read a course: the name of a shipped trial, or the path of a TOML file. Raises InputError with every fault.

    >>> read_course("proderm").subjects
    95
    """
    return parse_course(*read_course_text(source))


def read_course_text(source: str | Path, file: str = COURSE) -> tuple[str, str]:
    """The name of a course file and its text: of a shipped trial, which may have several, or at a path."""
    return read_shipped_text(source, file, what="a course file")


def parse_course(name: str, text: str) -> Course:
    """The course that the text of a file called ``name`` describes; raises InputError with every fault."""
    return build_model(Course, parse_toml(text, name, parse_float=float), name)
