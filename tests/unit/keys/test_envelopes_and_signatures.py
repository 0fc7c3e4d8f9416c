"""Envelopes open for their holder in their place; signatures hold for their record and kind."""

from dataclasses import replace

import pytest
from keys import key_of

from myotis.errors import SealError
from myotis.keys.envelope import ADDED_BYTES, open_envelope, seal_envelope
from myotis.keys.signature import check_signature, sign_record

PHARMACY, ESCROW = key_of("pharmacy"), key_of("escrow")


def test_an_envelope_opens_for_its_holder():
    assert open_envelope(PHARMACY, seal_envelope(PHARMACY.public, b"arm", "slot 1"), "slot 1") == b"arm"


def test_an_envelope_is_longer_by_a_fixed_number_of_bytes_and_never_the_same():
    first, second = (seal_envelope(PHARMACY.public, bytes(100), "here") for _ in range(2))
    assert len(first) == len(second) == 100 + ADDED_BYTES
    assert first != second


@pytest.mark.parametrize(
    ("key", "context", "change"),
    [
        (ESCROW, "slot 1", lambda sealed: sealed), (PHARMACY, "slot 2", lambda sealed: sealed),
        (PHARMACY, "slot 1", lambda sealed: sealed[:-1]), (PHARMACY, "slot 1", lambda sealed: sealed[:20]),
        (PHARMACY, "slot 1", lambda _: b""), (PHARMACY, "slot 1", lambda sealed: bytes(len(sealed))),
        (PHARMACY, "slot 1", lambda sealed: sealed[:40] + bytes([sealed[40] ^ 1]) + sealed[41:]),
    ],
)  # fmt: skip
def test_another_key_another_place_or_a_change_is_one_error(key, context, change):
    sealed = seal_envelope(PHARMACY.public, b"placebo", "slot 1")
    with pytest.raises(SealError, match="can't be opened with the key") as raised:
        open_envelope(key, change(sealed), context)
    assert "placebo" not in str(raised.value)


def test_nothing_is_sealed_to_a_point_of_small_order():
    with pytest.raises(SealError, match="nothing can be sealed to"):
        seal_envelope(replace(PHARMACY.public, opens="00" * 32), b"arm", "slot 1")


def test_a_signature_holds_for_any_order_of_the_fields():
    signature = sign_record(ESCROW, "note", {"a": 1, "b": [None, "é"]})
    check_signature(ESCROW.public, "note", {"b": [None, "é"], "a": 1}, signature)


@pytest.mark.parametrize(
    ("key", "kind", "record"),
    [(PHARMACY, "note", {"a": 1}), (ESCROW, "approval", {"a": 1}), (ESCROW, "note", {"a": 2}),
     (ESCROW, "note", {"a": "1"}), (ESCROW, "note", {"a": 1, "b": None})],
)  # fmt: skip
def test_another_key_kind_or_record_is_found(key, kind, record):
    signature = sign_record(ESCROW, "note", {"a": 1})
    with pytest.raises(SealError, match=f"signature under the {kind}"):
        check_signature(key.public, kind, record, signature)


@pytest.mark.parametrize("change", [str.upper, lambda text: text + " ", lambda text: text[:-2], lambda _: "no"])
def test_a_signature_has_one_text_only(change):
    signature = sign_record(ESCROW, "note", {"a": 1})
    with pytest.raises(SealError, match="signature under the note"):
        check_signature(ESCROW.public, "note", {"a": 1}, change(signature))
