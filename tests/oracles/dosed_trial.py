"""A live trial whose subjects are dosed: the pharmacy is played by the test, in its coded words."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from live_trial import LiveTrial

from myotis.conduct.acts.data.freeze_form import FreezeForm
from myotis.conduct.acts.dosing.check_readiness import CheckReadiness, GivenResult
from myotis.conduct.acts.dosing.order_dose import OrderDose
from myotis.conduct.acts.dosing.receive_notice import ReceiveNotice
from myotis.conduct.acts.dosing.record_infusion import RecordInfusion
from myotis.conduct.acts.visits.record_visit import RecordVisit
from myotis.conduct.acts.visits.record_weight import RecordWeight
from myotis.conduct.roles import Role
from myotis.conduct.study import FormKey
from myotis.log.act import Receipt
from myotis.log.messages import NoticeWord, Request, read_requests

S1 = "101-001"


@dataclass
class DosedTrial(LiveTrial):
    """A desk, its people, and a pharmacy that answers when the test says so."""

    notices: int = 0
    labels: int = 0

    def hear(self, word: NoticeWord, name: str = S1, **fields: str) -> Receipt:
        """A new notice of the pharmacy."""
        self.notices += 1
        notice = ReceiveNotice(subject=name, id=f"notice-{self.notices}", word=word, values=fields)
        return self.act(notice, Role.PHARMACY_LINK)

    def visit(self, visit: str, name: str = S1) -> None:
        """A visit on its planned day, if it is not recorded yet."""
        self.go_to(visit)
        if not self.subject(name).find("visit", visit):
            self.act(RecordVisit(subject=name, visit=visit, day=self.today), Role.COORDINATOR, name[:3])

    def weigh(self, visit: str, kg: str = "70", name: str = S1) -> None:
        """The weight at a visit."""
        self.visit(visit, name)
        self.act(RecordWeight(subject=name, visit=visit, weight_kg=Decimal(kg)), Role.COORDINATOR, name[:3])

    def order(self, visit: str, days: int = 2, name: str = S1, **options: Any) -> Receipt:
        """An order for this afternoon."""
        order = {"subject": name, "visit": visit, "days": days, "planned": self.clock.now + timedelta(hours=3),
                 "saw_weight": 1, **options}  # fmt: skip
        return self.act(OrderDose(**order), Role.INVESTIGATOR, name[:3])

    def prepare(self, visit: str, volume_ml: str, hours: float = 8, name: str = S1) -> str:
        """The pharmacy has a bag ready for the order of a visit."""
        self.labels += 1
        label = f"{100000 + self.labels}"
        order = self.subject(name).find("dose_order", visit).items["order"]
        use_by = (self.clock.now + timedelta(hours=hours)).isoformat()
        self.hear(NoticeWord.BAG_READY, name, order=order, label=label, volume_ml=volume_ml, use_by=use_by)
        return label

    def check(self, visit: str, day: int = 1, name: str = S1, **options: Any) -> Receipt:
        """A check with nothing against the infusion, but for what is said."""
        assert self.trial.conduct is not None
        assert self.trial.conduct.readiness is not None
        result = {"collected": self.clock.now}
        found = {
            "pregnancy_test": "negative", "well_hydrated": True, "systolic": 120, "diastolic": 80, "pulse": 70,
            "temperature": Decimal("36.8"),
            "results": {"hemoglobin": GivenResult(value=Decimal(130), **result),
                        "creatinine": GivenResult(value=Decimal(80), **result)},
            "risk_factors": {factor.id: False for factor in self.trial.conduct.readiness.risk_factors},
        }  # fmt: skip
        return self.act(
            CheckReadiness(subject=name, visit=visit, day=day, **(found | options)), Role.COORDINATOR, name[:3]
        )

    def infuse(self, visit: str, label: str, volume_ml: str, day: int = 1, name: str = S1, **options: Any) -> Receipt:
        """Six hours of infusion from now on."""
        started = self.clock.now
        self.clock.move(hours=6)
        values = {"started": started, "stopped": self.clock.now, "volume_ml": Decimal(volume_ml), **options}
        infusion = RecordInfusion(subject=name, visit=visit, day=day, label=label, **values)
        return self.act(infusion, Role.COORDINATOR, name[:3])

    def dose(self, visit: str, name: str = S1) -> None:
        """A whole cycle of a subject of 70 kg, on two days: 140 g in 1,400 mL."""
        if not self.subject(name).find("weight", visit):
            self.weigh(visit, name=name)
        self.order(visit, name=name)
        for day in (1, 2):
            label = self.prepare(visit, "700", name=name)
            self.check(visit, day, name=name)
            self.infuse(visit, label, "700", day, name=name)
            self.clock.move(hours=18)

    def freeze(self, *forms: str, name: str = S1) -> None:
        """The data manager freezes forms as they stand."""
        saw = {form: self.subject(name).forms[FormKey.parse(form)].version for form in forms}
        self.act(FreezeForm(subject=name, forms=saw), Role.DATA_MANAGER)

    def requests(self, name: str = S1) -> list[Request]:
        """What the pharmacy was asked about a subject."""
        return [request for request in read_requests(self.store) if request.subject == name]

    def ask(self, word: str, name: str = S1) -> list[dict[str, Any]]:
        """The fields of every request of a word."""
        return [dict(request.fields) for request in self.requests(name) if request.word == word]
