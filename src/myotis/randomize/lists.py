"""The allocation list: the arm of every place of every stratum, with what it was made from.

Who has it knows every arm. It is handed to the seal, and nowhere else.
"""

import os
import re
from pathlib import Path
from typing import Annotated, Final, Self

from pydantic import Field, StringConstraints, ValidationError, model_validator

from myotis.errors import Fault, InputError, SettingError
from myotis.protocol.fields import Id, Section

ENTROPY_BYTES: Final = 32
"""256 bits: the least that a list which is to be used live is made from."""

Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Hexadecimal = Annotated[str, StringConstraints(pattern=r"^([0-9a-f]{2})+$", min_length=2 * ENTROPY_BYTES)]


class AllocationList(Section):
    """A plain list. Made by ``make_list``, kept by ``write_list``."""

    trial: Id
    """The id of the trial."""
    protocol_digest: Digest
    specification_digest: Digest
    procedure: str
    """The name of the procedure, such as ``permuted_blocks``."""
    usable_live: bool
    """False for a list from a named seed, which anybody can make again."""
    seed: str | None = None
    """The named seed, of a list for demonstrations and tests."""
    entropy: Hexadecimal | None = None
    """The random bytes that a live list was made from, in hexadecimal digits. They are sealed with the list."""
    arms_by_stratum: dict[str, tuple[Id, ...]] = Field(min_length=1)
    """The arms of each stratum in the order of its places; the strata are named as ``name_stratum`` names them."""

    @model_validator(mode="after")
    def _one_origin(self) -> Self:
        if (self.seed is None) == (self.entropy is None):
            raise ValueError("the list has not one origin; expected either a named seed or entropy")
        if self.usable_live != (self.entropy is not None):
            raise ValueError("usable_live contradicts the origin; expected true with entropy, false with a named seed")
        return self
