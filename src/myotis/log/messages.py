"""What the two worlds say to one another: coded words with declared fields, no free text, the same whatever the arm.

The blinded world asks (a *request* is a word of the system in its log, told to the pharmacy alone), the pharmacy
answers (a *notice* is delivered into the blinded log by the act ``receive_notice``). Each field that a word has is
named here, so that nothing else can travel.
"""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Any, Final, NamedTuple

from myotis.log.desk import TELL
from myotis.log.entry import Entry
from myotis.log.store import Store

PHARMACY: Final = "pharmacy"
"""Whom requests are told to."""


class RequestWord(StrEnum):
    """What the pharmacy is asked."""

    ALLOCATE = "allocate"
    """Minimization: ``stratum`` has the level of each factor."""
    OPEN_SLOT = "open_slot"
    PREPARE_DOSE = "prepare_dose"
    CANCEL_DOSE = "cancel_dose"
    RESOLVE_SWITCH = "resolve_switch"
    DECIDE_EXTENSION = "decide_extension"
    INFUSED = "infused"
    """A bag was infused at the site, wholly or in part."""
    BREAK_CODE = "break_code"


class NoticeWord(StrEnum):
    """What the pharmacy lets the site know."""

    ALLOCATED = "allocated"
    BAG_READY = "bag_ready"
    NOT_IN_STOCK = "not_in_stock"
    DO_NOT_USE = "do_not_use"
    """The bag of the label must not be used: recalled, spoiled or wrong."""
    SWITCH_IN_EFFECT = "switch_in_effect"
    ENTER_EXTENSION = "enter_extension"
    LEAVE_TREATMENT = "leave_treatment"
    CODE_BROKEN = "code_broken"
    RECEIVED = "received"
    """An expedited report was dealt with, whatever the arm."""


UNASKED: Final = "unasked"
"""The ``request`` of a code break that was asked for by other ways, while the site's system was down."""

FIELDS: Final[Mapping[str, frozenset[str]]] = {
    RequestWord.ALLOCATE: frozenset({"stratum"}),
    RequestWord.OPEN_SLOT: frozenset({"slot", "stratum"}),
    RequestWord.PREPARE_DOSE: frozenset({"order", "visit", "weight_kg", "dose_g", "volume_ml", "days", "planned"}),
    RequestWord.CANCEL_DOSE: frozenset({"order"}),
    RequestWord.RESOLVE_SWITCH: frozenset({"visit"}),
    RequestWord.DECIDE_EXTENSION: frozenset({"visit", "deterioration", "since_switch"}),
    RequestWord.INFUSED: frozenset({"label", "visit", "started", "stopped", "volume_ml"}),
    RequestWord.BREAK_CODE: frozenset({"request"}),
    NoticeWord.ALLOCATED: frozenset(),
    NoticeWord.BAG_READY: frozenset({"order", "label", "volume_ml", "use_by"}),
    NoticeWord.NOT_IN_STOCK: frozenset({"order"}),
    NoticeWord.DO_NOT_USE: frozenset({"label"}),
    NoticeWord.SWITCH_IN_EFFECT: frozenset(),
    NoticeWord.ENTER_EXTENSION: frozenset(),
    NoticeWord.LEAVE_TREATMENT: frozenset(),
    NoticeWord.CODE_BROKEN: frozenset({"request"}),
    NoticeWord.RECEIVED: frozenset({"report"}),
}  # fmt: skip
"""The fields of each word; beside them a message names its subject and nothing else."""

DISCLOSES: Final = frozenset({NoticeWord.ENTER_EXTENSION, NoticeWord.LEAVE_TREATMENT})
"""The notices that may depend on what was given: declared disclosures (``rules/treatment.py`` decides them)."""


class Request(NamedTuple):
    """One request: the number of its entry in the blinded log, its word, the subject, its fields, and the digest of
    the entry."""

    number: int
    word: RequestWord
    subject: str
    fields: Mapping[str, Any]
    occurred: str
    digest: str | None = None


def read_requests(store: Store, start: int = 0) -> Iterator[Request]:
    """The requests in a blinded log from entry ``start`` on, in their order."""
    for entry in store.read(start):
        if is_request(entry):
            yield Request(
                entry.number,
                RequestWord(entry.get("what")),
                str(entry.subject),
                entry.get("answer"),
                entry.occurred,
                entry.digest,
            )


def is_request(entry: Entry) -> bool:
    """Is an entry a request to the pharmacy?"""
    return entry.act == TELL and PHARMACY in (entry.get("to") or ())
