"""What the verification of a sealed list finds, and where it says it is."""

import pytest
from keys import key_of
from sealed_lists import AT, KEYS, RECIPIENT_KEYS, RING, changed, plain_list, seal, tuples

from myotis.keys.records import report_compromised
from myotis.keys.signature import sign_record
from myotis.randomize.reseal import reseal_list
from myotis.randomize.sealed import SIGNED_AS, SealedList, digest_list
from myotis.randomize.verify import verify_list
from myotis.randomize.versions import compare_copies, verify_versions

PLAIN = plain_list()
SEALED = seal(PLAIN)
NEW_PHARMACY = key_of("pharmacy", "The new pharmacy")
RESEALED = reseal_list(SEALED, "pharmacy", NEW_PHARMACY.public, KEYS["pharmacy"])
WIDER_RING = [*RING, NEW_PHARMACY.public]


def told(faults):
    return [f"{fault.key}: {fault.what}" for fault in faults]


def signed_again(sealed, change, signer):
    """What somebody makes who changes the list, computes every digest anew, and signs with the key that he has."""
    document = changed(sealed, change).model_dump(mode="json")
    document["digest"] = digest_list(document)
    document["signature"] = sign_record(signer, SIGNED_AS, {"digest": document["digest"]})
    return SealedList.model_validate(tuples(document))


def test_an_untouched_list_has_no_faults():
    assert verify_list(SEALED, RING) == []
    assert verify_versions([SEALED], RING) == []
    assert verify_versions([SEALED, RESEALED], WIDER_RING) == []


def exchange(document):
    slots = document["slots_by_stratum"]["mild"]
    slots[2], slots[5] = slots[5], slots[2]


def test_two_exchanged_slots_are_found_in_both_places():
    ids = [SEALED.slots_by_stratum["mild"][position].slot_id for position in (2, 5)]
    faults = told(verify_list(changed(SEALED, exchange), RING))
    assert [fault.partition(":")[0] for fault in faults] == [
        f"stratum=mild position=3 slot={ids[1]}", f"stratum=mild position=6 slot={ids[0]}", "digest",
    ]  # fmt: skip


def test_a_removed_slot_is_found_where_the_rest_moved_up():
    removed = changed(SEALED, lambda document: document["slots_by_stratum"]["mild"].pop(40))
    assert [fault.partition(" slot")[0] for fault in told(verify_list(removed, RING))] == [
        "stratum=mild position=41", "stratum=mild position=42", "stratum=mild position=43",
        "digest: the list was changed after it was signed",
    ]  # fmt: skip


def test_a_last_slot_that_was_cut_off_is_found_by_the_digest_and_by_a_kept_copy():
    cut = changed(SEALED, lambda document: document["slots_by_stratum"]["mild"].pop())
    assert told(verify_list(cut, RING)) == ["digest: the list was changed after it was signed"]
    last = SEALED.slots_by_stratum["mild"][-1].slot_id
    assert told(compare_copies(SEALED, cut)) == [f"stratum=mild position=44 slot={last}: the slot was removed"]


def test_a_slot_that_stands_twice_is_found():
    def repeat(document):
        document["slots_by_stratum"]["mild"].append(document["slots_by_stratum"]["mild"][0])

    faults = told(verify_list(changed(SEALED, repeat), RING))
    assert sum("stands twice" in fault for fault in faults) == 2


def test_a_list_signed_by_a_stranger_is_found_whatever_else_was_computed_anew():
    stranger = key_of("list_maker", "A stranger")
    forged = signed_again(SEALED, lambda document: document.update(signed_by=stranger.public.document()), stranger)
    assert [fault.key for fault in verify_list(forged, RING)] == ["signed_by"]


def test_digests_computed_anew_without_the_key_do_not_pass():
    forged = signed_again(
        SEALED, lambda document: document["slots_by_stratum"]["mild"].pop(), key_of("list_maker", "A")
    )
    assert [fault.key for fault in verify_list(forged, RING)] == ["signature"]


def test_a_first_version_signed_by_a_recipient_is_refused():
    signer = KEYS["pharmacy"]
    forged = signed_again(SEALED, lambda document: document.update(signed_by=signer.public.document()), signer)
    assert told(verify_list(forged, RING)) == [
        f"signed_by: the list is signed with {signer.public.describe()}, which may not sign this version"
    ]


