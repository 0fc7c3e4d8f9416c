"""Deterioration against a second programming in fractions, over every option and at every limit."""

from decimal import Decimal
from fractions import Fraction
from itertools import pairwise, product

import deterioration_fractions as oracle
import numpy as np
import pytest
from rule_tables import steps

from myotis.protocol.criteria import PercentOf, SameLimb, UnevaluableVisit, ZeroBaseline
from myotis.protocol.read import read_trial
from myotis.rules.deterioration import (
    FIELD_COUNT,
    LIMBS_MET,
    LIMBS_UNKNOWN,
    MET,
    STATUS,
    STATUS_NAMES,
    deterioration_course,
    deterioration_limits,
)
from myotis.terms.missing import MISSING, NO, UNKNOWN, YES
from myotis.terms.units import Quantity

PRODERM = read_trial("proderm")
DEFINITION = PRODERM.deterioration
ZERO = {
    "range": ZeroBaseline.PERCENT_OF_RANGE,
    "any": ZeroBaseline.ANY_WORSENING,
    "never": ZeroBaseline.NEVER,
}


def limits(**options):
    return deterioration_limits(DEFINITION.model_copy(update=options), PRODERM.tis.settings)


def limits_of(definition):
    """The oracle's definition as the rule's limits."""
    return limits(
        consecutive_visits=definition.visits,
        same_limb=SameLimb(int(definition.same_way)),
        percent_of=PercentOf(int(definition.percent_of_range)),
        zero_baseline=ZERO[definition.zero_baseline],
        unevaluable_visit=UnevaluableVisit(int(definition.skip_unevaluable)),
    )


def run(course, how):
    x = steps(course)
    out = np.full((len(x), FIELD_COUNT), -7, dtype=np.int64)
    deterioration_course(x, how, out)
    return out


def named(out):
    return [STATUS_NAMES[status] for status in out[1:, STATUS].tolist()]


def visit(physician="1", patient="1", strength="100", function="1", extra="1"):
    return {"physician": physician, "patient": patient, "strength": strength, "function": function, "extra": extra}


EVERY_OPTION = [
    oracle.Definition(visits=visits, same_way=same, percent_of_range=ranged, zero_baseline=zero, skip_unevaluable=skip)
    for visits, same, ranged, zero, skip in product(
        (1, 2, 3), (False, True), (False, True), ("range", "any", "never"), (False, True)
    )
]


def random_course(draw):
    values = {
        "physician": ("0", "2", "4", "4.1", "5.2", "6", "9"),
        "patient": ("0", "0.1", "3", "3.9", "10"),
        "strength": ("150", "120", "105", "84", "83", "0"),
        "function": ("0", "1/8", "7/8", "1", "13/10", "3"),
        "extra": ("0", "1", "2.9", "3", "10"),
    }
    course = [
        {name: None if draw.random() < 0.2 else draw.choice(texts) for name, texts in values.items()}
        for _ in range(draw.integers(1, 7))
    ]
    for later in course[1:]:
        if draw.random() < 0.15:
            later.update(dict.fromkeys(later))
    return course


@pytest.mark.parametrize("definition", EVERY_OPTION)
def test_every_option_as_in_the_second_programming(definition):
    draw = np.random.default_rng(EVERY_OPTION.index(definition))
    how = limits_of(definition)
    for _ in range(12):
        course = random_course(draw)
        assert named(run(course, how)) == oracle.statuses(definition, course)


def test_the_random_courses_meet_every_status():
    draw = np.random.default_rng(5)
    seen = {status for _ in range(100) for status in oracle.statuses(oracle.Definition(), random_course(draw))}
    assert seen == set(STATUS_NAMES.values())


def test_two_centimeters_are_two_centimeters_for_all_81_pairs():
    pairs = [(Fraction(tenths, 10), Fraction(tenths + 20, 10)) for tenths in range(81)]
    for before, now in pairs:
        met = run([visit(extra=str(before)), visit(extra=str(now))], limits())[1]
        assert (met[MET], met[LIMBS_MET]) == (YES, 0b010)
        below = run([visit(extra=str(before)), visit(extra=str(now - Fraction(1, 1000)))], limits())[1]
        assert below[LIMBS_MET] == 0


