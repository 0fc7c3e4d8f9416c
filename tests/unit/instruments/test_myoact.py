from fractions import Fraction

import numpy as np
import pytest

from myotis.errors import InputError
from myotis.instruments import myoact
from myotis.terms.missing import MISSING

QUIET = dict.fromkeys(myoact.MYOACT_ORGANS.codes, 0)


def share(organs):
    total, possible = myoact.compute_myoact(QUIET | organs)
    return Fraction(int(total), int(possible))


def test_six_scales_of_ten_centimeters():
    assert myoact.MYOACT_ORGANS.maximum == 60_000
    assert share(dict.fromkeys(QUIET, 10_000)) == 1
    assert share({"cutaneous": 3_000, "skeletal": 3_000}) == Fraction(6, 60)


def test_an_organ_that_was_not_assessed_leaves_the_most_that_is_possible():
    assert share({"pulmonary": MISSING, "cardiac": MISSING, "cutaneous": 8_000}) == Fraction(8, 40)


def test_nothing_assessed_is_missing():
    total, possible = myoact.compute_myoact({organ: np.array([MISSING, 5_000]) for organ in QUIET})
    assert total.tolist() == [MISSING, 30_000]
    assert possible.tolist() == [MISSING, 60_000]


def test_faults():
    with pytest.raises(InputError, match="cardiac"):
        myoact.compute_myoact(QUIET | {"cardiac": 10_001})
