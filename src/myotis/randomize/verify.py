"""Show without any private key that no slot of a sealed list was changed, added, skipped, exchanged or reordered."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from myotis.errors import Fault, SealError
from myotis.keys.envelope import ADDED_BYTES
from myotis.keys.pairs import PublicKey
from myotis.keys.records import SignedRecord, list_compromised
from myotis.keys.signature import check_signature
from myotis.randomize.sealed import (
    RECIPIENTS,
    SIGNED_AS,
    SLOT_BYTES,
    SealedList,
    SealedSlot,
    decode,
    describe_place,
    digest_list,
    digest_slot,
)

RESTORE: Final = "Restore the list from a copy that verifies"
MAY_SIGN: Final = {"sealed": ("list_maker",), "signed_anew": ("list_maker",), "resealed": RECIPIENTS}
ONCE_COMPROMISED: Final = {
    "list_maker": "Let the list-maker sign the list anew with a new key, and let it be approved again",
    "statistician": "Let the list be approved again with a new key of the statistician",
    "pharmacy": "Reseal the list to a new key; if somebody may have key and list, make another list for what is left",
    "code_break": "Reseal the list to a new key; if somebody may have key and list, make another list for what is left",
    "escrow": "Reseal the list to a new key; if somebody may have key and list, make another list for what is left",
}
"""What to do when a key of this role is compromised. A new key does not close what the old one has opened."""


def verify_list(sealed: SealedList, keys: Sequence[PublicKey], reports: Sequence[SignedRecord] = ()) -> list[Fault]:
    """Everything that is wrong with one version of a sealed list; ``verify_versions`` looks at the former ones too.

    ``keys`` are the public keys of the trial, from a source that is trusted; ``reports`` tell of compromised keys. No
    faults: no slot was changed, added, skipped, exchanged or reordered since it was sealed, and the signature is right.
    Raises SealError for a report that no key of the trial signed.
    """
    compromised = list_compromised(reports, keys)
    return [*verify_seals(sealed, keys), *_find_compromised(sealed, compromised)]


def verify_seals(sealed: SealedList, keys: Sequence[PublicKey]) -> Iterator[Fault]:
    """What is wrong with the seals and the signature, whatever became of the keys since."""
    yield from _verify_slots(sealed)
    yield from _verify_recipients(sealed, keys)
    if digest_list(sealed.model_dump(mode="json")) != sealed.digest:
        what, expected = "the list was changed after it was signed", "the content that has the signed digest"
        yield Fault(what=what, expected=expected, remedy=f"{RESTORE}.", key="digest")
    yield from _verify_signature(sealed, keys)


def _verify_slots(sealed: SealedList) -> Iterator[Fault]:
    fields = sealed.model_dump(include={"trial", "protocol_digest", "list_id", "usable_live"})
    times = Counter(slot.slot_id for slots in sealed.slots_by_stratum.values() for slot in slots)
    for stratum, slots in sealed.slots_by_stratum.items():
        for position, slot in enumerate(slots, start=1):
            where = describe_place(stratum, position, slot.slot_id)
            if digest_slot(fields, stratum, position, slot.slot_id, slot.envelopes) != slot.digest:
                what, expected = (
                    "the slot was changed, or stands where it wasn't sealed for",
                    "the slot as it was sealed",
                )
                yield Fault(what=what, expected=expected, remedy=f"{RESTORE}.", key=where)
            if times[slot.slot_id] > 1:
                yield Fault(what="the id of the slot stands twice", expected="an id for each slot", key=where)
            yield from _verify_envelopes(slot, where)


def _verify_envelopes(slot: SealedSlot, where: str) -> Iterator[Fault]:
    if set(slot.envelopes) != set(RECIPIENTS):
        yield Fault(what="the slot isn't sealed to every recipient", expected=", ".join(RECIPIENTS), key=where)
    if {len(decode(envelope)) for envelope in slot.envelopes.values()} != {SLOT_BYTES + ADDED_BYTES}:
        what, expected = "an envelope has another length than the others", "one length, which tells no arm"
        yield Fault(what=what, expected=expected, remedy=f"{RESTORE}.", key=where)


def _verify_recipients(sealed: SealedList, keys: Sequence[PublicKey]) -> Iterator[Fault]:
    for recipient in RECIPIENTS:
        try:
            key = sealed.recipient_key(recipient)
        except SealError as error:
            yield Fault(what=str(error), expected="a public key of the trial", key=f"recipients.{recipient}")
            continue
        if key not in keys or key.role != recipient:
            what, expected = f"{key.describe()} is not among the public keys given", f"the trial's key of {recipient}"
            yield Fault(what=what, expected=expected, key=f"recipients.{recipient}")


def _verify_signature(sealed: SealedList, keys: Sequence[PublicKey]) -> Iterator[Fault]:
    expected = f"the signature of one of {', '.join(MAY_SIGN[sealed.change])}"
    try:
        key = sealed.signing_key()
        if key not in keys:
            what = f"the list is signed with {key.describe()}, which is not among the public keys given"
            yield Fault(what=what, expected=expected, key="signed_by")
        elif key.role not in MAY_SIGN[sealed.change]:
            what = f"the list is signed with {key.describe()}, which may not sign this version"
            yield Fault(what=what, expected=expected, key="signed_by")
        check_signature(key, SIGNED_AS, {"digest": sealed.digest}, sealed.signature)
    except SealError as error:
        yield Fault(what=str(error), expected=expected, remedy=f"{RESTORE}.", key="signature")


def _find_compromised(sealed: SealedList, compromised: frozenset[str]) -> Iterator[Fault]:
    for name, key in [("signed_by", sealed.signed_by), *(("recipients", key) for key in sealed.recipients.values())]:
        if key.get("key_id") in compromised:
            role = str(key.get("role"))
            what = f"the key {str(key.get('key_id'))[:8]} of role {role} is reported as compromised"
            remedy = ONCE_COMPROMISED.get(role, "Ask the sponsor")
            yield Fault(what=what, expected="keys that nobody else has", remedy=f"{remedy}.", key=name)
