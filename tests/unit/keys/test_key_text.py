"""Sealed text in small: NIST's cipher under it, and what is refused before it."""

import base64

import pytest
from Crypto.Cipher import AES

from myotis.errors import SealError
from myotis.keys.text import FORM, open_text, seal_text


def test_another_library_opens_a_sealed_text_as_aes_256_gcm():
    key, nonce = bytes(range(32)), bytes(range(12))
    raw = base64.b64decode(seal_text(key, "größer", "S01", lambda _: nonce))
    assert raw[:13] == FORM + nonce
    cipher = AES.new(key, AES.MODE_GCM, nonce=nonce)
    cipher.update(b"S01")
    assert cipher.decrypt_and_verify(raw[13:-16], raw[-16:]).decode() == "größer"


def test_the_same_text_sealed_twice_looks_different():
    nonces = iter([bytes(12), bytes([1] * 12)])
    first, second = (seal_text(bytes(32), "text", "here", lambda _: next(nonces)) for _ in range(2))
    assert first[20:] != second[20:]


@pytest.mark.parametrize("key", [b"", bytes(16), bytes(33)])
def test_a_key_of_another_length_is_refused(key):
    with pytest.raises(SealError, match=f"32 bytes; this one has {len(key)}"):
        seal_text(key, "text", "here", bytes)


def test_a_source_that_gives_too_few_bytes_is_refused():
    with pytest.raises(SealError, match="gave 3 bytes, not the 12"):
        seal_text(bytes(32), "text", "here", lambda _: b"abc")


@pytest.mark.parametrize("sealed", ["", "###", "é", "AAAA", "AQ=="])
def test_what_is_no_sealed_text_is_said_so(sealed):
    with pytest.raises(SealError, match="the sealed text"):
        open_text(bytes(32), sealed, "here")
