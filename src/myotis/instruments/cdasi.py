"""CDASI, version 2: activity (0 to 100) and damage (0 to 32) of the skin in dermatomyositis.

Fifteen areas, the hands, the nail folds and the hair. Activity and damage are two measures and are never added up.
Version 1 has other totals and isn't read here.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Final, Literal, get_args

import numpy as np
from numpy.typing import ArrayLike

from myotis.instruments.items import Item, ItemSet, Scores, add_items, check_choice
from myotis.instruments.measure import Better, Measure
from myotis.terms.grid import Grid
from myotis.terms.missing import MISSING, NO, UNKNOWN, YES, is_missing
from myotis.terms.rule import Steps
from myotis.terms.source import Fact, Source, Sourced, Status

CDASI_GRID: Final = Grid("points", 1, 100)

RANGES: Final = Source("ClinicalTrials.gov NCT06887738, outcome measures", Status.VERIFIED)

CDASI_ACTIVITY: Final = Measure(
    name="cdasi_activity",
    label="CDASI activity",
    grid=CDASI_GRID,
    minimum=0,
    maximum=100,
    better=Better.LOWER,
    source=RANGES,
)

CDASI_DAMAGE: Final = Measure(
    name="cdasi_damage",
    label="CDASI damage",
    grid=CDASI_GRID,
    minimum=0,
    maximum=32,
    better=Better.LOWER,
    source=RANGES,
)

MissingArea = Literal["no_total", "zero"]
"""What an item without a score does: leaves the total missing, or counts as absent. No source has a rule."""

LAYOUT: Final = Source(
    "Yassaee 2010, Br J Dermatol 162:669-673",
    Status.VERIFIED,
    "second-hand: read in the forms of a program that trains raters; the maxima add up to 100 and 32",
)

AREAS: Final = (
    "scalp",
    "malar",
    "periorbital",
    "rest_of_face",
    "v_area_neck",
    "posterior_neck",
    "upper_back_shoulders",
    "rest_of_back_buttocks",
    "abdomen",
    "lateral_upper_thigh",
    "rest_of_leg_feet",
    "arm",
    "mechanics_hand",
    "dorsum_of_hands",
    "gottron_not_on_hands",
)

_ACTIVITY_SIGNS: Final = {"erythema": 3, "scale": 2, "erosion": 1}
_DAMAGE_SIGNS: Final = {"poikiloderma": 1, "calcinosis": 1}


def _area_items(signs: Mapping[str, int]) -> tuple[Item, ...]:
    return tuple(
        Item(f"{area}_{sign}", f"CDASI {area.replace('_', ' ')}, {sign}", maximum, LAYOUT)
        for area in AREAS
        for sign, maximum in signs.items()
    )


CDASI_ACTIVITY_ITEMS: Final = ItemSet(
    "CDASI activity",
    (
        *_area_items(_ACTIVITY_SIGNS),
        Item("gottron_color", "CDASI Gottron's sign of the hands, color", 3, LAYOUT),
        Item("gottron_papules", "CDASI Gottron's papules of the hands (they double the color)", 1, LAYOUT),
        Item("gottron_ulceration", "CDASI Gottron's sign of the hands, ulceration", 1, LAYOUT),
        Item("periungual", "CDASI periungual changes", 2, LAYOUT),
        Item("alopecia", "CDASI recent hair loss", 1, LAYOUT),
    ),
)
"""Item codes are ``malar_erythema``, ``malar_scale``, ``malar_erosion`` … and the five of hands, nails and hair."""

CDASI_DAMAGE_ITEMS: Final = ItemSet(
    "CDASI damage",
    (*_area_items(_DAMAGE_SIGNS), Item("gottron_damage", "CDASI damage of the hands", 2, LAYOUT)),
)
"""Item codes are ``malar_poikiloderma``, ``malar_calcinosis`` … and ``gottron_damage``."""


def compute_cdasi_activity(items: Mapping[str, ArrayLike], *, missing: MissingArea = "no_total") -> Steps:
    """CDASI activity, 0 to 100, from its items.

    ``items`` has a score for each code of ``CDASI_ACTIVITY_ITEMS``, in arrays that broadcast. The color of Gottron's
    sign counts twice where there are papules; its ulceration doesn't. A missing item (``MISSING``) leaves the total
    missing, or by ``missing="zero"`` counts as absent where another item has a score; unknown papules matter only where
    there is a color. Raises InputError with every fault and SettingError for an unknown option. Source: Yassaee 2010,
    second-hand.

    >>> clear = dict.fromkeys(CDASI_ACTIVITY_ITEMS.codes, 0)
    >>> int(compute_cdasi_activity(clear | {"gottron_color": 3, "gottron_papules": 1, "gottron_ulceration": 1}))
    7
    """
    scores = CDASI_ACTIVITY_ITEMS.check(items)
    papules = scores.pop("gottron_papules")
    color = scores["gottron_color"]
    if missing == "zero":
        papules = np.where(is_missing(papules), 0, papules)
    doubled = np.where(papules == 1, 2 * np.where(is_missing(color), 0, color), color)
    scores["gottron_color"] = np.where(is_missing(color) | (is_missing(papules) & (color > 0)), MISSING, doubled)
    return _add(scores, missing)


def compute_cdasi_damage(items: Mapping[str, ArrayLike], *, missing: MissingArea = "no_total") -> Steps:
    """CDASI damage, 0 to 32, from its items; as ``compute_cdasi_activity`` with ``CDASI_DAMAGE_ITEMS``.

    >>> int(compute_cdasi_damage(dict.fromkeys(CDASI_DAMAGE_ITEMS.codes, 0) | {"gottron_damage": 2}))
    2
    """
    return _add(CDASI_DAMAGE_ITEMS.check(items), missing)


class CdasiSeverity(IntEnum):
    """How severe the activity is."""

    MILD = 0
    MODERATE = 1
    SEVERE = 2


MILD_UP_TO: Final = Sourced(
    14,
    "CDASI activity: highest that is mild",
    Source("doi 10.1111/bjd.18223", Status.VERIFIED, "the cut of Stanford, PMC4878996, too"),
)

MILD_UP_TO_UPENN: Final = Sourced(
    19,
    "CDASI activity: highest that is mild, the cut of the University of Pennsylvania",
    Source("PMC4878996", Status.VERIFIED, "that 19 itself is mild is assumed"),
)

SEVERE_FROM: Final = Sourced(
    27,
    "CDASI activity: least that is severe",
    Source("doi 10.1111/bjd.18223", Status.VERIFIED, "the paper's severe group had 27 to 35"),
)

MildCut = Literal["stanford", "upenn"]
"""Which cut ends mild activity: 14 (the usual choice) or 19."""


def compute_cdasi_severity(activity: Steps, *, mild_cut: MildCut = "stanford") -> Steps:
    """CDASI activity (points, any shape) as values of ``CdasiSeverity``; ``MISSING`` stays.

    Mild up to 14 (or 19 by ``mild_cut="upenn"``), severe from 27. Raises SettingError for an unknown cut.

    >>> compute_cdasi_severity(np.array([14, 15, 27])).tolist()
    [0, 1, 2]
    """
    check_choice("mild_cut", mild_cut, get_args(MildCut))
    mild_up_to = (MILD_UP_TO if mild_cut == "stanford" else MILD_UP_TO_UPENN).value
    beyond = (activity > mild_up_to).astype(np.int64) + (activity >= SEVERE_FROM.value)
    return np.where(is_missing(activity), MISSING, beyond)


@dataclass(frozen=True, slots=True, kw_only=True)
class CdasiResponse:
    """A definition of response: a fall in activity by ``points`` and by ``percent`` of the baseline, or more.

    It is defined only for a baseline above ``baseline_above``.
    """

    name: str
    label: str
    points: int = 0
    percent: int = 0
    baseline_above: int = -1
    source: Source

    def facts(self) -> Iterator[Fact]:
        """The limits as a line of the list of sources."""
        limit = f"a fall of at least {self.points} points" if self.points else f"a fall of at least {self.percent} %"
        where = f", baseline above {self.baseline_above}" if self.baseline_above >= 0 else ""
        yield Fact(self.label, limit + where, self.source)


FALL_OF_4_POINTS: Final = CdasiResponse(
    name="4_points",
    label="CDASI response, 4 points",
    points=4,
    source=Source(
        "discovery.researcher.life, 'Improvement in the cutaneous disease activity'",
        Status.VERIFIED,
        "an earlier study",
    ),
)

FALL_OF_40_PERCENT: Final = CdasiResponse(
    name="40_percent",
    label="CDASI response, 40 %",
    percent=40,
    baseline_above=14,
    source=Source("doi 10.1111/bjd.18223", Status.VERIFIED, "meaningful for the quality of life"),
)

CDASI_50: Final = CdasiResponse(
    name="cdasi_50",
    label="CDASI-50",
    percent=50,
    baseline_above=0,
    source=Source("Sponsors' trials", Status.RECALLED),
)

CDASI_RESPONSES: Final = (FALL_OF_4_POINTS, FALL_OF_40_PERCENT, CDASI_50)


def compute_cdasi_response(baseline: Steps, activity: Steps, definition: CdasiResponse) -> Steps:
    """Whether CDASI activity responded: ``YES``, ``NO`` or ``UNKNOWN``, exactly at the limit.

    ``baseline`` and ``activity`` are points, in shapes that broadcast. ``UNKNOWN`` where one of them is ``MISSING``,
    and where the definition doesn't cover the baseline: such a subject is no responder and no non-responder.

    >>> compute_cdasi_response(np.array([20, 20, 14]), np.array([12, 13, 0]), FALL_OF_40_PERCENT).tolist()
    [1, 0, -9223372036854775808]
    """
    known = ~is_missing(baseline) & ~is_missing(activity)
    before, after = np.where(known, baseline, 0), np.where(known, activity, 0)
    fall = before - after
    met = (fall >= definition.points) & (100 * fall >= definition.percent * before)
    defined = known & (before > definition.baseline_above)
    return np.where(defined, np.where(met, YES, NO), UNKNOWN)


def _add(scores: Scores, missing: MissingArea) -> Steps:
    check_choice("missing", missing, get_args(MissingArea))
    return add_items(scores, missing=MISSING if missing == "no_total" else 0)
