"""A sealed list: the places of every stratum, each with an arm that only the recipients can open.

What is here is public to whoever runs the trial's system, and tells no arm. ``seal_list`` makes one, ``verify`` shows
without any private key that it is unchanged, ``unseal`` opens it.
"""

import base64
import binascii
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Final, Literal, NamedTuple, Self

from pydantic import Field, StringConstraints, model_validator

from myotis.errors import Fault, InputError, SealError
from myotis.keys.canonical import digest_value, write_canonical
from myotis.keys.files import read_json, write_new_file
from myotis.keys.pairs import PublicKey
from myotis.protocol.fields import Digest, Section
from myotis.protocol.files import build_model

FORM: Final = "myotis sealed list 1"
SIGNED_AS: Final = "sealed list"
"""The kind of record that is signed."""

Recipient = Literal["pharmacy", "code_break", "escrow"]
RECIPIENTS: Final[tuple[Recipient, ...]] = ("pharmacy", "code_break", "escrow")
ORIGIN_RECIPIENTS: Final[tuple[Recipient, ...]] = ("pharmacy", "escrow")
"""Who may open what the list was made from, and so all of it."""

Hexadecimal = StringConstraints(pattern=r"^[0-9a-f]+$")
SlotId = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{16}$")]
ListId = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")]
Base64 = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9+/]+={0,2}$")]


SLOT_BYTES: Final = 192
"""The length of every slot before it is sealed, whatever its arm."""


class SealedSlot(Section):
    """A place of a list. Its id is random and tells nothing of where it stands."""

    slot_id: SlotId
    envelopes: dict[Recipient, Base64]
    """The arm, sealed to each recipient."""
    digest: Digest
    """Of the ciphertexts and of where they belong."""


class Place(NamedTuple):
    """Where a slot stands: its stratum, and its position there from 1 on."""

    stratum: str
    position: int
    slot: SealedSlot


class SealedList(Section):
    """A sealed list, in one of its versions; the first has number 1 and no former one."""

    form: Literal["myotis sealed list 1"]
    trial: str
    protocol_digest: Digest
    specification_digest: Digest
    list_id: ListId
    usable_live: bool
    """False for a list from a named seed; nothing is allocated from it in a real trial."""
    version: Annotated[int, Field(ge=1)]
    former: Digest | None
    """The digest of the version before."""
    change: Literal["sealed", "resealed", "signed_anew"]
    """What made this version: the sealing, another key of one recipient, another signature."""
    resealed: Recipient | None
    """The recipient that has another key than in the version before."""
    recipients: dict[Recipient, dict[str, str]]
    """The public keys that the slots are sealed to."""
    origin: dict[Recipient, Base64]
    """What the list was made from (procedure, and entropy or seed), sealed."""
    slots_by_stratum: dict[str, tuple[SealedSlot, ...]] = Field(min_length=1)
    signed_by: dict[str, str]
    """The public key of who signed this version."""
    digest: Digest
    signature: Annotated[str, Hexadecimal]

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if (self.version == 1) != (self.former is None) or (self.version == 1) != (self.change == "sealed"):
            raise ValueError("version, former and change contradict one another; expected 1, null and sealed together")
        if (self.change == "resealed") != (self.resealed is not None):
            raise ValueError("a version that was resealed names the recipient, and no other version does")
        if set(self.recipients) != set(RECIPIENTS) or set(self.origin) != set(ORIGIN_RECIPIENTS):
            raise ValueError(f"the list is not sealed to each of {', '.join(RECIPIENTS)}")
        return self

    @cached_property
    def places(self) -> dict[str, Place]:
        """Where each slot stands, by its id."""
        return {
            slot.slot_id: Place(stratum, position, slot)
            for stratum, slots in self.slots_by_stratum.items()
            for position, slot in enumerate(slots, start=1)
        }

    @cached_property
    def ids_by_stratum(self) -> dict[str, tuple[str, ...]]:
        """The ids of the slots of each stratum, in the order of their places."""
        return {stratum: tuple(slot.slot_id for slot in slots) for stratum, slots in self.slots_by_stratum.items()}

    def find_place(self, slot_id: str) -> Place:
        """Where a slot stands. Raises SealError where the list has no such slot."""
        if slot_id not in self.places:
            raise SealError("the list has no slot with this id; expected 16 hexadecimal digits as the log has them")
        return self.places[slot_id]

    def recipient_key(self, recipient: Recipient) -> PublicKey:
        """The public key that the slots are sealed to. Raises SealError where the file has none."""
        return PublicKey.parse(self.recipients[recipient])

    def signing_key(self) -> PublicKey:
        """The public key of who signed. Raises SealError where the file has none."""
        return PublicKey.parse(self.signed_by)


def describe_place(stratum: str, position: int, slot_id: str) -> str:
    """A place as faults name it."""
    return f"stratum={stratum} position={position} slot={slot_id}"


def slot_context(sealed: Mapping[str, Any], stratum: str, position: int, slot_id: str, recipient: str) -> str:
    """What an envelope of a slot is bound to, so that it opens nowhere else.

    ``sealed`` has the fields of a sealed list, or its first ones while it is being made.
    """
    return write_canonical(
        {"in": "slot", "stratum": stratum, "position": position, "slot_id": slot_id, "recipient": recipient}
        | _identity(sealed)
    )


def origin_context(sealed: Mapping[str, Any], recipient: str) -> str:
    """What the envelope with the origin of a list is bound to."""
    return write_canonical({"in": "origin", "recipient": recipient} | _identity(sealed))


def digest_slot(
    sealed: Mapping[str, Any], stratum: str, position: int, slot_id: str, envelopes: Mapping[Recipient, str]
) -> str:
    """The digest of the ciphertexts of a slot and of where they belong."""
    place = {"stratum": stratum, "position": position, "slot_id": slot_id, "envelopes": dict(envelopes)}
    return digest_value(place | _identity(sealed))


def digest_list(sealed: Mapping[str, Any]) -> str:
    """The digest of everything in a sealed list but the digest and the signature."""
    return digest_value({name: value for name, value in sealed.items() if name not in {"digest", "signature"}})


def read_sealed_list(path: Path) -> SealedList:
    """Read a sealed list. That it is unchanged is not checked here (``verify_list``).

    Raises InputError with every fault of the file.
    """
    values = read_json(path)
    if not isinstance(values, dict) or values.get("form") != FORM:
        what, expected = "the file is no sealed list", "one as myotis randomize seal wrote it"
        raise InputError([Fault(what=what, expected=expected, file=path.name)])
    return build_model(SealedList, _freeze(values), path.name)


def write_sealed_list(path: Path, sealed: SealedList) -> None:
    """Write a sealed list as a JSON file. Raises InputError where the file exists or can't be written."""
    write_new_file(path, sealed.model_dump_json(indent=1) + "\n")


def encode(envelope: bytes) -> str:
    """An envelope as the file has it."""
    return base64.b64encode(envelope).decode()


def decode(text: str) -> bytes:
    """An envelope from the file; no bytes at all, which open to nothing, where the text is no base64."""
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        return b""


def _identity(sealed: Mapping[str, Any]) -> dict[str, Any]:
    return {name: sealed[name] for name in ("trial", "protocol_digest", "list_id", "usable_live")}


def _freeze(value: Any) -> Any:
    """JSON's arrays as the tuples of the frozen model."""
    if isinstance(value, dict):
        return {name: _freeze(below) for name, below in value.items()}
    return tuple(_freeze(entry) for entry in value) if isinstance(value, list) else value
