"""The Trial: a protocol file as one frozen object that refuses to be built wrong."""

import hashlib
import json
from collections.abc import Iterator
from functools import cached_property
from typing import Literal, Self

from pydantic import Field, model_validator

from myotis.errors import InputError
from myotis.protocol.check import find_contradictions
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
from myotis.protocol.provenance import Provenance, list_facts
from myotis.terms.source import Fact


class Identity(Section):
    """What the trial is called."""

    id: str
    title: str
    version: str
    """The version of the protocol; an amendment is a new one in a file of its own."""
    registry: tuple[str, ...] = ()
    indication: str


class Trial(Section):
    """A trial, as its protocol and analysis plan state it. Read one with ``read_trial``."""

    schema_version: Literal[1]
    trial: Identity
    arms: tuple[Arm, ...] = Field(min_length=2)
    randomization: Randomization
    epochs: tuple[Epoch, ...] = Field(min_length=1)
    visits: tuple[Visit, ...] = Field(min_length=2)
    treatments: tuple[Treatment, ...] = Field(min_length=1)
    switch: Switch | None = None
    facts: tuple[FactDeclaration, ...] = ()
    eligibility: tuple[EligibilityCriterion, ...] = ()
    baseline_visit: str
    """The visit whose measurements are the baseline of every change."""
    tis: TisPlan
    deterioration: Deterioration | None = None
    response: ResponseDefinition
    plan: Plan
    references: dict[str, str]
    """Sources by id, each with what a reader needs to find it."""
    provenance: dict[str, Provenance]
    """The source of every value, by its place in the file."""

    @model_validator(mode="after")
    def _no_contradictions(self) -> Self:
        faults = find_contradictions(self)
        if faults:
            raise InputError(faults)
        return self

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the canonical form: the same for files that differ only in layout, comments or order of tables."""
        canonical = json.dumps(self.model_dump(mode="json"), sort_keys=True, separators=(",", ":"), ensure_ascii=True)
        return hashlib.sha256(canonical.encode()).hexdigest()

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

    def list_facts(self) -> Iterator[Fact]:
        """Every value of the protocol with its source."""
        return list_facts(self.model_dump(mode="json"), self.provenance, self.references)
