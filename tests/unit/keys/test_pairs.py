"""Keys: what is asked of them, and what of them is shown."""

import secrets
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from keys import key_of

from myotis.errors import SealError
from myotis.keys.pairs import PublicKey, make_key, rebuild_key


def test_a_key_never_shows_its_secret():
    key = make_key("pharmacy", "Central pharmacy", "2026-01-05", secrets.token_bytes)
    assert key.secret.hex() not in repr(key) + str(key)
    assert str(key.secret) not in repr(key)


def test_the_fingerprint_changes_with_every_field():
    key = key_of("pharmacy").public
    others = [
        replace(key, role="escrow"), replace(key, holder="Somebody"), replace(key, created="2026-01-06"),
        replace(key, opens="00" * 32), replace(key, signs="00" * 32),
    ]  # fmt: skip
    assert len({key.key_id, *(other.key_id for other in others)}) == 6


def test_a_public_key_is_read_as_it_was_written():
    key = key_of("dsmb").public
    assert PublicKey.parse(key.document()) == key


@pytest.mark.parametrize("field", ["role", "holder", "created", "opens", "signs", "key_id"])
def test_a_changed_field_of_a_public_key_is_told(field):
    document = key_of("pharmacy").public.document()
    document[field] = "escrow" if field == "role" else "0" + document[field][1:]
    if document[field] == key_of("pharmacy").public.document()[field]:
        document[field] = "1" + document[field][1:]
    with pytest.raises(SealError, match="fingerprint doesn't fit"):
        PublicKey.parse(document)


@pytest.mark.parametrize(
    ("document", "told"),
    [
        (None, "has the fields"), ([], "has the fields"), ({}, "has the fields"),
        ({"role": "pharmacy"}, "has the fields"),
        ({**key_of("dsmb").public.document(), "more": "1"}, "has the fields"),
        ({**key_of("dsmb").public.document(), "holder": 3}, "are texts"),
        ({**key_of("dsmb").public.document(), "role": "site"}, "role of the key is unknown"),
        (replace(key_of("dsmb").public, opens="zz").document(), "isn't 32 bytes"),
        (replace(key_of("dsmb").public, opens="AA" * 32).document(), "isn't 32 bytes"),
        (replace(key_of("dsmb").public, signs="00").document(), "isn't 32 bytes"),
    ],
)  # fmt: skip
def test_what_is_no_public_key_is_refused(document, told):
    with pytest.raises(SealError, match=told):
        PublicKey.parse(document)


@pytest.mark.parametrize(
    ("role", "holder", "told"),
    [("site", "A", "no role 'site'"), ("dsmb", " ", "needs a name"), ("dsmb", "a\nb", "needs a name"),
     ("dsmb", "a" * 101, "needs a name")],
)  # fmt: skip
def test_a_key_needs_a_role_and_a_holder(role, holder, told):
    with pytest.raises(SealError, match=told):
        make_key(role, holder, "2026-01-05", secrets.token_bytes)


def test_a_source_without_enough_bytes_makes_no_key():
    with pytest.raises(SealError, match="gave 4 bytes, not the 32"):
        make_key("dsmb", "A", "2026-01-05", lambda _: bytes(4))


def test_a_secret_of_another_key_is_told():
    with pytest.raises(SealError, match="doesn't belong to the key"):
        rebuild_key(key_of("dsmb").public, key_of("escrow").secret)


def test_the_two_pairs_of_a_key_are_different_keys():
    key = key_of("escrow")
    assert key.public.opens != key.public.signs
    assert isinstance(key.public.signing_key(), Ed25519PublicKey)
    assert key.opening_key().private_bytes_raw() != key.signing_key().private_bytes_raw()
    assert key.secret not in {key.opening_key().private_bytes_raw(), key.signing_key().private_bytes_raw()}
