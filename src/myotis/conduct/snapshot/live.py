"""LIVE: every word of the system, as it was told."""

import json
from collections.abc import Iterator
from typing import Any

from myotis.conduct.study import SubjectFile
from myotis.log.messages import is_request


def list_words(subject: SubjectFile) -> Iterator[dict[str, Any]]:
    """A row for each word that people were told about a subject; requests to the pharmacy are none of them."""
    for entry in subject.told:
        if not is_request(entry):
            yield {
                "LIVEWHAT": entry.get("what"), "LIVEANS": json.dumps(entry.get("answer"), sort_keys=True),
                "LIVERULE": entry.get("rule"), "LIVEINP": entry.get("inputs"),
                "LIVETO": " ".join(entry.get("to") or ()),
                "LIVEPROT": entry.protocol, "LIVEDIG": entry.protocol_digest, "LIVEDTC": entry.recorded,
                "LIVEENT": entry.number, "LIVEABT": entry.get("about"),
            }  # fmt: skip
