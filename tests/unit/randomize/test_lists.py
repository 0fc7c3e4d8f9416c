"""Allocation lists: made again from what is kept in them, refused where they are not whole, read by their owner."""

import json
import stat
from itertools import pairwise
from pathlib import Path

import pytest
from Crypto.Hash import SHAKE256
from protocol_files import allocate_at_pharmacy, shipped_values, write_changed

from myotis.errors import InputError, SettingError
from myotis.protocol.read import read_trial
from myotis.randomize.lists import find_list_faults, is_made_from, make_list, read_list, write_list
from myotis.randomize.procedures.maximal import Maximal
from myotis.randomize.procedures.minimization import Minimization
from myotis.randomize.procedures.permuted_blocks import PermutedBlocks
from myotis.randomize.procedures.simple import Simple
from myotis.randomize.specification import ListSpecification

TRIAL = read_trial("proderm")
ENTROPY = bytes(range(32))


def specify(**changes):
    fields = {"schema_version": 1, "title": "Test", "salt": "5a" * 16, "places_per_stratum": 60} | changes
    if not {"simple", "maximal", "minimization"} & set(changes):
        fields["permuted_blocks"] = PermutedBlocks(block_sizes=(4,))
    return ListSpecification(**fields)


def known_list(stream):
    """Blocks of four by hand: Fisher and Yates with the top bits of bytes, from the stream of another SHAKE."""
    arms = []

    def below(high):
        bits = (high - 1).bit_length()
        while (number := stream.read(1)[0] >> (8 - bits)) >= high:
            pass
        return number

    while len(arms) < 60:
        order = [0, 1, 2, 3]
        for last, choices in ((3, 4), (2, 3), (1, 2)):
            other = below(choices)
            order[last], order[other] = order[other], order[last]
        arms += [("ivig", "ivig", "placebo", "placebo")[place] for place in order]
    return tuple(arms)


@pytest.mark.parametrize("stratum", ["mild", "moderate", "severe"])
def test_the_demo_list_is_that_of_another_program(stratum):
    made = make_list(TRIAL, specify(), seed="demo")
    start = b"myotis list, named seed" + b"\0\0\0\4demo" + stratum.encode()
    assert made.arms_by_stratum[stratum] == known_list(SHAKE256.new(start))
    assert not made.usable_live


def test_a_live_list_is_that_of_another_program():
    made = make_list(TRIAL, specify(), entropy=ENTROPY)
    start = b"myotis list, entropy" + b"\0\0\0\x20" + ENTROPY + b"mild"
    assert made.arms_by_stratum["mild"] == known_list(SHAKE256.new(start))
    assert made.usable_live
    assert bytes.fromhex(made.entropy) == ENTROPY


def test_the_first_places_of_the_demo_list():
    # By hand from what ``printf 'myotis list, named seed\\0\\0\\0\\4demomild' | openssl dgst -shake256`` prints.
    made = make_list(TRIAL, specify(), seed="demo")
    assert "".join(arm[0] for arm in made.arms_by_stratum["mild"][:16]) == "piippiippiipppii"


def test_a_list_says_what_it_was_made_from():
    made = make_list(TRIAL, specify(), seed="demo")
    assert (made.trial, made.protocol_digest) == ("ProDERM", TRIAL.digest)
    assert (made.procedure, made.specification_digest) == ("permuted_blocks", specify().digest)
    assert list(made.arms_by_stratum) == ["mild", "moderate", "severe"]
    assert made.count_places() == 180


def test_strata_and_origins_have_streams_of_their_own():
    lists = [make_list(TRIAL, specify(), seed=name) for name in ("demo", "test", "demo")]
    lists.append(make_list(TRIAL, specify(), entropy=ENTROPY))
    assert lists[0] == lists[2]
    arms = [made.arms_by_stratum[stratum] for made in (*lists[:2], lists[3]) for stratum in made.arms_by_stratum]
    assert len(set(arms)) == 9


