"""The next free slot, and what its refusals tell."""

import re

import pytest
from sealed_lists import plain_list, seal

from myotis.errors import SealError
from myotis.randomize.ledger import ExhaustedError, check_taken, next_free_slot

SEALED = seal(plain_list())
IDS = {stratum: [slot.slot_id for slot in slots] for stratum, slots in SEALED.slots_by_stratum.items()}


def test_slots_of_a_stratum_come_one_after_the_other():
    taken = []
    while len(taken) < len(IDS["mild"]):
        taken.append(next_free_slot(SEALED, "mild", taken))
        check_taken(SEALED, taken)
    assert taken == IDS["mild"]


def test_what_is_taken_elsewhere_does_not_count():
    assert next_free_slot(SEALED, "mild", {*IDS["severe"], IDS["mild"][0]}) == IDS["mild"][1]


def test_an_exhausted_stratum_refuses_and_tells_no_number():
    with pytest.raises(ExhaustedError) as raised:
        next_free_slot(SEALED, "mild", IDS["mild"])
    assert not re.search(r"\d", str(raised.value))
    assert next_free_slot(SEALED, "severe", IDS["mild"]) == IDS["severe"][0]


def test_a_stratum_of_another_protocol_is_refused():
    with pytest.raises(SealError, match="no such stratum"):
        next_free_slot(SEALED, "none", ())


@pytest.mark.parametrize("taken", [IDS["mild"][1:2], IDS["mild"][:3] + IDS["mild"][4:5], IDS["mild"][1:]])
def test_a_skipped_slot_stops_the_stratum(taken):
    with pytest.raises(SealError, match="was skipped"):
        next_free_slot(SEALED, "mild", taken)
    with pytest.raises(SealError, match="slot of stratum mild was skipped"):
        check_taken(SEALED, taken)
    assert next_free_slot(SEALED, "severe", taken) == IDS["severe"][0]


def test_a_slot_twice_and_an_unknown_one_are_told():
    with pytest.raises(SealError, match="taken twice"):
        check_taken(SEALED, [IDS["mild"][0], IDS["mild"][0]])
    with pytest.raises(SealError, match="does not have"):
        check_taken(SEALED, ["0" * 16])


def test_a_slot_is_found_in_its_place():
    assert SEALED.find_place(IDS["severe"][4])[:2] == ("severe", 5)
    with pytest.raises(SealError, match="no slot with this id"):
        SEALED.find_place("0" * 16)
