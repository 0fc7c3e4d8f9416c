"""Nothing is allocated before an unblinded statistician has opened, checked and signed; and what is not signed."""

from dataclasses import replace

import pytest
from keys import key_of
from sealed_lists import AT, KEYS, RING, SPECIFICATION, TRIAL, changed, plain_list, seal, with_arms

from myotis.errors import InputError, SealError
from myotis.keys.pairs import make_key
from myotis.keys.records import SignedRecord, report_compromised
from myotis.protocol.read import read_trial
from myotis.randomize.approve import APPROVAL, approve_list, check_approved
from myotis.randomize.procedures.big_stick import BigStick
from myotis.randomize.procedures.permuted_blocks import PermutedBlocks
from myotis.randomize.procedures.simple import Simple
from myotis.randomize.reseal import reseal_list, sign_anew
from myotis.randomize.sealed import RECIPIENTS
from myotis.randomize.soundness import count_arms, find_copies, find_first_breach, find_imbalances
from myotis.randomize.specification import ListSpecification

PLAIN = plain_list()
SEALED = seal(PLAIN)
TEST_LIST = seal(plain_list("demo", live=False))
NEW = key_of("pharmacy", "The new pharmacy")


def approve(sealed=SEALED, **others):
    defaults = {"statistician": KEYS["statistician"], "openers": [KEYS["pharmacy"]], "keys": RING, "at": AT}
    trial, specification = others.pop("trial", TRIAL), others.pop("specification", SPECIFICATION)
    return approve_list(sealed, trial, specification, **defaults | others)


APPROVED = approve()


def test_an_approved_list_may_be_used():
    check_approved(SEALED, APPROVED, RING)


def test_an_approval_tells_no_arm():
    text = str(APPROVED.document())
    assert not [arm for arm in TRIAL.randomization.ratio if arm in text]


def test_without_an_approval_nothing_is_allocated():
    with pytest.raises(SealError, match="nothing is allocated before"):
        check_approved(SEALED, None, RING)


def test_another_record_is_no_approval():
    report = report_compromised(KEYS["statistician"], NEW.public, AT, "lost")
    with pytest.raises(SealError, match="nothing is allocated before"):
        check_approved(SEALED, report, RING)


def test_an_approval_is_of_one_list():
    other = seal(PLAIN, "another sealing")
    with pytest.raises(SealError, match="one of another list"):
        check_approved(other, APPROVED, RING)


def test_a_changed_list_is_not_the_approved_one():
    moved = changed(SEALED, lambda document: document["slots_by_stratum"]["mild"].reverse())
    with pytest.raises(SealError, match="stands where it wasn't sealed for"):
        check_approved(moved, APPROVED, RING)


@pytest.mark.parametrize("role", ["list_maker", "pharmacy", "code_break"])
def test_nobody_but_the_statistician_approves(role):
    with pytest.raises(SealError, match="approved with a key of role statistician"):
        approve(statistician=KEYS[role])
    with pytest.raises(SealError, match=f"approved with a key of role {role}"):
        check_approved(SEALED, SignedRecord.sign(KEYS[role], APPROVAL, APPROVED.record), RING)


def test_a_statistician_unknown_to_the_trial_does_not_approve():
    stranger = key_of("statistician", "A stranger")
    with pytest.raises(SealError, match="not among the public keys"):
        approve(statistician=stranger)
    with pytest.raises(SealError, match="none of the public keys given"):
        check_approved(SEALED, SignedRecord.sign(stranger, APPROVAL, APPROVED.record), RING)


def test_who_made_the_list_does_not_approve_it():
    maker = KEYS["list_maker"].public.holder
    same = make_key("statistician", maker, AT, lambda count: bytes(range(count)))
    with pytest.raises(SealError, match="another person must"):
        approve(statistician=same, keys=[*RING, same.public])


def test_a_changed_approval_is_none():
    forged = replace(APPROVED, record={**APPROVED.record, "digest": seal(PLAIN, "other").digest})
    with pytest.raises(SealError, match="changed since"):
        check_approved(SEALED, forged, RING)


