"""Report that a subject was randomized in a wrong stratum."""

from collections.abc import Iterator
from typing import Any, ClassVar

from myotis.conduct.act import Scene, SubjectAct
from myotis.conduct.acts.entry.randomize_subject import find_stratum
from myotis.conduct.roles import Role
from myotis.conduct.study import Study
from myotis.errors import Fault
from myotis.log.act import Told
from myotis.log.entry import Entry

TO = (Role.MONITOR, Role.DATA_MANAGER, Role.SPONSOR)


class ReportWrongStratum(SubjectAct):
    """The baseline by which the subject was stratified was wrong and is corrected. The slot stays the subject's, and
    both strata are kept: as randomized, and as it should have been."""

    name: ClassVar[str] = "report_wrong_stratum"
    needs_reason: ClassVar[bool] = True

    def find_obstacles(self, scene: Scene) -> Iterator[Fault]:
        """The subject was randomized, in another stratum than its baseline says as it is recorded now."""
        subject = scene.subject(self.subject)
        if subject.stratum is None:
            yield Fault(what="the subject is not randomized", expected="a subject that was")
            return
        try:
            right = find_stratum(scene, self.subject)
        except KeyError as error:
            yield Fault(what=f"the baseline of {error.args[0]} is not recorded", expected="a corrected baseline")
            return
        if right == (subject.right_stratum or subject.stratum):
            yield Fault(what="the stratum is the one that the baseline says", expected="a baseline that says another",
                        remedy="Correct the baseline first.")  # fmt: skip

    def add_values(self, scene: Scene) -> dict[str, Any]:
        """Both strata."""
        return {"right": list(find_stratum(scene, self.subject)), "randomized": list(_randomized(scene, self.subject))}

    def tell(self, scene: Scene, entry: Entry) -> Iterator[Told]:  # noqa: ARG002
        """Who keeps the data hears of it, and it is a deviation."""
        inputs = {name: entry.get(name) for name in ("right", "randomized")}
        yield Told("wrong_stratum", inputs, "randomize", inputs, TO, self.subject)

    @classmethod
    def apply(cls, study: Study, entry: Entry) -> None:
        """The right stratum stands beside the one of randomization."""
        study.subject_of(entry).right_stratum = tuple(entry.get("right"))


def _randomized(scene: Scene, subject: str) -> tuple[str, ...]:
    return scene.subject(subject).stratum or ()
