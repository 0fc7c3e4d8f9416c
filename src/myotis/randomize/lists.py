"""The allocation list: the arm of every place of every stratum, with what it was made from.

Who has it knows every arm. It is handed to the seal, and nowhere else.
"""

import json
import os
from collections import Counter
from pathlib import Path
from typing import Annotated, Final, Self

from pydantic import Field, StringConstraints, model_validator

from myotis.errors import Fault, InputError, SettingError
from myotis.protocol.fields import Digest, Id, Section
from myotis.protocol.files import build_model, read_text
from myotis.protocol.trial import Trial
from myotis.randomize.bits import SeededBits
from myotis.randomize.specification import ListSpecification, find_salt_faults, find_specification_faults
from myotis.randomize.strata import list_strata

ENTROPY_BYTES: Final = 32
"""256 bits: the least that a list which is to be used live is made from."""

OWNER_ONLY: Final = 0o600

Entropy = Annotated[str, StringConstraints(pattern=r"^([0-9a-f]{2}){32,}$")]


class AllocationList(Section):
    """A plain list. Made by ``make_list``, kept by ``write_list``."""

    trial: str
    """The id of the trial."""
    protocol_digest: Digest
    specification_digest: Digest
    procedure: str
    """The name of the procedure, such as ``permuted_blocks``."""
    usable_live: bool
    """False for a list from a named seed, which anybody can make again."""
    seed: str | None = None
    """The named seed, of a list for demonstrations and tests."""
    entropy: Entropy | None = None
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

    def count_places(self) -> int:
        """How many places the list has, over all strata."""
        return sum(map(len, self.arms_by_stratum.values()))


def make_list(
    trial: Trial, specification: ListSpecification, *, seed: str | None = None, entropy: bytes | None = None
) -> AllocationList:
    """Make the list of a trial: each stratum from a random stream of its own.

    A named ``seed`` gives the same list to everybody, which is then not usable live; ``entropy`` are at least 32 random
    bytes, which are kept in the list. The same seed or entropy and specification give the same list on every platform.

    Raises InputError where the specification does not fit the protocol, or has no salt and entropy is given;
    SettingError where not exactly one of seed and entropy is given, the entropy is too short, or the procedure has no
    list.

    >>> from myotis.protocol.read import read_trial
    >>> from myotis.randomize.procedures.permuted_blocks import PermutedBlocks
    >>> specification = ListSpecification(
    ...     schema_version=1, title="Example", places_per_stratum=60, permuted_blocks=PermutedBlocks(block_sizes=(4, 6))
    ... )
    >>> made = make_list(read_trial("proderm"), specification, seed="demo")
    >>> made.arms_by_stratum["mild"][:4], made.usable_live
    (('placebo', 'placebo', 'ivig', 'ivig'), False)
    """
    origin = _encode_origin(seed, entropy)
    faults = find_specification_faults(specification, trial)
    if faults := faults + (find_salt_faults(specification) if entropy is not None else []):
        raise InputError(faults)
    procedure = specification.procedure
    if procedure is None:
        raise SettingError("minimization has no list: the pharmacy draws each arm when it is asked for")
    arms = {
        stratum: tuple(
            procedure.draw_arms(
                SeededBits(origin + stratum.encode()), trial.randomization.ratio, specification.find_places(stratum)
            )
        )
        for stratum in list_strata(trial)
    }
    return AllocationList(
        trial=trial.trial.id, protocol_digest=trial.digest, specification_digest=specification.digest,
        procedure=specification.procedure_name, usable_live=entropy is not None, seed=seed,
        entropy=None if entropy is None else entropy.hex(), arms_by_stratum=arms,
    )  # fmt: skip


