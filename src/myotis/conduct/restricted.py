"""Restricted results: laboratory values that would tell the treatment, packed so that nothing of them shows.

The site's system packs and seals; it holds no key that opens. Who has one, the safety physician, opens outside the log.
"""

import base64
import binascii
import json
from collections.abc import Callable
from typing import Any, Final

from myotis.errors import SealError
from myotis.keys.canonical import write_canonical
from myotis.keys.envelope import open_envelope, seal_envelope
from myotis.keys.pairs import PrivateKey, PublicKey

RESTRICTED: Final = "restricted_result"
"""The form of a restricted result."""
PACKED_LENGTH: Final = 512
"""How long each result is before it is sealed, whatever it says: the length of a sealed text tells that of the text."""


def name_context(subject: str, at: str, analyte: str) -> str:
    """Where a sealed result belongs; who opens it must say the same.

    >>> name_context("101-001", "W4", "igg")
    '101-001/restricted_result/W4/igg'
    """
    return "/".join((subject, RESTRICTED, at, analyte))


def pack_result(values: dict[str, Any]) -> str:
    """A result as text of one length. Raises SealError where it is longer than that; the error says nothing of it.

    >>> packed = pack_result({"value": "12.5"}), pack_result({"value": "9", "lower_limit": "7.0"})
    >>> [len(text) for text in packed], unpack_result(packed[0])
    ([512, 512], {'value': '12.5'})
    """
    text = write_canonical(values)
    if len(text) > PACKED_LENGTH:
        raise SealError("the result has too many characters to be sealed")
    return text.ljust(PACKED_LENGTH)


def unpack_result(text: str) -> dict[str, Any]:
    """What ``pack_result`` packed."""
    values: dict[str, Any] = json.loads(text)
    return values


def seal_results_to(key: PublicKey) -> Callable[[str, str], str]:
    """How results are sealed to the safety physician: what ``Means.seal_result`` takes."""

    def seal_result(text: str, context: str) -> str:
        return base64.b64encode(seal_envelope(key, text.encode(), context)).decode()

    return seal_result


def open_result(key: PrivateKey, envelope: str, context: str) -> dict[str, Any]:
    """The result in an envelope, as the safety physician reads it, away from the log.

    Raises SealError where the key or the context is another, or the envelope was changed.

    >>> import secrets
    >>> from myotis.keys.pairs import make_key
    >>> key = make_key("safety_physician", "Dr. Example", "2026-01-05", secrets.token_bytes)
    >>> context = name_context("101-001", "W4", "igg")
    >>> open_result(key, seal_results_to(key.public)(pack_result({"value": "12.5"}), context), context)
    {'value': '12.5'}
    """
    try:
        sealed = base64.b64decode(envelope, validate=True)
    except (binascii.Error, ValueError):
        raise SealError("the envelope isn't base64; it was changed or cut off") from None
    return unpack_result(open_envelope(key, sealed, context).decode())
