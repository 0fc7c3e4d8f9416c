"""CMAS: the Childhood Myositis Assessment Scale, 14 maneuvers, 0 (worst) to 52.

A copy of the form on slides says that the total is 53; the items add up to 52.
"""

from collections.abc import Mapping
from typing import Final, Literal, get_args

import numpy as np
from numpy.typing import ArrayLike

from myotis.errors import Fault, InputError
from myotis.instruments.items import Item, ItemSet, add_items, check_choice
from myotis.instruments.measure import Better, Measure
from myotis.terms.grid import Grid
from myotis.terms.missing import MISSING, is_missing
from myotis.terms.rule import Steps
from myotis.terms.source import Source, Sourced, Status

CMAS: Final = Measure(
    name="cmas",
    label="CMAS",
    grid=Grid("points", 1, 52),
    minimum=0,
    maximum=52,
    better=Better.HIGHER,
    source=Source("The Journal of Rheumatology, table jrheum.org/highwire/markup/37676", Status.VERIFIED),
)

MissingManeuver = Literal["no_total", "zero"]
"""What a maneuver without a score does: leaves the total missing, or counts 0 as one that wasn't managed."""

_READ = Source("CMAS form, medicalalgorithms.com and soukservices.com", Status.VERIFIED)
_RECALLED = Source("CMAS form", Status.RECALLED, "the 14 maxima add up to 52")

CMAS_ITEMS: Final = ItemSet(
    "CMAS",
    (
        Item("head_lift", "CMAS head lift", 5, _READ),
        Item("leg_raise", "CMAS leg raise and touch", 2, _READ),
        Item("leg_lift_duration", "CMAS leg lift, duration", 5, _READ),
        Item("supine_to_prone", "CMAS supine to prone", 3, _READ),
        Item("sit_ups", "CMAS sit-ups, six trials", 6, _READ),
        Item("supine_to_sit", "CMAS supine to sit", 3, _READ),
        Item("arm_raise", "CMAS arm raise", 3, _RECALLED),
        Item("arm_raise_duration", "CMAS arm raise, duration", 4, _RECALLED),
        Item("floor_sit", "CMAS floor sit", 3, _RECALLED),
        Item("all_fours", "CMAS all fours", 4, _RECALLED),
        Item("floor_rise", "CMAS floor rise", 4, _RECALLED),
        Item("chair_rise", "CMAS chair rise", 4, _RECALLED),
        Item("stool_step", "CMAS stool step", 3, _RECALLED),
        Item("pick_up", "CMAS pick-up", 3, _RECALLED),
    ),
)

TIMES: Final = Sourced(
    (1, 10, 30, 60, 120),
    "CMAS timed maneuvers: least whole seconds for 1, 2, 3, 4 and 5 points",
    Source("CMAS form, medicalalgorithms.com", Status.VERIFIED),
)

TIMED: Final = Sourced(
    {"head_lift": 5, "leg_lift_duration": 5, "arm_raise_duration": 4},
    "CMAS timed maneuvers and their highest score",
    Source("CMAS form", Status.ASSUMED, "the arm raise ends at 4 points, so 60 seconds and more are 4"),
)


def compute_cmas(maneuvers: Mapping[str, ArrayLike], *, missing: MissingManeuver = "no_total") -> Steps:
    """The CMAS, 0 to 52, from its 14 maneuvers.

    ``maneuvers`` has a score for each code of ``CMAS_ITEMS``, in arrays that broadcast, ``MISSING`` where there is
    none. No source has a rule for that: the total is ``MISSING``, or by ``missing="zero"`` the maneuver counts 0.
    Raises InputError with every fault and SettingError for an unknown option.

    >>> int(compute_cmas({item.code: item.maximum for item in CMAS_ITEMS.items}))
    52
    """
    check_choice("missing", missing, get_args(MissingManeuver))
    return add_items(CMAS_ITEMS.check(maneuvers), missing=MISSING if missing == "no_total" else 0)


def compute_duration_points(maneuver: str, seconds: Steps) -> Steps:
    """The points of a timed maneuver: 1 from 1 second, 2 from 10, 3 from 30, 4 from 60, 5 from 120.

    ``seconds`` are whole, of any shape; ``MISSING`` stays. The points end at the maneuver's highest score. Raises
    InputError where the maneuver isn't timed or, by index, where seconds are negative.

    >>> compute_duration_points("head_lift", np.array([0, 9, 10, 119, 300])).tolist()
    [0, 1, 2, 4, 5]
    """
    if maneuver not in TIMED.value:
        timed = ", ".join(TIMED.value)
        raise InputError([Fault(what="the maneuver is not timed", expected=f"one of {timed}", column=maneuver)])
    missing = is_missing(seconds)
    negative = np.argwhere(~missing & (np.asarray(seconds) < 0)).tolist()
    if negative:
        expected = "whole seconds of at least 0"
        places = ["index=" + ",".join(str(position) for position in index) for index in negative]
        raise InputError(
            Fault(what="the time is negative", expected=expected, key=place, column=maneuver) for place in places
        )
    points = np.searchsorted(TIMES.value, seconds, side="right")
    return np.where(missing, MISSING, np.minimum(points, TIMED.value[maneuver]))
