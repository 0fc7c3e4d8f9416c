"""What a protocol says of the size of its trial, and what the user says instead."""

import pytest

from myotis.design.planned import override, prepare, read_ratio, read_setup
from myotis.errors import SettingError
from myotis.protocol.read import read_trial
from myotis.terms.units import Quantity

PRODERM = read_trial("proderm")
NOTHING = {"ratio": None, "alpha": None, "alternative": None, "test": None, "margin": None}


def test_the_primary_estimand_gives_ratio_error_test_and_strata():
    setup = prepare(PRODERM, "proportions", None, **NOTHING)
    assert (setup.estimand, setup.ratio, setup.alpha, setup.alternative) == ("primary", (1, 1), 0.05, "two-sided")
    assert setup.test == "cochran-mantel-haenszel"
    assert setup.strata == ("mild", "moderate", "severe")
    assert setup.said["ratio"] == "1:1, ivig to placebo"
    assert "interval" not in setup.said


@pytest.mark.parametrize(
    ("kind", "estimand", "found", "test"),
    [
        ("proportions", "major", "major", "cochran-mantel-haenszel"),
        ("means", None, "cdasi", "ancova-t"),
        ("times", None, "time_to_minimal", None),
    ],
)
def test_an_estimand_is_found_by_kind_or_name(kind, estimand, found, test):
    setup = read_setup(PRODERM, kind, estimand)
    assert (setup.estimand, setup.test) == (found, test)


def test_the_ratio_is_that_of_the_estimands_groups():
    randomization = PRODERM.randomization.model_copy(update={"ratio": {"ivig": 4, "placebo": 2}})
    assert read_setup(PRODERM.model_copy(update={"randomization": randomization}), "proportions", None).ratio == (2, 1)


def test_a_margin_makes_the_test_one_sided_at_half_of_alpha():
    plan = PRODERM.plan
    test = plan.estimands[0].test.model_copy(
        update={"method": "farrington_manning", "strata": (), "margin": Quantity.parse("-10 %", ("%",))}
    )
    changed = plan.estimands[0].model_copy(update={"test": test})
    trial = PRODERM.model_copy(update={"plan": plan.model_copy(update={"estimands": (changed,)})})
    setup = read_setup(trial, "proportions", None)
    assert (setup.alpha, setup.alternative, setup.margin, setup.test) == (0.025, "greater", -0.1, "farrington-manning")
    assert setup.said["alpha"].startswith("0.025, one-sided")


def test_what_the_user_gives_is_not_told_of_the_protocol():
    setup = prepare(PRODERM, "proportions", None, **NOTHING | {"ratio": "2:1", "test": "fisher-exact"})
    assert (setup.ratio, setup.test, setup.given) == ((2, 1), "fisher-exact", {"ratio", "test"})
    assert set(setup.said) == {"alpha"}


def test_another_alternative_asks_for_an_alpha_of_its_own():
    with pytest.raises(SettingError, match="expected --alpha"):
        prepare(PRODERM, "proportions", None, **NOTHING | {"alternative": "greater"})
    setup = prepare(PRODERM, "proportions", None, **NOTHING | {"alternative": "greater", "alpha": 0.01})
    assert (setup.alpha, setup.alternative) == (0.01, "greater")


def test_a_command_that_has_no_test_has_none_of_the_plan():
    setup = prepare(PRODERM, "means", None, ratio=None, alpha=None, alternative=None)
    assert setup.test is None


def test_a_plan_without_such_an_estimand_gives_the_ratio():
    setup = read_setup(read_trial("reclaiim"), "times", None)
    assert setup.estimand == ""
    assert setup.ratio is not None
    with pytest.raises(SettingError, match="expected --alpha, --alternative"):
        prepare(read_trial("reclaiim"), "times", None, ratio=None, alpha=None, alternative=None)


def test_an_unknown_estimand_is_told_which_there_are():
    with pytest.raises(SettingError, match="expected one of: primary, moderate, major"):
        read_setup(PRODERM, "proportions", "cdasi")


def test_nothing_given_changes_nothing():
    setup = read_setup(PRODERM, "proportions", None)
    assert override(setup, alpha=None) == setup


@pytest.mark.parametrize("text", ["1", "2:0", "-1:1", "a:b", "1:2:3", "nan:1", "inf:1", ""])
def test_a_ratio_that_is_none_is_an_error(text):
    with pytest.raises(SettingError, match="expected two numbers above 0"):
        read_ratio(text)
