"""HAQ-DI: the Health Assessment Questionnaire Disability Index, from its items or as a score.

Twenty items (0 to 3) in eight categories. A category counts its highest item; an aid, a device or another person's
help raises it to 2, and never lowers a 3. The index is the mean of the answered categories. The *alternative* index
leaves aids and help out; a paper has to say which one it used.

The questionnaire is Stanford's: this file has the codes of its items, not their wording.
"""

from collections.abc import Mapping
from typing import Final, Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from myotis.errors import Fault, InputError, SettingError
from myotis.instruments.items import Item, ItemSet, Scores, check_choice
from myotis.instruments.measure import Better, Measure
from myotis.terms.grid import Grid
from myotis.terms.missing import MISSING, is_missing
from myotis.terms.rule import Steps
from myotis.terms.source import Source, Sourced, Status

STEPS_PER_POINT: Final = 168_000

HAQ_GRID: Final = Grid("points", STEPS_PER_POINT, 3 * STEPS_PER_POINT)
"""Holds eighths, sevenths and sixths of a point and three decimals exactly."""

HAQ_DI: Final = Measure(
    name="haq",
    label="HAQ-DI",
    grid=HAQ_GRID,
    minimum=0,
    maximum=3,
    better=Better.LOWER,
    source=Source("The Journal of Rheumatology, table jrheum.org/highwire/markup/37676", Status.VERIFIED),
)

PartialCategory = Literal["unknown", "highest_answered", "not_answered"]
"""What a category is worth of which some items were answered: not known (unless the highest is a 3 already), its
highest answered item, or nothing, as if none had been answered. No source says which."""

UnmarkedAids = Literal["unknown", "not_used"]
"""What an aid or help is that was neither marked as used nor as not used. No source says which."""

CODES: Final = Source("CDISC SDTM Controlled Terminology 2025-03-28, HAQ-DI (C106699)", Status.VERIFIED)
AIDS_TEXT: Final = Source("IMACS scoring text of the HAQ-DI, copy at abbeyscientific.org", Status.VERIFIED)

AID_FLOOR: Final = Sourced(2, "HAQ-DI: least score of a category with an aid, device or help", AIDS_TEXT)

MINIMUM_CATEGORIES: Final = Sourced(
    6,
    "HAQ-DI: categories, of 8, that must be answered",
    Source("Stanford scoring rules of the HAQ-DI (ARAMIS)", Status.RECALLED, "fewer leave the index missing"),
)

CATEGORIES: Final = ("dressing", "arising", "eating", "walking", "hygiene", "reach", "grip", "activities")

_ITEM_NUMBERS: Final = {
    "dressing": (101, 102),
    "arising": (103, 104),
    "eating": (105, 106, 107),
    "walking": (108, 109),
    "hygiene": (123, 124, 125),
    "reach": (126, 127),
    "grip": (128, 129, 130),
    "activities": (131, 132, 133),
}
_AID_NUMBERS: Final = {
    "dressing": (114,),
    "arising": (116,),
    "eating": (115,),
    "walking": (110, 111, 112, 113),
    "hygiene": (134, 135, 137, 139),
    "reach": (138,),
    "grip": (136,),
}
_HELP_NUMBERS: Final = {
    "dressing": (119,),
    "arising": (120,),
    "eating": (121,),
    "walking": (122,),
    "hygiene": (142,),
    "reach": (143,),
    "grip": (144,),
    "activities": (145,),
}
_BATHTUB_SEAT: Final = 135

OTHER_AIDS: Final = ("HAQ0117", "HAQ0118", "HAQ0140", "HAQ0141")
"""Aids that the subject wrote in. They belong to no category until somebody says to which."""


def _code(number: int) -> str:
    return f"HAQ{number:04d}"


def _aid_source(number: int) -> Source:
    if number == _BATHTUB_SEAT:
        return Source(CODES.reference, Status.ASSUMED, "taken as an aid of hygiene; the scoring text leaves it out")
    return AIDS_TEXT


HAQ_ITEMS: Final = ItemSet(
    "HAQ-DI",
    tuple(
        Item(_code(number), f"HAQ-DI {category}, item", 3, CODES)
        for category, numbers in _ITEM_NUMBERS.items()
        for number in numbers
    ),
)