def find_list_faults(allocation: AllocationList, trial: Trial) -> list[Fault]:
    """Everything in which a list does not fit the protocol: another trial or version, strata, arms."""
    faults = []
    if (allocation.trial, allocation.protocol_digest) != (trial.trial.id, trial.digest):
        what, expected = "the list was made for another protocol", "a list for this protocol, in this version"
        faults.append(Fault(what=what, expected=expected, remedy="Take the right one, or make a list."))
    specified = trial.randomization.list_specification_digest
    if specified not in {None, allocation.specification_digest}:
        what, expected = "the list was made by another specification", "the one that the protocol names"
        faults.append(Fault(what=what, expected=expected, key="specification_digest"))
    strata, arms = set(list_strata(trial)), set(trial.randomization.ratio)
    if set(allocation.arms_by_stratum) != strata:
        what, expected = "the strata are not those of the protocol", f"a list for each of {', '.join(sorted(strata))}"
        faults.append(Fault(what=what, expected=expected, key="arms_by_stratum"))
    for stratum, places in allocation.arms_by_stratum.items():
        if not set(places) <= arms:
            what, expected = "a place has an arm that the protocol does not", f"arms among {', '.join(sorted(arms))}"
            faults.append(Fault(what=what, expected=expected, key=f"arms_by_stratum.{stratum}"))
    return faults


def is_made_from(allocation: AllocationList, trial: Trial, specification: ListSpecification) -> bool:
    """Does the procedure draw exactly this list from the seed or entropy that is kept in it?

    False where it was changed by hand, where it was made for another protocol, or by another specification.
    """
    entropy = None if allocation.entropy is None else bytes.fromhex(allocation.entropy)
    return allocation == make_list(trial, specification, seed=allocation.seed, entropy=entropy)


def write_list(path: Path, allocation: AllocationList) -> None:
    """Write a list as a JSON file that only its owner can read.

    Raises InputError where the file is there already, or can't be written.
    """
    text = json.dumps(allocation.model_dump(mode="json"), indent=1) + "\n"
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY), "w", encoding="utf-8") as file:
            try:
                file.write(text)
                file.flush()
            except BaseException:
                path.unlink()
                raise
    except FileExistsError as error:
        what, expected = "there is such a file already", "a new file, since a list is never overwritten"
        raise InputError([Fault(what=what, expected=expected, file=path.name)]) from error
    except OSError as error:
        what = f"the list can't be written ({error.strerror})"
        raise InputError([Fault(what=what, expected="a file in an existing folder", file=path.name)]) from error


def read_list(path: Path) -> AllocationList:
    """Read a list. Raises InputError with every fault of the file."""
    text = read_text(path, expected="an allocation list, a JSON file")
    try:
        values = json.loads(text, object_pairs_hook=_refuse_repeated)
    except (ValueError, RecursionError) as error:
        what, expected = "the file is not JSON", "an allocation list that myotis randomize make wrote"
        raise InputError([Fault(what=what, expected=expected, file=path.name)]) from error
    return build_model(AllocationList, _frozen(values), path.name)


def _encode_origin(seed: str | None, entropy: bytes | None) -> bytes:
    """Where the streams of a list start from; a named seed never gives that of any entropy."""
    if seed is not None and entropy is None:
        if not seed:
            raise SettingError("the seed has no name")
        name = seed.encode()
        return b"myotis list, named seed" + len(name).to_bytes(4, "big") + name
    if seed is None and entropy is not None:
        if len(entropy) < ENTROPY_BYTES:
            raise SettingError(f"a live list takes at least {ENTROPY_BYTES} random bytes, not {len(entropy)}")
        return b"myotis list, entropy" + len(entropy).to_bytes(4, "big") + entropy
    raise SettingError("a list is made either from a named seed or from entropy")


def _refuse_repeated(pairs: list[tuple[str, object]]) -> dict[str, object]:
    repeated = [name for name, count in Counter(name for name, _ in pairs).items() if count > 1]
    if repeated:
        raise ValueError("a name stands twice in one object")
    return dict(pairs)


def _frozen(values: object) -> object:
    """JSON's arrays as the tuples of the frozen model."""
    if isinstance(values, dict):
        return {name: _frozen(below) for name, below in values.items()}
    return tuple(_frozen(entry) for entry in values) if isinstance(values, list) else values
