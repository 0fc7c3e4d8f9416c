"""Minimization: worked cases, and which arm is preferred (also against Minirand in tests/independent/r)."""

from collections import Counter
from decimal import Decimal
from fractions import Fraction

import pytest
from pydantic import ValidationError

from myotis.errors import SettingError
from myotis.randomize.bits import SeededBits
from myotis.randomize.procedures.minimization import Minimization, compute_minimized_chances, draw_minimized_arm

EQUAL = {"a": 1, "b": 1}
TOTALS = {
    "sex": {"f": {"a": 5, "b": 3}, "m": {"a": 2, "b": 4}},
    "gda": {"low": {"a": 3, "b": 4}, "high": {"a": 4, "b": 3}},
}


def options(imbalance="range", probability="0.8", **weights):
    named = {name: Decimal(weight) for name, weight in (weights or {"sex": 1, "gda": 1}).items()}
    return Minimization(weights=named, imbalance=imbalance, probability=Decimal(probability))


@pytest.mark.parametrize(
    ("levels", "weights", "preferred"),
    [
        # With a: |6 - 3| + |4 - 4| = 3; with b: |5 - 4| + |3 - 5| = 3. They tie.
        ({"sex": "f", "gda": "low"}, {"sex": 1, "gda": 1}, None),
        # With a: 2 * 3 + 0 = 6; with b: 2 * 1 + 2 = 4.
        ({"sex": "f", "gda": "low"}, {"sex": 2, "gda": 1}, "b"),
        # With a: 3 + 0; with b: 1 + 2 * 2.5 = 6.
        ({"sex": "f", "gda": "low"}, {"sex": 1, "gda": "2.5"}, "a"),
        # With a: |3 - 4| + |5 - 3| = 3; with b: |2 - 5| + |4 - 4| = 3.
        ({"sex": "m", "gda": "high"}, {"sex": 1, "gda": 1}, None),
        # With a: 3 + 2 = 5; with b: 1 + 0 = 1.
        ({"sex": "f", "gda": "high"}, {"sex": 1, "gda": 1}, "b"),
        # A level that nobody has had yet says nothing, so the other factor decides: with a 3 + 1, with b 1 + 1.
        ({"sex": "f", "gda": "new"}, {"sex": 1, "gda": 1}, "b"),
    ],
)
def test_range_by_hand(levels, weights, preferred):
    chances = compute_minimized_chances(options(**weights), EQUAL, TOTALS, levels)
    expected = {arm: Fraction(1, 2) if preferred is None else Fraction(4 if arm == preferred else 1, 5) for arm in "ab"}
    assert chances == expected


@pytest.mark.parametrize(
    ("imbalance", "preferred"),
    [
        # a: (5, 4, 1) and (3, 4, 4); b: (4, 5, 1) and (2, 5, 4); c: (4, 4, 2) and (2, 4, 5).
        ("range", "c"),  # 4 + 1, 4 + 3, 2 + 3: a and c tie, see below
        ("variance", "c"),  # 13/3 + 1/3, 13/3 + 7/3, 4/3 + 7/3
        ("standard_deviation", "a"),  # 2.082 + 0.577 = 2.659, 3.609, 1.155 + 1.528 = 2.683
    ],
)
def test_three_arms_by_hand(imbalance, preferred):
    totals = {"x": {"1": {"a": 4, "b": 4, "c": 1}}, "y": {"1": {"a": 2, "b": 4, "c": 4}}}
    chances = compute_minimized_chances(
        options(imbalance, "0.7", x=1, y=1), {"a": 1, "b": 1, "c": 1}, totals, {"x": "1", "y": "1"}
    )
    if imbalance == "range":
        # The coin is tossed for a or for c, each with 1/2: 0.7 or 0.15.
        assert chances == {"a": Fraction(17, 40), "b": Fraction(3, 20), "c": Fraction(17, 40)}
    else:
        assert chances[preferred] == Fraction(7, 10)
        assert sum(chances.values()) == 1


def test_standard_deviations_of_two_arms_by_hand():
    # That of two numbers is their distance over the root of 2. x: a makes it (5, 2), b (4, 3); y: a (4, 4), b (3, 5).
    totals = {"x": {"1": {"a": 4, "b": 2}}, "y": {"1": {"a": 3, "b": 4}}}
    levels = {"x": "1", "y": "1"}
    # 3 + 0 with a, 1 + 2 with b, over the root of 2: they tie, and the variances (9 + 0, 1 + 4) don't.
    tied = compute_minimized_chances(options("standard_deviation", x=1, y=1), EQUAL, totals, levels)
    assert set(tied.values()) == {Fraction(1, 2)}
    assert compute_minimized_chances(options("variance", x=1, y=1), EQUAL, totals, levels)["b"] == Fraction(4, 5)
    assert compute_minimized_chances(options("standard_deviation", x=1, y="1.1"), EQUAL, totals, levels)["a"] > 0.5


def test_the_ratio_is_kept_where_each_arm_is_preferred_by_its_share():
    ratio = {"a": 1, "b": 2, "c": 4}
    kept = dict.fromkeys(ratio, Fraction(0))
    for preferred, share in ratio.items():
        # Far behind in the one factor, so it is preferred.
        totals = {"x": {"1": {arm: 100 * (arm != preferred) for arm in ratio}}}
        chances = compute_minimized_chances(options(x=1), ratio, totals, {"x": "1"})
        assert max(chances, key=lambda arm: chances[arm] / ratio[arm]) == preferred
        for arm, chance in chances.items():
            kept[arm] += Fraction(share, 7) * chance
    assert kept == {"a": Fraction(1, 7), "b": Fraction(2, 7), "c": Fraction(4, 7)}
    totals = {"x": {"1": {"a": 0, "b": 100, "c": 100}}}
    assert compute_minimized_chances(options(x=1), ratio, totals, {"x": "1"})["a"] == Fraction(4, 5)


def test_the_first_subject_gets_an_arm_by_its_share():
    chances = compute_minimized_chances(options(x=1), {"a": 1, "b": 1}, {}, {"x": "1"})
    assert set(chances.values()) == {Fraction(1, 2)}


def test_arms_are_drawn_as_likely_as_they_should_be():
    bits = SeededBits(b"drawn")
    drawn = Counter(
        draw_minimized_arm(bits, options(), EQUAL, TOTALS, {"sex": "f", "gda": "high"}) for _ in range(2000)
    )
    assert abs(drawn["b"] - 1600) < 4 * (2000 * 0.8 * 0.2) ** 0.5


@pytest.mark.parametrize("levels", [{"sex": "f"}, {"sex": "f", "gda": "low", "age": "old"}])
def test_every_factor_needs_a_level(levels):
    with pytest.raises(SettingError, match="exactly these factors: sex, gda"):
        compute_minimized_chances(options(), EQUAL, TOTALS, levels)


@pytest.mark.parametrize("probability", ["0", "1.01", "-1"])
def test_a_probability_is_between_0_and_1(probability):
    with pytest.raises(ValidationError, match="probability"):
        options(probability=probability)


def test_what_does_not_fit_the_trial_is_told():
    told = [str(fault) for fault in options("range", "0.5").find_faults(EQUAL, ["gda", "age"])]
    assert len(told) == 3
    assert told[0].startswith(
        "minimization.weights.sex: sex is no factor of the protocol; expected the factors gda, age"
    )
    assert told[1].startswith("minimization.weights: the factor age has no weight")
    assert "expected a probability above 1/2" in told[2]
