"""The list specification: which procedure makes the lists, and how long they are.

It is restricted: who knows the sizes of the blocks guesses the last arms of each. The protocol holds its digest only,
and the salt keeps people from finding the sizes by trying: few sizes and titles are likely, and each has its digest.
"""

from collections.abc import Iterable
from functools import cached_property
from pathlib import Path
from typing import Annotated, Final, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from myotis.errors import Fault, InputError
from myotis.keys.canonical import digest_value
from myotis.protocol.fields import Section
from myotis.protocol.files import build_model, parse_toml, read_text
from myotis.protocol.trial import Trial
from myotis.randomize.procedures.big_stick import BigStick
from myotis.randomize.procedures.law import Procedure
from myotis.randomize.procedures.maximal import Maximal
from myotis.randomize.procedures.minimization import Minimization
from myotis.randomize.procedures.permuted_blocks import PermutedBlocks
from myotis.randomize.procedures.simple import Simple
from myotis.randomize.strata import list_strata

LISTED: Final = ("simple", "permuted_blocks", "big_stick", "maximal")
"""The procedures that make lists."""
PROCEDURES: Final = (*LISTED, "minimization")

SALT_BYTES: Final = 16
"""The least that a salt has; nobody tries 128 bits."""

Places = Annotated[int, Field(ge=1, le=100_000)]
Salt = Annotated[str, StringConstraints(pattern=rf"^([0-9a-f]{{2}}){{{SALT_BYTES},}}$")]


class ListSpecification(Section):
    """A list specification. Read one with ``read_specification``; exactly one procedure is a table of the file."""

    schema_version: Literal[1]
    """The version of this file format."""
    title: str
    salt: Salt | None = None
    """At least 16 random bytes, in hexadecimal digits, which nobody else knows. A live list asks for them."""
    places_per_stratum: Places | None = None
    """How many places the list of each stratum has. None with minimization, which has no list."""
    places: dict[str, Places] = Field(default={})
    """Other numbers of places, by stratum, such as ``"mild/female" = 60``."""
    simple: Simple | None = None
    permuted_blocks: PermutedBlocks | None = None
    big_stick: BigStick | None = None
    maximal: Maximal | None = None
    minimization: Minimization | None = None

    @model_validator(mode="after")
    def _one_procedure(self) -> Self:
        named = [name for name in PROCEDURES if getattr(self, name) is not None]
        if len(named) != 1:
            raise ValueError(
                f"{len(named)} procedures are named; expected exactly one table of {', '.join(PROCEDURES)}"
            )
        if self.minimization is None and self.places_per_stratum is None:
            raise ValueError("the length of the lists is not said; expected places_per_stratum")
        if self.minimization is not None and (self.places_per_stratum is not None or self.places):
            raise ValueError("minimization has no list; expected neither places_per_stratum nor places")
        return self

    @property
    def procedure_name(self) -> str:
        """The name of the procedure, such as ``permuted_blocks``."""
        return next(name for name in PROCEDURES if getattr(self, name) is not None)

    @property
    def procedure(self) -> Procedure | None:
        """The procedure that makes the lists; None with minimization, which has none."""
        return self.simple or self.permuted_blocks or self.big_stick or self.maximal

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the canonical form: the same for files that differ only in layout, comments or order.

        What a file leaves out is left out, so that an option which a later Myotis adds changes no digest in a protocol.
        """
        return digest_value(self.model_dump(mode="json", exclude_defaults=True))

    def find_places(self, stratum: str) -> int:
        """How many places the list of a stratum has; 0 with minimization."""
        return self.places.get(stratum, self.places_per_stratum or 0)


def read_specification(path: Path) -> ListSpecification:
    """Read a list specification, a TOML file. Raises InputError with every fault of the file."""
    text = read_text(path, expected="a list specification, a TOML file")
    return build_model(ListSpecification, parse_toml(text, path.name), path.name)


def check_specification(specification: ListSpecification, trial: Trial) -> None:
    """Raise InputError with everything in which a specification does not fit the protocol.

    >>> from myotis.protocol.read import read_trial
    >>> blocks = PermutedBlocks(block_sizes=(3,))
    >>> specification = ListSpecification(schema_version=1, title="A", places_per_stratum=60, permuted_blocks=blocks)
    >>> check_specification(specification, read_trial("proderm"))
    Traceback (most recent call last):
    ...
    myotis.errors.InputError: permuted_blocks.block_sizes.0: a block of 3 can't hold the ratio; expected a multiple...
    """
    faults = find_specification_faults(specification, trial)
    if faults:
        raise InputError(faults)


def find_specification_faults(specification: ListSpecification, trial: Trial) -> list[Fault]:
    """Everything in which a specification does not fit the protocol."""
    randomization = trial.randomization
    faults = []
    if randomization.list_specification_digest not in {None, specification.digest}:
        what, expected = "this is not the specification that the protocol names", "one with the digest in the protocol"
        remedy = "Take the right file, or amend randomization.list_specification_digest."
        faults.append(Fault(what=what, expected=expected, remedy=remedy))
    if (randomization.allocation == "pharmacy") != (specification.minimization is not None):
        home = "the pharmacy" if randomization.allocation == "pharmacy" else "a list"
        fitting = "minimization" if randomization.allocation == "pharmacy" else f"one of {', '.join(LISTED)}"
        what = f"the protocol allocates from {home}, which {specification.procedure_name} does not do"
        remedy = "Change the procedure, or amend randomization.allocation."
        faults.append(Fault(what=what, expected=fitting, remedy=remedy, key=specification.procedure_name))
    strata = list_strata(trial)
    faults += [
        Fault(what="the protocol has no such stratum", expected=f"one of {', '.join(strata)}",
              remedy="Correct the name.", key=f"places.{name}")
        for name in specification.places if name not in strata
    ]  # fmt: skip
    lengths = [specification.find_places(stratum) for stratum in strata]
    faults += find_procedure_faults(specification, trial, lengths)
    planned = randomization.planned_subjects
    if specification.procedure is not None and sum(lengths) < planned:
        what, expected = f"the lists have {sum(lengths)} places in all", f"at least the {planned} planned subjects"
        faults.append(Fault(what=what, expected=expected, remedy="Lengthen them.", key="places_per_stratum"))
    return faults


def find_salt_faults(specification: ListSpecification, *, fresh: str | None = None) -> list[Fault]:
    """Why no live list is made by a specification: it has no salt. ``fresh`` is one that can be put into the file."""
    if specification.salt is not None:
        return []
    remedy = (
        "Add one that nobody else knows; myotis randomize make draws one."
        if fresh is None
        else f'Put this new one into the file, below the title: salt = "{fresh}"'
    )
    what = "a live list needs a salt, since without one the procedure can be guessed from the digest in the protocol"
    expected = f"at least {SALT_BYTES} random bytes in hexadecimal digits"
    return [Fault(what=what, expected=expected, remedy=remedy, key="salt")]


def find_procedure_faults(specification: ListSpecification, trial: Trial, lengths: Iterable[int]) -> list[Fault]:
    """Why the procedure makes no lists of these lengths for the protocol's ratio and factors."""
    ratio = trial.randomization.ratio
    if specification.minimization is not None:
        factors = [factor.id for factor in trial.randomization.factors]
        return list(specification.minimization.find_faults(ratio, factors))
    faults: list[Fault] = []
    for length in dict.fromkeys(lengths):
        procedure = specification.procedure
        faults += [f for f in (procedure.find_faults(ratio, length) if procedure else ()) if f not in faults]
    return faults
