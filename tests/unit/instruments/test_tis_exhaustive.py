"""Every pair of values that a core set measure can take, against the scalar oracle in exact fractions."""

from fractions import Fraction
from itertools import product

import numba
import numpy as np
import pytest
import tis_fractions as oracle
from numpy.testing import assert_array_equal

from myotis.instruments.chq import chq_phs
from myotis.instruments.core_set import Criteria
from myotis.instruments.enzymes import ENZYME_GRID, ULN_GRID, XULN_GRID
from myotis.instruments.tis import COLUMN_COUNT, LARGEST_MULTIPLE, TisSettings, compute_tis, score_courses
from myotis.instruments.tis_levels import SLOTS, Slot
from myotis.instruments.tis_rule import (
    FIELD_COUNT,
    FIRST_ENZYME,
    AboveRange,
    EnzymeChoice,
    MissingPolicy,
    NormalEnzymes,
    tis_course,
)
from myotis.instruments.vas import VAS_GRID
from myotis.terms.missing import MISSING

VAS_TEXTS = [f"{tenths // 10}.{tenths % 10}" for tenths in range(101)]
VAS_PAIRS = list(product(VAS_TEXTS, VAS_TEXTS))
HAQ_TEXTS = sorted({str(Fraction(n, d)) for d in (8, 6, 7) for n in range(3 * d + 1)}, key=Fraction)
STRENGTH_SETTINGS = {
    "mmt8_unilateral": TisSettings(strength="mmt8_unilateral"),
    "mmt8": TisSettings(),
    "mmt_total": TisSettings(strength="mmt_total"),
    "cmas": TisSettings(criteria=Criteria.JUVENILE_IMACS, strength="cmas", enzyme_multiples={"ck": 15}),
}

OTHER_CHOICES = TisSettings(
    enzyme_choice=EnzymeChoice.HIGHEST_SHARE_OF_RANGE,
    normal_enzymes=NormalEnzymes.SCORE_ZERO,
    above_range=AboveRange.CLAMPED,
    missing=MissingPolicy.ZERO,
)
PRINTO = TisSettings(criteria=Criteria.JUVENILE_PRINTO, strength="cmas", chq_phs=chq_phs(0, 900))


def points_of(name, slot, pairs, settings=None):
    """Points of one slot for pairs of texts, through arrays of doubles as they come out of a file."""
    before, after = (np.array([float(Fraction(text)) for text in texts]) for texts in zip(*pairs, strict=True))
    return compute_tis({name: before}, {name: after}, settings).points[:, SLOTS.index(slot)]


def expected_points(slot, scale, pairs):
    return [float(oracle.points_for(slot, scale.improvement_percent(before, after))) for before, after in pairs]


@pytest.mark.parametrize(
    ("name", "slot", "row"),
    [
        ("physician_global", Slot.PHYSICIAN_GLOBAL, "physician"),
        ("patient_global", Slot.PATIENT_GLOBAL, "patient"),
        ("extramuscular", Slot.EXTRAMUSCULAR, "extramuscular"),
    ],
)
def test_every_pair_of_a_vas_in_tenths_of_a_centimeter(name, slot, row):
    assert len(VAS_PAIRS) == 10_201
    assert_array_equal(points_of(name, slot, VAS_PAIRS), expected_points(row, oracle.VAS, VAS_PAIRS))


def test_doubles_would_put_26_pairs_of_a_vas_in_the_wrong_band():
    """Why values are whole numbers of grid steps: 1.1 -> 0.6 is 5.000000000000001 % for a double."""
    before, after = (np.array([float(text) for text in texts]) for texts in zip(*VAS_PAIRS, strict=True))
    naive = np.array([0, 7.5, 15, 17.5, 20])[np.searchsorted([5, 15, 25, 40], 100 * (before - after) / 10)]
    exact = expected_points("physician", oracle.VAS, VAS_PAIRS)
    assert np.count_nonzero(naive != exact) == 26
    assert_array_equal(points_of("physician_global", Slot.PHYSICIAN_GLOBAL, [("1.1", "0.6"), ("4.4", "1.9")]), [0, 15])


def test_every_pair_of_haq_eighths_sixths_and_sevenths():
    pairs = list(product(HAQ_TEXTS, HAQ_TEXTS))
    scale = oracle.Criteria().scales["function"]
    assert_array_equal(points_of("haq", Slot.FUNCTION, pairs), expected_points("function", scale, pairs))


def pairs_of_whole_numbers(maximum):
    return [(str(before), str(after)) for before in range(maximum + 1) for after in range(maximum + 1)]


@pytest.mark.parametrize(
    ("name", "maximum"), [("mmt8_unilateral", 80), ("mmt8", 150), ("mmt_total", 260), ("cmas", 52)]
)
def test_every_pair_of_strength(name, maximum):
    pairs = pairs_of_whole_numbers(maximum)
    points = points_of(name, Slot.STRENGTH, pairs, STRENGTH_SETTINGS[name])
    scale = oracle.Scale(0, maximum, high_is_good=True, spacing="1")
    assert_array_equal(points, expected_points("strength", scale, pairs))


ENZYME_TEXTS = [
    "0",
    "7.5",
    "30",
    "60",
    "100.001",
    "180",
    "200",
    "220",
    "399.999",
    "400",
    "1000",
    "3000",
    "3300",
    "12345.6",
]
ULN_TEXTS = ["0.001", "30", "200", "220.5"]


