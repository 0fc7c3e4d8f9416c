"""Lock the trial's data."""

from collections.abc import Iterator, Mapping
from typing import ClassVar, Final, Literal

from myotis.conduct.act import ConductAct, Scene
from myotis.conduct.freezes import name_form
from myotis.conduct.study import Study
from myotis.errors import Fault
from myotis.log.entry import Entry
from myotis.terms.states import ENDED, OFF_TREATMENT

Excuse = Literal["source_lost", "site_closed", "no_answer", "not_for_analysis"]
OVER: Final = frozenset({*ENDED, *OFF_TREATMENT})
"""Where a subject stands who is treated no more. Safety follow-up may outlast the lock."""


class LockTrial(ConductAct):
    """Lock what was recorded, for analysis. It can't be taken back.

    Afterwards the log takes what can't wait: code breaks, safety (``policies.AFTER_LOCK``) and people's access.
    """

    name: ClassVar[str] = "lock_trial"
    exceptions: Mapping[str, Excuse] = {}
    """Forms that are locked without having been frozen, such as ``101-001 core_set/W4``, each with the reason."""

    def find_obstacles(self, scene: Scene) -> Iterator[Fault]:
        """Nobody is under treatment; every form is frozen or an exception; every query is closed or on an exception."""
        thawed = set()
        for name, subject in scene.study.subjects.items():
            if subject.state not in OVER:
                yield Fault(what=f"{name} is not done with treatment", expected="subjects whose treatment has ended",
                            key=f"subject={name}")  # fmt: skip
            thawed |= {name_form(name, key) for key, form in subject.forms.items() if not form.frozen}
        for text in sorted(thawed - set(self.exceptions)):
            yield Fault(what=f"{text} is not frozen", expected="a form that is frozen, or an exception with a reason")
        for text in sorted(set(self.exceptions) - thawed):
            yield Fault(what=f"{text} needs no exception", expected="forms that are not frozen", column="exceptions")
        for query in scene.study.queries.values():
            if not query.settled and name_form(query.subject, query.form) not in self.exceptions:
                yield Fault(what=f"query {query.number} is {query.status}", expected="closed queries",
                            key=f"subject={query.subject}")  # fmt: skip

    @classmethod
    def apply(cls, study: Study, entry: Entry) -> None:  # noqa: ARG003
        """Every form is locked."""
        study.locked = True
        for subject in study.subjects.values():
            for form in subject.forms.values():
                form.locked = True
