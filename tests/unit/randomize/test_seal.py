"""What a sealed list shows, to whom it opens, and where."""

import base64
import json
from itertools import permutations, product

import pytest
from keys import key_of
from sealed_lists import KEYS, RECIPIENT_KEYS, changed, plain_list, seal, with_arms

from myotis.errors import InputError, SealError
from myotis.keys.canonical import digest_value
from myotis.randomize.seal import draw_entropy, seal_list
from myotis.randomize.sealed import RECIPIENTS, SLOT_BYTES, read_sealed_list, write_sealed_list
from myotis.randomize.unseal import open_arms, open_slot, reveal_list

PLAIN = plain_list()
SEALED = seal(PLAIN)


def test_each_recipient_opens_every_slot_to_the_arm_that_was_sealed():
    for recipient in RECIPIENTS:
        assert open_arms(SEALED, KEYS[recipient]) == PLAIN.arms_by_stratum


def test_one_slot_opens_by_its_id():
    slot = SEALED.slots_by_stratum["moderate"][7]
    assert open_slot(SEALED, slot.slot_id, KEYS["code_break"]) == PLAIN.arms_by_stratum["moderate"][7]


@pytest.mark.parametrize("recipient", ["pharmacy", "escrow"])
def test_pharmacy_and_escrow_reveal_the_whole_list_with_its_origin(recipient):
    assert reveal_list(SEALED, KEYS[recipient]) == PLAIN


def test_the_code_break_opens_slots_but_not_what_the_list_was_made_from():
    with pytest.raises(SealError, match="sealed to pharmacy and escrow, not to code_break"):
        reveal_list(SEALED, KEYS["code_break"])


@pytest.mark.parametrize("role", ["list_maker", "statistician"])
def test_who_is_no_recipient_opens_nothing(role):
    with pytest.raises(SealError, match="isn't sealed to the key"):
        open_arms(SEALED, KEYS[role])


def test_a_key_that_only_calls_itself_a_recipient_opens_nothing():
    with pytest.raises(SealError, match="isn't sealed to the key"):
        open_arms(SEALED, key_of("pharmacy", "Another pharmacy"))


def test_an_unknown_slot_is_told():
    with pytest.raises(SealError, match="no slot with this id"):
        open_slot(SEALED, "0" * 16, KEYS["pharmacy"])


def test_lists_that_differ_in_the_arms_alone_give_files_of_one_shape():
    one_sided = with_arms(PLAIN, {name: ("ivig",) * len(arms) for name, arms in PLAIN.arms_by_stratum.items()})
    other = with_arms(PLAIN, {name: ("placebo",) * len(arms) for name, arms in PLAIN.arms_by_stratum.items()})
    shapes = {json.dumps(shape(json.loads(seal(plain).model_dump_json()))) for plain in (PLAIN, one_sided, other)}
    assert len(shapes) == 1


def shape(value):
    """A JSON value with every text replaced by its length."""
    if isinstance(value, dict):
        return {name: shape(below) for name, below in value.items()}
    return [shape(below) for below in value] if isinstance(value, list) else len(str(value))


def test_no_arm_and_no_entropy_stands_in_the_file():
    # Base64 of random bytes may spell a short word by chance, so envelopes are looked at as the bytes that they are.
    document = SEALED.model_dump(mode="json")
    envelopes = [slot.pop("envelopes") for slots in document["slots_by_stratum"].values() for slot in slots]
    envelopes.append(document.pop("origin"))
    sealed = b"".join(base64.b64decode(text) for held in envelopes for text in held.values())
    assert len(sealed) > 10_000
    for word in ("ivig", "placebo", "permuted", "block", PLAIN.entropy):
        assert word not in json.dumps(document)
        assert len(word) < 5 or word.encode() not in sealed


def test_no_digest_of_any_list_of_four_blocks_is_in_its_file():
    block = sorted(set(permutations(("ivig", "ivig", "placebo", "placebo"))))
    short = with_arms(PLAIN, {"mild": sum(block[:4], ())})
    text = seal(short).model_dump_json()
    candidates = [sum(blocks, ()) for blocks in product(block, repeat=4)]
    assert len(candidates) == 1296
    assert short.arms_by_stratum["mild"] in candidates
    for arms in candidates:
        document = with_arms(short, {"mild": arms}).model_dump(mode="json")
        digests = (digest_value(document), digest_value(list(arms)), digest_value(document["arms_by_stratum"]))
        assert not [digest for digest in digests if digest in text]


def test_two_sealings_of_one_list_have_no_ciphertext_and_no_digest_in_common():
    again = seal(PLAIN)  # ids and nonces are the same here, the keys inside the envelopes are not
    assert SEALED.list_id == again.list_id
    first, second = (
        {envelope for place in sealed.places.values() for envelope in place.slot.envelopes.values()}
        | {place.slot.digest for place in sealed.places.values()}
        for sealed in (SEALED, again)
    )
    assert not first & second
    assert SEALED.digest != again.digest


def test_the_same_arm_twice_never_looks_the_same():
    envelopes = [envelope for place in SEALED.places.values() for envelope in place.slot.envelopes.values()]
    assert len(set(envelopes)) == len(envelopes)


def test_slot_ids_are_all_different_and_not_in_order():
    ids = [slot.slot_id for slots in SEALED.slots_by_stratum.values() for slot in slots]
    assert len(set(ids)) == len(ids) == PLAIN.count_places()
    assert sorted(ids) not in (ids, ids[::-1])


