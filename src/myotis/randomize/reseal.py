"""Later versions of a sealed list: another key of one recipient, or another signature. A new version names the digest
of the former one, and everything that isn't resealed stays as it was, byte for byte."""

from typing import Any

from myotis.errors import SealError, SettingError
from myotis.keys.envelope import seal_envelope
from myotis.keys.pairs import PrivateKey, PublicKey
from myotis.randomize.seal import finish
from myotis.randomize.sealed import (
    ORIGIN_RECIPIENTS,
    Recipient,
    SealedList,
    digest_slot,
    encode,
    origin_context,
    slot_context,
)
from myotis.randomize.unseal import find_recipient, open_origin_content, open_place


def reseal_list(sealed: SealedList, recipient: Recipient, key: PublicKey, opener: PrivateKey) -> SealedList:
    """The next version, sealed to a new key of one recipient, by somebody whose key opens this one and who signs.

    All slots are resealed, those that were taken too, since they are opened again as long as the trial goes on. Raises
    SealError where the opener can't open the list, or the new key has another role or is the old one; SettingError
    where the code break's key would have to open what the list was made from.
    """
    as_recipient = find_recipient(sealed, opener)
    if key.role != recipient:
        raise SealError(f"the new key for {recipient} was made for another role ({key.role}); take the right one")
    if key.document() == sealed.recipients[recipient]:
        raise SealError(f"the list is sealed to {key.describe()} already")
    if recipient in ORIGIN_RECIPIENTS and as_recipient not in ORIGIN_RECIPIENTS:
        raise SettingError(f"to reseal to {recipient}, open the list with the key of {' or '.join(ORIGIN_RECIPIENTS)}")
    fields = _next_version(sealed, "resealed", recipient)
    fields["recipients"] = {**sealed.recipients, recipient: key.document()}
    if recipient in ORIGIN_RECIPIENTS:
        envelope = seal_envelope(key, open_origin_content(sealed, opener), origin_context(fields, recipient))
        fields["origin"] = {**sealed.origin, recipient: encode(envelope)}
    slots: dict[str, list[dict[str, Any]]] = {stratum: [] for stratum in sealed.slots_by_stratum}
    for place in sealed.places.values():
        where = (place.stratum, place.position, place.slot.slot_id)
        content = open_place(sealed, place, opener).content
        envelope = seal_envelope(key, content, slot_context(fields, *where, recipient))
        envelopes = {**place.slot.envelopes, recipient: encode(envelope)}
        slots[place.stratum].append(
            {"slot_id": where[2], "envelopes": envelopes, "digest": digest_slot(fields, *where, envelopes)}
        )
    return finish(fields | {"slots_by_stratum": slots}, opener)


def sign_anew(sealed: SealedList, list_maker: PrivateKey) -> SealedList:
    """The next version, the same but for the signature, after another key of the list-maker was made.

    Raises SealError where the key has another role.
    """
    if list_maker.public.role != "list_maker":
        raise SealError(f"a list is signed anew with a key of role list_maker, not of role {list_maker.public.role}")
    return finish(_next_version(sealed, "signed_anew", None), list_maker)


def _next_version(sealed: SealedList, change: str, resealed: Recipient | None) -> dict[str, Any]:
    fields = sealed.model_dump(mode="json", exclude={"digest", "signature", "signed_by"})
    version = {"version": sealed.version + 1, "former": sealed.digest, "change": change, "resealed": resealed}
    return fields | version
