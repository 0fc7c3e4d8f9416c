"""List specifications: read with every fault at once, and checked against the protocol."""

import hashlib
import json
from itertools import combinations
from pathlib import Path

import pytest
from protocol_files import allocate_at_pharmacy, write_changed

from myotis.errors import InputError
from myotis.protocol.read import read_trial
from myotis.randomize.specification import (
    check_specification,
    find_salt_faults,
    find_specification_faults,
    read_specification,
)

TRIAL = read_trial("proderm")
HEAD = 'schema_version = 1\ntitle = "Test"\nplaces_per_stratum = 48\n'


def read(folder: Path, text: str):
    file = folder / "list.toml"
    file.write_text(text, "utf-8")
    return read_specification(file)


READABLE = {
    "simple": HEAD + "[simple]\n",
    "permuted_blocks": HEAD + "[permuted_blocks]\nblock_sizes = [4, 6]\n",
    "big_stick": HEAD + "[big_stick]\ntolerance = 3\n",
    "maximal": HEAD + "[maximal]\ntolerance = 3\nterminal_balance = true\n",
    "minimization": 'schema_version = 1\ntitle = "Test"\n'
    '[minimization]\nweights = { gda = 1 }\nimbalance = "range"\nprobability = 0.8\n',
}


@pytest.mark.parametrize("name", READABLE)
def test_each_procedure_can_be_specified(tmp_path, name):
    specification = read(tmp_path, READABLE[name])
    assert specification.procedure_name == name
    assert (specification.procedure is None) == (name == "minimization")
    assert specification.find_places("mild") == (0 if name == "minimization" else 48)


def test_the_digest_is_of_what_is_said(tmp_path):
    first = read(tmp_path, HEAD + "[permuted_blocks]\nblock_sizes = [4, 6]\n").digest
    assert read(tmp_path, "# a comment\n" + HEAD + "\n[permuted_blocks]\nblock_sizes=[4,   6]\n").digest == first
    assert read(tmp_path, HEAD + "[permuted_blocks]\nblock_sizes = [4]\n").digest != first
    assert read(tmp_path, HEAD.replace("48", "49") + "[permuted_blocks]\nblock_sizes = [4, 6]\n").digest != first
    assert len(first) == 64


SALT = 'salt = "00112233445566778899aabbccddeeff"\n'


def guess_sizes(digest: str) -> list[int] | None:
    """The sizes of the blocks, found by trying likely ones; written from the description of the digest alone."""
    said = {"schema_version": 1, "title": "Test", "places_per_stratum": 48}
    for number in (1, 2, 3):
        for sizes in combinations((2, 4, 6, 8, 10, 12), number):
            tried = said | {"permuted_blocks": {"block_sizes": sizes}}
            text = json.dumps(tried, sort_keys=True, separators=(",", ":"))
            if hashlib.sha256(text.encode()).hexdigest() == digest:
                return list(sizes)
    return None


def test_sizes_are_guessed_from_the_digest_but_for_the_salt(tmp_path):
    said = HEAD + "{}[permuted_blocks]\nblock_sizes = [4, 6]\n"
    unsalted = read(tmp_path, said.format(""))
    assert guess_sizes(unsalted.digest) == [4, 6]
    salted = read(tmp_path, said.format(SALT))
    assert guess_sizes(salted.digest) is None
    assert read(tmp_path, said.format(SALT.replace("ff", "fe"))).digest != salted.digest


def test_a_missing_salt_is_a_fault_that_may_name_a_fresh_one(tmp_path):
    unsalted = read(tmp_path, READABLE["simple"])
    assert find_specification_faults(unsalted, TRIAL) == []
    assert "myotis randomize make draws one" in find_salt_faults(unsalted)[0].remedy
    assert 'salt = "ab"' in find_salt_faults(unsalted, fresh="ab")[0].remedy
    assert find_salt_faults(read(tmp_path, HEAD + SALT + "[simple]\n")) == []


