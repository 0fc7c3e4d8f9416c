"""The keys of a holder: one pair to open what is sealed to it, one to sign. X25519 and Ed25519 (RFC 7748, RFC 8032).

Both pairs are derived from one secret of 32 bytes by HKDF-SHA256 (RFC 5869), so that a key is one thing to keep, to
split and to recover.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Final, Self

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from myotis.errors import SealError
from myotis.keys.canonical import digest_value
from myotis.keys.roles import ROLES, Role

SECRET_BYTES: Final = 32
KEY_ID_DIGITS: Final = 32
HOLDER_LENGTH: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicKey:
    """What everybody may know of a key. ``created`` is a time as text; ``opens`` and ``signs`` are hexadecimal."""

    role: Role
    holder: str
    created: str
    opens: str
    signs: str

    @property
    def key_id(self) -> str:
        """The fingerprint: of both public keys, the role, the holder and the time, so that none can be exchanged."""
        return digest_value(asdict(self))[:KEY_ID_DIGITS]

    def describe(self) -> str:
        """The role and the beginning of the fingerprint, for messages."""
        return f"the key {self.key_id[:8]} of role {self.role}"

    def document(self) -> dict[str, str]:
        """The key as a JSON value, with its fingerprint."""
        return {"key_id": self.key_id, **asdict(self)}

    @classmethod
    def parse(cls, document: Any) -> Self:
        """The key that a JSON value describes. Raises SealError where it is none, or the fingerprint doesn't fit."""
        names = {each.name for each in fields(cls)}
        if not isinstance(document, Mapping) or set(document) != names | {"key_id"}:
            raise SealError(f"a public key has the fields key_id, {', '.join(sorted(names))}, and no others")
        if any(not isinstance(value, str) for value in document.values()):
            raise SealError("the fields of a public key are texts")
        if document["role"] not in ROLES:
            raise SealError(f"the role of the key is unknown; expected one of {', '.join(ROLES)}")
        key = cls(**{name: document[name] for name in names})
        if key.key_id != document["key_id"]:
            raise SealError("the fingerprint doesn't fit the public key: the file was changed. Get the key anew")
        key.opening_key()
        key.signing_key()
        return key

    def opening_key(self) -> X25519PublicKey:
        """The library's form of the key that things are sealed to."""
        return X25519PublicKey.from_public_bytes(_read_hexadecimal(self.opens))

    def signing_key(self) -> Ed25519PublicKey:
        """The library's form of the key that signatures are checked with."""
        try:
            return Ed25519PublicKey.from_public_bytes(_read_hexadecimal(self.signs))
        except ValueError:
            raise SealError("the public key is no point of the curve: it was changed") from None


@dataclass(frozen=True, slots=True)
class PrivateKey:
    """A whole key. Its secret is never shown; write it only with ``write_private_key`` or split it."""

    public: PublicKey
    secret: bytes = field(repr=False)

    def opening_key(self) -> X25519PrivateKey:
        """The library's form of the key that opens."""
        return _opening_key(self.secret)

    def signing_key(self) -> Ed25519PrivateKey:
        """The library's form of the key that signs."""
        return _signing_key(self.secret)


def make_key(role: str, holder: str, created: str, entropy: Callable[[int], bytes]) -> PrivateKey:
    """A new key for a holder of a role, from 32 random bytes.

    ``created`` is a time as text, for people. Raises SealError where the role is unknown or the holder has no name.

    >>> import secrets
    >>> key = make_key("pharmacy", "Central pharmacy", "2026-01-05T10:00+00:00", secrets.token_bytes)
    >>> key.public.role, len(key.public.key_id)
    ('pharmacy', 32)
    """
    if role not in ROLES:
        raise SealError(f"there is no role {role!r}; expected one of {', '.join(ROLES)}")
    if not holder.strip() or len(holder) > HOLDER_LENGTH or not holder.isprintable():
        raise SealError(f"the holder needs a name of one line, up to {HOLDER_LENGTH} characters")
    secret = entropy(SECRET_BYTES)
    if len(secret) != SECRET_BYTES:
        raise SealError(f"the source of random bytes gave {len(secret)} bytes, not the {SECRET_BYTES} asked for")
    opens, signs = public_parts(secret)
    return PrivateKey(PublicKey(role=role, holder=holder.strip(), created=created, opens=opens, signs=signs), secret)


def rebuild_key(public: PublicKey, secret: bytes) -> PrivateKey:
    """The whole key from its secret. Raises SealError where the secret belongs to another public key."""
    if len(secret) != SECRET_BYTES or public_parts(secret) != (public.opens, public.signs):
        raise SealError(f"the secret doesn't belong to {public.describe()}")
    return PrivateKey(public, secret)


def public_parts(secret: bytes) -> tuple[str, str]:
    """The two public keys that belong to a secret: what opens, what signs; hexadecimal."""
    opens = _opening_key(secret).public_key().public_bytes_raw().hex()
    return opens, _signing_key(secret).public_key().public_bytes_raw().hex()


def _opening_key(secret: bytes) -> X25519PrivateKey:
    return X25519PrivateKey.from_private_bytes(_expand(secret, b"myotis key: opens"))


def _signing_key(secret: bytes) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(_expand(secret, b"myotis key: signs"))


def _expand(secret: bytes, purpose: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=SECRET_BYTES, salt=None, info=purpose).derive(secret)


def _read_hexadecimal(text: str) -> bytes:
    try:
        raw = bytes.fromhex(text)
    except ValueError:
        raw = b""
    if len(raw) != SECRET_BYTES or raw.hex() != text:
        raise SealError(f"a part of the public key isn't {SECRET_BYTES} bytes in hexadecimal digits: it was changed")
    return raw
