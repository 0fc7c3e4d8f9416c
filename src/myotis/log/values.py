"""JSON as logs read it and keep it: their values come back as they were logged."""

import json
from typing import Any, Final, NoReturn

from myotis.keys.canonical import write_canonical

SCALARS: Final = frozenset({str, int, float, bool, type(None)})


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
    return value if type(value) in SCALARS else parse_json(write_canonical(value))


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")


_decoder: Final = json.JSONDecoder(parse_constant=_refuse)
