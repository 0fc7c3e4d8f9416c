"""The one text of a JSON value, so that its digest is the same wherever it is computed."""

import hashlib
import json
from typing import Any, Final

_encode: Final = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False).encode


def write_canonical(value: Any) -> str:
    """A JSON value as text: names in order, no spaces, ASCII only.

    Raises TypeError for what JSON does not have, ValueError for a number that is not finite.

    >>> write_canonical({"b": 1, "a": ["é", None]})
    '{"a":["\\\\u00e9",null],"b":1}'
    """
    return _encode(value)


def digest_text(text: str) -> str:
    """SHA-256 of a text, in hexadecimal digits."""
    return hashlib.sha256(text.encode()).hexdigest()


def digest_value(value: Any) -> str:
    """SHA-256 of a JSON value in its canonical form."""
    return digest_text(write_canonical(value))
