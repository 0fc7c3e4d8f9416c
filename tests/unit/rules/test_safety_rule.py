"""Which infusion an adverse event follows, and when it is emergent and infusional; the days worked out by hand."""

import numpy as np
import pytest

from myotis.protocol.read import read_trial
from myotis.rules.safety import EMERGENT, FOLLOWS, INFUSIONAL, SafetyLimits, place_events, safety_limits
from myotis.terms.missing import MISSING, NO, YES
from myotis.terms.units import Quantity

INFUSIONS = [(YES, 1, 2), (YES, 29, 31)]
LIMITS = SafetyLimits(emergent_days=28, infusional_days=3)


def place(day, limits=LIMITS, infusions=INFUSIONS, engine="interpreted"):
    x = np.array([*infusions, (NO, day, day)], dtype=np.int64)
    out = np.zeros((len(x), 3), dtype=np.int64)
    place_events.run(x, np.array([0, len(x)], dtype=np.int64), limits, out, engine=engine)
    return out[-1]


@pytest.mark.parametrize(
    ("day", "follows", "emergent", "infusional"),
    [
        (0, MISSING, NO, NO),  # before the first infusion
        (1, 0, YES, YES),  # on its first day
        (5, 0, YES, YES),  # three days after its end
        (6, 0, YES, NO),
        (28, 0, YES, NO),
        (29, 1, YES, YES),  # the next one begins
        (59, 1, YES, NO),  # 28 days after the end of the last
        (60, 1, NO, NO),
    ],
)
def test_an_event_follows_the_last_infusion_that_began(day, follows, emergent, infusional):
    for engine in ("interpreted", "compiled"):
        found = place(day, engine=engine)
        assert (found[FOLLOWS], found[EMERGENT], found[INFUSIONAL]) == (follows, emergent, infusional)


def test_without_a_limit_every_event_after_the_first_infusion_is_emergent():
    assert place(5000, SafetyLimits(emergent_days=MISSING, infusional_days=3))[EMERGENT] == YES
    assert place(0, SafetyLimits(emergent_days=MISSING, infusional_days=3))[EMERGENT] == NO


def test_the_order_of_rows_does_not_matter():
    assert place(30, infusions=INFUSIONS[::-1])[FOLLOWS] == 0


def test_a_subject_without_infusions_has_no_emergent_event():
    assert place(10, infusions=[]).tolist() == [MISSING, NO, NO]


@pytest.mark.parametrize(("hours", "days"), [("72", 3), ("24", 1), ("25", 2), ("0", 0)])
def test_hours_are_whole_days_rounded_up(hours, days):
    plan = read_trial("proderm").plan.safety
    changed = plan.model_copy(update={"infusional": Quantity.parse(f"{hours} h", ("h",))})
    assert safety_limits(changed) == SafetyLimits(emergent_days=MISSING, infusional_days=days)


def test_days_of_emergence_are_those_of_the_plan():
    plan = read_trial("proderm").plan.safety.model_copy(update={"emergent": Quantity.parse("30 days", ("days",))})
    assert safety_limits(plan).emergent_days == 30