@pytest.mark.parametrize(("name", "multiple"), [("ck", 15), ("aldolase", 6), ("ldh", 3), ("ast", 3), ("alt", 3)])
@pytest.mark.parametrize("clamp", [False, True])
def test_enzymes_with_upper_limits_that_differ_between_visits(name, multiple, clamp):
    cases = list(product(ENZYME_TEXTS, ULN_TEXTS, ENZYME_TEXTS, ULN_TEXTS))
    value, uln, later, later_uln = (np.array(texts, dtype=float) for texts in zip(*cases, strict=True))
    settings = TisSettings(above_range=AboveRange(int(clamp)))
    scores = compute_tis({name: value, f"{name}_uln": uln}, {name: later, f"{name}_uln": later_uln}, settings)
    criteria = oracle.Criteria(clamp=clamp)
    times = {(v, u): Fraction(v) / Fraction(u) for v in ENZYME_TEXTS for u in ULN_TEXTS}
    tried = {pair: oracle.enzyme_points(criteria, name, times[pair[:2]], times[pair[2:]]) for pair in cases}
    assert criteria.multiples[name] == multiple
    assert_array_equal(scores.points[:, SLOTS.index(Slot.ENZYME)], [float(points) for points in tried.values()])


RAW = (ENZYME_GRID.largest, ULN_GRID.largest)
AS_MULTIPLE = (XULN_GRID.largest, XULN_GRID.step(1))


@pytest.mark.parametrize(
    ("ck", "ldh"), [(RAW, RAW), (RAW, AS_MULTIPLE), (AS_MULTIPLE, RAW), (AS_MULTIPLE, AS_MULTIPLE)]
)
@pytest.mark.parametrize("engine", ["interpreted", "compiled"])
def test_the_largest_numbers_of_the_grids_do_not_overflow(ck, ldh, engine):
    multiples = {"ck": LARGEST_MULTIPLE, "ldh": LARGEST_MULTIPLE - 1}
    settings = TisSettings(enzyme_multiples=multiples, enzyme_choice=EnzymeChoice.HIGHEST_SHARE_OF_RANGE)
    x = np.full((2, FIRST_ENZYME + 4), MISSING, dtype=np.int64)
    x[0, FIRST_ENZYME:] = [*ck, *ldh]
    x[1, FIRST_ENZYME:] = [0, ck[1], 0, ldh[1]]
    scores = score_courses(x, np.array([0, 2]), settings, engine=engine)
    share = {"ck": Fraction(*ck) / multiples["ck"], "ldh": Fraction(*ldh) / multiples["ldh"]}
    chosen = max(share, key=share.get)
    expected = oracle.points_for("enzyme", 100 * share[chosen])
    assert (scores.enzyme_used[1], scores.points[1, SLOTS.index(Slot.ENZYME)]) == (chosen, expected)


@numba.njit
def _simulate(kernel, pairs, limits):
    out = np.empty((len(pairs), 2, FIELD_COUNT), dtype=np.int64)
    for subject in range(len(pairs)):
        kernel(pairs[subject], limits, out[subject])
    return out


def random_courses(rows, seed):
    """Two visits for each subject with a tenth of everything missing; CK, LDH and AST were measured."""
    draw = np.random.default_rng(seed)
    x = np.full((rows, COLUMN_COUNT), MISSING, dtype=np.int64)
    for column, most, step in [(0, 100, 100), (1, 100, 100), (2, 150, 1), (3, 24, 21_000), (4, 100, 100)]:
        x[:, column] = draw.integers(0, most, rows, endpoint=True) * step
    for column in (5, 9, 11):
        x[:, column] = draw.integers(0, 900, rows) * 1000
        x[:, column + 1] = draw.choice([180_000, 200_000, 250_500], rows)
    return np.where(draw.random(x.shape) < 0.1, MISSING, x)


@pytest.mark.parametrize("settings", [TisSettings(), OTHER_CHOICES, PRINTO], ids=["default", "other", "printo"])
def test_the_three_executors_agree(settings):
    x = random_courses(600, seed=20_221_005)
    offsets = np.arange(0, len(x) + 1, 2)
    interpreted = score_courses(x, offsets, settings, engine="interpreted").fields
    compiled = score_courses(x, offsets, settings, engine="compiled").fields
    simulated = _simulate(tis_course.kernel, x.reshape(-1, 2, COLUMN_COUNT), settings.limits)
    assert_array_equal(compiled, interpreted)
    assert_array_equal(simulated.reshape(-1, FIELD_COUNT), interpreted)


def test_the_compiled_executor_on_every_pair_of_a_vas():
    tenths = np.array(VAS_PAIRS, dtype=float)
    x = np.full((2 * len(tenths), COLUMN_COUNT), MISSING, dtype=np.int64)
    for column in (0, 1, 4):
        x[0::2, column] = VAS_GRID.to_steps(tenths[:, 0])[0]
        x[1::2, column] = VAS_GRID.to_steps(tenths[:, 1])[0]
    offsets = np.arange(0, len(x) + 1, 2)
    interpreted = score_courses(x[:4000], offsets[:2001], TisSettings(), engine="interpreted").points
    compiled = score_courses(x, offsets, TisSettings(), engine="compiled").points
    assert_array_equal(compiled[:4000], interpreted)
    for column, row in [(0, "physician"), (1, "patient"), (5, "extramuscular")]:
        assert_array_equal(compiled[1::2, column], expected_points(row, oracle.VAS, VAS_PAIRS))
