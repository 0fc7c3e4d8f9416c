"""A subject on its way through a virtual trial, and the luck that it will have."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Self

import numpy as np

from myotis.protocol.design import Visit
from myotis.simulate.patients import Numbers, Patient, Recording
from myotis.simulate.streams import Streams


@dataclass(frozen=True)
class Draws:
    """All luck of one subject after its baseline, drawn beforehand: what happens at one visit can't shift another's."""

    noise: Numbers
    absence: Numbers
    jitter: Numbers
    flare: Numbers
    leaving: Numbers
    reason: float
    reduced: float
    weight: Numbers

    @classmethod
    def draw(cls, streams: Streams, number: int, visits: int, measures: int) -> Self:
        """Draw it from the streams of the subject's number."""
        return cls(
            noise=streams.find("noise", number).standard_normal((visits, measures)),
            absence=streams.find("absence", number).random((visits, 1 + measures)),
            jitter=streams.find("visit_day", number).standard_normal(visits),
            flare=np.column_stack(
                [
                    streams.find("flare", number).random(visits),
                    streams.find("flare_length", number).random(visits),
                    streams.find("flare_size", number).standard_normal(visits),
                ]
            ),
            leaving=streams.find("discontinuation", number).random(visits),
            reason=float(streams.find("reason", number).random()),
            reduced=float(streams.find("reduced_dose", number).random()),
            weight=streams.find("weight", number).standard_normal(visits),
        )


@dataclass
class Subject:
    """One subject on its way through the trial."""

    number: int
    patient: Patient
    baseline: list[Recording]
    first_day: date
    stratum: tuple[str, ...]
    draws: Draws
    recovery: Numbers
    treatment: str = ""
    """What is given now; empty before the first dose."""
    flare_size: float = 0.0
    flare_until: int = 0
    last_visit: Visit | None = None
    switch_visit: Visit | None = None
    given: dict[str, str] = field(default_factory=dict)
    """What was given, by visit id."""
    present: bool = True
    attends: bool = True
    weight_kg: Decimal = field(default_factory=Decimal)

    @property
    def name(self) -> str:
        """The identifier of the subject within the trial: its site and a number."""
        return f"{self.patient.site}-{self.number + 1:04d}"