@pytest.mark.parametrize("before", range(1, 151))
def test_twenty_and_thirty_percent_of_every_strength(before):
    largest_that_meets = {percent: before - -(-before * percent // 100) for percent in (20, 30)}
    for strength in {value + step for value in largest_that_meets.values() for step in (0, 1)}:
        course = [visit(strength=str(before)), visit(physician="3", patient="1.3", strength=str(strength))]
        found = run(course, limits())[1, LIMBS_MET]
        assert bool(found & 0b001) == (strength <= largest_that_meets[20])
        assert bool(found & 0b100) == (strength <= largest_that_meets[30])


def test_thirty_percent_of_a_visual_scale_is_exact():
    for tenths in range(1, 77):
        before = Fraction(tenths, 10)
        limit = before * Fraction(13, 10)
        for now, met in ((limit, True), (limit - Fraction(1, 1000), False)):
            course = [visit(physician=str(before)), visit(physician=str(now), patient="1.3", function="1.3")]
            assert bool(run(course, limits())[1, LIMBS_MET] & 0b100) is met


@pytest.mark.parametrize(
    ("zero", "extra", "met"),
    [
        ("range", "3", True),  # 30 % of 10 cm
        ("range", "2.999", False),
        ("any", "0.001", True),
        ("any", "0", False),
        ("never", "10", False),
    ],
)
def test_a_baseline_of_zero(zero, extra, met):
    how = limits(zero_baseline=ZERO[zero])
    course = [visit(extra="0"), visit(extra=extra, patient="1.3", physician="1.3")]
    assert bool(run(course, how)[1, LIMBS_MET] & 0b100) is met


def test_percent_of_the_range():
    how = limits(percent_of=PercentOf.RANGE)
    at, below = visit("1", "4", "55", "1.9", "1"), visit("1", "4", "56", "1.9", "1")
    assert run([visit(), at], how)[1, LIMBS_MET] == 0b100  # 3 cm, 45 of 150 points, 0.9 of 3
    assert run([visit(), below], how)[1, LIMBS_MET] == 0


def with_gaps(values, measures):
    return {name: None if name in measures else text for name, text in values.items()}


WORSE, SAME = visit("3", "1.3", "80", "1.3", "3"), visit()


@pytest.mark.parametrize("gaps", [set(c) for c in product(*[("", name) for name in oracle.MEASURES])])
def test_what_is_said_of_a_visit_with_gaps_holds_for_every_completion(gaps):
    ends = {name: (str(low), str(high)) for name, (low, high) in oracle.LOWEST_HIGHEST.items()}
    for recorded in (WORSE, SAME, visit(extra="3"), visit(physician="3", strength="80"), visit("1.3", "1.3")):
        found = run([visit(), with_gaps(recorded, gaps)], limits())[1, MET]
        full = [
            recorded | dict(zip(sorted(gaps - {""}), choice, strict=True))
            for choice in product(*[ends[name] for name in sorted(gaps - {""})])
        ]
        answers = {int(run([visit(), completed], limits())[1, MET]) for completed in full}
        assert answers == ({YES, NO} if found == UNKNOWN else {found})


def test_an_unknown_limb_does_not_hide_one_that_is_met():
    out = run([visit(), visit(physician=None, extra="3")], limits())[1]
    assert (out[MET], out[LIMBS_MET], out[LIMBS_UNKNOWN]) == (
        YES,
        0b010,
        0,
    )  # strength rules limb 1 out
    out = run([visit(), visit(physician=None, strength="80")], limits())[1]
    assert (out[MET], out[LIMBS_MET], out[LIMBS_UNKNOWN]) == (UNKNOWN, 0, 0b001)


def test_without_a_baseline_nothing_can_be_evaluated():
    nothing = dict.fromkeys(oracle.MEASURES)
    assert named(run([nothing, WORSE, WORSE], limits())) == ["not_evaluable"] * 2


def test_the_baseline_row_is_blank_and_may_be_all_there_is():
    assert run([visit()], limits()).tolist() == [[MISSING] * FIELD_COUNT]
    assert run([], limits()).tolist() == []


def test_the_order_of_worsening_limbs_is_the_protocols():
    first = run([visit(), visit(physician="3", strength="80")], limits())[1, LIMBS_MET]
    third = run([visit(), visit(physician="1.3", patient="1.3", function="1.3")], limits())[1, LIMBS_MET]
    assert (first, third) == (0b001, 0b100)


def test_the_limits_are_those_of_the_measure_that_is_used():
    from dataclasses import replace

    for strength, span in (("mmt8", 150), ("mmt8_unilateral", 80), ("mmt_total", 260)):
        found = deterioration_limits(DEFINITION, replace(PRODERM.tis.settings, strength=strength))
        assert found.span == (10_000, 10_000, span, 504_000, 10_000)
        assert found.better == (-1, -1, 1, -1, -1)


def test_a_percentage_keeps_its_two_decimals():
    limb = DEFINITION.limbs[0]
    worsening = limb.of[1].model_copy(update={"worse_by": Quantity(Decimal("33.33"), "%")})
    finer = limb.model_copy(update={"of": (limb.of[0], worsening)})
    assert limits(limbs=(finer,)).percent == (MISSING, 3333)


def test_confirmed_follows_from_pairs_of_neighbors():
    """With the protocol's options, a visit is first confirmed where it and the one before meet the definition."""
    for pattern in product("10?", repeat=5):
        rows = [{"1": visit(extra="3"), "0": visit(), "?": dict.fromkeys(oracle.MEASURES)}[mark] for mark in pattern]
        found = named(run([visit(), *rows], limits()))
        firsts = [index + 1 for index, pair in enumerate(pairwise(pattern)) if pair == ("1", "1")]
        expected = firsts[0] if firsts else len(pattern)
        assert [status == "confirmed" for status in found] == [index >= expected for index in range(len(pattern))]
