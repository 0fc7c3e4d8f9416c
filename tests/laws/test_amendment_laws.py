"""Laws of merging two protocols: each value is that of the file it is taken from, and nothing else moves."""

from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from myotis.protocol.diff import compare_trials
from myotis.protocol.merge import merge_trials
from myotis.protocol.provenance import covers
from myotis.protocol.read import read_trial

BEFORE = read_trial("proderm")
AFTER = BEFORE.model_copy(
    update={
        "visits": tuple(visit.model_copy(update={"window_days": (0, 0)}) for visit in BEFORE.visits),
        "facts": BEFORE.facts[::-1],
        "switch": BEFORE.switch.model_copy(update={"latest_visit": "W12"}),
        "response": BEFORE.response.model_copy(update={"tis_at_least": Decimal(40)}),
        "deterioration": BEFORE.deterioration.model_copy(update={"consecutive_visits": 3}),
    }
)
CHANGES = list(compare_trials(BEFORE, AFTER))
PLACES = [change.place.removesuffix(" (order)") for change in CHANGES]
law = settings(max_examples=40, deadline=None)


def takes(places):
    return lambda path: any(covers(place, path) for place in places)


@law
@given(st.sets(st.sampled_from(PLACES)))
def test_the_changes_that_are_taken_are_the_difference_to_the_older_protocol(places):
    merged = merge_trials(BEFORE, AFTER, takes(places), BEFORE.trial.version)
    taken = [change for change, place in zip(CHANGES, PLACES, strict=True) if place in places]
    left = [change for change, place in zip(CHANGES, PLACES, strict=True) if place not in places]

    def differ(one, other):
        return [change for change in compare_trials(one, other) if not change.place.startswith("provenance")]

    assert differ(BEFORE, merged) == taken
    assert differ(merged, AFTER) == left


@law
@given(st.sets(st.sampled_from(PLACES)))
def test_what_is_taken_twice_is_taken_once(places):
    once = merge_trials(BEFORE, AFTER, takes(places), "2")
    again = merge_trials(once, AFTER, takes(places), "2")
    assert again.model_dump(exclude={"provenance"}) == once.model_dump(exclude={"provenance"})
