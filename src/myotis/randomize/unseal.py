"""Open a sealed list. A protected module: pyproject.toml names who may import it, and nobody of the blinded side does.

Messages never hold an arm.
"""

import json
from typing import Any, NamedTuple

from pydantic import ValidationError

from myotis.errors import SealError
from myotis.keys.envelope import open_envelope
from myotis.keys.pairs import PrivateKey
from myotis.randomize.lists import AllocationList
from myotis.randomize.sealed import (
    ORIGIN_RECIPIENTS,
    RECIPIENTS,
    Place,
    Recipient,
    SealedList,
    decode,
    origin_context,
    slot_context,
)


class Opened(NamedTuple):
    """The content of a slot: the arm and its nonce, and the bytes as they were sealed."""

    arm: str
    nonce: str
    content: bytes


def open_slot(sealed: SealedList, slot_id: str, key: PrivateKey) -> str:
    """The arm of a slot.

    Raises SealError where the list has no such slot, isn't sealed to this key, or the slot was changed or moved.
    """
    return open_place(sealed, sealed.find_place(slot_id), key).arm


def open_arms(sealed: SealedList, key: PrivateKey) -> dict[str, tuple[str, ...]]:
    """The arms of every stratum in the order of its places, by the key of any recipient.

    Raises SealError as ``open_slot``.
    """
    opened: dict[str, list[str]] = {stratum: [] for stratum in sealed.slots_by_stratum}
    for place in sealed.places.values():
        opened[place.stratum].append(open_place(sealed, place, key).arm)
    return {stratum: tuple(arms) for stratum, arms in opened.items()}


def reveal_list(sealed: SealedList, key: PrivateKey) -> AllocationList:
    """The plain list, with what it was made from, by the key of the pharmacy or of the escrow.

    Raises SealError as ``open_slot``, and with the key of the code break, which opens the slots alone (``open_arms``).
    """
    origin = open_origin(sealed, key)
    try:
        return AllocationList(
            trial=sealed.trial, protocol_digest=sealed.protocol_digest,
            specification_digest=sealed.specification_digest, procedure=origin["procedure"],
            usable_live=origin["usable_live"], seed=origin["seed"], entropy=origin["entropy"],
            arms_by_stratum=open_arms(sealed, key),
        )  # fmt: skip
    except (ValidationError, KeyError):
        raise SealError("the envelopes open, but hold no list: whoever sealed it made it wrong") from None


def open_place(sealed: SealedList, place: Place, key: PrivateKey) -> Opened:
    """The content of a slot by its place."""
    recipient = find_recipient(sealed, key)
    context = slot_context(_fields(sealed), place.stratum, place.position, place.slot.slot_id, recipient)
    content = open_envelope(key, decode(place.slot.envelopes.get(recipient, "")), context)
    try:
        parsed = json.loads(content)
        return Opened(str(parsed["arm"]), str(parsed["nonce"]), content)
    except (ValueError, KeyError, TypeError):
        raise SealError("the envelope opens, but holds no slot: whoever sealed the list made it wrong") from None


def open_origin(sealed: SealedList, key: PrivateKey) -> dict[str, Any]:
    """What the list was made from: procedure, usable_live, and seed or entropy."""
    try:
        return dict(json.loads(open_origin_content(sealed, key)))
    except (ValueError, TypeError):
        raise SealError("the envelope opens, but holds no origin of a list: whoever sealed it made it wrong") from None


def open_origin_content(sealed: SealedList, key: PrivateKey) -> bytes:
    """The same as the bytes that were sealed."""
    recipient = find_recipient(sealed, key)
    if recipient not in ORIGIN_RECIPIENTS:
        able = " and ".join(ORIGIN_RECIPIENTS)
        raise SealError(f"what the list was made from is sealed to {able}, not to {recipient}; take one of these keys")
    return open_envelope(key, decode(sealed.origin[recipient]), origin_context(_fields(sealed), recipient))


def find_recipient(sealed: SealedList, key: PrivateKey) -> Recipient:
    """As which recipient a key opens the list. Raises SealError where it is none."""
    for recipient in RECIPIENTS:
        if sealed.recipients[recipient].get("key_id") == key.public.key_id:
            return recipient
    raise SealError(
        f"this version of the list isn't sealed to {key.public.describe()}. Take the version that is, or that key"
    )


def _fields(sealed: SealedList) -> dict[str, Any]:
    names = ("trial", "protocol_digest", "list_id", "usable_live")
    return {name: getattr(sealed, name) for name in names}
