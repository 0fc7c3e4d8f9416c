from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from fractions import Fraction

import numpy as np
import pytest

from myotis.errors import InputError, SettingError
from myotis.instruments import haq
from myotis.terms.missing import MISSING
from myotis.terms.source import Status

ABLE = dict.fromkeys(haq.HAQ_ITEMS.codes + haq.HAQ_AIDS.codes, 0)
DRESSING_UNANSWERED = {"HAQ0101": MISSING, "HAQ0102": MISSING}
THREE_UNANSWERED = DRESSING_UNANSWERED | dict.fromkeys(["HAQ0103", "HAQ0104", "HAQ0108", "HAQ0109"], MISSING)


def points(answers, **options):
    return haq.HAQ_GRID.fraction(int(haq.compute_haq_di(ABLE | answers, **options)))


def test_twenty_items_in_eight_categories():
    assert len(haq.HAQ_ITEMS.items) == 20
    assert [len(haq.ITEMS_OF[category]) for category in haq.CATEGORIES] == [2, 2, 3, 2, 3, 2, 3, 3]
    assert sum(len(codes) for codes in haq.AIDS_OF.values()) == len(haq.HAQ_AIDS.items) == 13 + 8


def test_the_codes_of_the_form_are_used_once_each():
    used = {*haq.HAQ_ITEMS.codes, *haq.HAQ_AIDS.codes, *haq.OTHER_AIDS}
    assert used == {f"HAQ{number:04d}" for number in range(101, 146)}


def test_the_bathtub_seat_is_an_assumption():
    status = {item.code: item.source.status for item in haq.HAQ_AIDS.items}
    assert [code for code in status if status[code] is not Status.VERIFIED] == ["HAQ0135"]
    assert status["HAQ0135"] is Status.ASSUMED


@pytest.mark.parametrize("code", haq.HAQ_AIDS.codes)
def test_each_aid_or_help_raises_its_category_to_two(code):
    assert points({code: 1}) == Fraction(2, 8)


def test_aids_of_one_category_count_once():
    assert points({"HAQ0110": 1, "HAQ0113": 1, "HAQ0122": 1}) == Fraction(2, 8)


def test_an_aid_never_lowers_a_three():
    assert points({"HAQ0129": 3, "HAQ0136": 1}) == Fraction(3, 8)


def test_the_alternative_index_leaves_aids_out():
    answers = ABLE | {"HAQ0129": 1, "HAQ0136": 1, "HAQ0117": 1}
    assert haq.compute_alternative_haq_di(answers) == haq.HAQ_GRID.step(Fraction(1, 8))


def test_an_aid_that_was_written_in_needs_a_category():
    with pytest.raises(InputError) as caught:
        points({"HAQ0117": 1, "HAQ0141": 0})
    assert [fault.column for fault in caught.value.faults] == ["HAQ0117", "HAQ0141"]
    assert points({}, other_aids={"activities": 1}) == Fraction(2, 8)
    with pytest.raises(InputError, match="other aid: swimming"):
        points({}, other_aids={"swimming": 1})


def test_categories_without_answers_drop_out_down_to_six():
    assert points(DRESSING_UNANSWERED | {"HAQ0105": 1}) == Fraction(1, 7)
    two = DRESSING_UNANSWERED | {"HAQ0103": MISSING, "HAQ0104": MISSING}
    assert points(two | {"HAQ0105": 1}) == Fraction(1, 6)
    assert haq.compute_haq_di(ABLE | THREE_UNANSWERED) == MISSING
    assert points(THREE_UNANSWERED | {"HAQ0105": 1}, minimum_categories=5) == Fraction(1, 5)


def test_nothing_answered_is_missing_even_with_a_minimum_of_one():
    nothing = dict.fromkeys(haq.HAQ_ITEMS.codes, MISSING)
    assert haq.compute_haq_di(ABLE | nothing, minimum_categories=1) == MISSING


def test_an_aid_does_not_answer_a_category():
    assert points(DRESSING_UNANSWERED | {"HAQ0114": 1}) == 0
    assert points(DRESSING_UNANSWERED | {"HAQ0114": MISSING}) == 0


