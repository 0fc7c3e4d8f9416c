"""Later versions: a lost key recovered, a key replaced, a signature renewed."""

import pytest
from keys import key_of
from sealed_lists import KEYS, RING, plain_list, seal

from myotis.errors import SealError, SettingError
from myotis.keys.escrow import Share, recover_key, split_key
from myotis.randomize.reseal import reseal_list, sign_anew
from myotis.randomize.unseal import open_arms, reveal_list
from myotis.randomize.versions import verify_versions

PLAIN = plain_list()
SEALED = seal(PLAIN)
NEW = key_of("pharmacy", "The new pharmacy")


def test_a_lost_pharmacy_key_is_replaced_with_the_shares_of_the_escrow():
    printed = [share.write() for share in split_key(KEYS["escrow"], 2, 3)]
    escrow = recover_key(KEYS["escrow"].public, [Share.parse(line) for line in printed[1:]])
    resealed = reseal_list(SEALED, "pharmacy", NEW.public, escrow)
    assert reveal_list(resealed, NEW) == PLAIN
    assert verify_versions([SEALED, resealed], [*RING, NEW.public]) == []


def test_after_a_replacement_the_old_key_opens_the_old_version_alone():
    resealed = reseal_list(SEALED, "pharmacy", NEW.public, KEYS["pharmacy"])
    with pytest.raises(SealError, match="this version of the list isn't sealed to the key"):
        open_arms(resealed, KEYS["pharmacy"])
    assert open_arms(SEALED, KEYS["pharmacy"]) == open_arms(resealed, NEW) == open_arms(resealed, KEYS["code_break"])


def test_what_is_not_resealed_stays_as_it_was_byte_for_byte():
    resealed = reseal_list(SEALED, "pharmacy", NEW.public, KEYS["pharmacy"])
    for slot_id, place in SEALED.places.items():
        later = resealed.places[slot_id]
        assert later[:2] == place[:2]
        for recipient in ("code_break", "escrow"):
            assert later.slot.envelopes[recipient] == place.slot.envelopes[recipient]
        assert later.slot.envelopes["pharmacy"] != place.slot.envelopes["pharmacy"]


def test_the_code_break_replaces_its_own_key_but_none_that_opens_the_origin():
    new = key_of("code_break", "The new desk")
    resealed = reseal_list(SEALED, "code_break", new.public, KEYS["code_break"])
    assert open_arms(resealed, new) == PLAIN.arms_by_stratum
    assert verify_versions([SEALED, resealed], [*RING, new.public]) == []
    with pytest.raises(SettingError, match="open the list with the key of pharmacy or escrow"):
        reseal_list(SEALED, "pharmacy", NEW.public, KEYS["code_break"])


@pytest.mark.parametrize(
    ("key", "opener", "told"),
    [
        (key_of("escrow", "New").public, KEYS["pharmacy"], "made for another role"),
        (KEYS["pharmacy"].public, KEYS["pharmacy"], "is sealed to the key .* already"),
        (NEW.public, NEW, "isn't sealed to the key"),
        (NEW.public, KEYS["list_maker"], "isn't sealed to the key"),
    ],
)
def test_a_wrong_key_replaces_nothing(key, opener, told):
    with pytest.raises(SealError, match=told):
        reseal_list(SEALED, "pharmacy", key, opener)


def test_a_list_signed_anew_differs_in_nothing_but_its_signature():
    maker = key_of("list_maker", "The list-maker's new key")
    again = sign_anew(SEALED, maker)
    assert again.slots_by_stratum == SEALED.slots_by_stratum
    assert again.signing_key() == maker.public
    assert verify_versions([SEALED, again], [*RING, maker.public]) == []
    with pytest.raises(SealError, match="role list_maker, not of role pharmacy"):
        sign_anew(SEALED, KEYS["pharmacy"])
