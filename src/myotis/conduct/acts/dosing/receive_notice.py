"""Take in a notice of the pharmacy: a coded word with its declared fields."""

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Any, ClassVar, Final

from pydantic import StringConstraints

from myotis.conduct.act import Scene, SubjectAct
from myotis.conduct.bags import Bag, BagStatus
from myotis.conduct.doses import ORDER
from myotis.conduct.roles import Role
from myotis.conduct.study import Form, Study, SubjectFile
from myotis.errors import Fault
from myotis.log.act import Told
from myotis.log.entry import Entry
from myotis.log.messages import FIELDS, UNASKED, NoticeWord, RequestWord
from myotis.terms.states import find_target

ANSWERS: Final = {
    NoticeWord.ALLOCATED: RequestWord.ALLOCATE,
    NoticeWord.SWITCH_IN_EFFECT: RequestWord.RESOLVE_SWITCH,
    NoticeWord.ENTER_EXTENSION: RequestWord.DECIDE_EXTENSION,
    NoticeWord.LEAVE_TREATMENT: RequestWord.DECIDE_EXTENSION,
}
"""What must have been asked before the pharmacy says so, and is answered once."""
TO: Final = (Role.INVESTIGATOR, Role.COORDINATOR, Role.MONITOR, Role.DATA_MANAGER, Role.SPONSOR)


class ReceiveNotice(SubjectAct):
    """A notice, under its random id. One that was received is refused when it comes again, and nothing happens twice:
    deliver it with ``conduct.delivery.deliver_notice``.

    A notice that comes too late for its subject, who has died or left meanwhile, is kept and moves nobody.
    """

    name: ClassVar[str] = "receive_notice"
    id: Annotated[str, StringConstraints(pattern=r"^[0-9a-zA-Z_-]{1,64}$")]
    word: NoticeWord
    values: dict[str, str]
    """The fields of the word."""

    def find_obstacles(self, scene: Scene) -> Iterator[Fault]:
        """It is new, has its fields and no others, and answers something that was asked."""
        if self.id in scene.study.notice_ids:
            yield Fault(what="the notice was received already", expected="a notice that is new", column="id")
            return
        if set(self.values) != FIELDS[self.word]:
            expected = ", ".join(sorted(FIELDS[self.word])) or "no field"
            yield Fault(what=f"the notice {self.word} has other fields", expected=expected, column="values")
            return
        subject = scene.subject(self.subject)
        asked = ANSWERS.get(self.word)
        if asked and not any(request.get("what") == asked for request in subject.requests):
            yield Fault(what=f"{self.word} answers nothing that was asked", expected=f"a request to {asked}")
        elif asked and any(ANSWERS.get(notice.get("word")) == asked for notice in subject.notices):
            yield Fault(what=f"{asked} was answered already", expected="one answer")
        yield from self._find_strange(scene, subject)

    def _find_strange(self, scene: Scene, subject: SubjectFile) -> Iterator[Fault]:
        order, label, request = (self.values.get(name) for name in ("order", "label", "request"))
        if order is not None and find_order(subject, order) is None:
            yield Fault(what="the subject has no such order", expected="an order that was made", column="order")
        if self.word == NoticeWord.BAG_READY:
            if label in scene.study.bags:
                yield Fault(what="there is a bag with the label already", expected="a new label", column="label")
            if not _is_time(self.values["use_by"]):
                yield Fault(what="the time of last use is no time with an offset", expected="an ISO time",
                            column="use_by")  # fmt: skip
        elif label is not None and not _is_of(scene.study.bags.get(label), self.subject):
            yield Fault(what="the bag is another subject's", expected="a bag of the subject", column="label")
        asked = {form.items["request"] for form in subject.all_of("code_break")} | {None, UNASKED}
        if request not in asked:
            yield Fault(what="the code break was not asked for", expected="a request that was made", column="request")

    def tell(self, scene: Scene, entry: Entry) -> Iterator[Told]:  # noqa: ARG002
        """The site hears the word and its fields."""
        yield Told(self.word, self.values, "pharmacy", self.id, TO, self.subject)

    @classmethod
    def apply(cls, study: Study, entry: Entry) -> None:
        """The subject moves where the table says so, bags are known by their labels."""
        subject, word, values = study.subject_of(entry), NoticeWord(entry.get("word")), entry.get("values")
        study.notice_ids.add(entry.get("id"))
        subject.notices.append(entry)
        if find_target(subject.standing, cls.name, word):
            subject.move(cls.name, word)
        match word:
            case NoticeWord.BAG_READY:
                keep_bag(study, subject, values)
            case NoticeWord.DO_NOT_USE:
                stop_bag(study, values["label"], entry.occurred)
            case NoticeWord.CODE_BROKEN:
                subject.code_broken = True
            case _:
                pass


def find_order(subject: SubjectFile, order: str) -> Form | None:
    """The form of an order by its name, in its last version; also where the order was replaced since."""
    _, _, rest = order.partition("/")
    form = subject.find(ORDER, rest.rpartition("/")[0])
    return form if form and order.startswith(f"{subject.id}/") and _made(form, order) else None


def _made(form: Form, order: str) -> bool:
    number = order.rpartition("/")[2]
    return number.isdecimal() and 1 <= int(number) <= form.version


def keep_bag(study: Study, subject: SubjectFile, values: dict[str, Any]) -> None:
    """A bag is ready."""
    order = find_order(subject, values["order"])
    assert order is not None, "without it there was an obstacle"
    study.bags[values["label"]] = Bag(
        label=values["label"], subject=subject.id, order=values["order"], visit=order.key.which[0],
        volume_ml=values["volume_ml"], use_by=values["use_by"],
    )  # fmt: skip
    if stopped := study.stopped_bags.get(values["label"]):
        stop_bag(study, values["label"], stopped)


def stop_bag(study: Study, label: str, when: str) -> None:
    """A bag must not be used. Notices come in any order, so that the word may come before the bag is known."""
    bag = study.bags.get(label)
    if bag is None:
        study.stopped_bags[label] = when
        return
    bag.status = BagStatus.DO_NOT_USE if bag.status == BagStatus.READY else bag.status
    bag.stopped_at = when


def _is_of(bag: Bag | None, subject: str) -> bool:
    return bag is None or bag.subject == subject


def _is_time(text: str) -> bool:
    try:
        return datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False
