"""The one text of a JSON value, so that its digest is the same wherever it is computed."""

import hashlib
import json
from typing import Any, Final, NoReturn

SCALARS: Final = frozenset({str, int, float, bool, type(None)})

_encode: Final = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False).encode


def write_canonical(value: Any) -> str:
    """A JSON value as text: names in order, no spaces, ASCII only.

    Raises TypeError for what JSON does not have, ValueError for a number that is not finite.

    >>> write_canonical({"b": 1, "a": ["é", None]})
    '{"a":["\\\\u00e9",null],"b":1}'
    """
    return _encode(value)


def parse_json(text: str | bytes) -> Any:
    """A JSON value from its text; raises ValueError where it is none. NaN and infinity are none.

    >>> parse_json('{"a": [1, null]}')
    {'a': [1, None]}
    """
    return _decoder.decode(text if isinstance(text, str) else text.decode())


def settle_value(value: Any) -> Any:
    """A value as it comes back from its text: of its own, with names that are text, lists for tuples.

    So a log in memory and one in a file hold the same, and nobody changes a value after it was logged.

    >>> settle_value({"cycles": (1, 2)})
    {'cycles': [1, 2]}
    """
    return value if type(value) in SCALARS else parse_json(_encode(value))


def digest_text(text: str) -> str:
    """SHA-256 of a text, in hexadecimal digits."""
    return hashlib.sha256(text.encode()).hexdigest()


def digest_value(value: Any) -> str:
    """SHA-256 of a JSON value in its canonical form."""
    return digest_text(_encode(value))


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")


_decoder: Final = json.JSONDecoder(parse_constant=_refuse)
