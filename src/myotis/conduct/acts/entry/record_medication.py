"""Record a drug that is not the trial's own."""

from collections.abc import Iterator
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from myotis.conduct.act import NumberedFormAct, Scene
from myotis.conduct.acts.entry.record_history import PartialDate, Term, find_wrong_dates
from myotis.errors import Fault


class DrugClass(StrEnum):
    """Drugs that trials of myositis tell apart: background treatment, and what is washed out."""

    CORTICOSTEROID = "corticosteroid"
    METHOTREXATE = "methotrexate"
    AZATHIOPRINE = "azathioprine"
    CICLOSPORIN = "ciclosporin"
    TACROLIMUS = "tacrolimus"
    MYCOPHENOLATE = "mycophenolate"
    LEFLUNOMIDE = "leflunomide"
    HYDROXYCHLOROQUINE = "hydroxychloroquine"
    IMMUNE_GLOBULIN = "immune_globulin"
    RITUXIMAB = "rituximab"
    CYCLOPHOSPHAMIDE = "cyclophosphamide"
    BLOOD_PRODUCT = "blood_product"
    OTHER = "other"


class RecordMedication(NumberedFormAct):
    """A drug, as the site writes it, with its class. A change of dose is the end of one record and a new one."""

    name: ClassVar[str] = "record_medication"
    form: ClassVar[str] = "medication"
    drug: Term
    drug_class: DrugClass
    dose: Annotated[Decimal, Field(gt=0)] | None = None
    unit: Literal["mg", "g", "ug", "mL", "mg/kg", "g/kg", "IU"] | None = None
    frequency: Literal["once", "daily", "twice_daily", "weekly", "monthly", "as_needed", "other"] | None = None
    started: PartialDate | None = None
    stopped: PartialDate | None = None
    """None where it goes on."""
    purpose: Literal["background", "rescue", "adverse_event", "premedication", "prevention", "other"]
    """``background``: treatment of the myositis that the protocol allows; ``rescue``: given because it got worse."""
    indication: Term | None = None
    """What it is given for, in a few words."""

    def find_wrong_items(self, scene: Scene) -> Iterator[Fault]:
        """Dates that can be, and a unit for a dose."""
        yield from find_wrong_dates(self.started, self.stopped, scene.now.date())
        if (self.dose is None) != (self.unit is None):
            yield Fault(what="dose and unit don't go together", expected="both, or neither", column="unit")

    def find_doubtful_items(self, scene: Scene) -> Iterator[Fault]:
        """A second record of the drug that goes on."""
        others = [
            form.items for form in scene.subject(self.subject).all_of(self.form)
            if form.items.get("drug", "").casefold() == self.drug.casefold() and "stopped" not in form.items
        ]  # fmt: skip
        if self.stopped is None and len(others) > 1:
            yield Fault(what="the drug is recorded twice, and goes on in both", expected="an end of the earlier one",
                        column="stopped")  # fmt: skip
