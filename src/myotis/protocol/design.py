"""The design of a trial: arms, randomization, epochs, visits with their windows and activities, treatments."""

from typing import Annotated, Literal

from pydantic import Field

from myotis.protocol.fields import Digest, Id, Section, Units
from myotis.terms.units import Quantity

Activity = Literal[
    "core_set", "cdasi", "sf36", "infusion", "weight", "informed_consent", "eligibility", "extension_gate"
]


class Arm(Section):
    """A planned arm."""

    id: Id
    label: str
    treatment: Id
    """The treatment that the arm starts with."""


class Stratum(Section):
    """One level of a stratification factor: values from ``at_least`` up to, but not including, ``below``."""

    id: Id
    label: str
    at_least: Annotated[Quantity, Units("cm", "points", "x ULN", "years")]
    below: Annotated[Quantity, Units("cm", "points", "x ULN", "years")] | None = None
    """The upper limit; the last level has none and takes the end of the range."""


class Factor(Section):
    """A stratification factor: a measure at baseline cut into levels."""

    id: Id
    label: str
    measure: Id
    """The place of the core set that the measure fills, such as ``physician_global``."""
    levels: tuple[Stratum, ...] = Field(min_length=2)
    """The levels in rising order, without gaps and overlaps, from the least value of the measure on."""


class Randomization(Section):
    """How subjects are allocated. Block sizes are not said here: they belong to the restricted list specification."""

    ratio: dict[Id, Annotated[int, Field(ge=1)]]
    """How many subjects each arm gets for those of the others, by arm."""
    planned_subjects: Annotated[int, Field(ge=2)]
    factors: tuple[Factor, ...] = ()
    """What randomization is stratified by, or minimized over; none where it is neither."""
    allocation: Literal["list", "pharmacy"] = "list"
    """Where the arm of a subject comes from: a list that was sealed before the trial, or the pharmacy, which minimizes
    and needs to know how many subjects each arm has."""
    list_specification_digest: Digest | None = None
    """The digest of the restricted list specification, which names the procedure and its block sizes. None where it is
    not fixed yet."""


class Epoch(Section):
    """A period of the trial, from its first study day on."""

    id: Id
    label: str
    first_day: int
    blinded: bool


class Visit(Section):
    """A planned contact: its day, the days around it on which it still counts, and what is done."""

    id: Id
    number: int
    """What data files call the visit, usually its week."""
    label: str
    epoch: Id
    day: int
    """The planned study day; there is no day 0."""
    window_days: tuple[Annotated[int, Field(le=0)], Annotated[int, Field(ge=0)]]
    """The days before (0 or negative) and after the planned day on which the visit still counts."""
    activities: tuple[Activity, ...]


class RateStep(Section):
    """One step of an infusion: how fast, and for how long (the last step runs to the end)."""

    rate: Annotated[Quantity, Units("mL/kg/min")]
    lasts: Annotated[Quantity, Units("min")] | None = None


class ReducedDose(Section):
    """A lower dose that may be given from a visit on."""

    from_visit: Id
    dose: Annotated[Quantity, Units("g/kg")]
    when: Literal["investigator_judges_stable", "confirmed_stable"]
    on_worsening: Literal["back_to_full_dose", "stays_reduced"]
    """What a subject on the lower dose is given from the next cycle on, once the disease gets worse."""


class Infusion(Section):
    """How a dose by weight is infused into a vein, or under the skin."""

    route: Literal["intravenous", "subcutaneous"]
    dose: Annotated[Quantity, Units("g/kg")]
    concentration: Annotated[Quantity, Units("g/L")]
    days: tuple[int, int]
    """The fewest and the most consecutive days over which one cycle may be split."""
    weight: Literal["baseline", "each_cycle"]
    """Which body weight the dose is computed from."""
    every_weeks: Annotated[int, Field(ge=1)] | None = None
    """The weeks from one dose to the next where subjects dose themselves between visits. Without it, each visit with
    the activity ``infusion`` is a dose."""
    rate_steps: tuple[RateStep, ...] = ()
    """How an intravenous infusion is sped up; under the skin the rate is the site's and has no steps here."""
    risk_rate_cap: Annotated[Quantity, Units("mL/kg/min")] | None = None
    """The highest rate for subjects at thrombotic or renal risk."""
    reduced_dose: ReducedDose | None = None


class Treatment(Section):
    """What an arm receives. A placebo takes volume and rate from the treatment that it imitates."""

    id: Id
    label: str
    infusion: Infusion | None = None
    imitates: Id | None = None
    """The infused treatment whose volume and rate a placebo takes."""


class Switch(Section):
    """The change to the alternate treatment after confirmed deterioration."""

    trigger: Literal["confirmed_deterioration"]
    earliest_visit: Id
    latest_visit: Id
    to: Literal["alternate_arm"]
