"""MYOACT: the six organ scales of the MDAAT as a share of what the assessed organs could reach at most.

It is not the extramuscular global assessment, which is one scale of its own and the one that the TIS takes.
"""

from collections.abc import Mapping
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from myotis.instruments.items import Item, ItemSet
from myotis.instruments.vas import VAS_GRID
from myotis.terms.missing import MISSING, is_missing
from myotis.terms.rule import Steps
from myotis.terms.source import Source, Status

FORM: Final = Source("MDAAT 2009, copy at info.5y1.org", Status.VERIFIED, "10 cm scales; steps of 0.01 mm here")

MYOACT_ORGANS: Final = ItemSet(
    "MYOACT",
    tuple(
        Item(organ, f"MYOACT {organ} disease activity, steps of 0.01 mm", 10 * VAS_GRID.steps_per_unit, FORM)
        for organ in ("constitutional", "cutaneous", "skeletal", "gastrointestinal", "pulmonary", "cardiac")
    ),
)


class Myoact(NamedTuple):
    """MYOACT as an exact fraction: ``total`` over ``possible``, both in steps of ``VAS_GRID``."""

    total: Steps
    possible: Steps


def compute_myoact(organs: Mapping[str, ArrayLike]) -> Myoact:
    """MYOACT from the six organ scales: their sum and the most that the assessed ones could have.

    ``organs`` has an entry for each organ of ``MYOACT_ORGANS``, in steps of ``VAS_GRID``, in arrays that broadcast;
    ``MISSING`` is an organ that was not assessed. Without any both results are ``MISSING``. Raises InputError with
    every fault. Source: MDAAT 2009.

    >>> organs = dict.fromkeys(MYOACT_ORGANS.codes, 2_500) | {"cardiac": MISSING}
    >>> total, possible = compute_myoact(organs)
    >>> int(total), int(possible)
    (12500, 50000)
    """
    scales = np.stack(list(MYOACT_ORGANS.check(organs).values()), axis=-1)
    assessed = ~is_missing(scales)
    possible = assessed.sum(axis=-1) * 10 * VAS_GRID.steps_per_unit
    total = np.where(assessed, scales, 0).sum(axis=-1)
    return Myoact(np.where(possible, total, MISSING), np.where(possible, possible, MISSING))
