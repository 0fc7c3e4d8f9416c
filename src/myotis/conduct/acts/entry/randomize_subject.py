"""Randomize a subject: take the next free slot of its stratum, and learn nothing from it."""

from collections.abc import Iterator
from fractions import Fraction
from typing import Any, ClassVar

from myotis.conduct.act import Scene, SubjectAct
from myotis.conduct.roles import Role
from myotis.conduct.study import Study
from myotis.errors import Fault, MyotisError
from myotis.log.act import Told
from myotis.log.entry import Entry
from myotis.log.messages import PHARMACY, RequestWord
from myotis.randomize.strata import BETWEEN_LEVELS, find_strata, name_stratum


class RandomizeSubject(SubjectAct):
    """Allocate a subject. The answer says that it was done and not to what; slots and their order are shown to nobody.

    Where the protocol lets the pharmacy allocate (minimization), the pharmacy is asked, and its notice randomizes.
    """

    name: ClassVar[str] = "randomize_subject"

    def find_obstacles(self, scene: Scene) -> Iterator[Fault]:
        """The strata are known, and there is a slot."""
        subject = scene.subject(self.subject)
        if subject.slot is not None or subject.stratum is not None:
            yield Fault(what="the subject was allocated already", expected="a subject without an allocation")
            return
        try:
            stratum = name_stratum(find_stratum(scene, self.subject))
        except KeyError as error:
            expected = f"the core set at {scene.trial.baseline_visit}"
            yield Fault(what=f"the baseline of {error.args[0]} is not recorded", expected=expected,
                        remedy="Record the assessment first.")  # fmt: skip
            return
        if scene.means.take_slot is not None:
            try:
                scene.means.take_slot(stratum, scene.study.allocated.get(stratum, []))
            except MyotisError as error:
                yield Fault(what=str(error), expected="a free slot", remedy="Ask the sponsor.")

    def add_values(self, scene: Scene) -> dict[str, Any]:
        """The stratum, and the sealed slot where slots are taken here."""
        levels = find_stratum(scene, self.subject)
        values: dict[str, Any] = {"stratum": list(levels)}
        if scene.means.take_slot is not None:
            name = name_stratum(levels)
            values["slot"] = scene.means.take_slot(name, scene.study.allocated.get(name, []))
        return values

    def tell(self, scene: Scene, entry: Entry) -> Iterator[Told]:  # noqa: ARG002
        """The pharmacy is asked to open the slot, or to allocate; the site hears that it is done."""
        stratum, slot = entry.get("stratum"), entry.get("slot")
        word = RequestWord.ALLOCATE if slot is None else RequestWord.OPEN_SLOT
        asked = {"stratum": stratum} if slot is None else {"slot": slot, "stratum": stratum}
        yield Told(word, asked, "randomize", stratum, (PHARMACY,), self.subject)
        done = "asked" if slot is None else "randomized"
        yield Told("allocation", done, "randomize", stratum, (Role.INVESTIGATOR, Role.COORDINATOR), self.subject)

    @classmethod
    def apply(cls, study: Study, entry: Entry) -> None:
        """The slot is taken and the stratum kept as it was at randomization."""
        subject = study.subject_of(entry)
        subject.stratum = tuple(entry.get("stratum"))
        subject.slot = entry.get("slot")
        if subject.slot is not None:
            study.allocated.setdefault(BETWEEN_LEVELS.join(subject.stratum) or "all", []).append(subject.slot)
            subject.move(cls.name, "allocated")


def find_stratum(scene: Scene, subject: str) -> tuple[str, ...]:
    """The level of each factor by the baseline as it is recorded now; raises KeyError where a measure is not."""
    form = scene.subject(subject).find("core_set", scene.trial.baseline_visit)
    recorded = {name: Fraction(value) for name, value in form.items.items()} if form else {}
    return find_strata(scene.trial, recorded)
