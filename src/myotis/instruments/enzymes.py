"""Muscle enzymes: each with the upper limit of normal (ULN) that belongs to its measurement.

An enzyme's number means little without its ULN, which differs by laboratory, sex and visit. Value and ULN have the
same unit, whatever it is, and the unit cancels; a value in one unit and a ULN in the other are refused.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from myotis.errors import Fault, InputError
from myotis.terms.grid import Grid
from myotis.terms.missing import is_missing
from myotis.terms.rule import Steps
from myotis.terms.source import Fact, Source, Sourced, Status

ENZYME_GRID: Final = Grid("U/L", 1000, 10**9)
"""A measured enzyme, in U/L or µkat/L: a step is 0.001 of the unit."""

ULN_GRID: Final = Grid("U/L", 1000, 10**7)
"""An upper limit of normal, in the unit of its enzyme."""

XULN_GRID: Final = Grid("x ULN", 1_000_000, 10**10)
"""An enzyme that was recorded as a multiple of its ULN."""


class EnzymeUnit(StrEnum):
    """The units that laboratories report enzymes in; one µkat/L is 60 U/L, which no rule needs: the unit cancels."""

    UNITS_PER_LITER = "U/L"
    MICROKATALS_PER_LITER = "µkat/L"


@dataclass(frozen=True, slots=True)
class Enzyme:
    """A muscle enzyme of the core set; ``source`` says why it is one."""

    name: str
    label: str
    source: Source

    def facts(self) -> Iterator[Fact]:
        """The enzyme as a line of the list of sources."""
        yield Fact("Muscle enzyme of the core set", self.label, self.source)


_IN_TABLE = Source("Rider 2017, doi 10.1002/art.40060, Table 3 (PMC5577002)", Status.VERIFIED)
_CUT_OFF = Source(
    "Rider 2017, doi 10.1002/art.40060, Table 3 (PMC5577002)",
    Status.RECALLED,
    "the footnote could not be read to its end",
)

CK: Final = Enzyme("ck", "Creatine kinase", _IN_TABLE)
ALDOLASE: Final = Enzyme("aldolase", "Aldolase", _IN_TABLE)
LDH: Final = Enzyme("ldh", "Lactate dehydrogenase", _CUT_OFF)
AST: Final = Enzyme("ast", "Aspartate aminotransferase", _CUT_OFF)
ALT: Final = Enzyme("alt", "Alanine aminotransferase", _IN_TABLE)

ENZYMES: Final = (CK, ALDOLASE, LDH, AST, ALT)
"""In the order that settles a tie between enzymes that are equally abnormal; see ``TIE_ORDER``."""

TIE_ORDER: Final = Sourced(
    tuple(enzyme.name for enzyme in ENZYMES),
    "Order of the enzymes where several are equally abnormal at baseline",
    Source("Myotis", Status.ASSUMED, "the sources say nothing of ties; a fixed order makes the choice repeatable"),
)

_SECOND_HAND = Source(
    "Aggarwal 2017, doi 10.1002/art.40064, footnote of the level table",
    Status.VERIFIED,
    "second-hand: read in a public program of a research group that computes the adult TIS, not in the paper",
)


def _multiple(enzyme: Enzyme, multiple: int, source: Source) -> Sourced[int]:
    return Sourced(multiple, f"{enzyme.label}: range in adults, as a multiple of the ULN", source)


ADULT_RANGE_MULTIPLES: Final[dict[str, Sourced[int]]] = {
    "ck": _multiple(CK, 15, _SECOND_HAND),
    "aldolase": _multiple(
        ALDOLASE, 6, Source("Aggarwal 2017, doi 10.1002/art.40064, footnote of the level table", Status.RECALLED)
    ),
    "ldh": _multiple(LDH, 3, _SECOND_HAND),
    "ast": _multiple(AST, 3, _SECOND_HAND),
    "alt": _multiple(ALT, 3, _SECOND_HAND),
}
"""What the range of each enzyme is in adults. No source gives those of children: a juvenile trial has to say them."""

JUVENILE_RANGE_MULTIPLES: Final = Sourced(
    "a required setting",
    "Ranges of the enzymes in children, in multiples of ULN",
    Source("Rider 2017, doi 10.1002/art.40060, Table 3", Status.OPEN, "the footnote that would give them was not read"),
)

UNIT_SPELLINGS: Final = {
    "u/l": EnzymeUnit.UNITS_PER_LITER,
    "iu/l": EnzymeUnit.UNITS_PER_LITER,
    "\u00b5kat/l": EnzymeUnit.MICROKATALS_PER_LITER,
    "\u03bckat/l": EnzymeUnit.MICROKATALS_PER_LITER,
    "ukat/l": EnzymeUnit.MICROKATALS_PER_LITER,
}
"""How units are spelled, in small letters; the micro sign has two code points and a stand-in for keyboards without."""


def check_same_unit(enzyme: str, unit: str, uln_unit: str) -> EnzymeUnit:
    """The unit that an enzyme and its ULN share.

    Raises InputError with every fault: a unit that is neither U/L nor µkat/L, or two units that differ.

    >>> check_same_unit("ck", "ukat/L", "µkat/L").value
    'µkat/L'
    """
    columns = {enzyme: unit, f"{enzyme}_uln": uln_unit}
    units = [UNIT_SPELLINGS.get(text.strip().lower()) for text in columns.values()]
    faults = [
        Fault(what="the unit is not known", expected="U/L or µkat/L", column=column)
        for column, found in zip(columns, units, strict=True)
        if found is None
    ]
    if not faults and units[0] is not units[1]:
        remedy = "Convert one of the two: 1 µkat/L is 60 U/L"
        faults = [Fault(what="the units differ", expected="one unit", remedy=remedy, column=" and ".join(columns))]
    if faults or units[0] is None:
        raise InputError(faults)
    return units[0]


def compute_multiple_of_uln(enzyme: str, values: Steps, uln: Steps) -> NDArray[np.float64]:
    """An enzyme as a multiple of its ULN, for tables and figures; rules compare by cross-multiplication instead.

    ``values`` and ``uln`` are steps of ``ENZYME_GRID`` and ``ULN_GRID``, which have the same size, in one unit and in
    shapes that broadcast. NaN where the enzyme is ``MISSING``. Raises InputError, naming every index, where a value is
    negative, has no ULN, or its ULN is not above 0.

    >>> compute_multiple_of_uln("ck", np.array([500_000]), np.array([200_000])).tolist()
    [2.5]
    """
    values, uln = np.broadcast_arrays(values, uln)
    known = ~is_missing(values)
    faults = [
        *_faults_where(known & (values < 0), "the enzyme is negative", "a number of at least 0", enzyme),
        *_faults_where(known & is_missing(uln), "the enzyme has no ULN", "its ULN", f"{enzyme}_uln"),
        *_faults_where(~is_missing(uln) & (uln <= 0), "the ULN is not above 0", "a number above 0", f"{enzyme}_uln"),
    ]
    if faults:
        raise InputError(faults)
    return np.where(known, np.divide(values, uln), np.nan)


def _faults_where(wrong: NDArray[np.bool_], what: str, expected: str, column: str) -> Iterator[Fault]:
    for index in np.argwhere(wrong).tolist():
        place = "index=" + ",".join(str(position) for position in index)
        yield Fault(what=what, expected=expected, key=place, column=column)