def test_other_numbers_of_places_begin_alike():
    longer = make_list(TRIAL, specify(places={"severe": 100}), seed="demo").arms_by_stratum
    shorter = make_list(TRIAL, specify(), seed="demo").arms_by_stratum
    assert (len(longer["mild"]), len(longer["severe"])) == (60, 100)
    assert longer["severe"][:60] == shorter["severe"]


def test_every_combination_of_levels_has_a_list(tmp_path):
    values = shipped_values("proderm")["randomization"]["factors"]
    second = {
        "id": "extra", "label": "Extramuscular", "measure": "extramuscular",
        "levels": [
            {"id": "low", "label": "low", "at_least": "0 cm", "below": "5 cm"},
            {"id": "high", "label": "high", "at_least": "5 cm"},
        ],
    }  # fmt: skip
    trial = read_trial(write_changed(tmp_path, {"randomization.factors": [*values, second]}))
    made = make_list(trial, specify(), seed="demo")
    assert list(made.arms_by_stratum) == [
        f"{gda}/{extra}" for gda in ("mild", "moderate", "severe") for extra in ("low", "high")
    ]


def test_without_factors_there_is_one_list():
    single = TRIAL.randomization.model_copy(update={"factors": ()})
    trial = TRIAL.model_copy(update={"randomization": single})
    assert list(make_list(trial, specify(places_per_stratum=94), seed="demo").arms_by_stratum) == ["all"]


@pytest.mark.parametrize(
    ("origin", "message"),
    [
        ({}, "either from a named seed or from entropy"),
        ({"seed": "demo", "entropy": ENTROPY}, "either"),
        ({"seed": ""}, "no name"),
        ({"entropy": ENTROPY[:31]}, "at least 32 random bytes, not 31"),
    ],
)
def test_a_list_needs_one_origin(origin, message):
    with pytest.raises(SettingError, match=message):
        make_list(TRIAL, specify(), **origin)


def test_minimization_has_no_list(tmp_path):
    trial = read_trial(write_changed(tmp_path, allocate_at_pharmacy()))
    minimization = Minimization(weights={"gda": 1}, imbalance="range", probability=1)
    specification = specify(places_per_stratum=None, minimization=minimization)
    with pytest.raises(SettingError, match="the pharmacy draws each arm"):
        make_list(trial, specification, seed="demo")
    with pytest.raises(InputError, match="the protocol allocates from a list, which minimization does not do"):
        make_list(TRIAL, specification, seed="demo")


def test_a_live_list_needs_a_salt_in_its_specification():
    unsalted = specify(salt=None)
    with pytest.raises(InputError) as caught:
        make_list(TRIAL, unsalted, entropy=ENTROPY)
    assert [fault.key for fault in caught.value.faults] == ["salt"]
    assert "myotis randomize make draws one" in str(caught.value)
    assert (
        make_list(TRIAL, unsalted, seed="demo").arms_by_stratum
        == make_list(TRIAL, specify(), seed="demo").arms_by_stratum
    )


def test_a_list_is_checked_against_its_own_entropy():
    made = make_list(TRIAL, specify(), entropy=ENTROPY)
    assert is_made_from(made, TRIAL, specify())
    arms = list(made.arms_by_stratum["mild"])
    place = next(place for place, (here, after) in enumerate(pairwise(arms)) if here != after)
    arms[place : place + 2] = reversed(arms[place : place + 2])
    changed = made.model_copy(update={"arms_by_stratum": made.arms_by_stratum | {"mild": tuple(arms)}})
    assert not is_made_from(changed, TRIAL, specify())
    assert not is_made_from(made, TRIAL, specify(title="Another"))


def test_what_does_not_fit_the_protocol_is_told(tmp_path):
    made = make_list(TRIAL, specify(), seed="demo")
    assert find_list_faults(made, TRIAL) == []
    amended = read_trial(write_changed(tmp_path, {"response.tis_at_least": 40}))
    assert [fault.what for fault in find_list_faults(made, amended)] == ["the list was made for another protocol"]
    named = write_changed(tmp_path, {"randomization.list_specification_digest": "0" * 64})
    assert [fault.what for fault in find_list_faults(made, read_trial(named))] == [
        "the list was made for another protocol", "the list was made by another specification",
    ]  # fmt: skip
    other = made.model_copy(update={"arms_by_stratum": {"mild": ("ivig", "saline"), "new": ("ivig",)}})
    faults = find_list_faults(other, TRIAL)
    assert [fault.key for fault in faults] == ["arms_by_stratum", "arms_by_stratum.mild"]
    assert "saline" not in "".join(map(str, faults))


