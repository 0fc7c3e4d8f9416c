"""The file beside the tables of a folder that says where they come from."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from myotis.exchange.writing import telling_failures

MANIFEST: Final = "snapshot.json"


def write_manifest(folder: Path, description: Mapping[str, Any]) -> None:
    """Write where tables come from into their folder. Raises InputError where it can't be written to."""
    with telling_failures(folder):
        text = json.dumps(description, indent=2, sort_keys=True, ensure_ascii=False)
        (folder / MANIFEST).write_text(text + "\n", encoding="utf-8")
