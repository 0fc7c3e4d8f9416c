"""Envelopes: bytes sealed to the public key of one holder, who alone opens them. HPKE (RFC 9180) of the library.

X25519, HKDF-SHA256 and AES-256-GCM, base mode, one message an envelope. Every envelope has a key of its own inside, so
that the same text sealed twice looks different, and no envelope tells whether it holds what another one holds.
"""

from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from myotis.errors import SealError
from myotis.keys.pairs import PrivateKey, PublicKey

SUITE: Final = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
ADDED_BYTES: Final = 48
"""How much longer an envelope is than what it holds."""


def seal_envelope(key: PublicKey, plaintext: bytes, context: str) -> bytes:
    """Seal bytes to a holder. ``context`` says where they belong; it isn't kept, and who opens must say the same.

    Raises SealError where the public key can't be sealed to.

    >>> import secrets
    >>> from myotis.keys.pairs import make_key
    >>> key = make_key("dsmb", "DSMB statistician", "2026-01-05", secrets.token_bytes)
    >>> open_envelope(key, seal_envelope(key.public, b"a copy", "trial X"), "trial X")
    b'a copy'
    """
    try:
        return SUITE.encrypt(plaintext, key.opening_key(), info=context.encode())
    except ValueError:  # a point of small order, which no honest key is
        raise SealError(f"nothing can be sealed to {key.describe()}: it is no key that a program made") from None


def open_envelope(key: PrivateKey, envelope: bytes, context: str) -> bytes:
    """What ``seal_envelope`` sealed to this key in this context.

    Raises SealError where key or context are others, or the envelope was changed; which of these, nobody can tell.
    """
    try:
        return SUITE.decrypt(envelope, key.opening_key(), info=context.encode())
    except (InvalidTag, ValueError):
        raise SealError(
            f"the envelope can't be opened with {key.public.describe()}: it is sealed to another key, "
            "belongs to another place, or was changed"
        ) from None
