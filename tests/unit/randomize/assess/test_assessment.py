"""The table of an assessment: small cases by hand, lists and minimization."""

from pathlib import Path

import pytest
from protocol_files import allocate_at_pharmacy, write_changed

from myotis.errors import SettingError
from myotis.protocol.read import read_trial
from myotis.randomize.assess.assessment import MEASURES, Settings, assess_list, assess_specification
from myotis.randomize.bits import SeededBits
from myotis.randomize.lists import make_list
from myotis.randomize.procedures.big_stick import BigStick
from myotis.randomize.procedures.minimization import Minimization
from myotis.randomize.procedures.permuted_blocks import PermutedBlocks
from myotis.randomize.specification import ListSpecification

TRIAL = read_trial("proderm")
SETTINGS = Settings(draws=50)


def specify(places=60, **procedure):
    return ListSpecification(schema_version=1, title="Test", places_per_stratum=places, **procedure)


def numbers(assessment):
    return {row.measure: row.value for row in assessment.measured}


BLOCKS = specify(permuted_blocks=PermutedBlocks(block_sizes=(2,)))


def test_blocks_of_two_by_hand():
    # Each second arm is deduced and guessed; each first one is a coin. Before the block is full the arms are 1 apart.
    assessment = assess_specification(BLOCKS, TRIAL, settings=SETTINGS, generator=SeededBits(b""))
    found = numbers(assessment)
    assert list(found) == list(MEASURES)
    expected = {
        "final_imbalance": 0, "greatest_imbalance": 1, "loss": 0, "convergence_guesses": 0.75, "bias_factor": 15,
        "certain": 0.5, "best_guesses": 0.75,
    }  # fmt: skip
    assert {name: found[name] for name in expected} == pytest.approx(expected)
    assert (assessment.procedure, assessment.title, assessment.stratum) == ("blocks of 2", "blocks of 2", None)
    assert {row.mc_error for row in assessment.measured if row.measure != "error_rate_logarithmic"} == {0.0}


def test_another_length_than_that_of_the_specification():
    assessment = assess_specification(BLOCKS, TRIAL, settings=SETTINGS, generator=SeededBits(b""), length=2)
    assert len(assessment.course.imbalance) == 2
    assert numbers(assessment)["bias_factor"] == pytest.approx(0.5)
    assert numbers(assessment)["error_rate_linear"] == 0  # two subjects can't be tested


def test_three_arms_have_no_t_test():
    three = TRIAL.randomization.model_copy(update={"ratio": {"a": 1, "b": 1, "c": 1}})
    trial = TRIAL.model_copy(update={"randomization": three})
    stick = specify(big_stick=BigStick(tolerance=1))
    found = numbers(assess_specification(stick, trial, settings=SETTINGS, generator=SeededBits(b""), length=9))
    # Tolerance 1 with three arms is a block of 3: places 1, 2, 3 are guessed with 1/3, 1/2, 1.
    assert found["best_guesses"] == pytest.approx((1 / 3 + 1 / 2 + 1) / 3)
    assert found["bias_factor"] == pytest.approx(3 * (1 / 2 + 1 + 1 / 3) - 3)
    assert found["error_rate_linear"] is None


def test_a_list_that_is_too_long_is_refused():
    with pytest.raises(SettingError, match="401 places are too many to assess; say a length of at most 400"):
        assess_specification(BLOCKS, TRIAL, settings=SETTINGS, generator=SeededBits(b""), length=401)


def test_a_list_is_assessed_by_stratum():
    made = make_list(TRIAL, BLOCKS, seed="demo")
    assessments = assess_list(made, BLOCKS, TRIAL, settings=SETTINGS)
    assert [one.title for one in assessments] == ["mild", "moderate", "severe"]
    for one in assessments:
        assert numbers(one)["certain"] == 0.5
        assert numbers(one)["final_imbalance"] == 0
        assert one.procedure == "blocks of 2"


def test_a_list_of_another_specification_is_refused():
    made = make_list(TRIAL, BLOCKS, seed="demo")
    with pytest.raises(SettingError, match="another specification"):
        assess_list(made, specify(permuted_blocks=PermutedBlocks(block_sizes=(4,))), TRIAL, settings=SETTINGS)


def test_a_list_that_was_changed_is_refused_without_its_arms():
    made = make_list(TRIAL, BLOCKS, seed="demo")
    changed = made.model_copy(update={"arms_by_stratum": made.arms_by_stratum | {"mild": ("ivig", "ivig")}})
    with pytest.raises(SettingError, match=r"^the procedure can't have made the list of stratum mild$"):
        assess_list(changed, BLOCKS, TRIAL, settings=SETTINGS)


def test_minimization_over_one_factor_without_a_coin_is_a_block_of_two_in_each_level(tmp_path: Path):
    # With probability 1 and one factor, every second subject of a level gets the arm that the one before did not.
    trial = read_trial(write_changed(tmp_path, allocate_at_pharmacy()))
    certain = Minimization(weights={"gda": 1}, imbalance="range", probability=1)
    specification = ListSpecification(schema_version=1, title="Test", minimization=certain)
    assessment = assess_specification(specification, trial, settings=Settings(draws=300), generator=SeededBits(b"m"))
    found, errors = numbers(assessment), {row.measure: row.mc_error for row in assessment.measured}
    assert len(assessment.course.imbalance) == 94
    # A place is certain where an odd number of earlier subjects is in its level: with k earlier ones in all, each in it
    # with 1/3, that is (1 - (1/3)**k) / 2.
    expected = sum((1 - (1 / 3) ** earlier) / 2 for earlier in range(94)) / 94
    assert abs(found["certain"] - expected) < 4 * errors["certain"]
    assert found["best_guesses"] == pytest.approx((1 + found["certain"]) / 2)
    assert found["final_imbalance"] <= 3
    assert assessment.course.imbalance.max() <= 3


def test_minimization_has_no_list_to_assess():
    minimized = Minimization(weights={"gda": 1}, imbalance="range", probability=1)
    specification = ListSpecification(schema_version=1, title="Test", minimization=minimized)
    made = make_list(TRIAL, BLOCKS, seed="demo").model_copy(update={"specification_digest": specification.digest})
    with pytest.raises(SettingError, match="no list to assess"):
        assess_list(made, specification, TRIAL, settings=SETTINGS)
