"""ProDERM: premedication only after two consecutive infusion-related adverse events.

A list has the number of infusional events after each cycle that was given.
"""

import pytest

from myotis.protocol.conduct import Premedication
from myotis.protocol.read import read_trial
from myotis.rules.premedication import may_premedicate

PRODERM = read_trial("proderm").conduct.premedication

CASES = [
    ([], False),
    ([1], False),
    ([5], False),  # five events of one infusion are not consecutive infusions
    ([1, 1], True),
    ([3, 1], True),
    ([1, 0, 1], False),
    ([0, 1, 1], True),
    ([1, 1, 0, 0], True),  # what was allowed once stays allowed
    ([1, 0, 1, 0, 1], False),
]


@pytest.mark.parametrize(("events", "allowed"), CASES)
def test_two_infusions_in_a_row(events, allowed):
    assert may_premedicate(PRODERM, events) is allowed


@pytest.mark.parametrize(
    ("after", "events", "allowed"),
    [(0, [], True), (2, [1], False), (2, [2], True), (2, [1, 0, 1], True), (3, [1, 1], False)],
)
def test_events_that_need_not_be_consecutive_are_counted(after, events, allowed):
    assert may_premedicate(Premedication(after_events=after, consecutive=False), events) is allowed


@pytest.mark.parametrize(("events", "allowed"), [([1, 1], False), ([1, 1, 0, 1, 1], False), ([0, 1, 1, 1], True)])
def test_three_in_a_row(events, allowed):
    assert may_premedicate(Premedication(after_events=3, consecutive=True), events) is allowed