def test_the_file_holds_the_list_and_is_the_owners(tmp_path: Path):
    file = tmp_path / "list.json"
    made = make_list(TRIAL, specify(), entropy=ENTROPY)
    write_list(file, made)
    assert read_list(file) == made
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with pytest.raises(InputError, match="there is such a file already"):
        write_list(file, make_list(TRIAL, specify(), seed="demo"))
    assert read_list(file) == made


def test_a_file_that_can_not_be_written_is_told(tmp_path: Path):
    with pytest.raises(InputError, match="can't be written"):
        write_list(tmp_path / "nowhere" / "list.json", make_list(TRIAL, specify(), seed="demo"))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"usable_live": True}, "usable_live contradicts the origin"),
        ({"seed": None}, "the list has not one origin"),
        ({"entropy": "00" * 32}, "the list has not one origin"),
        ({"entropy": "00" * 31, "seed": None}, "entropy: is not a name of this form"),
        ({"protocol_digest": "0"}, "protocol_digest: is not a name of this form"),
        ({"arms_by_stratum": {}}, "arms_by_stratum: "),
        ({"arms_by_stratum": {"mild": ["iv ig"]}}, "arms_by_stratum.mild.0: is not a name of this form"),
        ({"arms_by_stratum": {"mild": "ivig"}}, "arms_by_stratum.mild: does not hold what the field takes"),
        ({"arm": "ivig"}, "arm: is not a field of this file"),
    ],
)
def test_a_file_that_is_not_whole_is_refused(tmp_path: Path, change, says):
    values = make_list(TRIAL, specify(), seed="demo").model_dump(mode="json") | change
    file = tmp_path / "list.json"
    file.write_text(json.dumps(values), "utf-8")
    with pytest.raises(InputError) as caught:
        read_list(file)
    assert f"list.json, {says}" in str(caught.value) or f"list.json: {says}" in str(caught.value)


def test_all_faults_of_a_file_come_at_once(tmp_path: Path):
    values = make_list(TRIAL, specify(), seed="demo").model_dump(mode="json")
    file = tmp_path / "list.json"
    file.write_text(json.dumps(values | {"trial": 5, "protocol_digest": "x", "other": 1}), "utf-8")
    with pytest.raises(InputError) as caught:
        read_list(file)
    assert len(caught.value.faults) == 3


@pytest.mark.parametrize("text", ["", "{", '{"trial": 1, "trial": 2}', "[" * 100_000])
def test_what_is_not_json_is_refused(tmp_path: Path, text):
    file = tmp_path / "list.json"
    file.write_text(text, "utf-8")
    with pytest.raises(InputError, match="the file is not JSON"):
        read_list(file)


@pytest.mark.parametrize("text", ["[]", "3", "null"])
def test_what_is_no_object_is_refused(tmp_path: Path, text):
    file = tmp_path / "list.json"
    file.write_text(text, "utf-8")
    with pytest.raises(InputError, match=r"list\.json"):
        read_list(file)


def test_procedures_keep_their_promises_in_every_stratum():
    simple, maximal = specify(simple=Simple()), specify(maximal=Maximal(tolerance=2, terminal_balance=True))
    assert len(make_list(TRIAL, simple, seed="demo").arms_by_stratum["mild"]) == 60
    for arms in make_list(TRIAL, maximal, seed="demo").arms_by_stratum.values():
        ahead = [2 * arms[:place].count("ivig") - place for place in range(61)]
        assert max(map(abs, ahead)) <= 2
        assert ahead[-1] == 0


def test_a_list_can_not_be_changed():
    made = make_list(TRIAL, specify(), seed="demo")
    with pytest.raises(ValueError, match="frozen"):
        made.seed = "other"
