"""A small sealed ProDERM list for tests, with everybody's keys."""

import json

from keys import key_of, stream

from myotis.protocol.read import read_trial
from myotis.randomize.lists import make_list
from myotis.randomize.procedures.permuted_blocks import PermutedBlocks
from myotis.randomize.seal import seal_list
from myotis.randomize.sealed import RECIPIENTS, SealedList
from myotis.randomize.specification import ListSpecification

TRIAL = read_trial("proderm")
SPECIFICATION = ListSpecification(
    schema_version=1,
    title="Tests",
    salt="5a" * 16,
    places_per_stratum=44,
    permuted_blocks=PermutedBlocks(block_sizes=(2, 4)),
)
KEYS = {role: key_of(role) for role in ("list_maker", "statistician", "pharmacy", "code_break", "escrow")}
RING = [key.public for key in KEYS.values()]
RECIPIENT_KEYS = {recipient: KEYS[recipient].public for recipient in RECIPIENTS}
AT = "2026-02-01T09:00+00:00"


def plain_list(name="tests", *, live=True):
    """A plain list: from a digest in place of the system's entropy, or from a named seed."""
    if live:
        return make_list(TRIAL, SPECIFICATION, entropy=stream(name)(32))
    return make_list(TRIAL, SPECIFICATION, seed=name)


def seal(plain, name="seal"):
    """A plain list, sealed."""
    return seal_list(plain, RECIPIENT_KEYS, KEYS["list_maker"], stream(name))


def with_arms(plain, arms):
    """The list with other arms."""
    return plain.model_copy(update={"arms_by_stratum": arms})


def changed(sealed, change):
    """The list after ``change`` was let loose on its JSON document."""
    document = json.loads(sealed.model_dump_json())
    change(document)
    return SealedList.model_validate(tuples(document))


def tuples(value):
    """JSON's arrays as tuples."""
    if isinstance(value, dict):
        return {name: tuples(below) for name, below in value.items()}
    return tuple(map(tuples, value)) if isinstance(value, list) else value
