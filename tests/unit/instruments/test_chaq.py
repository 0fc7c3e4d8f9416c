from fractions import Fraction

import numpy as np
import pytest

from myotis.errors import InputError, SettingError
from myotis.instruments import chaq
from myotis.terms.missing import MISSING

WELL = dict.fromkeys(chaq.CHAQ_FORM.codes, 0)


def points(domains, **options):
    return chaq.HAQ_GRID.fraction(int(chaq.compute_chaq(WELL | domains, **options)))


def test_the_worst_possible_child_has_three():
    assert chaq.compute_chaq(dict.fromkeys(chaq.DOMAINS, 3) | {f"{d}_aid": 1 for d in chaq.DOMAINS}) == chaq.CHAQ.worst


def test_an_aid_raises_to_two_and_never_lowers_a_three():
    assert points({"eating": 1, "eating_aid": 1, "reach": 3, "reach_aid": 1}) == Fraction(5, 8)


def test_a_missing_domain_leaves_the_index_missing_unless_the_trial_says_how_many_are_enough():
    domains = {"eating": MISSING, "reach": 1}
    assert chaq.compute_chaq(WELL | domains) == MISSING
    assert points(domains, minimum_domains=7) == Fraction(1, 7)


def test_an_aid_that_is_not_known_matters_below_two():
    domains = {"eating": np.array([1, 2]), "eating_aid": MISSING}
    assert chaq.compute_chaq(WELL | domains).tolist() == [MISSING, chaq.HAQ_GRID.step(Fraction(2, 8))]


def test_faults_and_options():
    with pytest.raises(InputError, match="arising"):
        chaq.compute_chaq(WELL | {"arising": 4})
    with pytest.raises(SettingError):
        chaq.compute_chaq(WELL, minimum_domains=0)
