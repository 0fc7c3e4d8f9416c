"""Whatever somebody changes in a sealed list is found; whatever slots are taken in turn, they are the first ones."""

import copy
import json

from hypothesis import given, settings
from hypothesis import strategies as st
from keys import key_of
from sealed_lists import KEYS, RING, plain_list, seal, tuples, with_arms

from myotis.errors import InputError
from myotis.protocol.files import build_model
from myotis.randomize.ledger import check_taken, next_free_slot
from myotis.randomize.reseal import reseal_list
from myotis.randomize.sealed import RECIPIENTS, SealedList
from myotis.randomize.unseal import open_arms
from myotis.randomize.verify import verify_list
from myotis.randomize.versions import compare_copies

PLAIN = plain_list()
SEALED = seal(with_arms(PLAIN, {name: arms[:6] for name, arms in PLAIN.arms_by_stratum.items()}))
DOCUMENT = json.loads(SEALED.model_dump_json())
ARMS = st.lists(st.sampled_from(("ivig", "placebo", "other_arm")), min_size=1, max_size=6).map(tuple)


def leaves(value, path=()):
    """The paths to every text, number and null of a JSON value."""
    if isinstance(value, dict):
        return [leaf for name, below in value.items() for leaf in leaves(below, (*path, name))]
    if isinstance(value, list):
        return [leaf for number, below in enumerate(value) for leaf in leaves(below, (*path, number))]
    return [path]


LEAVES = leaves(DOCUMENT)


def find_faults(document):
    """What reading and verifying find; a document that can't even be read is found out too."""
    try:
        sealed = build_model(SealedList, tuples(document), "sealed.json")
    except InputError as error:
        return error.faults
    return verify_list(sealed, RING)


@given(path=st.sampled_from(LEAVES), data=st.data())
@settings(max_examples=200, deadline=None)
def test_any_changed_field_is_found_and_a_slot_at_its_place(path, data):
    document = copy.deepcopy(DOCUMENT)
    holder = document
    for step in path[:-1]:
        holder = holder[step]
    former = holder[path[-1]]
    holder[path[-1]] = data.draw(other_value(former))
    faults = find_faults(document)
    assert faults
    if path[0] == "slots_by_stratum":
        where = (
            f"stratum={path[1]} position={path[2] + 1} slot={document['slots_by_stratum'][path[1]][path[2]]['slot_id']}"
        )
        assert [fault for fault in faults if fault.key == where or f"slots_by_stratum.{path[1]}" in str(fault)]


def other_value(former):
    """Another value of the same kind: for a text, one changed character, mostly."""
    if isinstance(former, bool):
        return st.just(not former)
    if isinstance(former, int):
        return st.integers(0, 5).filter(lambda value: value != former)
    if former is None:
        return st.sampled_from(["0" * 64, "pharmacy"])
    position = st.integers(0, len(former) - 1)
    letter = st.sampled_from("0123456789abcdefABCDEF+/=. ")
    changed = st.builds(lambda at, new: former[:at] + new + former[at + 1 :], position, letter)
    return changed.filter(lambda value: value != former)


@given(data=st.data())
@settings(max_examples=100, deadline=None)
def test_any_removed_repeated_or_moved_slot_is_found_and_named_by_a_kept_copy(data):
    document = copy.deepcopy(DOCUMENT)
    strata = list(document["slots_by_stratum"])
    source = document["slots_by_stratum"][data.draw(st.sampled_from(strata))]
    target = document["slots_by_stratum"][data.draw(st.sampled_from(strata))]
    slot = source[data.draw(st.integers(0, len(source) - 1))]
    if data.draw(st.booleans()):
        source.remove(slot)
    if data.draw(st.booleans()):
        target.insert(data.draw(st.integers(0, len(target))), slot)
    if document != DOCUMENT:
        assert find_faults(document)
        given_list = build_model(SealedList, tuples(document), "sealed.json")
        assert compare_copies(SEALED, given_list) or len(given_list.places) < sum(
            map(len, given_list.slots_by_stratum.values())
        )


@given(first=ARMS, second=ARMS)
@settings(max_examples=30, deadline=None)
def test_every_recipient_opens_what_was_sealed_before_and_after_a_new_key(first, second):
    plain = with_arms(PLAIN, {"mild": first, "severe": second})
    sealed = seal(plain)
    new = key_of("escrow", "New")
    later = reseal_list(sealed, "escrow", new.public, KEYS["pharmacy"])
    for recipient in RECIPIENTS:
        assert open_arms(sealed, KEYS[recipient]) == plain.arms_by_stratum
        holder = new if recipient == "escrow" else KEYS[recipient]
        assert open_arms(later, holder) == plain.arms_by_stratum


@given(strata=st.lists(st.sampled_from(("mild", "moderate", "severe")), max_size=12).filter(
    lambda drawn: all(drawn.count(stratum) <= 6 for stratum in drawn)
))  # fmt: skip
def test_slots_are_taken_consecutively_in_any_order_of_arrival(strata):
    taken = []
    for stratum in strata:
        taken.append(next_free_slot(SEALED, stratum, taken))
        check_taken(SEALED, taken)
    for stratum, slots in SEALED.slots_by_stratum.items():
        count = strata.count(stratum)
        assert [slot for slot in taken if SEALED.places[slot].stratum == stratum] == [
            slot.slot_id for slot in slots[:count]
        ]
