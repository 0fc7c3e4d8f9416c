"""Laws of the TIS, for courses of visits with values missing anywhere."""

from fractions import Fraction

import numpy as np
import tis_fractions as oracle
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from myotis.instruments.chq import chq_phs
from myotis.instruments.core_set import Criteria
from myotis.instruments.tis import COLUMN_COUNT, TisSettings, compute_tis, score_courses
from myotis.instruments.tis_levels import SLOTS
from myotis.instruments.tis_rule import (
    SLOT_COUNT,
    AboveRange,
    EnzymeChoice,
    MissingPolicy,
    NormalEnzymes,
)
from myotis.instruments.vas import VAS_GRID_MM
from myotis.terms.missing import MISSING

law = settings(max_examples=100, deadline=None)

VAS = st.sampled_from(range(0, 10_001, 100))
PLAIN = (VAS, VAS, st.integers(0, 150), st.sampled_from(range(0, 504_001, 21_000)), VAS)
ENZYMES = ("ck", "aldolase", "ldh", "ast", "alt")
ENZYME_VALUE = st.sampled_from([0, 20_000, 60_000, 60_001, 90_000, 120_000, 240_000, 900_000, 3_000_000])
ENZYME_ULN = st.sampled_from([60_000, 45_000, 90_000])


def or_missing(values):
    return values | st.just(MISSING)


@st.composite
def visit(draw, *, complete=False):
    """One row of the rule's input, in steps."""
    columns = [*PLAIN, *(ENZYME_VALUE, ENZYME_ULN) * len(ENZYMES)]
    return [draw(column if complete else or_missing(column)) for column in columns]


def courses(**how):
    return st.lists(visit(**how), min_size=1, max_size=5).map(lambda rows: np.array(rows, dtype=np.int64))


CHOICES = st.builds(
    TisSettings,
    enzyme_choice=st.sampled_from(EnzymeChoice),
    normal_enzymes=st.sampled_from(NormalEnzymes),
    above_range=st.sampled_from(AboveRange),
    missing=st.sampled_from(MissingPolicy),
)


def fields(course, choices, **engine):
    return score_courses(course, np.array([0, len(course)]), choices, **engine).fields


def as_texts(row):
    """A row as the oracle reads it: texts and pairs of texts, None where missing."""
    units = dict(
        zip(
            ("physician", "patient", "strength", "function", "extramuscular"),
            (1000, 1000, 1, 168_000, 1000),
            strict=True,
        )
    )
    texts = {
        name: None if step == MISSING else str(Fraction(int(step), per))
        for (name, per), step in zip(units.items(), row[:5], strict=True)
    }
    numbers = [None if step == MISSING else str(Fraction(int(step), 1000)) for step in row[5:]]
    return texts | dict(zip(ENZYMES, zip(numbers[0::2], numbers[1::2], strict=True), strict=True))


def criteria_of(choices):
    return oracle.Criteria(
        choose_by_share_of_range=choices.enzyme_choice == EnzymeChoice.HIGHEST_SHARE_OF_RANGE,
        normal_scores_zero=choices.normal_enzymes == NormalEnzymes.SCORE_ZERO,
        clamp=choices.above_range == AboveRange.CLAMPED,
        missing={0: "not evaluable", 1: "zero", 2: "official"}[int(choices.missing)],
    )


@law
@given(before=visit(), after=visit(), choices=CHOICES)
def test_scores_and_bounds_are_those_of_the_oracle(before, after, choices):
    """The bounds are tight: the oracle finds them by trying every value that a missing one could have had."""
    expected = oracle.score(criteria_of(choices), as_texts(before), as_texts(after))
    scores = score_courses(np.array([before, after]), np.array([0, 2]), choices)
    points = [None if tenths == MISSING else Fraction(tenths, 10) for tenths in scores.fields[1, :SLOT_COUNT].tolist()]
    assert points == list(expected.points.values())
    assert (scores.low[1], scores.high[1]) == (expected.low, expected.high)
    assert (None if np.isnan(scores.tis[1]) else scores.tis[1]) == expected.tis
    assert scores.enzyme_used[1] == (expected.enzyme or "")
    slots = dict(zip(oracle.BANDS, SLOTS, strict=True))
    assert scores.not_evaluable_because[1] == ";".join(slots[name] for name in expected.missing)
    assert scores.category[1] == ("" if expected.tis is None else oracle.category(expected.tis, "adult"))


PRINTO = TisSettings(criteria=Criteria.JUVENILE_PRINTO, strength="cmas", chq_phs=chq_phs(10, 60))
PRINTO_STEPS = (1000, 1000, 1, 168_000, 1, 1000)
PRINTO_ORACLE = oracle.Criteria(
    scales={
        "physician": oracle.VAS,
        "patient": oracle.VAS,
        "strength": oracle.Scale(0, 52, high_is_good=True, spacing="1"),
        "function": oracle.Scale(0, 3, high_is_good=False, spacing="1/8"),
        "extramuscular": oracle.Scale(0, 20, high_is_good=False, spacing="1"),
        "enzyme": oracle.Scale(10, 60, high_is_good=True, spacing="1"),
    },
    multiples={},
)
PRINTO_VISIT = st.tuples(
    or_missing(VAS),
    or_missing(VAS),
    or_missing(st.integers(0, 52)),
    or_missing(PLAIN[3]),
    or_missing(st.integers(0, 20)),
    or_missing(st.integers(100, 600).map(lambda tenths: 100 * tenths)),
)


