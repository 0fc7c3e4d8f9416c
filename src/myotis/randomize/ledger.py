"""Which slot is next. A protected module: the allocating act and the pharmacy import it, and few others.

A slot is taken in a transaction of the log, which is alone in the log meanwhile; here is only what it asks. Nothing
tells how many places there are or are left: a site would learn from it where a block ends.
"""

from collections.abc import Collection, Sequence, Set

from myotis.errors import SealError
from myotis.randomize.sealed import SealedList


class ExhaustedError(SealError):
    """A stratum has no place left."""


def next_free_slot(sealed: SealedList, stratum: str, taken: Collection[str]) -> str:
    """The id of the next slot of a stratum; ``taken`` are the ids of all slots that were taken, in any order.

    Raises ExhaustedError where the stratum has none left, SealError where there is no such stratum, or what was taken
    of it isn't its first slots without a gap.
    """
    ids = sealed.ids_by_stratum.get(stratum)
    if ids is None:
        raise SealError("the list has no such stratum; it belongs to another protocol or version")
    count = _count_first(ids, taken if isinstance(taken, Set) else frozenset(taken))
    if count is None:
        raise SealError("a slot of the stratum was skipped, so the log and the list don't agree; nothing is allocated")
    if count == len(ids):
        raise ExhaustedError("the list can allocate nobody in this stratum any more; nothing was allocated")
    return ids[count]


def check_taken(sealed: SealedList, taken: Collection[str]) -> None:
    """Raise SealError unless the taken slots are the first ones of each stratum: none unknown, twice or skipped."""
    gone = set(taken)
    if len(gone) < len(taken):
        raise SealError("a slot was taken twice")
    if not gone <= sealed.places.keys():
        raise SealError("a slot was taken that the list does not have")
    for stratum, ids in sealed.ids_by_stratum.items():
        if _count_first(ids, gone) is None:
            raise SealError(f"a slot of stratum {stratum} was skipped")


def _count_first(ids: Sequence[str], gone: Set[str]) -> int | None:
    """How many of the first slots are gone; None where a later one is gone too."""
    count = sum(map(gone.__contains__, ids))
    return count if all(map(gone.__contains__, ids[:count])) else None
