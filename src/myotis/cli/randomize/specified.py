"""The list specification of a command that makes a list."""

from pathlib import Path

from myotis.errors import InputError
from myotis.protocol.trial import Trial
from myotis.randomize.seal import draw_entropy
from myotis.randomize.specification import (
    SALT_BYTES,
    ListSpecification,
    find_salt_faults,
    find_specification_faults,
    read_specification,
)


def read_fitting(file: Path, trial: Trial, *, live: bool) -> ListSpecification:
    """Read the specification of a list, a live one or one for tests.

    Raises InputError with everything in which it does not fit the protocol; where a live one lacks its salt, with a
    fresh one that can be put into the file.
    """
    specification = read_specification(file)
    faults = find_specification_faults(specification, trial)
    if live:
        faults += find_salt_faults(specification, fresh=draw_entropy(SALT_BYTES).hex())
    if faults:
        raise InputError(fault.inside(file.name) for fault in faults)
    return specification