@pytest.mark.parametrize("recipient", RECIPIENTS)
@pytest.mark.parametrize("strata", [("mild", "mild"), ("mild", "severe")])
def test_an_envelope_does_not_open_in_another_place(recipient, strata):
    first, second = SEALED.slots_by_stratum[strata[0]][0], SEALED.slots_by_stratum[strata[1]][1]

    def exchange(document):
        slots = document["slots_by_stratum"]
        one, other = slots[strata[0]][0]["envelopes"], slots[strata[1]][1]["envelopes"]
        one[recipient], other[recipient] = other[recipient], one[recipient]

    swapped = changed(SEALED, exchange)
    for slot in (first, second):
        with pytest.raises(SealError, match="can't be opened"):
            open_slot(swapped, slot.slot_id, KEYS[recipient])


def test_whole_slots_that_were_exchanged_do_not_open():
    def exchange(document):
        slots = document["slots_by_stratum"]["mild"]
        slots[0], slots[1] = slots[1], slots[0]

    swapped = changed(SEALED, exchange)
    with pytest.raises(SealError, match="can't be opened"):
        open_slot(swapped, SEALED.slots_by_stratum["mild"][0].slot_id, KEYS["pharmacy"])


@pytest.mark.parametrize(
    "change", [{"trial": "another"}, {"protocol_digest": "1" * 64}, {"list_id": "1" * 32}, {"usable_live": False}]
)
def test_a_slot_does_not_open_in_another_trial_protocol_or_list(change):
    moved = changed(SEALED, lambda document: document.update(change))
    with pytest.raises(SealError, match="can't be opened"):
        open_slot(moved, SEALED.slots_by_stratum["mild"][0].slot_id, KEYS["pharmacy"])
    with pytest.raises(SealError, match="can't be opened"):
        reveal_list(moved, KEYS["pharmacy"])


def test_an_envelope_for_one_recipient_is_none_for_another():
    def exchange(document):
        envelopes = document["slots_by_stratum"]["mild"][0]["envelopes"]
        envelopes["escrow"] = envelopes["pharmacy"]

    moved = changed(SEALED, exchange)
    with pytest.raises(SealError, match="can't be opened"):
        open_slot(moved, SEALED.slots_by_stratum["mild"][0].slot_id, KEYS["escrow"])


@pytest.mark.parametrize(
    ("recipients", "list_maker", "told"),
    [
        ({"pharmacy": RECIPIENT_KEYS["pharmacy"]}, "list_maker", "to each of them"),
        (RECIPIENT_KEYS | {"escrow": RECIPIENT_KEYS["pharmacy"]}, "list_maker", "made for another role"),
        (RECIPIENT_KEYS, "statistician", "signed with a key of role list_maker"),
    ],
)
def test_a_list_is_sealed_to_three_recipients_and_signed_by_the_list_maker(recipients, list_maker, told):
    with pytest.raises(SealError, match=told):
        seal_list(PLAIN, recipients, KEYS[list_maker])


def test_an_arm_with_a_name_too_long_is_refused_rather_than_seen_by_its_length():
    longest = with_arms(PLAIN, {"mild": ("a" * (SLOT_BYTES - 85),)})
    assert open_arms(seal(longest), KEYS["pharmacy"]) == longest.arms_by_stratum
    with pytest.raises(SealError, match="too long"):
        seal(with_arms(PLAIN, {"mild": ("a" * (SLOT_BYTES - 84),)}))


def test_the_file_is_read_as_it_was_written_and_not_written_over(tmp_path):
    write_sealed_list(tmp_path / "sealed.json", SEALED)
    assert read_sealed_list(tmp_path / "sealed.json") == SEALED
    with pytest.raises(InputError, match="not written over"):
        write_sealed_list(tmp_path / "sealed.json", SEALED)


@pytest.mark.parametrize(
    "change",
    [
        lambda document: document.pop("signature"), lambda document: document.update(more=1),
        lambda document: document.update(version=2), lambda document: document.update(former="1" * 64),
        lambda document: document.update(resealed="pharmacy"), lambda document: document["recipients"].pop("escrow"),
        lambda document: document["origin"].update(code_break="AAAA"), lambda document: document.update(form="other"),
        lambda document: document["slots_by_stratum"]["mild"][0].update(slot_id="no"),
    ],
)  # fmt: skip
def test_a_file_that_contradicts_itself_is_refused(tmp_path, change):
    document = json.loads(SEALED.model_dump_json())
    change(document)
    (tmp_path / "sealed.json").write_text(json.dumps(document))
    with pytest.raises(InputError, match=r"sealed\.json"):
        read_sealed_list(tmp_path / "sealed.json")


def test_entropy_comes_from_the_system_and_is_never_the_same():
    assert len(draw_entropy(32)) == 32
    assert draw_entropy(32) != draw_entropy(32)


def test_what_is_no_slot_inside_an_envelope_is_told_without_its_content(monkeypatch):
    monkeypatch.setattr("myotis.randomize.seal.write_slot", lambda arm, _: f"only {arm}".ljust(SLOT_BYTES).encode())
    odd = seal(PLAIN)
    with pytest.raises(SealError, match="holds no slot") as raised:
        open_arms(odd, KEYS["pharmacy"])
    assert "ivig" not in str(raised.value)
    assert raised.value.__cause__ is None


def test_other_entropy_gives_other_ids():
    assert seal(PLAIN, "other ids").places.keys().isdisjoint(SEALED.places)
