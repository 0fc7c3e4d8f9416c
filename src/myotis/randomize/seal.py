"""Seal a list: every arm by itself, to the pharmacy, to the code break and to the escrow.

An envelope holds the arm and a random nonce, filled up to one length whatever the arm, and is bound to trial,
protocol, list, stratum, position and slot. This module alone may take random bytes from the operating system.
"""

import os
from collections.abc import Callable, Mapping
from typing import Any, Final

from myotis.errors import SealError
from myotis.keys.canonical import write_canonical
from myotis.keys.envelope import seal_envelope
from myotis.keys.pairs import PrivateKey, PublicKey
from myotis.keys.signature import sign_record
from myotis.randomize.lists import AllocationList
from myotis.randomize.sealed import (
    FORM,
    ORIGIN_RECIPIENTS,
    RECIPIENTS,
    SIGNED_AS,
    SLOT_BYTES,
    Recipient,
    SealedList,
    digest_list,
    digest_slot,
    encode,
    origin_context,
    slot_context,
)

ORIGIN_BYTES: Final = 1024
NONCE_BYTES: Final = 32
SLOT_ID_BYTES: Final = 8
LIST_ID_BYTES: Final = 16

Entropy = Callable[[int], bytes]


def draw_entropy(count: int) -> bytes:
    """Random bytes of the operating system, for a list that is used live."""
    return os.urandom(count)  # noqa: TID251 (this module alone may)


def seal_list(
    plain: AllocationList,
    recipients: Mapping[Recipient, PublicKey],
    list_maker: PrivateKey,
    entropy: Entropy = draw_entropy,
) -> SealedList:
    """Seal a list to its three recipients and sign it.

    The ciphertexts alone are digested and signed: a digest of the arms would tell them, since whoever tries all
    arrangements of a few blocks finds the one that has it. ``entropy`` gives ids and nonces; the keys of the envelopes
    come from the library's own source in any case, so no two sealings are alike.

    Raises SealError where a recipient is absent, a key has another role, or two recipients have one key.

    >>> from myotis.keys.pairs import make_key
    >>> plain = AllocationList(
    ...     trial="proderm", protocol_digest="0" * 64, specification_digest="0" * 64, procedure="simple",
    ...     usable_live=False, seed="demo", arms_by_stratum={"mild": ("ivig", "placebo"), "severe": ("placebo",)},
    ... )
    >>> keys = {role: make_key(role, f"Holder {role}", "2026-01-05", os.urandom) for role in RECIPIENTS}
    >>> maker = make_key("list_maker", "List maker", "2026-01-05", os.urandom)
    >>> sealed = seal_list(plain, {role: key.public for role, key in keys.items()}, maker)
    >>> {stratum: len(slots) for stratum, slots in sealed.slots_by_stratum.items()}
    {'mild': 2, 'severe': 1}
    """
    _check_keys(recipients, list_maker)
    fields: dict[str, Any] = {
        "form": FORM, "trial": plain.trial, "protocol_digest": plain.protocol_digest,
        "specification_digest": plain.specification_digest, "list_id": entropy(LIST_ID_BYTES).hex(),
        "usable_live": plain.usable_live, "version": 1, "former": None, "change": "sealed", "resealed": None,
        "recipients": {recipient: recipients[recipient].document() for recipient in RECIPIENTS},
    }  # fmt: skip
    fields["origin"] = _seal_origin(plain, fields, recipients, entropy)
    ids = _draw_slot_ids(plain.count_places(), entropy)
    fields["slots_by_stratum"] = {
        stratum: [
            seal_slot(fields, (stratum, position, ids.pop()), write_slot(arm, entropy), recipients)
            for position, arm in enumerate(arms, start=1)
        ]
        for stratum, arms in plain.arms_by_stratum.items()
    }
    return finish(fields, list_maker)


def write_slot(arm: str, entropy: Entropy) -> bytes:
    """The content of a slot, of the same length whatever the arm. Raises SealError where the arm's name is too long."""
    return _fill({"arm": arm, "nonce": entropy(NONCE_BYTES).hex()}, SLOT_BYTES)


def seal_slot(
    fields: Mapping[str, Any], place: tuple[str, int, str], content: bytes, recipients: Mapping[Recipient, PublicKey]
) -> dict[str, Any]:
    """A slot as the fields of a ``SealedSlot``; ``place`` is stratum, position and id."""
    envelopes = {
        recipient: encode(seal_envelope(key, content, slot_context(fields, *place, recipient)))
        for recipient, key in recipients.items()
    }
    return {"slot_id": place[2], "envelopes": envelopes, "digest": digest_slot(fields, *place, envelopes)}


def finish(fields: Mapping[str, Any], signer: PrivateKey) -> SealedList:
    """The list from its fields, with digest and signature."""
    signed = {**fields, "signed_by": signer.public.document()}
    digest = digest_list(signed)
    signature = sign_record(signer, SIGNED_AS, {"digest": digest})
    strata = {stratum: tuple(slots) for stratum, slots in signed["slots_by_stratum"].items()}
    return SealedList(**{**signed, "slots_by_stratum": strata, "digest": digest, "signature": signature})


def _seal_origin(
    plain: AllocationList, fields: Mapping[str, Any], recipients: Mapping[Recipient, PublicKey], entropy: Entropy
) -> dict[str, str]:
    origin = {
        "procedure": plain.procedure, "usable_live": plain.usable_live, "seed": plain.seed, "entropy": plain.entropy,
        "nonce": entropy(NONCE_BYTES).hex(),
    }  # fmt: skip
    content = _fill(origin, ORIGIN_BYTES)
    return {
        recipient: encode(seal_envelope(recipients[recipient], content, origin_context(fields, recipient)))
        for recipient in ORIGIN_RECIPIENTS
    }


def _draw_slot_ids(count: int, entropy: Entropy) -> list[str]:
    """Ids, all different."""
    ids: dict[str, None] = {}
    while len(ids) < count:
        ids[entropy(SLOT_ID_BYTES).hex()] = None
    return list(ids)


def _fill(content: Mapping[str, Any], length: int) -> bytes:
    raw = write_canonical(content).encode()
    if len(raw) > length:
        raise SealError(f"the name of an arm or of the seed is too long: with the rest it is more than {length} bytes")
    return raw.ljust(length)


def _check_keys(recipients: Mapping[Recipient, PublicKey], list_maker: PrivateKey) -> None:
    if set(recipients) != set(RECIPIENTS):
        raise SealError(f"a list is sealed to {', '.join(RECIPIENTS)}, to each of them")
    for recipient, key in recipients.items():
        if key.role != recipient:
            raise SealError(f"the key for {recipient} was made for another role ({key.role}); take the right one")
    if list_maker.public.role != "list_maker":
        raise SealError(f"a list is signed with a key of role list_maker, not of role {list_maker.public.role}")
    if len({key.opens for key in recipients.values()} | {list_maker.public.opens}) < len(RECIPIENTS) + 1:
        raise SealError("two of the keys are the same; everyone holds a key of their own")