def test_a_test_list_is_refused_live_and_good_for_demonstrations():
    with pytest.raises(InputError, match="from a named seed"):
        approve(TEST_LIST)
    demonstration = approve(TEST_LIST, live=False)
    check_approved(TEST_LIST, demonstration, RING, live=False)
    with pytest.raises(SealError, match="for demonstrations and tests"):
        check_approved(TEST_LIST, demonstration, RING)


def test_an_approval_for_demonstrations_is_none_for_a_live_list():
    with pytest.raises(SealError, match="for demonstrations and tests"):
        check_approved(SEALED, approve(live=False), RING)


def test_a_test_list_that_says_it_is_live_is_found():
    passed_off = plain_list("demo", live=False).model_copy(update={"usable_live": True})
    with pytest.raises(SealError, match="hold no list"):
        approve(seal(passed_off))


@pytest.mark.parametrize("openers", [[], [KEYS["code_break"]], [KEYS["code_break"], KEYS["pharmacy"]]])
def test_an_approval_needs_a_key_that_opens_the_whole_list(openers):
    with pytest.raises(SealError, match="hand in the key of the pharmacy or of the escrow first"):
        approve(openers=openers)


def test_all_recipients_can_hand_in_their_keys_and_find_the_same():
    record = approve(openers=[KEYS[recipient] for recipient in RECIPIENTS])
    assert len(record.record["opened_with"]) == 3


def test_a_slot_that_tells_the_code_break_another_arm_is_found(monkeypatch):
    from myotis.randomize import seal as sealing

    honest = sealing.seal_envelope

    def lie(key, content, context):
        if key.role == "code_break" and '"position":5,' in context and '"stratum":"severe"' in context:
            content = sealing.write_slot("placebo" if b"ivig" in content else "ivig", bytes)
        return honest(key, content, context)

    monkeypatch.setattr(sealing, "seal_envelope", lie)
    lying = seal(PLAIN)
    approve(lying)
    with pytest.raises(InputError, match=r"stratum=severe position=5 .*recipients find different content"):
        approve(lying, openers=[KEYS["pharmacy"], KEYS["code_break"]])


def test_a_list_for_another_protocol_or_specification_is_refused():
    with pytest.raises(InputError, match="another protocol"):
        approve(trial=read_trial("reclaiim"))
    other = SPECIFICATION.model_copy(update={"title": "Another"})
    with pytest.raises(InputError, match="another specification"):
        approve(specification=ListSpecification.model_validate(other.model_dump()))


def all_of(arm):
    return {stratum: (arm,) * len(arms) for stratum, arms in PLAIN.arms_by_stratum.items()}


@pytest.mark.parametrize(
    ("arms", "told"),
    [
        (all_of("ivig"), "far off their ratio"), (all_of("ivig"), "don't follow the procedure permuted_blocks"),
        ({"mild": PLAIN.arms_by_stratum["mild"]} | dict.fromkeys(("moderate", "severe"), PLAIN.arms_by_stratum["mild"]),
         "stratum is a copy of stratum mild"),
        (PLAIN.arms_by_stratum | {"mild": PLAIN.arms_by_stratum["mild"][::-1]}, "draws another list"),
        (PLAIN.arms_by_stratum | {"mild": ("other",) * 44}, "an arm that the protocol does not"),
        ({"mild": PLAIN.arms_by_stratum["mild"]}, "strata are not those"),
    ],
)  # fmt: skip
def test_a_list_made_by_hand_is_refused_without_telling_an_arm(arms, told):
    with pytest.raises(InputError, match=told) as raised:
        approve(seal(with_arms(PLAIN, arms)))
    if "arms among" not in str(raised.value):
        assert "ivig" not in str(raised.value)


def test_a_live_list_by_a_specification_without_a_salt_is_refused():
    unsalted = SPECIFICATION.model_copy(update={"salt": None})
    unsalted.__dict__.pop("digest", None)  # it was computed with the salt
    plain = PLAIN.model_copy(update={"specification_digest": unsalted.digest})
    with pytest.raises(InputError, match="a live list needs a salt"):
        approve(seal(plain), specification=unsalted)


