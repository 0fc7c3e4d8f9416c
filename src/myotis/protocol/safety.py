"""The plan of the safety analysis: when an event counts, in which columns, and by which methods."""

from typing import Annotated, Literal

from pydantic import Field

from myotis.protocol.fields import Id, Section, Units
from myotis.terms.units import Quantity


class SafetyColumn(Section):
    """A column of the safety tables: the infusions of one treatment in some epochs, and what followed them."""

    id: Id
    label: str
    treatment: Id
    epochs: tuple[Id, ...] = Field(min_length=1)


class SafetyComparison(Section):
    """Two columns compared: ``group`` minus ``comparator``."""

    group: Id
    comparator: Id


class SafetyPlan(Section):
    """Adverse events. An event belongs to the last infusion that began on its day or before, and so to the treatment,
    epoch and rate of that infusion; the time at risk of an infusion lasts until the next one begins."""

    analysis_set: Id
    emergent: Annotated[Quantity, Units("days")] | None = None
    """How long after the end of an infusion an event is treatment-emergent and time is at risk; without it, as long as
    the subject is in the trial."""
    infusional: Annotated[Quantity, Units("h")]
    """How long after the end of an infusion an event is infusional; dates being all that is known, in whole days."""
    columns: tuple[SafetyColumn, ...] = Field(min_length=1)
    comparisons: tuple[SafetyComparison, ...] = ()
    level: Annotated[Quantity, Units("%")]
    incidence_interval: Literal["wilson", "clopper_pearson"]
    """The interval of the share of patients with an event."""
    difference_interval: Literal["newcombe", "miettinen_nurminen", "mee", "agresti_caffo"]
    """The interval of a difference of such shares."""
    rate_interval: Literal["exact", "mid_p"]
    """The interval of a rate of events (Poisson)."""
    rate_difference_interval: Literal["miettinen_nurminen", "scas"]
    rate_per: Annotated[Quantity, Units("patient-years", "patient-months")]
    """The patient-time that rates are given for, such as 100 patient-years."""
    rate_limit: Annotated[Quantity, Units("mL/kg/min")] | None = None
    """Infusions whose highest rate was above this limit are compared with the others."""
    shown_from: Annotated[Quantity, Units("%")]
    """Terms are tabulated that at least so many patients of a column have."""