@law
@given(before=PRINTO_VISIT, after=PRINTO_VISIT)
def test_scores_and_bounds_of_the_printo_core_set_are_those_of_the_oracle(before, after):
    names = ("physician", "patient", "strength", "function", "extramuscular", "enzyme")
    first, then = (
        {
            n: None if step == MISSING else str(Fraction(step, per))
            for n, per, step in zip(names, PRINTO_STEPS, row, strict=True)
        }
        for row in (before, after)
    )
    expected = oracle.score(PRINTO_ORACLE, first, then)
    scores = score_courses(np.array([before, after]), np.array([0, 2]), PRINTO)
    assert (scores.low[1], scores.high[1]) == (expected.low, expected.high)
    assert (None if np.isnan(scores.tis[1]) else scores.tis[1]) == expected.tis
    assert scores.category[1] == ("" if expected.tis is None else oracle.category(expected.tis, "juvenile"))
    assert scores.enzyme_used[1] == ""


@law
@given(course=courses(), choices=CHOICES)
def test_the_bounds_hold_the_score(course, choices):
    scores = score_courses(course, np.array([0, len(course)]), choices)
    low, tis, high = scores.low[1:], scores.tis[1:], scores.high[1:]
    assert np.all((low >= 0) & (low <= high) & (high <= 100))
    known = ~np.isnan(tis)
    assert np.all((low[known] <= tis[known]) & (tis[known] <= high[known]))
    complete = scores.not_evaluable_because[1:] == ""
    assert_array_equal(low[complete], high[complete])


@law
@given(course=courses(), choices=CHOICES, data=st.data())
def test_a_score_looks_at_no_later_visit(course, choices, data):
    visits = data.draw(st.integers(1, len(course)))
    assert_array_equal(fields(course[:visits], choices), fields(course, choices)[:visits])


@law
@given(subjects=st.lists(courses(), min_size=1, max_size=5), choices=CHOICES, data=st.data())
def test_one_subject_scores_as_it_does_in_a_batch_in_any_order(subjects, choices, data):
    order = data.draw(st.permutations(subjects))
    offsets = np.cumsum([0, *(len(course) for course in order)])
    batch = score_courses(np.concatenate(order), offsets, choices, engine="compiled").fields
    assert_array_equal(batch, np.concatenate([fields(course, choices, engine="interpreted") for course in order]))


@law
@given(before=visit(complete=True), after=visit(complete=True), choices=CHOICES)
def test_worsening_earns_nothing_and_costs_nothing(before, after, choices):
    better_or_same, sign = list(after), (-1, -1, 1, -1, -1)
    for column in range(5):
        if sign[column] * (after[column] - before[column]) < 0:
            better_or_same[column] = before[column]
    worse = fields(np.array([before, after]), choices)[1]
    assert np.all(worse[:SLOT_COUNT] >= 0)
    assert_array_equal(worse, fields(np.array([before, better_or_same]), choices)[1])


@law
@given(before=visit(complete=True), after=visit(complete=True), choices=CHOICES, data=st.data())
def test_more_improvement_never_lowers_the_score(before, after, choices, data):
    column = data.draw(st.integers(0, COLUMN_COUNT - 1))
    is_uln = column > 5 and column % 2 == 0
    better = list(after)
    if column == 2 or is_uln:
        better[column] = data.draw(st.integers(after[column], 150 if column == 2 else 10**7))
    else:
        better[column] = data.draw(st.integers(0, after[column]))
    less, more = (fields(np.array([before, row]), choices)[1] for row in (after, better))
    assert np.all(more[:SLOT_COUNT] >= less[:SLOT_COUNT])


@law
@given(course=courses(), choices=CHOICES, factor=st.sampled_from([2, 60]))
def test_the_unit_of_an_enzyme_cancels(course, choices, factor):
    """One µkat/L is 60 U/L; value and upper limit change together."""
    other = course.copy()
    other[:, 5:] = np.where(course[:, 5:] == MISSING, MISSING, course[:, 5:] * factor)
    assert_array_equal(fields(other, choices), fields(course, choices))


@law
@given(tenths=st.lists(st.integers(0, 100), min_size=2, max_size=6))
def test_millimeters_and_centimeters_are_the_same_steps(tenths):
    """A site that enters millimeters and one that enters centimeters."""
    centimeters = np.array([float(f"{t // 10}.{t % 10}") for t in tenths])
    steps = VAS_GRID_MM.to_steps(np.array(tenths, dtype=float))[0]
    x = np.full((len(tenths), COLUMN_COUNT), MISSING, dtype=np.int64)
    x[:, 0] = steps
    by_millimeters = score_courses(x, np.array([0, len(x)]), TisSettings()).points[1:, 0]
    by_centimeters = compute_tis({"physician_global": centimeters[0]}, {"physician_global": centimeters[1:]})
    assert_array_equal(by_millimeters, by_centimeters.points[:, 0])


@law
@given(before=st.lists(st.integers(0, 150), min_size=1, max_size=4), after=st.integers(0, 150))
def test_arrays_score_as_their_numbers_one_by_one(before, after):
    together = compute_tis({"mmt8": before, "haq": 2}, {"mmt8": after, "haq": 1})
    apart = [compute_tis({"mmt8": each, "haq": 2}, {"mmt8": after, "haq": 1}).fields[0] for each in before]
    assert_array_equal(together.fields, apart)
