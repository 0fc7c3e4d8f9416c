import numpy as np
import pytest

from myotis.errors import InputError
from myotis.instruments import enzymes
from myotis.terms.missing import MISSING
from myotis.terms.source import Status


def test_the_order_that_settles_ties():
    assert enzymes.TIE_ORDER.value == ("ck", "aldolase", "ldh", "ast", "alt")
    assert [fact.source.status for fact in enzymes.TIE_ORDER.facts()] == [Status.ASSUMED]


def test_ranges_of_adults_with_how_sure_they_are():
    multiples = {name: sourced.value for name, sourced in enzymes.ADULT_RANGE_MULTIPLES.items()}
    assert multiples == {"ck": 15, "aldolase": 6, "ldh": 3, "ast": 3, "alt": 3}
    recalled = [n for n, sourced in enzymes.ADULT_RANGE_MULTIPLES.items() if sourced.source.status is Status.RECALLED]
    assert recalled == ["aldolase"]
    assert all("second-hand" in enzymes.ADULT_RANGE_MULTIPLES[name].source.note for name in ("ck", "ldh", "ast", "alt"))


def test_each_enzyme_is_listed_with_its_source():
    statuses = {enzyme.name: fact.source.status.value for enzyme in enzymes.ENZYMES for fact in enzyme.facts()}
    assert [name for name, status in statuses.items() if status == "recalled"] == ["ldh", "ast"]


@pytest.mark.parametrize(
    ("unit", "uln_unit", "shared"),
    [
        ("IU/L", "u/l ", enzymes.EnzymeUnit.UNITS_PER_LITER),
        ("\u00b5kat/L", "\u03bckat/L", enzymes.EnzymeUnit.MICROKATALS_PER_LITER),
        ("ukat/L", "\u00b5kat/L", enzymes.EnzymeUnit.MICROKATALS_PER_LITER),
    ],
)
def test_spellings_of_one_unit(unit, uln_unit, shared):
    assert enzymes.check_same_unit("ck", unit, uln_unit) is shared


def test_two_units_are_refused():
    with pytest.raises(InputError) as caught:
        enzymes.check_same_unit("ck", "U/L", "ukat/L")
    assert [fault.column for fault in caught.value.faults] == ["ck and ck_uln"]


@pytest.mark.parametrize(
    ("unit", "uln_unit", "columns"), [("mg/dL", "x", ["alt", "alt_uln"]), ("U/L", "", ["alt_uln"])]
)
def test_units_that_are_not_known_are_refused(unit, uln_unit, columns):
    with pytest.raises(InputError) as caught:
        enzymes.check_same_unit("alt", unit, uln_unit)
    assert [fault.column for fault in caught.value.faults] == columns


def test_a_multiple_is_the_same_in_either_unit():
    in_units = enzymes.compute_multiple_of_uln("ck", np.array([600_000, MISSING]), np.array([240_000, MISSING]))
    in_katals = enzymes.compute_multiple_of_uln("ck", np.array([10_000, MISSING]), np.array(4_000))
    np.testing.assert_array_equal(in_units, [2.5, np.nan])
    np.testing.assert_array_equal(in_katals, [2.5, np.nan])


def test_every_fault_is_named():
    values, uln = np.array([-1, 5, 5, 5, MISSING]), np.array([1, MISSING, 0, -3, 0])
    with pytest.raises(InputError) as caught:
        enzymes.compute_multiple_of_uln("ast", values, uln)
    assert [(fault.column, fault.key) for fault in caught.value.faults] == [
        ("ast", "index=0"),
        ("ast_uln", "index=1"),
        ("ast_uln", "index=2"),
        ("ast_uln", "index=3"),
        ("ast_uln", "index=4"),
    ]


def test_products_of_a_rule_stay_below_two_to_the_63():
    largest = enzymes.ENZYME_GRID.largest * enzymes.ULN_GRID.largest
    assert 100 * largest < 2**63