def test_recipients_that_the_trial_does_not_know_are_found():
    assert [fault.key for fault in verify_list(SEALED, [key for key in RING if key.role != "escrow"])] == [
        "recipients.escrow"
    ]


def test_a_changed_key_in_the_file_is_found():
    faults = verify_list(changed(SEALED, lambda document: document["recipients"]["escrow"].update(holder="X")), RING)
    assert [fault.key for fault in faults] == ["recipients.escrow", "digest"]
    faults = verify_list(changed(SEALED, lambda document: document["signed_by"].update(holder="X")), RING)
    assert [fault.key for fault in faults] == ["digest", "signature"]


def test_envelopes_of_unequal_length_are_found_even_when_the_list_maker_signed_them(monkeypatch):
    monkeypatch.setattr("myotis.randomize.seal._fill", lambda content, _: repr(content).encode())
    assert {fault.what for fault in verify_list(seal(PLAIN), RING)} == {
        "an envelope has another length than the others"
    }


@pytest.mark.parametrize(("role", "key"), [("list_maker", "signed_by"), ("pharmacy", "recipients")])
def test_a_compromised_key_is_found_with_what_to_do(role, key):
    report = report_compromised(KEYS["statistician"], KEYS[role].public, AT, "laptop stolen")
    faults = verify_list(SEALED, RING, [report])
    assert [fault.key for fault in faults] == [key]
    assert "new key" in faults[0].remedy


def test_a_compromised_key_may_stand_in_a_former_version_only():
    report = report_compromised(KEYS["statistician"], KEYS["pharmacy"].public, AT, "laptop stolen")
    by_escrow = reseal_list(SEALED, "pharmacy", NEW_PHARMACY.public, KEYS["escrow"])
    assert verify_versions([SEALED, by_escrow], WIDER_RING, [report]) == []
    assert [fault.key for fault in verify_versions([SEALED], WIDER_RING, [report])] == ["recipients"]


def test_a_version_resealed_with_a_compromised_key_is_refused():
    report = report_compromised(KEYS["statistician"], KEYS["pharmacy"].public, AT, "laptop stolen")
    faults = verify_versions([SEALED, RESEALED], WIDER_RING, [report])
    assert [fault.key for fault in faults] == ["signed_by", "version=2"]


def test_a_chain_without_its_beginning_or_a_link_is_refused():
    third = reseal_list(RESEALED, "escrow", key_of("escrow", "New").public, NEW_PHARMACY)
    ring = [*WIDER_RING, key_of("escrow", "New").public]
    assert verify_versions([SEALED, RESEALED, third], ring) == []
    assert "version" in [fault.key for fault in verify_versions([RESEALED, third], ring)]
    assert "former" in [fault.key for fault in verify_versions([SEALED, third], ring)]
    assert [fault.key for fault in verify_versions([], ring)] == ["version"]


def test_a_version_that_changes_more_than_it_says_is_found_at_the_slot():
    other = RESEALED.slots_by_stratum["mild"][3]

    def steal(document):
        slots = document["slots_by_stratum"]["mild"]
        slots[3]["envelopes"]["escrow"] = slots[4]["envelopes"]["escrow"]

    stolen = signed_again(RESEALED, steal, KEYS["pharmacy"])
    faults = told(verify_versions([SEALED, stolen], WIDER_RING))
    assert f"stratum=mild position=4 slot={other.slot_id}: the slot was changed" in faults


def test_a_version_resealed_by_nobody_who_could_open_the_former_is_refused():
    stranger = key_of("pharmacy", "A stranger")
    forged = signed_again(RESEALED, lambda document: document.update(signed_by=stranger.public.document()), stranger)
    faults = told(verify_versions([SEALED, forged], [*WIDER_RING, stranger.public]))
    assert faults == ["signed_by: the version was resealed by nobody who could open the one before"]


def test_copies_of_one_version_differ_where_somebody_touched_one():
    assert compare_copies(SEALED, SEALED) == []
    ids = [SEALED.slots_by_stratum["mild"][position].slot_id for position in (2, 5)]
    assert told(compare_copies(SEALED, changed(SEALED, exchange))) == [
        f"stratum=mild position=3 slot={ids[0]}: the slot was moved",
        f"stratum=mild position=6 slot={ids[1]}: the slot was moved",
    ]
    assert RECIPIENT_KEYS["pharmacy"].key_id != NEW_PHARMACY.public.key_id
    assert "recipients.pharmacy" in [fault.key for fault in compare_copies(SEALED, RESEALED)]
