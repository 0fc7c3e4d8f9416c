from fractions import Fraction

import pytest

from myotis.protocol.read import read_trial
from myotis.randomize.strata import find_level, find_strata, name_stratum

TRIAL = read_trial("proderm")


@pytest.mark.parametrize(
    ("value", "level"),
    [("0", "mild"), ("3.99", "mild"), ("4", "moderate"), ("6.9", "moderate"), ("7", "severe"), ("10", "severe")],
)
def test_the_strata_are_open_on_the_right(value, level):
    assert find_strata(TRIAL, {"physician_global": Fraction(value)}) == (level,)


def test_a_value_below_every_level_has_none():
    with pytest.raises(ValueError, match="gda"):
        find_level(TRIAL.randomization.factors[0], Fraction(-1))


def test_a_trial_without_factors_has_one_stratum():
    assert name_stratum(()) == "all"
