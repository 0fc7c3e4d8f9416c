"""Allocate a subject by minimization, which has to know how many subjects each arm has."""

from collections.abc import Iterator
from typing import Any, ClassVar

from myotis.errors import Fault
from myotis.log.act import Told
from myotis.log.entry import Entry
from myotis.log.messages import NoticeWord
from myotis.pharmacy.act import RequestAct, Scene
from myotis.pharmacy.dispensary import Dispensary, SubjectCard


class AllocateByMinimization(RequestAct):
    """Draw the arm of a subject. The site hears that it was done."""

    name: ClassVar[str] = "allocate_by_minimization"
    stratum: tuple[str, ...]
    """The level of each factor."""

    def find_misfits(self, scene: Scene) -> Iterator[Fault]:
        """The trial allocates this way, and the levels are those of its factors."""
        if scene.means.allocate is None:
            yield Fault(what="nobody is allocated by minimization here", expected="a trial that allocates so")
        factors = scene.trial.randomization.factors
        levels = [{level.id for level in factor.levels} for factor in factors]
        if len(levels) != len(self.stratum) or any(
            level not in known for level, known in zip(self.stratum, levels, strict=True)
        ):
            yield Fault(what="the stratum has other factors or levels", expected="a level of each factor")

    def add_values(self, scene: Scene) -> dict[str, Any]:
        """The arm, and a copy of it sealed to the code-break key."""
        assert scene.means.allocate is not None
        names = (factor.id for factor in scene.trial.randomization.factors)
        arm = scene.means.allocate(scene.dispensary.totals, dict(zip(names, self.stratum, strict=True)))
        seal = scene.means.seal_arm
        return {"arm": arm} | ({"sealed_arm": seal(self.subject, arm)} if seal else {})

    def tell(self, scene: Scene, entry: Entry) -> Iterator[Told]:  # noqa: ARG002
        """It is done."""
        yield scene.notify(NoticeWord.ALLOCATED, self.subject)

    @classmethod
    def apply_request(cls, dispensary: Dispensary, entry: Entry) -> None:
        """The pharmacy knows the subject."""
        assert entry.subject is not None
        card = SubjectCard(entry.subject, entry.get("arm"), tuple(entry.get("stratum")))
        card.sealed_arm = entry.get("sealed_arm")
        dispensary.add_subject(card)
