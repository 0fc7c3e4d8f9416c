"""The protocol file as JSON Schema, for editors that complete and check TOML while it is written."""

from typing import Any

from myotis.protocol.trial import Trial

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def protocol_schema() -> dict[str, Any]:
    """The JSON Schema of a protocol file: its tables, fields, options and units, each with its description.

    It says what one field may hold. That fields fit one another (visits in order, names that are declared) is more
    than a schema can say: ``read_trial`` checks that.

    >>> sorted(protocol_schema()["required"])[:3]
    ['arms', 'baseline_visit', 'epochs']
    """
    return {"$schema": DIALECT} | Trial.model_json_schema(mode="validation")