def test_a_later_version_needs_an_approval_of_its_own_and_the_former_version():
    resealed = reseal_list(SEALED, "pharmacy", NEW.public, KEYS["pharmacy"])
    ring = [*RING, NEW.public]
    with pytest.raises(SealError, match="another version"):
        check_approved(resealed, APPROVED, ring)
    with pytest.raises(InputError, match="version before isn't given"):
        approve(resealed, keys=ring, openers=[NEW])
    with pytest.raises(InputError, match="doesn't follow"):
        approve(resealed, keys=ring, openers=[NEW], former=seal(PLAIN, "another"))
    check_approved(resealed, approve(resealed, keys=ring, openers=[NEW], former=SEALED), ring)


@pytest.mark.parametrize("role", ["statistician", "pharmacy", "list_maker", "code_break", "escrow"])
def test_a_compromised_key_stops_allocation_and_approval(role):
    report = report_compromised(KEYS["escrow"], KEYS[role].public, AT, "laptop stolen")
    with pytest.raises(SealError, match=r"compromised.*anew|compromised.*again|compromised[^.]*. Reseal"):
        check_approved(SEALED, APPROVED, RING, [report])
    with pytest.raises((SealError, InputError), match="compromised"):
        approve(reports=[report])


def test_a_list_signed_anew_after_its_maker_lost_a_key_is_approved_again_and_used():
    report = report_compromised(KEYS["statistician"], KEYS["list_maker"].public, AT, "laptop stolen")
    maker = key_of("list_maker", "The list-maker's new key")
    again, ring = sign_anew(SEALED, maker), [*RING, maker.public]
    approval = approve(again, keys=ring, former=SEALED, reports=[report])
    check_approved(again, approval, ring, [report])


def test_imbalance_is_judged_by_the_ratio():
    lists = {"a": ["x"] * 20 + ["y"] * 10, "b": ["x"] * 30}
    assert [fault.key for fault in find_imbalances({"a": lists["a"]}, {"x": 2, "y": 1})] == []
    assert [fault.key for fault in find_imbalances({"b": lists["b"]}, {"x": 1, "y": 1})] == [
        "stratum=b", "stratum=all of them",
    ]  # fmt: skip
    assert [fault.key for fault in find_imbalances({"short": ["x", "x", "x"]}, {"x": 1, "y": 1})] == []


@pytest.mark.parametrize(
    ("procedure", "arms", "position"),
    [
        (PermutedBlocks(block_sizes=(4,)), "xxyyyxyx", None), (PermutedBlocks(block_sizes=(4,)), "xxyyyxxx", 8),
        (PermutedBlocks(block_sizes=(2, 4)), "xyxxyy", None), (PermutedBlocks(block_sizes=(2, 4)), "xyxxxy", 5),
        (BigStick(tolerance=2), "xxyx", None), (BigStick(tolerance=2), "xxxy", 3), (Simple(), "xxxxxxxx", None),
        (Simple(), "xz", 2),
    ],
)  # fmt: skip
def test_a_list_is_possible_or_where_it_is_not(procedure, arms, position):
    ratio = {"x": 1, "y": 1}
    assert find_first_breach(procedure.find_law(ratio, len(arms)), ratio, arms) == position


def test_short_strata_may_agree_by_chance():
    assert list(find_copies({"a": "xy" * 19, "b": "xy" * 19})) == []
    assert [fault.key for fault in find_copies({"a": "xy" * 20, "b": "xy" * 30})] == ["stratum=b"]


def test_the_statistician_sees_how_often_each_arm_stands():
    counts = count_arms(PLAIN)
    assert {stratum: sum(arms.values()) for stratum, arms in counts.items()} == dict.fromkeys(counts, 44)


def test_every_recipient_of_the_approved_list_is_one_of_the_trial():
    ring = [key for key in RING if key.role != "escrow"]
    with pytest.raises(SealError, match=r"can't be used:\nrecipients\.escrow"):
        check_approved(SEALED, APPROVED, ring)
