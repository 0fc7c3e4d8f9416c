"""Which vials a bag is prepared from: as few as possible, then with as little left over, the earliest to expire first.

Amounts are volumes in mL, exact: a vial of 10 g at 100 g/L holds 100 mL. A placebo's bags count the same way.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from fractions import Fraction
from typing import Any, NamedTuple

from myotis.pharmacy.amounts import format_amount


class Vial(NamedTuple):
    """Vials of one lot and size that can't be told apart."""

    product: str
    """The id of the treatment."""
    lot: str
    volume_ml: Fraction
    expires: date


class Taken(NamedTuple):
    """So many vials of one lot and size."""

    vial: Vial
    number: int


def choose_vials(stock: Mapping[Vial, int], volume_ml: Fraction) -> tuple[Taken, ...] | None:
    """The vials that hold a volume or more; None where the stock does not hold it.

    ``stock`` has how many there are of each vial. Of two choices with as many vials, the one with less left over; of
    two sizes that serve alike, more of the larger one; within a size, the vials that expire first.

    >>> vial = lambda ml: Vial("octagam_10", "A1", Fraction(ml), date(2027, 1, 31))
    >>> chosen = choose_vials({vial(20): 9, vial(50): 9, vial(100): 1}, Fraction(160))
    >>> [(int(taken.vial.volume_ml), taken.number) for taken in chosen]
    [(100, 1), (50, 1), (20, 1)]
    """
    sizes = _count_sizes(stock)
    fewest = _find_fewest(sizes, volume_ml)
    if fewest is None:
        return None
    options = list(_combine(list(sizes.items()), fewest, volume_ml))
    best = min(options, key=lambda counts: sum(size * count for size, count in counts.items()))
    return tuple(taken for size, count in best.items() for taken in _take_lots(stock, size, count))


def add_up(taken: tuple[Taken, ...]) -> Fraction:
    """The volume in mL that vials hold together."""
    return sum((one.vial.volume_ml * one.number for one in taken), Fraction(0))


def write_vials(taken: tuple[Taken, ...]) -> list[dict[str, Any]]:
    """Vials as an entry holds them."""
    return [
        {"product": vial.product, "lot": vial.lot, "volume_ml": format_amount(vial.volume_ml),
         "expires": vial.expires.isoformat(), "count": count}
        for vial, count in taken
    ]  # fmt: skip


def read_vials(written: list[dict[str, Any]]) -> tuple[Taken, ...]:
    """The vials that ``write_vials`` wrote."""
    return tuple(
        Taken(Vial(one["product"], one["lot"], Fraction(one["volume_ml"]), date.fromisoformat(one["expires"])),
              one["count"])
        for one in written
    )  # fmt: skip


def _count_sizes(stock: Mapping[Vial, int]) -> dict[Fraction, int]:
    counts: dict[Fraction, int] = {}
    for vial, count in stock.items():
        counts[vial.volume_ml] = counts.get(vial.volume_ml, 0) + count
    return {size: counts[size] for size in sorted(counts, reverse=True) if counts[size]}


def _find_fewest(sizes: Mapping[Fraction, int], volume_ml: Fraction) -> int | None:
    """So many of the largest vials hold the volume; fewer of any hold less."""
    number, held = 0, Fraction(0)
    for size, count in sizes.items():
        needed = max(0, -((held - volume_ml) // size))
        if needed <= count:
            return number + needed
        number, held = number + count, held + size * count
    return None


def _combine(sizes: list[tuple[Fraction, int]], number: int, volume_ml: Fraction) -> Iterator[dict[Fraction, int]]:
    """Every way to take exactly so many vials that hold the volume, more of the larger ones first."""
    if not sizes:
        if number == 0 and volume_ml <= 0:
            yield {}
        return
    (size, count), *rest = sizes
    for taken in range(min(count, number), -1, -1):
        if size * number < volume_ml:  # not even so many of the largest that are left
            return
        for others in _combine(rest, number - taken, volume_ml - size * taken):
            yield {size: taken, **others} if taken else others


def _take_lots(stock: Mapping[Vial, int], size: Fraction, count: int) -> Iterator[Taken]:
    for vial in sorted((v for v in stock if v.volume_ml == size), key=lambda v: (v.expires, v.lot)):
        taken = min(count, stock[vial])
        if taken:
            yield Taken(vial, taken)
        count -= taken
