"""How a trial is conducted: who enters, what the site may see, when an infusion may begin, how safety is reported, what
the pharmacy prepares, and who goes on into the extension."""

from typing import Annotated, Literal

from pydantic import Field

from myotis.protocol.fields import Id, Section, Units
from myotis.terms.units import Quantity

Concentration = Annotated[Quantity, Units("g/L", "g/dL", "mg/dL", "mmol/L", "umol/L", "x ULN")]


class Entry(Section):
    """How subjects enter."""

    adjudicated_facts: tuple[Id, ...] = ()
    """The screening facts that an independent committee decides, not the site; none where there is no committee."""
    rescreenings: Annotated[int, Field(ge=0)]
    """How often a screen failure may be screened again."""


class Analyte(Section):
    """What a laboratory measures beside the core set, and who may see the result."""

    id: Id
    label: str
    unit: str
    visible_to: Literal["site", "safety_physician"]
    """``safety_physician``: the result would tell the treatment, so it is sealed when it arrives, and an unblinded
    physician releases an action in its place."""


class ResultLimit(Section):
    """A result that must be known, and within its limit, before an infusion."""

    analyte: Id
    at_least: Concentration | None = None
    at_most: Concentration | None = None
    within: Annotated[Quantity, Units("days")]
    """How old the result may be."""


class RiskFactor(Section):
    """A thrombotic or renal risk; any of them caps the rate of infusion (``infusion.risk_rate_cap``)."""

    id: Id
    label: str
    kind: Literal["thrombotic", "renal"]


class Readiness(Section):
    """What is checked before each infusion."""

    pregnancy_test: Literal["each_cycle", "first_cycle", "not_asked"]
    """When a subject who can become pregnant needs a negative test."""
    hydration: bool
    """Whether the subject must be found well hydrated."""
    vital_signs: tuple[Literal["systolic", "diastolic", "pulse", "temperature"], ...] = ()
    """The vital signs that are recorded before an infusion."""
    results: tuple[ResultLimit, ...] = ()
    risk_factors: tuple[RiskFactor, ...] = ()


class Premedication(Section):
    """When a subject may be given premedication."""

    after_events: Annotated[int, Field(ge=0)]
    """How many infusional adverse events come first; 0 where premedication is always allowed."""
    consecutive: bool
    """Whether they must follow infusions that follow one another."""


class Reporting(Section):
    """How soon a serious adverse event is reported, counted from awareness of it."""

    site: Annotated[Quantity, Units("h")]
    """From the site to the sponsor."""
    fatal_or_life_threatening: Annotated[Quantity, Units("days")]
    """From the sponsor to authorities, where the event is unexpected, related, and fatal or life-threatening."""
    other_serious: Annotated[Quantity, Units("days")]
    """From the sponsor to authorities, where it is unexpected, related and otherwise serious."""


class SpecialInterest(Section):
    """A kind of adverse event of special interest."""

    id: Id
    label: str
    adjudicated: bool
    """Whether a committee judges each event of the kind."""


class GateCase(Section):
    """Whom a case is about, and what becomes of them. What is not said is not asked; the first case that fits holds.

    ``started_on`` is the treatment of the first dose. ``deterioration``: ``none``: not confirmed up to the gate;
    ``confirmed`` at any visit up to the gate; ``confirmed_again``: by visits after the switch alone;
    ``confirmed_at_gate``: at the gate's own visit and not before.
    """

    id: Id
    label: str
    started_on: Id | None = None
    switched: bool | None = None
    deterioration: Literal["none", "confirmed", "confirmed_again", "confirmed_at_gate"] | None = None
    then: Literal["enter", "leave"]


class ExtensionGate(Section):
    """Who goes on into the extension. It depends on what was given, so it is decided where that is known."""

    visit: Id
    treatment: Id
    """What everybody is given in the extension."""
    cases: tuple[GateCase, ...] = Field(min_length=1)


class Preparation(Section):
    """How the pharmacy prepares a dose."""

    vial_sizes: tuple[Annotated[Quantity, Units("g")], ...] = Field(min_length=1)
    """The contents of the vials of the active product."""
    beyond_use: Annotated[Quantity, Units("h")]
    """How long after its preparation a bag may be used; the same for all treatments."""
    earliest_release: Annotated[Quantity, Units("h")]
    """How long before the planned infusion a bag may be released; the same for all treatments."""
    label_digits: Annotated[int, Field(ge=4, le=12)]
    """The digits of the random number on a bag's label."""


class Conduct(Section):
    """How the trial is conducted."""

    entry: Entry
    analytes: tuple[Analyte, ...] = ()
    readiness: Readiness | None = None
    """Without it, infusions are not checked (treatments that subjects give themselves at home)."""
    premedication: Premedication | None = None
    """Without it, the protocol says nothing of premedication."""
    reporting: Reporting
    special_interest: tuple[SpecialInterest, ...] = ()
    extension_gate: ExtensionGate | None = None
    """Without it, whoever is still treated goes on."""
    preparation: Preparation | None = None
    """Without it, the pharmacy prepares nothing that depends on the subject."""
