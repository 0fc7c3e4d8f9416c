"""Signatures over JSON values in their one canonical text. Ed25519 (RFC 8032) of the library."""

from collections.abc import Mapping
from typing import Any

from cryptography.exceptions import InvalidSignature

from myotis.errors import SealError
from myotis.keys.canonical import write_canonical
from myotis.keys.pairs import PrivateKey, PublicKey


def sign_record(key: PrivateKey, kind: str, record: Mapping[str, Any]) -> str:
    """The signature under a record, in hexadecimal digits.

    ``kind`` names what is signed, such as ``approval of a sealed list``: a signature under one kind of record is none
    under another. Raises TypeError or ValueError for what JSON does not have.

    >>> import secrets
    >>> from myotis.keys.pairs import make_key
    >>> key = make_key("statistician", "Unblinded statistician", "2026-01-05", secrets.token_bytes)
    >>> check_signature(key.public, "note", {"n": 1}, sign_record(key, "note", {"n": 1}))
    """
    return key.signing_key().sign(_message(key.public, kind, record)).hex()


def check_signature(key: PublicKey, kind: str, record: Mapping[str, Any], signature: str) -> None:
    """Raise SealError unless the holder of the key signed this record as this kind of record."""
    try:
        key.signing_key().verify(_read_signature(signature), _message(key, kind, record))
    except (InvalidSignature, ValueError):
        raise SealError(
            f"the signature under the {kind} isn't one of {key.describe()}, or what it is under was changed since"
        ) from None


def _read_signature(signature: str) -> bytes:
    raw = bytes.fromhex(signature)
    if raw.hex() != signature:  # spaces or capitals: a signature has one text only
        raise ValueError("the signature isn't in small hexadecimal digits")
    return raw


def _message(key: PublicKey, kind: str, record: Mapping[str, Any]) -> bytes:
    return write_canonical({"kind": f"myotis: {kind}", "signed_by": key.key_id, "record": record}).encode()
