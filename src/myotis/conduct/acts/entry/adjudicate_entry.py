"""The committee decides whether a subject's disease is active."""

from collections.abc import Iterator
from typing import ClassVar

from myotis.conduct.act import Scene, SubjectAct
from myotis.conduct.acts.entry.screen_subject import add_facts, find_frozen, tell_eligibility
from myotis.conduct.study import Study
from myotis.errors import Fault
from myotis.log.act import Told
from myotis.log.entry import Entry


class AdjudicateEntry(SubjectAct):
    """The independent committee's answer to the facts that the protocol leaves to it."""

    name: ClassVar[str] = "adjudicate_entry"
    facts: dict[str, bool]
    """Each fact that the committee decides."""

    def find_obstacles(self, scene: Scene) -> Iterator[Fault]:
        """The protocol has a committee, and each of its facts is answered."""
        yield from find_frozen(scene, self.subject)
        asked = set(scene.conduct.entry.adjudicated_facts)
        if set(self.facts) != asked or not asked:
            expected = f"an answer to {', '.join(sorted(asked))}" if asked else "nothing: the protocol has no committee"
            yield Fault(what="these are not the facts that the committee decides", expected=expected, column="facts")

    def tell(self, scene: Scene, entry: Entry) -> Iterator[Told]:  # noqa: ARG002
        """Whether the subject is eligible now."""
        yield tell_eligibility(scene, self.subject)

    @classmethod
    def apply(cls, study: Study, entry: Entry) -> None:
        """The facts are known, and the subject goes on or fails."""
        facts = entry.get("facts")
        add_facts(study, entry, facts)
        study.subject_of(entry).move(cls.name, "active" if all(facts.values()) else "not_active")
