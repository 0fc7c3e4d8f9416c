import pytest

from myotis.errors import InputError
from myotis.instruments import das
from myotis.terms.missing import MISSING


def test_the_parts_add_up_to_the_total():
    assert das.DAS_MUSCLE.maximum + das.DAS_SKIN.maximum == das.DAS.maximum == das.DAS_PARTS.maximum
    assert das.compute_das({"muscle": 11, "skin": 9}) == das.DAS.worst


def test_a_missing_part_leaves_the_total_missing():
    assert das.compute_das({"muscle": 3, "skin": MISSING}) == MISSING


def test_faults():
    with pytest.raises(InputError, match="skin"):
        das.compute_das({"muscle": 3, "skin": 10})