HAQ_AIDS: Final = ItemSet(
    "HAQ-DI",
    (
        *(
            Item(_code(number), f"HAQ-DI {category}, aid or device", 1, _aid_source(number))
            for category, numbers in _AID_NUMBERS.items()
            for number in numbers
        ),
        *(
            Item(_code(number), f"HAQ-DI {category}, help", 1, CODES)
            for category, numbers in _HELP_NUMBERS.items()
            for number in numbers
        ),
    ),
)

ITEMS_OF: Final = {category: tuple(map(_code, _ITEM_NUMBERS[category])) for category in CATEGORIES}
"""The item codes of each category."""

AIDS_OF: Final = {
    category: tuple(map(_code, _AID_NUMBERS.get(category, ()) + _HELP_NUMBERS[category])) for category in CATEGORIES
}
"""The codes of each category's aids, devices and help."""

_ASSIGNED: Final = ItemSet(
    "HAQ-DI",
    tuple(
        Item(
            f"other aid: {category}",
            f"HAQ-DI {category}, other aid",
            1,
            Source("the user's assignment", Status.OPEN, "no source says which category an aid written in belongs to"),
        )
        for category in CATEGORIES
    ),
)
_FORM: Final = ItemSet("HAQ-DI", HAQ_ITEMS.items + HAQ_AIDS.items + _ASSIGNED.items)


def compute_haq_di(
    answers: Mapping[str, ArrayLike],
    *,
    other_aids: Mapping[str, ArrayLike] | None = None,
    minimum_categories: int = MINIMUM_CATEGORIES.value,
    partial_category: PartialCategory = "unknown",
    unmarked_aids: UnmarkedAids = "unknown",
) -> Steps:
    """The HAQ-DI with aids, devices and help, in steps of ``HAQ_GRID``.

    ``answers`` has an entry for every code of ``HAQ_ITEMS`` (0 to 3) and ``HAQ_AIDS`` (1 used, 0 not used), in arrays
    that broadcast; ``MISSING`` where there is no answer. ``other_aids`` says, by category, who uses an aid that was
    written in and that you assigned to this category. A category without any answered item drops out, aids or not,
    and the sum is divided by the number that remain; with fewer than ``minimum_categories`` the index is ``MISSING``.
    It is ``MISSING``, too, where a category isn't known by the two options. Raises InputError with every fault and
    SettingError for an unknown option. Source: IMACS scoring text; CDISC codes; minimum recalled.

    >>> able = dict.fromkeys(HAQ_ITEMS.codes + HAQ_AIDS.codes, 0)
    >>> HAQ_GRID.to_numbers(compute_haq_di(able | {"HAQ0110": 1})).item()
    0.25
    """
    check_choice("unmarked_aids", unmarked_aids, get_args(UnmarkedAids))
    _refuse_unassigned(answers)
    assigned = dict.fromkeys(_ASSIGNED.codes, 0) | {
        f"other aid: {category}": flags for category, flags in (other_aids or {}).items()
    }
    scores = _FORM.check({**answers, **assigned})
    worst, unknown = _score_categories(scores, partial_category)
    used = np.stack([_any_used(scores, category, unmarked_aids) for category in CATEGORIES], axis=-1)
    worst, unknown = raise_for_aids(worst, unknown, used)
    return average_categories(worst, unknown, minimum_categories)


def compute_alternative_haq_di(
    answers: Mapping[str, ArrayLike],
    *,
    minimum_categories: int = MINIMUM_CATEGORIES.value,
    partial_category: PartialCategory = "unknown",
) -> Steps:
    """The alternative HAQ-DI, which leaves aids, devices and help out, in steps of ``HAQ_GRID``.

    As ``compute_haq_di``; answers about aids and help may be among ``answers`` and aren't looked at.

    >>> able = dict.fromkeys(HAQ_ITEMS.codes, 0)
    >>> HAQ_GRID.to_numbers(compute_alternative_haq_di(able | {"HAQ0110": 1, "HAQ0101": 1})).item()
    0.125
    """
    aside = {*HAQ_AIDS.codes, *OTHER_AIDS}
    scores = HAQ_ITEMS.check({code: answer for code, answer in answers.items() if code not in aside})
    worst, unknown = _score_categories(scores, partial_category)
    return average_categories(worst, unknown, minimum_categories)


def raise_for_aids(worst: Steps, unknown: NDArray[np.bool_], used: Steps) -> tuple[Steps, NDArray[np.bool_]]:
    """Categories raised to 2 where an aid or help is used, and which of them are not known.

    All three arrays are of one shape: the category's highest item (``MISSING`` where not answered), whether it might
    be higher, and the aid (1, 0 or ``MISSING``, which leaves a category below 2 unknown).
    """
    below = ~is_missing(worst) & (worst < AID_FLOOR.value)
    raised = np.where(below & (used == 1), AID_FLOOR.value, worst)
    return raised, unknown | (below & is_missing(used))