def test_a_category_with_some_answers_is_unknown_unless_it_is_a_three():
    assert haq.compute_haq_di(ABLE | {"HAQ0101": MISSING, "HAQ0102": 1}) == MISSING
    assert haq.compute_haq_di(ABLE | {"HAQ0101": MISSING, "HAQ0114": 1}) == MISSING
    assert haq.compute_haq_di(ABLE | {"HAQ0101": MISSING, "HAQ0102": 2}) == MISSING
    assert points({"HAQ0101": MISSING, "HAQ0102": 3}) == Fraction(3, 8)


@pytest.mark.parametrize(("option", "expected"), [("highest_answered", Fraction(1, 8)), ("not_answered", Fraction(0))])
def test_the_trial_may_say_what_a_category_with_some_answers_is(option, expected):
    assert points({"HAQ0101": MISSING, "HAQ0102": 1}, partial_category=option) == expected


def test_an_aid_that_is_not_marked_is_unknown_where_it_would_matter():
    assert haq.compute_haq_di(ABLE | {"HAQ0136": MISSING}) == MISSING
    assert points({"HAQ0136": MISSING, "HAQ0128": 2}) == Fraction(2, 8)
    assert points({"HAQ0136": MISSING, "HAQ0144": 1}) == Fraction(2, 8)
    assert points({"HAQ0136": MISSING}, unmarked_aids="not_used") == 0


@pytest.mark.parametrize(
    "option",
    [{"partial_category": "x"}, {"unmarked_aids": "x"}, {"minimum_categories": 0}, {"minimum_categories": 9}],
)
def test_unknown_options_are_refused(option):
    with pytest.raises(SettingError):
        points({}, **option)


def test_subjects_and_visits_are_leading_axes():
    answers = ABLE | {"HAQ0101": np.array([[0, 1], [2, 3]]), "HAQ0114": np.array([0, 1])}
    steps = haq.compute_haq_di(answers)
    assert steps.tolist() == [[0, 42_000], [42_000, 63_000]]


def near_fractions(number, tolerance):
    fractions = {Fraction(part, whole) for whole in (6, 7, 8) for part in range(3 * whole + 1)}
    return {fraction for fraction in fractions if abs(fraction - number) <= tolerance}


@pytest.mark.parametrize("decimals", [2, 3])
def test_every_recorded_decimal_is_read_as_brute_force_reads_it(decimals):
    recorded = [Fraction(number, 10**decimals) for number in range(3 * 10**decimals + 1)]
    steps = np.array([haq.HAQ_GRID.step(number) for number in recorded])
    fractions, rounded = haq.as_recorded_fraction(steps)
    for number, fraction, was_rounded in zip(recorded, fractions.tolist(), rounded.tolist(), strict=True):
        tolerance = Fraction(1, 200) if (100 * number).denominator == 1 else Fraction(1, 2000)
        near = near_fractions(number, tolerance)
        assert len(near) <= 1  # never two to choose from
        assert was_rounded == (bool(near) and near != {number})
        assert haq.HAQ_GRID.fraction(fraction) == (near.pop() if was_rounded else number)


@pytest.mark.parametrize("rounding", [ROUND_HALF_UP, ROUND_HALF_EVEN])
@pytest.mark.parametrize("places", ["0.01", "0.001"])
@pytest.mark.parametrize("whole", [6, 7, 8])
def test_rounding_a_fraction_can_be_undone(whole, places, rounding):
    for part in range(3 * whole + 1):
        recorded = (Decimal(part) / Decimal(whole)).quantize(Decimal(places), rounding)
        fraction, _ = haq.as_recorded_fraction(np.array([haq.HAQ_GRID.step(str(recorded))]))
        assert haq.HAQ_GRID.fraction(int(fraction[0])) == Fraction(part, whole)


def test_missing_scores_and_a_lone_number_are_kept():
    fractions, rounded = haq.as_recorded_fraction(np.array([MISSING, 0]))
    assert fractions.tolist() == [MISSING, 0]
    assert not rounded.any()
    alone, was_rounded = haq.as_recorded_fraction(np.array(haq.HAQ_GRID.step("1.62")))
    assert (int(alone), bool(was_rounded)) == (haq.HAQ_GRID.step(Fraction(13, 8)), True)


def test_the_measure_and_its_limits_are_listed():
    assert haq.HAQ_DI.range_steps == 504_000
    assert haq.HAQ_DI.best == 0
    listed = [fact for holder in (haq.AID_FLOOR, haq.MINIMUM_CATEGORIES) for fact in holder.facts()]
    assert [(fact.value, fact.source.status) for fact in listed] == [("2", Status.VERIFIED), ("6", Status.RECALLED)]
