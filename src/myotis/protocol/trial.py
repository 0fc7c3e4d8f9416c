"""The Trial: a protocol file as one frozen object that refuses to be built wrong."""

import hashlib
import json
from collections.abc import Iterator
from functools import cached_property
from typing import Self

from pydantic import model_validator

from myotis.errors import InputError
from myotis.protocol.check import find_contradictions
from myotis.protocol.contents import Contents
from myotis.protocol.provenance import list_facts
from myotis.terms.source import Fact


class Trial(Contents):
    """A trial, as its protocol and analysis plan state it. Read one with ``read_trial``."""

    @model_validator(mode="after")
    def _no_contradictions(self) -> Self:
        faults = find_contradictions(self)
        if faults:
            raise InputError(faults)
        return self

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the canonical form: the same for files that differ only in layout, comments or order of tables.

        What a file leaves out is left out, so that a field which a later Myotis adds changes no digest in a log.
        """
        values = self.model_dump(mode="json", exclude_defaults=True)
        canonical = json.dumps(values, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
        return hashlib.sha256(canonical.encode()).hexdigest()

    def list_facts(self) -> Iterator[Fact]:
        """Every value of the protocol with its source."""
        return list_facts(self.model_dump(mode="json"), self.provenance, self.references)
