"""The contents of a protocol file, part by part."""

from functools import cached_property
from typing import Literal

from pydantic import Field

from myotis.protocol.conduct import Conduct
from myotis.protocol.criteria import (
    Deterioration,
    EligibilityCriterion,
    FactDeclaration,
    ResponseDefinition,
    TisPlan,
)
from myotis.protocol.design import Arm, Epoch, Randomization, Switch, Treatment, Visit
from myotis.protocol.fields import Section
from myotis.protocol.plan import Plan
from myotis.protocol.provenance import Provenance


class Identity(Section):
    """What the trial is called."""

    id: str
    title: str
    version: str
    """The version of the protocol; an amendment is a new one in a file of its own."""
    registry: tuple[str, ...] = ()
    """The numbers under which the trial is registered."""
    indication: str


class Contents(Section):
    """What a protocol file holds, each part right in itself."""

    schema_version: Literal[1]
    """The version of this file format."""
    trial: Identity
    arms: tuple[Arm, ...] = Field(min_length=2)
    """The planned arms, in the order in which tables show them."""
    randomization: Randomization
    epochs: tuple[Epoch, ...] = Field(min_length=1)
    """The periods of the trial, in the order of their days."""
    visits: tuple[Visit, ...] = Field(min_length=2)
    """The planned visits, in the order of their days; no day belongs to the windows of two."""
    treatments: tuple[Treatment, ...] = Field(min_length=1)
    switch: Switch | None = None
    facts: tuple[FactDeclaration, ...] = ()
    """What eligibility asks to be known of a subject."""
    eligibility: tuple[EligibilityCriterion, ...] = ()
    """The inclusion and exclusion criteria."""
    baseline_visit: str
    """The visit whose measurements are the baseline of every change."""
    tis: TisPlan
    deterioration: Deterioration | None = None
    response: ResponseDefinition
    conduct: Conduct | None = None
    """How the trial is conducted. Only what runs a trial asks for it; scoring and analysis do without."""
    plan: Plan
    references: dict[str, str]
    """Sources by id, each with what a reader needs to find it."""
    provenance: dict[str, Provenance]
    """The source of every value, by its place in the file."""

    def visit(self, name: str) -> Visit:
        """The visit that a data file or another part of the protocol calls by id, number or label.

        Raises KeyError where there is none.
        """
        for visit in self.visits:
            if name.strip().casefold() in {visit.id.casefold(), str(visit.number), visit.label.casefold()}:
                return visit
        raise KeyError(name)

    @cached_property
    def assessment_visits(self) -> tuple[Visit, ...]:
        """The scheduled visits at which the core set is assessed, from the baseline on."""
        first = self.visit(self.baseline_visit).day
        return tuple(v for v in self.visits if "core_set" in v.activities and v.day >= first)
