"""A participant withdraws consent: to treatment, to being contacted, to further use of the data, or to several."""

from collections.abc import Iterator
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from myotis.conduct.act import Scene
from myotis.conduct.ended_dosing import EndsDosing, cancel_orders
from myotis.conduct.study import Study
from myotis.errors import Fault
from myotis.log.entry import Entry
from myotis.terms.states import find_target

Scope = Literal["treatment", "contact", "further_use"]


class WithdrawConsent(EndsDosing):
    """What was collected up to then stays. Who withdraws from contact is treated no more either; withdrawing further
    use moves nobody, it is a mark on the record."""

    name: ClassVar[str] = "withdraw_consent"
    scopes: Annotated[tuple[Scope, ...], Field(min_length=1)]

    def find_obstacles(self, scene: Scene) -> Iterator[Fault]:
        """Each scope is named once, and there is something to withdraw from."""
        subject = scene.subject(self.subject)
        if len(set(self.scopes)) != len(self.scopes):
            yield Fault(what="a scope is named twice", expected="each scope once", column="scopes")
        for scope in ("treatment", "contact"):
            if scope in self.scopes and find_target(subject.state, self.name, scope) is None:
                what = f"a subject in the state {subject.state} can't withdraw from {scope}"
                yield Fault(what=what, expected="a scope that there is", column="scopes")
        if "further_use" in self.scopes and not subject.may_use_further:
            yield Fault(what="further use is withdrawn already", expected="another scope", column="scopes")

    def ends_dosing(self, scene: Scene) -> bool:  # noqa: ARG002
        """Further use of data has nothing to do with it."""
        return set(self.scopes) != {"further_use"}

    @classmethod
    def apply(cls, study: Study, entry: Entry) -> None:
        """The widest of the scopes moves the subject."""
        subject, scopes = study.subject_of(entry), entry.get("scopes")
        cancel_orders(study, entry)
        moving = [scope for scope in ("contact", "treatment") if scope in scopes]
        if moving:
            subject.move(cls.name, moving[0])
        if "further_use" in scopes:
            subject.may_use_further = False
