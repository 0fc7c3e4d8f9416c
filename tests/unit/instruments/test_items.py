import numpy as np
import pytest

from myotis.errors import InputError, SettingError
from myotis.instruments.cdasi import (
    CDASI_ACTIVITY_ITEMS,
    CDASI_DAMAGE_ITEMS,
    compute_cdasi_activity,
    compute_cdasi_damage,
)
from myotis.instruments.cmas import CMAS_ITEMS, compute_cmas
from myotis.instruments.items import Item, ItemSet, add_items, check_choice
from myotis.terms.missing import MISSING
from myotis.terms.source import Source, Status

SOURCE = Source("a made-up form", Status.ASSUMED)
FORM = ItemSet("Form", (Item("a", "First", 3, SOURCE), Item("b", "Second", 1, SOURCE)))


def test_scores_are_broadcast_to_one_shape_in_the_order_of_the_form():
    scores = FORM.check({"b": 1, "a": np.array([[0, 3], [MISSING, 2]])})
    assert list(scores) == ["a", "b"]
    assert scores["b"].tolist() == [[1, 1], [1, 1]]
    assert scores["a"].dtype == np.int64


def test_every_fault_is_named_by_code_and_index_and_never_by_value():
    with pytest.raises(InputError) as caught:
        FORM.check({"a": np.array([[0, 47], [-47, 3]]), "c": np.array([1, 2, 3])})
    places = [(fault.column, fault.key) for fault in caught.value.faults]
    assert places == [("b", ""), ("c", ""), ("", ""), ("a", "index=0,1"), ("a", "index=1,0")]
    assert "47" not in str(caught.value)


def test_a_number_without_a_shape_has_no_index():
    with pytest.raises(InputError) as caught:
        FORM.check({"a": 4, "b": 0})
    assert [(fault.column, fault.key) for fault in caught.value.faults] == [("a", "")]


@pytest.mark.parametrize("score", [1.0, "1", None])
def test_what_is_not_a_whole_number_is_refused(score):
    with pytest.raises(InputError, match="of type"):
        FORM.check({"a": score, "b": 0})


def test_yes_and_no_are_taken_as_one_and_zero():
    assert int(FORM.check({"a": 0, "b": np.array(True)})["b"]) == 1


def test_an_unsigned_number_that_would_wrap_to_missing_is_out_of_range():
    with pytest.raises(InputError, match="out of range"):
        FORM.check({"a": np.array([2**63], np.uint64), "b": 0})


def test_a_code_is_declared_once():
    with pytest.raises(ValueError, match="twice"):
        ItemSet("Form", (Item("a", "First", 3, SOURCE), Item("a", "Again", 3, SOURCE)))


def test_a_part_of_a_form_keeps_its_order_and_lists_its_facts():
    assert FORM.only(["b", "a"]).codes == ("a", "b")
    assert FORM.only(["b"]).maximum == 1
    assert [fact.value for fact in FORM.facts()] == ["0 to 3", "0 to 1"]


def test_a_missing_item_leaves_the_sum_missing_unless_something_stands_in():
    scores = {"a": np.array([1, MISSING]), "b": np.array([3, 2])}
    assert add_items(scores).tolist() == [4, MISSING]
    assert add_items(scores, missing=0).tolist() == [4, 2]


def test_an_unknown_option_is_refused():
    with pytest.raises(SettingError, match="expected one of right, left"):
        check_choice("side", "front", ("right", "left"))


def test_a_form_without_any_score_has_no_total_whatever_stands_in():
    scores = {"a": np.array([MISSING, MISSING, 2]), "b": np.array([MISSING, 1, MISSING])}
    assert add_items(scores, missing=0).tolist() == [MISSING, 1, 2]


@pytest.mark.parametrize(
    ("compute", "codes"),
    [
        (compute_cdasi_activity, CDASI_ACTIVITY_ITEMS.codes),
        (compute_cdasi_damage, CDASI_DAMAGE_ITEMS.codes),
        (compute_cmas, CMAS_ITEMS.codes),
    ],
)
def test_a_form_that_was_not_filled_in_is_neither_clear_skin_nor_no_strength(compute, codes):
    blank = dict.fromkeys(codes, MISSING)
    assert compute(blank, missing="zero") == MISSING
    assert compute(blank | {codes[0]: 0}, missing="zero") == 0