def average_categories(scores: Steps, unknown: NDArray[np.bool_], minimum: int) -> Steps:
    """The mean of the answered of eight categories, in steps of ``HAQ_GRID``; categories are the last axis.

    ``MISSING`` where fewer than ``minimum`` are answered (not ``MISSING``) or one of them is ``unknown``. Raises
    SettingError where ``minimum`` is not from 1 to 8.
    """
    if not 1 <= minimum <= len(CATEGORIES):
        raise SettingError(f"the least number of categories is {minimum}; expected 1 to {len(CATEGORIES)}")
    answered = ~is_missing(scores)
    count = answered.sum(axis=-1)
    total = np.where(answered, scores, 0).sum(axis=-1)
    known = (count >= minimum) & ~(unknown & answered).any(axis=-1)
    return np.where(known, total * (STEPS_PER_POINT // np.maximum(count, 1)), MISSING)


def as_recorded_fraction(steps: Steps) -> tuple[Steps, NDArray[np.bool_]]:
    """HAQ scores that were recorded as rounded decimals, read as the fractions they must have been.

    A mean of eight, seven or six categories is an eighth, a seventh or a sixth of a point; 13/8 becomes 1.62 or 1.63
    on a form with two decimals. ``steps`` is of any shape. Returns the same steps with such scores replaced, and where
    that was done: the score has two decimals and lies within 0.005 of such a fraction, or three and within 0.0005,
    without being one. The fractions are at least 1/56 apart, so that there is never a second one to choose from and
    no tie. ``MISSING`` and all other scores stay.

    >>> recorded = np.array([HAQ_GRID.step("1.62"), HAQ_GRID.step("1.33"), HAQ_GRID.step("1.5")])
    >>> fractions, rounded = as_recorded_fraction(recorded)
    >>> [str(HAQ_GRID.fraction(step)) for step in fractions.tolist()], rounded.tolist()
    (['13/8', '4/3', '3/2'], [True, True, False])
    """
    known = np.where(is_missing(steps), 0, steps)
    nearest = np.zeros_like(known)
    for part in (STEPS_PER_POINT // 8, STEPS_PER_POINT // 7, STEPS_PER_POINT // 6):
        candidate = (2 * known + part) // (2 * part) * part
        nearest = np.where(np.abs(known - candidate) < np.abs(known - nearest), candidate, nearest)
    distance = np.abs(known - nearest)
    rounded = np.zeros(known.shape, np.bool_)
    for unit in (STEPS_PER_POINT // 100, STEPS_PER_POINT // 1000):
        rounded |= (known % unit == 0) & (distance > 0) & (2 * distance <= unit)
    return np.where(rounded, nearest, steps), rounded


def _score_categories(scores: Scores, partial_category: PartialCategory) -> tuple[Steps, NDArray[np.bool_]]:
    check_choice("partial_category", partial_category, get_args(PartialCategory))
    answers = [np.stack([scores[code] for code in ITEMS_OF[category]], axis=-1) for category in CATEGORIES]
    worst = np.stack([answer.max(axis=-1) for answer in answers], axis=-1)
    partial = np.stack([is_missing(answer).any(axis=-1) for answer in answers], axis=-1)
    if partial_category == "not_answered":
        worst = np.where(partial, MISSING, worst)
    unknown = partial & (worst < 3) if partial_category == "unknown" else np.zeros_like(partial)
    return worst, unknown


def _any_used(scores: Scores, category: str, unmarked_aids: UnmarkedAids) -> Steps:
    flags = np.stack([scores[code] for code in (*AIDS_OF[category], f"other aid: {category}")], axis=-1)
    used = (flags == 1).any(axis=-1)
    unmarked = is_missing(flags).any(axis=-1) & (unmarked_aids == "unknown")
    return np.where(used, 1, np.where(unmarked, MISSING, 0))


def _refuse_unassigned(answers: Mapping[str, ArrayLike]) -> None:
    faults = [
        Fault(
            what="HAQ-DI: an aid that was written in has no category",
            expected="the aid under its category",
            remedy="Assign it: other_aids={category: …}",
            column=code,
        )
        for code in OTHER_AIDS
        if code in answers
    ]
    if faults:
        raise InputError(faults)
