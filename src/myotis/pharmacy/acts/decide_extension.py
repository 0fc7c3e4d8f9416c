"""Decide who goes on into the extension. It depends on what was given, so it is decided here."""

from collections.abc import Iterator
from typing import Any, ClassVar, Final

from myotis.errors import Fault
from myotis.log.act import Told
from myotis.log.entry import Entry
from myotis.log.messages import NoticeWord
from myotis.pharmacy.act import RequestAct, Scene
from myotis.pharmacy.dispensary import Dispensary
from myotis.pharmacy.treatment import find_main, list_given
from myotis.rules.deterioration import STATUS_NAMES
from myotis.rules.treatment import GateDecision, compute_gate_decision

STATUSES: Final = {name: status for status, name in STATUS_NAMES.items()}


class DecideExtension(RequestAct):
    """Pass a subject through the gate. The site hears enter or leave: a declared disclosure. The case stays here."""

    name: ClassVar[str] = "decide_extension"
    visit: str
    deterioration: dict[str, int | str]
    """The status of deterioration at each visit."""
    since_switch: dict[str, int | str]
    """The status by visits after the switch alone; nothing where the site knows of no switch."""

    def find_misfits(self, scene: Scene) -> Iterator[Fault]:
        """The protocol has a gate at the visit that is not decided yet, and it can be decided."""
        gate = scene.trial.conduct and scene.trial.conduct.extension_gate
        subject = scene.subject(self.subject)
        if not gate or gate.visit != self.visit:
            yield Fault(what=f"the protocol has no gate at {self.visit}", expected="the visit of its gate")
            return
        if subject.enters_extension is not None:
            yield Fault(what="the gate is decided already", expected="one decision a subject")
        statuses = {*self.deterioration.values(), *self.since_switch.values()}
        planned = {visit.id for visit in scene.trial.visits}
        if not statuses <= {*STATUSES, *STATUSES.values()} or not {*self.deterioration, *self.since_switch} <= planned:
            yield Fault(what="the statuses are not what the rule of deterioration finds", expected="one a visit")
        elif self._decide(scene).enters is None:
            yield Fault(what="the protocol's cases can't tell", expected="a subject that a case fits",
                        remedy="Ask the sponsor for a decision.")  # fmt: skip

    def _decide(self, scene: Scene) -> GateDecision:
        deterioration, since_switch = (
            {visit: STATUSES[status] if isinstance(status, str) else status for visit, status in statuses.items()}
            for statuses in (self.deterioration, self.since_switch)
        )
        return compute_gate_decision(scene.trial, find_given(scene, self.subject), deterioration, since_switch)

    def add_values(self, scene: Scene) -> dict[str, Any]:
        """The decision, its case, and what was given."""
        decision = self._decide(scene)
        values: dict[str, Any] = {"enters": decision.enters, "given": find_given(scene, self.subject)}
        return values | ({"case": decision.case.id} if decision.case else {})

    def tell(self, scene: Scene, entry: Entry) -> Iterator[Told]:
        """Enter or leave."""
        word = NoticeWord.ENTER_EXTENSION if entry.get("enters") else NoticeWord.LEAVE_TREATMENT
        yield scene.notify(word, self.subject, inputs=entry.get("given"))

    @classmethod
    def apply_request(cls, dispensary: Dispensary, entry: Entry) -> None:
        """The gate is decided."""
        subject = dispensary.subject_of(entry)
        subject.enters_extension, subject.gate_case = entry.get("enters"), entry.get("case")


def find_given(scene: Scene, subject: str) -> dict[str, str]:
    """The treatment that was given at each visit; where a cycle had several, the one of which most was infused."""
    given = list_given(scene.dispensary, scene.subject(subject))
    planned = {visit.id for visit in scene.trial.visits}
    return {visit: find_main(cycle.items()) for visit, cycle in given.items() if visit in planned}
