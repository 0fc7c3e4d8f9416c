"""Screen a subject, criterion by criterion."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any, ClassVar

from myotis.conduct.act import Scene, SubjectAct
from myotis.conduct.roles import Role
from myotis.conduct.study import Study, record_form
from myotis.errors import Fault, InputError
from myotis.log.act import Told
from myotis.log.entry import Entry
from myotis.protocol.trial import Trial
from myotis.rules.eligibility import assess_eligibility
from myotis.terms.missing import NO, YES

FORM = "screening"
ANSWERS = {YES: "yes", NO: "no"}


class ScreenSubject(SubjectAct):
    """Record what is known of a subject for eligibility, some facts or all; a later record adds to an earlier one.

    The system says which criteria are met, and whether the subject is eligible.
    """

    name: ClassVar[str] = "screen_subject"
    facts: dict[str, bool | str]
    """Each fact of the protocol that is known: yes or no, one of the choices, or a number as it was written."""

    def find_obstacles(self, scene: Scene) -> Iterator[Fault]:
        """The facts are those of the protocol that the site decides, each with an answer that it takes."""
        declared = {fact.id for fact in scene.trial.facts}
        committee = set(scene.conduct.entry.adjudicated_facts)
        for name in sorted(set(self.facts) - declared):
            yield Fault(what=f"the protocol asks for no {name}", expected="facts of the protocol", column=name)
        for name in sorted(set(self.facts) & committee):
            yield Fault(what=f"{name} is not the site's to say", expected="the committee's answer", column=name)
        yield from find_frozen(scene, self.subject)
        if not self.facts:
            yield Fault(what="no fact is given", expected="one or more facts of the protocol", column="facts")
        try:
            assess_eligibility(scene.trial, read_facts(scene.trial, self.facts))
        except InputError as error:
            yield from error.faults

    def tell(self, scene: Scene, entry: Entry) -> Iterator[Told]:  # noqa: ARG002
        """Whether the subject is eligible, by criterion."""
        yield tell_eligibility(scene, self.subject)

    @classmethod
    def apply(cls, study: Study, entry: Entry) -> None:
        """The facts so far."""
        add_facts(study, entry, entry.get("facts", {}))


def find_frozen(scene: Scene, subject: str) -> Iterator[Fault]:
    """The form of screening is frozen: it takes no facts until it is open again."""
    form = scene.subject(subject).find(FORM)
    if form and form.frozen:
        yield Fault(what=f"{form.key} is frozen", expected="a form that is open", remedy="Ask the data manager.")


def read_facts(trial: Trial, facts: dict[str, Any]) -> dict[str, object]:
    """Facts as eligibility takes them: numbers exact. What the protocol does not ask for is left out."""
    kinds = {fact.id: fact.kind for fact in trial.facts}
    return {name: _read_fact(kinds[name], value) for name, value in facts.items() if name in kinds}


def _read_fact(kind: str, value: Any) -> object:
    if kind != "number" or isinstance(value, bool):
        return value
    try:
        return Decimal(value)
    except ArithmeticError:
        return value


def add_facts(study: Study, entry: Entry, facts: dict[str, Any]) -> None:
    """Add facts to the screening form of the entry's subject."""
    before = study.subject_of(entry).find(FORM)
    form = record_form(study, entry, FORM, ())
    form.items = {**(before.items if before else {}), **facts}


def tell_eligibility(scene: Scene, subject: str) -> Told:
    """What the system says about a subject's eligibility as far as facts are known."""
    form = scene.subject(subject).find(FORM)
    facts = form.items if form else {}
    found = assess_eligibility(scene.trial, read_facts(scene.trial, facts))
    answer = {
        "eligible": ANSWERS.get(found.eligible, "unknown"),
        "criteria": {name: ANSWERS.get(met, "unknown") for name, met in found.criteria.items()},
    }
    to = (Role.INVESTIGATOR, Role.COORDINATOR, Role.ENTRY_ADJUDICATOR, Role.SPONSOR, Role.DATA_MANAGER, Role.MONITOR)
    return Told("eligibility", answer, "rules.eligibility", facts, to, subject)
