"""Manual muscle testing: MMT-8 of one side (0 to 80) or both (0 to 150), and the full test (0 to 260).

Every muscle has a Kendall grade of 0 to 10. A total of one side and a total of both can't be compared, so they
are different measures. Medical Research Council grades (0 to 5) are another scale: numbers alone can't tell the
two apart, so whoever hands grades in answers for it that they are Kendall grades.

A muscle that was not tested leaves the total missing, as no source has a rule for it. The one exception is on the
form of the test of one side: a muscle that can't be tested there may be tested on the other, if the trial says so.
"""

from collections.abc import Iterable, Mapping
from typing import Final, Literal, get_args

import numpy as np
from numpy.typing import ArrayLike

from myotis.errors import Fault, InputError, SettingError
from myotis.instruments.items import Item, ItemSet, add_items, check_choice
from myotis.instruments.measure import Better, Measure
from myotis.terms.grid import Grid
from myotis.terms.missing import MISSING, is_missing
from myotis.terms.rule import Steps
from myotis.terms.source import Source, Sourced, Status

MMT_GRID: Final = Grid("points", 1, 260)

FORM: Final = Source("IMACS Form 04, Manual muscle testing procedures", Status.VERIFIED)

MMT8_BILATERAL: Final = Measure(
    name="mmt8",
    label="MMT-8, both sides",
    grid=MMT_GRID,
    minimum=0,
    maximum=150,
    better=Better.HIGHER,
    source=Source(
        "ClinicalTrials.gov NCT06887738, outcome measures",
        Status.VERIFIED,
        "neck flexors once and seven muscles on two sides, each 0 to 10",
    ),
)

MMT8_UNILATERAL: Final = Measure(
    name="mmt8_unilateral",
    label="MMT-8, one side",
    grid=MMT_GRID,
    minimum=0,
    maximum=80,
    better=Better.HIGHER,
    source=FORM,
)

MMT_TOTAL: Final = Measure(
    name="mmt_total",
    label="MMT, all muscle groups",
    grid=MMT_GRID,
    minimum=0,
    maximum=260,
    better=Better.HIGHER,
    source=FORM,
)

Side = Literal["right", "left"]

NotTested = Literal["no_total", "opposite_side"]
"""What a muscle that was not tested on the side does to the total of one side."""

BEST_GRADE: Final = 10

NECK: Final = "neck_flexors"

LIMB_MUSCLES: Final = {
    "deltoid": "Deltoid, middle",
    "biceps": "Biceps brachii",
    "wrist_extensors": "Wrist extensors",
    "gluteus_maximus": "Gluteus maximus",
    "gluteus_medius": "Gluteus medius",
    "quadriceps": "Quadriceps",
    "ankle_dorsiflexors": "Ankle dorsiflexors",
}
"""The seven muscles of MMT-8 that have two sides; item codes are ``deltoid_right``, ``deltoid_left`` …"""

MMT8_MUSCLES: Final = ItemSet(
    "MMT-8",
    (
        Item(NECK, "Neck flexors", BEST_GRADE, FORM),
        *(
            Item(f"{muscle}_{side}", f"{label}, {side}", BEST_GRADE, FORM)
            for muscle, label in LIMB_MUSCLES.items()
            for side in ("right", "left")
        ),
    ),
)

AXIAL_MUSCLES: Final = {NECK: "Neck flexors", "neck_extensors": "Neck extensors"}

PROXIMAL_MUSCLES: Final = {
    "trapezius": "Trapezius",
    "deltoid": "Deltoid, middle",
    "biceps": "Biceps brachii",
    "gluteus_maximus": "Gluteus maximus",
    "gluteus_medius": "Gluteus medius",
    "iliopsoas": "Iliopsoas",
    "hamstrings": "Hamstrings",
    "quadriceps": "Quadriceps",
}

DISTAL_MUSCLES: Final = {
    "wrist_extensors": "Wrist extensors",
    "wrist_flexors": "Wrist flexors",
    "ankle_dorsiflexors": "Ankle dorsiflexors",
    "ankle_plantar_flexors": "Ankle plantar flexors",
}

MMT_MUSCLES: Final = ItemSet(
    "MMT",
    (
        *(Item(muscle, label, BEST_GRADE, FORM) for muscle, label in AXIAL_MUSCLES.items()),
        *(
            Item(f"{muscle}_{side}", f"{label}, {side}", BEST_GRADE, FORM)
            for muscle, label in (PROXIMAL_MUSCLES | DISTAL_MUSCLES).items()
            for side in ("right", "left")
        ),
    ),
)
"""The 26 grades of the full test: the form counts 24 muscle groups on two sides and the two of the neck."""

MMT_GROUPS: Final = ItemSet(
    "MMT",
    (
        Item("axial", "Axial muscles, total", 20, FORM),
        Item("proximal", "Proximal muscles, total", 160, FORM),
        Item("distal", "Distal muscles, total", 80, FORM),
    ),
)

TRACE_GRADE: Final = Sourced(
    "a required setting where it occurs",
    "The number of the grade T (trace)",
    Source("Kendall 0 to 10 key", Status.OPEN, "the key gives it none, so it is refused unless the user says"),
)

KENDALL_KEY: Final = Sourced(
    ("0", "2-", "2", "2+", "3-", "3", "3+", "4-", "4", "4+", "5"),
    "Kendall grades 0 to 10 on the scale of 0 to 5 with plus and minus",
    Source("Kendall 0 to 10 key, copy at scribd.com/document/239058219", Status.VERIFIED, "T (trace) has no number"),
)
"""What each grade from 0 to 10 is called on the older scale: ``KENDALL_KEY.value[9]`` is ``4+``."""


