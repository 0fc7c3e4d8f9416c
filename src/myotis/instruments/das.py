"""DAS: the Disease Activity Score of juvenile dermatomyositis, as totals.

The lists of items (Bode 2003, Arthritis Rheum 49:7-15, appendix A) could not be read, so the items aren't scored.
"""

from collections.abc import Mapping
from typing import Final

from numpy.typing import ArrayLike

from myotis.instruments.items import Item, ItemSet, add_items
from myotis.instruments.measure import Better, Measure
from myotis.terms.grid import Grid
from myotis.terms.rule import Steps
from myotis.terms.source import Source, Status

DAS_GRID: Final = Grid("points", 1, 20)

RANGES: Final = Source("The Journal of Rheumatology, table jrheum.org/highwire/markup/37676", Status.VERIFIED)


def _das(name: str, label: str, maximum: int) -> Measure:
    return Measure(
        name=name, label=label, grid=DAS_GRID, minimum=0, maximum=maximum, better=Better.LOWER, source=RANGES
    )


DAS: Final = _das("das", "Disease Activity Score", 20)

DAS_MUSCLE: Final = _das("das_muscle", "Disease Activity Score, muscle", 11)

DAS_SKIN: Final = _das("das_skin", "Disease Activity Score, skin", 9)

DAS_PARTS: Final = ItemSet(
    "DAS", (Item("muscle", "DAS, muscle part", 11, RANGES), Item("skin", "DAS, skin part", 9, RANGES))
)


def compute_das(parts: Mapping[str, ArrayLike]) -> Steps:
    """The DAS, 0 to 20, from its two parts: ``muscle`` (0 to 11) and ``skin`` (0 to 9).

    ``parts`` holds arrays that broadcast; the total is ``MISSING`` where a part is, as no source has another rule.
    Raises InputError with every fault. Source: The Journal of Rheumatology, as the ranges.

    >>> int(compute_das({"muscle": 4, "skin": 5}))
    9
    """
    return add_items(DAS_PARTS.check(parts))