BROKEN = {
    "no procedure": (HEAD, "0 procedures are named; expected exactly one table of simple, permuted_blocks"),
    "two procedures": (HEAD + "[simple]\n[big_stick]\ntolerance = 2\n", "2 procedures are named"),
    "no length": ('schema_version = 1\ntitle = "T"\n[simple]\n', "the length of the lists is not said"),
    "minimization with a length": (HEAD + READABLE["minimization"].split("\n", 2)[2], "minimization has no list"),
    "another version": (HEAD.replace("1", "2", 1) + "[simple]\n", "schema_version: does not hold"),
    "no places": (HEAD.replace("48", "0") + "[simple]\n", "places_per_stratum: does not hold"),
    "too many places": (HEAD.replace("48", "100001") + "[simple]\n", "places_per_stratum"),
    "a size of 0": (HEAD + "[permuted_blocks]\nblock_sizes = [0]\n", "permuted_blocks.block_sizes.0: "),
    "no size": (HEAD + "[permuted_blocks]\nblock_sizes = []\n", "permuted_blocks.block_sizes: has too few entries"),
    "a broken size": (HEAD + "[permuted_blocks]\nblock_sizes = [4.0]\n", "permuted_blocks.block_sizes.0: "),
    "no tolerance": (HEAD + "[big_stick]\n", "big_stick.tolerance: is missing"),
    "a tolerance of 0": (HEAD + "[big_stick]\ntolerance = 0\n", "big_stick.tolerance: "),
    "a tolerance that restrains nothing": (HEAD + "[big_stick]\ntolerance = 21\n", "big_stick.tolerance: "),
    "an option of another": (HEAD + "[simple]\ntolerance = 1\n", "simple.tolerance: is not a field of this file"),
    "a salt that is too short": (HEAD + SALT.replace("ff", "") + "[simple]\n", "salt: is not"),
    "a salt in capitals": (HEAD + SALT.replace("ff", "FF") + "[simple]\n", "salt: is not"),
    "an unknown procedure": (HEAD + "[urn]\nballs = 1\n", "urn: is not a field of this file"),
    "an unknown imbalance": (READABLE["minimization"].replace('"range"', '"entropy"'), "minimization.imbalance: "),
    "a weight of 0": (READABLE["minimization"].replace("gda = 1", "gda = 0"), "minimization.weights.gda: "),
    "not TOML": (HEAD + "[", "the file is not TOML"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_specification_is_refused(tmp_path, name):
    text, says = BROKEN[name]
    with pytest.raises(InputError) as caught:
        read(tmp_path, text)
    assert says in str(caught.value)
    assert all(fault.file == "list.toml" for fault in caught.value.faults)


def test_all_faults_come_at_once(tmp_path):
    with pytest.raises(InputError) as caught:
        read(tmp_path, "schema_version = 2\nplaces_per_stratum = 0\n[big_stick]\ntolerance = 0\n")
    assert len(caught.value.faults) == 4


def test_an_absent_file_is_told(tmp_path):
    with pytest.raises(InputError, match="expected a list specification, a TOML file"):
        read_specification(tmp_path / "none.toml")


UNFIT = {
    "a block that can't hold the ratio": (
        HEAD + "[permuted_blocks]\nblock_sizes = [4, 5]\n", {}, "permuted_blocks.block_sizes.1: a block of 5",
    ),
    "a size named twice": (HEAD + "[permuted_blocks]\nblock_sizes = [4, 4]\n", {}, "a size is named twice"),
    "an unknown stratum": (HEAD + "[places]\nmidl = 9\n[simple]\n", {}, "places.midl: the protocol has no such"),
    "too few places": (HEAD.replace("48", "31") + "[simple]\n", {}, "the lists have 93 places in all; expected"),
    "an odd number that should end level": (
        HEAD + "[places]\nmild = 47\n[maximal]\ntolerance = 3\nterminal_balance = true\n", {}, "47 places can't end in",
    ),
    "unequal shares of the big stick": (
        HEAD + "[big_stick]\ntolerance = 3\n", {"randomization.ratio": {"ivig": 2, "placebo": 1}},
        "big_stick: the procedure does not keep a ratio of 2:1 at every place; expected arms with equal shares",
    ),
    "unequal shares of the maximal procedure": (
        HEAD + "[maximal]\ntolerance = 3\nterminal_balance = true\n",
        {"randomization.ratio": {"ivig": 2, "placebo": 1}}, "maximal: the procedure does not keep a ratio of 2:1",
    ),
    "another specification than the protocol's": (
        HEAD + "[simple]\n", {"randomization.list_specification_digest": "0" * 64}, "not the specification that",
    ),
    "a list for the pharmacy": (
        HEAD + "[simple]\n", allocate_at_pharmacy(),
        "simple: the protocol allocates from the pharmacy, which simple does not do; expected minimization",
    ),
    "minimization over another factor": (
        READABLE["minimization"].replace("gda", "sex"), allocate_at_pharmacy(), "sex is no factor",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", UNFIT)
def test_what_does_not_fit_the_protocol_is_told(tmp_path, name):
    text, changes, says = UNFIT[name]
    trial = read_trial(write_changed(tmp_path, changes)) if changes else TRIAL
    with pytest.raises(InputError) as caught:
        check_specification(read(tmp_path, text), trial)
    assert says in str(caught.value)


def test_the_specification_that_the_protocol_names_fits(tmp_path):
    specification = read(tmp_path, READABLE["permuted_blocks"])
    named = {"randomization.list_specification_digest": specification.digest}
    trial = read_trial(write_changed(tmp_path, named))
    assert find_specification_faults(specification, trial) == []
    assert trial.digest != TRIAL.digest


def test_minimization_fits_a_trial_that_the_pharmacy_allocates(tmp_path):
    trial = read_trial(write_changed(tmp_path, allocate_at_pharmacy()))
    assert find_specification_faults(read(tmp_path, READABLE["minimization"]), trial) == []
