"""CHAQ: the Childhood Health Assessment Questionnaire, from its eight domains or as a score.

A domain counts its worst item; aids, devices and help raise it to 2, and the index is the mean of the domains. Which
of the 30 items belongs to which domain stands in no source that could be read, so scoring starts from each
domain's worst item.
"""

from collections.abc import Mapping
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from myotis.instruments.haq import CATEGORIES, HAQ_GRID, average_categories, raise_for_aids
from myotis.instruments.items import Item, ItemSet
from myotis.instruments.measure import Better, Measure
from myotis.terms.rule import Steps
from myotis.terms.source import Source, Status

CHAQ: Final = Measure(
    name="chaq",
    label="CHAQ",
    grid=HAQ_GRID,
    minimum=0,
    maximum=3,
    better=Better.LOWER,
    source=Source("The Journal of Rheumatology, table jrheum.org/highwire/markup/37676", Status.VERIFIED),
)

DOMAINS: Final = CATEGORIES

SCORING: Final = Source("Scoring of the CHAQ", Status.RECALLED, "the same eight domains as the HAQ-DI")

CHAQ_FORM: Final = ItemSet(
    "CHAQ",
    (
        *(Item(domain, f"CHAQ {domain}, worst item", 3, SCORING) for domain in DOMAINS),
        *(Item(f"{domain}_aid", f"CHAQ {domain}, aid or help", 1, SCORING) for domain in DOMAINS),
    ),
)


def compute_chaq(domains: Mapping[str, ArrayLike], *, minimum_domains: int = len(DOMAINS)) -> Steps:
    """The CHAQ with aids and help, in steps of ``HAQ_GRID``.

    ``domains`` has, for each of ``DOMAINS``, its worst item (``dressing``, 0 to 3) and whether aids or help were used
    for it (``dressing_aid``, 1 or 0), in arrays that broadcast; ``MISSING`` where not known. No source says what a
    missing domain does: the index is ``MISSING`` unless ``minimum_domains`` are there, all eight by default; with fewer
    it is the mean of those. An aid that isn't known leaves a domain below 2, and so the index, unknown.
    Raises InputError with every fault and SettingError for a minimum that can't be. Source: recalled.

    >>> well = dict.fromkeys(CHAQ_FORM.codes, 0)
    >>> HAQ_GRID.to_numbers(compute_chaq(well | {"walking": 1, "grip_aid": 1})).item()
    0.375
    """
    scores = CHAQ_FORM.check(domains)
    worst = np.stack([scores[domain] for domain in DOMAINS], axis=-1)
    used = np.stack([scores[f"{domain}_aid"] for domain in DOMAINS], axis=-1)
    return average_categories(*raise_for_aids(worst, np.zeros(worst.shape, np.bool_), used), minimum_domains)
