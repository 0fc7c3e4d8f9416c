import numpy as np
import pytest

from myotis.errors import StatisticsError
from myotis.statistics.group_sequential.boundaries import compute_boundary
from myotis.statistics.group_sequential.spending import Spending, compute_spending_boundary, compute_spent_error

SHAPES = {
    "obrien-fleming": {},
    "pocock": {},
    "wang-tsiatis": {"delta": 0.25},
    "haybittle-peto": {"interim": 3.0},
}
SPENDING = {"obrien-fleming-type": None, "pocock-type": None, "kim-demets": 2.0, "hwang-shih-decani": -4.0}


@pytest.mark.parametrize(("alpha", "sides", "fixed"), [(0.05, 2, 1.959964), (0.025, 1, 1.959964), (0.1, 1, 1.281552)])
def test_one_look_is_the_fixed_design(alpha, sides, fixed):
    designs = [compute_boundary([1], method=m, alpha=alpha, sides=sides, **o) for m, o in SHAPES.items()]
    designs += [
        compute_spending_boundary(1, method=m, alpha=alpha, sides=sides, shape=shape) for m, shape in SPENDING.items()
    ]
    for design in designs:
        assert design.upper == pytest.approx([fixed], abs=1e-6)
        assert design.alpha_spent == pytest.approx([alpha])
        assert design.lower == (pytest.approx([-fixed], abs=1e-6) if sides == 2 else [-np.inf])


@pytest.mark.parametrize(("method", "options"), SHAPES.items())
def test_boundaries_have_their_shape(method, options):
    times = np.array([0.3, 0.7, 1])
    upper = compute_boundary(times, method=method, alpha=0.05, sides=2, **options).upper
    shape = {
        "obrien-fleming": upper * np.sqrt(times),
        "pocock": upper,
        "wang-tsiatis": upper * times**0.25,
        "haybittle-peto": upper[:2],
    }[method]
    assert shape == pytest.approx(np.full_like(shape, shape[0]))


def test_wang_tsiatis_holds_the_two_others():
    times = [0.25, 0.5, 1]
    for delta, method in ((0.0, "obrien-fleming"), (0.5, "pocock")):
        between = compute_boundary(times, method="wang-tsiatis", alpha=0.05, sides=2, delta=delta)
        assert between.upper == pytest.approx(compute_boundary(times, method=method, alpha=0.05, sides=2).upper)


@pytest.mark.parametrize(
    ("information", "told"),
    [
        ([], "no list of numbers"),
        ([[0.5, 1]], "no list of numbers"),
        ([0.5, np.nan], "no list of numbers"),
        ([0, 1], "do not increase"),
        ([0.7, 0.3, 1], "do not increase"),
        ([0.5, 0.5, 1], "do not increase"),
        ([0.5, 0.50005, 1], "do not increase"),
        ([-0.5, 1], "do not increase"),
        ([0.5, 0.9], "the last information fraction is 0.9; expected 1"),
        ([0.5, 1.1], "the last information fraction is 1.1; expected 1"),
    ],
)
def test_information_increases_to_one(information, told):
    with pytest.raises(StatisticsError, match=told):
        compute_boundary(information, method="pocock", alpha=0.05, sides=2)


@pytest.mark.parametrize(("alpha", "sides"), [(0, 1), (0.5, 1), (1, 2), (-0.1, 2), (np.nan, 1), (5, 2), (0.05, 3)])
def test_alpha_and_sides_are_what_they_can_be(alpha, sides):
    with pytest.raises(StatisticsError, match="expected"):
        compute_boundary([0.5, 1], method="pocock", alpha=alpha, sides=sides)
    with pytest.raises(StatisticsError, match="expected"):
        compute_spending_boundary([0.5, 1], method="pocock-type", alpha=alpha, sides=sides)


