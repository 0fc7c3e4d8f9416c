"""Check whether a subject is ready to be infused."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Annotated, ClassVar, Final, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from myotis.conduct.act import Scene, VisitFormAct, find_stale
from myotis.conduct.doses import ORDER, RISK_NAMES, SITE_STAFF, describe_plan, find_undosed, find_weight, plan_dose
from myotis.conduct.readiness import FORM, assess_readiness, count_infusional_events
from myotis.errors import Fault
from myotis.log.act import Told
from myotis.log.entry import Entry
from myotis.rules.premedication import may_premedicate

VITAL_SIGNS: Final = {
    "systolic": (50, 300), "diastolic": (20, 200), "pulse": (20, 250), "temperature": (30, 44)
}  # fmt: skip
"""What a living person can have: mmHg, mmHg, beats a minute, degrees Celsius."""


class GivenResult(BaseModel):
    """A result that the site knows and the laboratory has not sent, in the protocol's unit."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    value: Annotated[Decimal, Field(ge=0)]
    collected: AwareDatetime


class CheckReadiness(VisitFormAct):
    """What the site found before the infusion of a day of a cycle; what was not found out is left out.

    The system says what is still open, the rate steps, with the lower cap at thrombotic or renal risk, and whether
    premedication is allowed. A check may be done again, in the version that was seen.
    """

    name: ClassVar[str] = "check_readiness"
    form: ClassVar[str] = FORM
    keys: ClassVar[tuple[str, ...]] = ("visit", "day")
    day: Annotated[int, Field(ge=1)]
    """The day of the cycle, from 1."""
    pregnancy_test: Literal["negative", "positive"] | None = None
    """The test of this cycle."""
    well_hydrated: bool | None = None
    systolic: Decimal | None = None
    diastolic: Decimal | None = None
    pulse: Decimal | None = None
    temperature: Decimal | None = None
    results: dict[str, GivenResult] = Field(default_factory=dict)
    """Results by analyte, where the laboratory's own are not here yet."""
    risk_factors: dict[str, bool] = Field(default_factory=dict)
    """Each risk factor of the protocol: whether it is present."""
    saw: int = 0
    """The version of the check that is done again; 0 for the first."""

    def find_obstacles(self, scene: Scene) -> Iterator[Fault]:
        """A dose is due there; the check is new, or the one that the user saw is done again."""
        subject, key = scene.subject(self.subject), self.key(scene)
        before = subject.forms.get(key)
        if before is not None or self.saw:
            yield from find_stale(before, self.saw, key)
        if before and before.frozen:
            yield Fault(what=f"{key} is frozen", expected="a form that is open", remedy="Ask the data manager.")
        if scene.conduct.readiness is None:
            yield Fault(what="the protocol asks for no readiness", expected="a trial that checks it")
        yield from self.find_misplaced(scene)
        yield from find_undosed(scene, subject, self.visit)
        yield from self.find_wrong_items(scene)

    def find_wrong_items(self, scene: Scene) -> Iterator[Fault]:
        """Analytes and risk factors are the protocol's, vital signs those of a living person, times have been."""
        asked = scene.conduct.readiness
        factors = {factor.id for factor in asked.risk_factors} if asked else set()
        analytes = {limit.analyte for limit in asked.results} if asked else set()
        for name in sorted(set(self.risk_factors) - factors):
            yield Fault(
                what=f"the protocol has no risk factor {name}", expected=", ".join(sorted(factors)), column=name
            )
        for name in sorted(set(self.results) - analytes):
            known = ", ".join(sorted(analytes))
            yield Fault(what=f"{name} does not count here", expected=known, column=name)
        for name, result in self.results.items():
            if result.collected > scene.now:
                yield Fault(what="the sample lies in the future", expected="a time up to now", column=name)
        for name, (least, most) in VITAL_SIGNS.items():
            value = getattr(self, name)
            if value is not None and not least <= value <= most:
                yield Fault(what=f"{name} is out of range", expected=f"{least} to {most}", column=name)

    def find_doubtful_items(self, scene: Scene) -> Iterator[Fault]:
        """Blood pressures that don't go together."""
        del scene
        if self.systolic is not None and self.diastolic is not None and self.systolic <= self.diastolic:
            yield Fault(what="the systolic pressure is not above the diastolic one", expected="a higher one",
                        column="systolic")  # fmt: skip

    def tell(self, scene: Scene, entry: Entry) -> Iterator[Told]:  # noqa: ARG002
        """What is open, the rate steps, and whether premedication is allowed."""
        yield from self.tell_corrected(scene)

    def tell_corrected(self, scene: Scene) -> Iterator[Told]:
        """The same anew."""
        subject, on = scene.subject(self.subject), scene.occurred.date()
        found = assess_readiness(scene.trial, subject, self.visit, self.day, on)
        assert found is not None, "without readiness there was an obstacle"
        order, risk = subject.find(ORDER, self.visit), found.answer.at_risk
        answer = {
            "visit": self.visit, "day": self.day, "ready": found.answer.is_ready, "at_risk": RISK_NAMES[risk],
            "open": [{"item": item.item, "problem": item.problem} for item in found.answer.open_items],
        }  # fmt: skip
        if order is not None and find_weight(scene.trial, subject, self.visit) is not None:
            plan = plan_dose(scene.trial, subject, self.visit, order.items["days"], at_risk=risk)
            answer["steps"] = describe_plan(plan)["steps"]
        if scene.conduct.premedication is not None:
            events = count_infusional_events(scene.trial, subject, self.visit)
            answer["may_premedicate"] = may_premedicate(scene.conduct.premedication, events)
        yield Told("readiness", answer, "rules.readiness", found.inputs, SITE_STAFF, self.subject)
