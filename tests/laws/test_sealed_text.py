"""Whatever was sealed opens with its key in its context, and in no other way."""

import base64
import secrets

import pytest
from hypothesis import given
from hypothesis import strategies as st

from myotis.errors import SealError
from myotis.keys.text import open_text, seal_text

KEYS = st.binary(min_size=32, max_size=32)
TEXTS = st.text(max_size=200)


@given(key=KEYS, text=TEXTS, context=TEXTS)
def test_what_was_sealed_opens_to_the_same_text(key, text, context):
    assert open_text(key, seal_text(key, text, context, secrets.token_bytes), context) == text


@given(key=KEYS, other=KEYS, text=TEXTS)
def test_another_key_opens_nothing(key, other, text):
    sealed = seal_text(key, text, "here", secrets.token_bytes)
    if key != other:
        with pytest.raises(SealError):
            open_text(other, sealed, "here")


@given(key=KEYS, text=TEXTS, context=TEXTS, other=TEXTS)
def test_a_text_opens_nowhere_but_in_its_place(key, text, context, other):
    sealed = seal_text(key, text, context, secrets.token_bytes)
    if context != other:
        with pytest.raises(SealError):
            open_text(key, sealed, other)


@given(key=KEYS, text=TEXTS, data=st.data())
def test_a_flipped_bit_is_found(key, text, data):
    raw = bytearray(base64.b64decode(seal_text(key, text, "here", secrets.token_bytes)))
    position = data.draw(st.integers(0, len(raw) - 1))
    raw[position] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(SealError):
        open_text(key, base64.b64encode(raw).decode(), "here")


@given(text=TEXTS, cut=st.integers(0, 39))
def test_a_sealed_text_that_was_cut_off_is_refused(text, cut):
    sealed = seal_text(bytes(32), text, "here", secrets.token_bytes)
    with pytest.raises(SealError) as raised:
        open_text(bytes(32), sealed[:cut], "here")
    assert len(text) < 4 or text not in str(raised.value)