@pytest.mark.parametrize(
    ("method", "options", "told"),
    [
        ("wang-tsiatis", {}, "delta is needed"),
        ("pocock", {"delta": 0.5}, "delta is nothing"),
        ("haybittle-peto", {}, "interim is needed"),
        ("pocock", {"interim": 3.0}, "interim is nothing"),
        ("wang-tsiatis", {"delta": np.inf}, "delta is inf"),
        ("haybittle-peto", {"interim": 1.5}, "spend 0.06681 of alpha = 0.05"),
    ],
)
def test_options_belong_to_their_boundary(method, options, told):
    with pytest.raises(StatisticsError, match=told):
        compute_boundary([0.5, 1], method=method, alpha=0.05, sides=1, **options)


@pytest.mark.parametrize("method", Spending)
def test_nothing_is_spent_at_first_and_all_from_one_on(method):
    shape = SPENDING[method]
    spent = compute_spent_error([0, 0.5, 1, 1.3], method=method, alpha=0.05, sides=2, shape=shape)
    assert (spent[0], spent[2], spent[3]) == pytest.approx((0, 0.05, 0.05))
    assert 0 < spent[1] < 0.05


@pytest.mark.parametrize(("method", "shape"), [("kim-demets", 1.0), ("hwang-shih-decani", 0.0)])
def test_some_shapes_spend_evenly(method, shape):
    assert compute_spent_error(0.3, method=method, alpha=0.05, sides=1, shape=shape) == pytest.approx(0.015)


@pytest.mark.parametrize(
    ("method", "shape", "told"),
    [
        ("kim-demets", None, "a shape is needed"),
        ("pocock-type", 1.0, "a shape is nothing"),
        ("kim-demets", 0.0, "the shape of kim-demets is 0"),
        ("kim-demets", -1.0, "the shape of kim-demets is -1"),
        ("hwang-shih-decani", np.nan, "the shape of hwang-shih-decani is nan"),
    ],
)
def test_shapes_belong_to_their_function(method, shape, told):
    with pytest.raises(StatisticsError, match=told):
        compute_spent_error(0.5, method=method, alpha=0.05, sides=1, shape=shape)


@pytest.mark.parametrize("fraction", [-0.1, np.nan])
def test_a_fraction_is_not_negative(fraction):
    with pytest.raises(StatisticsError, match="negative or no number"):
        compute_spent_error(fraction, method="pocock-type", alpha=0.05, sides=1)


OPTIONS = {"method": "obrien-fleming-type", "alpha": 0.025, "sides": 1}


def test_a_last_look_too_early_or_too_late_spends_what_is_left():
    for last in (0.8, 1.0, 1.2):
        design = compute_spending_boundary([0.4, last], **OPTIONS)
        assert design.alpha_spent[-1] == 0.025
    under, planned = (compute_spending_boundary([0.4, last], **OPTIONS) for last in (0.8, 1.0))
    assert under.upper[0] == planned.upper[0]
    assert under.upper[1] < planned.upper[1]


def test_an_interim_look_spends_only_its_part():
    design = compute_spending_boundary([0.4, 0.8], **OPTIONS, final=False)
    assert design.alpha_spent[-1] == pytest.approx(0.0122, abs=1e-4)
    whole = compute_spending_boundary([0.4, 0.8, 1], **OPTIONS)
    assert design.upper == pytest.approx(whole.upper[:2])


def test_no_look_follows_one_at_which_all_is_spent():
    with pytest.raises(StatisticsError, match="before the last is 1 or more"):
        compute_spending_boundary([0.5, 1, 1.2], **OPTIONS)


def test_a_look_too_early_to_spend_anything_has_no_boundary():
    design = compute_spending_boundary([0.001, 1], **OPTIONS)
    assert design.upper[0] == np.inf
    assert design.upper[1] == pytest.approx(1.959964, abs=1e-6)


def test_looks_may_be_many():
    design = compute_boundary(np.arange(1, 41) / 40, method="pocock", alpha=0.05, sides=2)
    assert design.upper[0] > compute_boundary([0.5, 1], method="pocock", alpha=0.05, sides=2).upper[0]
    assert design.alpha_spent[-1] == pytest.approx(0.05)