def compute_mmt8(muscles: Mapping[str, ArrayLike]) -> Steps:
    """MMT-8 of both sides, 0 to 150, from the grades of its 15 muscles.

    ``muscles`` has a Kendall grade from 0 to 10 for each code of ``MMT8_MUSCLES``, in arrays that broadcast. The
    total is ``MISSING`` where any grade is. Raises InputError with every fault. Source: IMACS Form 04.

    >>> int(compute_mmt8(dict.fromkeys(MMT8_MUSCLES.codes, 10)))
    150
    """
    return add_items(MMT8_MUSCLES.check(muscles))


def compute_mmt8_unilateral(
    muscles: Mapping[str, ArrayLike], *, side: Side = "right", not_tested: NotTested = "no_total"
) -> Steps:
    """MMT-8 of one side, 0 to 80, from the grades of the neck flexors and the seven muscles of that side.

    ``muscles`` is as for ``compute_mmt8``. The other side's muscles are wanted, and looked at, only with
    ``not_tested="opposite_side"``: a muscle without a grade then takes the other side's. The total is ``MISSING``
    where a grade is still missing. The form tests the right side, or the left where the right can't be tested.
    Raises InputError with every fault, SettingError for an unknown option. Source: IMACS Form 04.

    >>> right = {code: 8 for code in MMT8_MUSCLES.codes if not code.endswith("left")}
    >>> int(compute_mmt8_unilateral(right))
    64
    """
    check_choice("side", side, get_args(Side))
    check_choice("not_tested", not_tested, get_args(NotTested))
    other = "left" if side == "right" else "right"
    wanted = [NECK, *(f"{muscle}_{side}" for muscle in LIMB_MUSCLES)]
    if not_tested == "no_total":
        return add_items(MMT8_MUSCLES.only(wanted).check(muscles))
    grades = MMT8_MUSCLES.check(muscles)
    chosen = {NECK: grades[NECK]}
    for muscle in LIMB_MUSCLES:
        here, there = grades[f"{muscle}_{side}"], grades[f"{muscle}_{other}"]
        chosen[muscle] = np.where(is_missing(here), there, here)
    return add_items(chosen)


def compute_mmt_groups(muscles: Mapping[str, ArrayLike]) -> dict[str, Steps]:
    """The axial, proximal and distal totals of the full MMT from its 26 grades, as ``compute_mmt_total`` takes them.

    ``muscles`` has a Kendall grade from 0 to 10 for each code of ``MMT_MUSCLES``, in arrays that broadcast. A group
    is ``MISSING`` where any of its grades is. Raises InputError with every fault. Source: IMACS Form 04.

    >>> groups = compute_mmt_groups(dict.fromkeys(MMT_MUSCLES.codes, 10))
    >>> int(groups["proximal"]), int(compute_mmt_total(groups))
    (160, 260)
    """
    grades = MMT_MUSCLES.check(muscles)
    both_sides = {
        name: [f"{muscle}_{side}" for muscle in members for side in ("right", "left")]
        for name, members in (("proximal", PROXIMAL_MUSCLES), ("distal", DISTAL_MUSCLES))
    }
    members = {"axial": list(AXIAL_MUSCLES)} | both_sides
    return {name: add_items({code: grades[code] for code in codes}) for name, codes in members.items()}


def compute_mmt_total(groups: Mapping[str, ArrayLike]) -> Steps:
    """The full MMT, 0 to 260, from its group totals: axial (0 to 20), proximal (0 to 160) and distal (0 to 80).

    ``MISSING`` where a group is. Raises InputError with every fault. Source: IMACS Form 04.

    >>> int(compute_mmt_total({"axial": 18, "proximal": 120, "distal": 75}))
    213
    """
    return add_items(MMT_GROUPS.check(groups))


def read_kendall_grades(grades: Iterable[str | None], *, trace: int | None = None) -> Steps:
    """Kendall grades as they stand on a form, as numbers from 0 to 10.

    A blank or None is ``MISSING``. The grade T (trace) has no number on the key: it is refused unless ``trace`` says
    which it is. A grade such as ``4+`` is a Medical Research Council grade and refused. Raises InputError with
    every fault by index, and SettingError where ``trace`` is no grade.

    >>> read_kendall_grades(["10", "7", "T"], trace=0).tolist()
    [10, 7, 0]
    """
    if trace is not None and not 0 <= trace <= BEST_GRADE:
        raise SettingError(f"trace is {trace}; expected a grade from 0 to {BEST_GRADE}")
    numbers = {str(grade): grade for grade in range(BEST_GRADE + 1)} | {"": MISSING}
    if trace is not None:
        numbers["T"] = trace
    texts = [(grade or "").strip().upper() for grade in grades]
    faults = [_describe_grade(index, text) for index, text in enumerate(texts) if text not in numbers]
    if faults:
        raise InputError(faults)
    return np.array([numbers[text] for text in texts], np.int64)


def _describe_grade(index: int, text: str) -> Fault:
    what, remedy = "the text is no Kendall grade", ""
    if text == "T":
        what, remedy = "the grade T (trace) has no number", "Say which number it is: trace=…"
    elif text.endswith(("+", "-")):
        what = "the grade is on the scale of 0 to 5 with plus and minus"
        remedy = "Enter the grade of the 0 to 10 key"
    return Fault(what=what, expected=f"a whole number from 0 to {BEST_GRADE}", remedy=remedy, key=f"index={index}")
