"""Free text sealed under a key, such as the key of one subject: without the key nobody reads it.

AES-256-GCM with a random nonce. Throw the key away, and every text sealed under it is gone, in backups too. The
length of a sealed text tells the length of the text, to a byte.
"""

import base64
import binascii
from collections.abc import Callable
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from myotis.errors import SealError

KEY_BYTES: Final = 32
NONCE_BYTES: Final = 12
"""NIST SP 800-38D: random nonces of 96 bits are safe for 2^32 texts under one key."""

FORM: Final = b"\x01"
"""The first byte of a sealed text, so that another cipher can follow one day."""


def seal_text(key: bytes, text: str, context: str, entropy: Callable[[int], bytes]) -> str:
    """Seal a text under a key of 32 bytes; the answer is base64.

    ``context`` says where the text belongs, such as the log, the subject and the field. It isn't kept: who opens the
    text must say the same, so a sealed text can't be moved elsewhere. ``entropy`` gives so many random bytes, and
    never the same ones again. Raises SealError where the key has another length.

    >>> import secrets
    >>> key = secrets.token_bytes(32)
    >>> sealed = seal_text(key, "fell on the stairs", "S01 narrative", secrets.token_bytes)
    >>> open_text(key, sealed, "S01 narrative")
    'fell on the stairs'
    """
    nonce = entropy(NONCE_BYTES)
    if len(nonce) != NONCE_BYTES:
        raise SealError(f"the source of random bytes gave {len(nonce)} bytes, not the {NONCE_BYTES} it was asked for")
    sealed = _cipher(key).encrypt(nonce, text.encode(), context.encode())
    return base64.b64encode(FORM + nonce + sealed).decode()


def open_text(key: bytes, sealed: str, context: str) -> str:
    """The text that ``seal_text`` sealed under this key in this context.

    Raises SealError where the key or the context is another one, or the sealed text was changed; which of these it
    is, nobody can tell.
    """
    cipher = _cipher(key)
    try:
        raw = base64.b64decode(sealed, validate=True)
    except (binascii.Error, ValueError):
        raise SealError("the sealed text isn't base64; it was changed or cut off") from None
    form, nonce, rest = raw[:1], raw[1 : 1 + NONCE_BYTES], raw[1 + NONCE_BYTES :]
    if form != FORM or len(nonce) < NONCE_BYTES:
        raise SealError(
            "the sealed text has not the form of one; it was changed or cut off, or a later Myotis wrote it"
        )
    try:
        return cipher.decrypt(nonce, rest, context.encode()).decode()
    except InvalidTag:
        raise SealError(
            "the sealed text can't be opened: the key or the place it is read from is another one, or it was changed"
        ) from None


def _cipher(key: bytes) -> AESGCM:
    if len(key) != KEY_BYTES:
        raise SealError(f"a key for text has {KEY_BYTES} bytes; this one has {len(key)}")
    return AESGCM(key)
