"""Worked cases of the TIS, by hand from the level table in exact fractions (derived; no published answers exist)."""

import numpy as np
import pytest

from myotis.instruments.core_set import Criteria
from myotis.instruments.tis import TisSettings, compute_max_attainable_tis, compute_tis
from myotis.instruments.tis_rule import EnzymeChoice

NAMES = ("physician_global", "patient_global", "mmt8", "haq", "extramuscular")
# physician, patient, MMT-8, HAQ-DI and extramuscular before and after; enzymes in multiples of their ULN
CASES = {
    "A": (
        [(6.5, 3), (6, 4), (130, 142), (1.5, 1), (4, 1.5)], {"ck": (10, 2)},
        [17.5, 5, 10, 7.5, 7.5, 12.5], 60, "major",
    ),
    "B": (
        [(2, 1), (2, 1), (148, 150), (0.25, 0.125), (2, 1)], {"ck": (1.5, 0.8)},
        [7.5, 2.5, 0, 0, 0, 7.5], 17.5, "none",
    ),
    "C": (
        [(5, 0), (5, 0), (150, 150), (0, 0), (5, 0)], {"ck": (0.8, 0.6)},
        [20, 10, 0, 0, 0, 20], 50, "moderate",
    ),
    "C2": (
        [(5, 0), (5, 0), (148, 150), (0.125, 0), (5, 0)], {"alt": (2.5, 0.7)},
        [20, 10, 0, 0, 7.5, 20], 57.5, "moderate",
    ),
    "E": (
        [(9, 0), (9, 0), (70, 150), (2.5, 0), (9, 0)], {"ck": (50, 0.5)},
        [20, 10, 32.5, 10, 7.5, 20], 100, "major",
    ),
    "W": (
        [(3, 6), (3, 7), (140, 100), (0.5, 2), (2, 5)], {"ck": (2, 10)},
        [0, 0, 0, 0, 0, 0], 0, "none",
    ),
    "M": (
        [(4.5, 2.9), (5.1, 5.0), (120, 121), (1.25, 1), (2.2, 1.7)], {"ck": (3.25, 2.5)},
        [15, 0, 0, 5, 0, 0], 20, "minimal",
    ),
}  # fmt: skip
D = [(5, 4.5), (5, 3.5), (75, 78), (1, 0.25), (3, 3)]
D_ENZYMES = {"ck": (2.0, 1.0), "ldh": (1.8, 1.0)}


def visits(measures, enzymes, names=NAMES):
    """Baseline and follow-up; an enzyme as the number it is where its ULN is 200."""
    before = {name: pair[0] for name, pair in zip(names, measures, strict=True)}
    after = {name: pair[1] for name, pair in zip(names, measures, strict=True)}
    for enzyme, (value, later) in enzymes.items():
        before |= {enzyme: 200 * value, f"{enzyme}_uln": 200}
        after |= {enzyme: 200 * later, f"{enzyme}_uln": 200}
    return before, after


@pytest.mark.parametrize("case", CASES)
def test_worked_case(case):
    measures, enzymes, points, tis, category = CASES[case]
    scores = compute_tis(*visits(measures, enzymes))
    assert scores.points.tolist() == [points]
    assert scores.tis.tolist() == scores.low.tolist() == scores.high.tolist() == [tis]
    assert scores.category.tolist() == [category]
    assert scores.enzyme_used.tolist() == list(enzymes)
    assert scores.not_evaluable_because.tolist() == [""]


@pytest.mark.parametrize(
    ("choice", "enzyme", "points", "tis"),
    [
        (EnzymeChoice.HIGHEST_MULTIPLE_OF_ULN, "ck", [0, 2.5, 10, 7.5, 2.5, 0], 22.5),
        (EnzymeChoice.HIGHEST_SHARE_OF_RANGE, "ldh", [0, 2.5, 10, 7.5, 7.5, 0], 27.5),
    ],
    ids=["D1", "D2"],
)
def test_the_choice_of_the_enzyme_decides_its_points(choice, enzyme, points, tis):
    names = ("physician_global", "patient_global", "mmt8_unilateral", "haq", "extramuscular")
    settings = TisSettings(strength="mmt8_unilateral", enzyme_choice=choice)
    scores = compute_tis(*visits(D, D_ENZYMES, names), settings)
    assert scores.points.tolist() == [points]
    assert (scores.tis.item(), scores.category.item(), scores.enzyme_used.item()) == (tis, "minimal", enzyme)


def test_naive_doubles_would_score_case_m_higher():
    """2.2 - 1.7 over 10 is more than 5 % for doubles, which adds 7.5 points for extramuscular activity."""
    assert (2.2 - 1.7) / 10 * 100 > 5
    assert compute_tis({"extramuscular": 2.2}, {"extramuscular": 1.7}).points[0, 5] == 0


@pytest.mark.parametrize(
    ("enzyme", "attainable"),
    [({"ck": 0}, 50), ({"ck": 100}, 52.5), ({"ldh": 100}, 57.5), ({"ast": 100}, 57.5), ({"alt": 100}, 57.5)],
)
def test_a_patient_with_skin_disease_only_can_not_reach_major_improvement(enzyme, attainable):
    baseline = {"physician_global": 10, "patient_global": 10, "mmt8": 150, "haq": 0, "extramuscular": 10}
    for name, value in enzyme.items():
        baseline |= {name: value, f"{name}_uln": 100}
    assert compute_max_attainable_tis(baseline).tolist() == [attainable]


def test_the_first_step_of_strength_that_scores_depends_on_the_form():
    """More than 2, 10, 20 and 30 percent of 80, 150 and 260: the first whole points above."""
    steps = {"mmt8_unilateral": (2, 9, 17, 25), "mmt8": (4, 16, 31, 46), "mmt_total": (6, 27, 53, 79)}
    for name, gains in steps.items():
        after = [gain - below for gain in gains for below in (1, 0)]
        scores = compute_tis({name: 0}, {name: after}, TisSettings(strength=name))
        assert scores.points[:, 2].tolist() == [0, 10, 10, 20, 20, 27.5, 27.5, 32.5], name


def test_haq_steps_in_eighths():
    after = [3 - fall for fall in (0.125, 0.25, 0.5, 0.75, 1.125, 1.25)]
    assert compute_tis({"haq": 3}, {"haq": after}).points[:, 3].tolist() == [0, 5, 7.5, 7.5, 7.5, 10]


def test_the_change_is_absolute_not_relative_to_the_baseline():
    assert compute_tis({"physician_global": 2}, {"physician_global": 1}).points[0, 0] == 7.5


JUVENILE = TisSettings(criteria=Criteria.JUVENILE_IMACS, strength="mmt8", enzyme_multiples={"ck": 15, "ldh": 3})


@pytest.mark.parametrize(
    ("physician", "parent", "mmt8", "chaq", "tis", "category"),
    [(6, 5, 0, 3, 27.5, "none"), (5, 5, 0, 3, 30, "minimal"), (5, 6, 10, 3, 37.5, "minimal"),
     (6, 7.5, 16, 3, 42.5, "minimal"), (7.5, 5, 16, 3, 45, "moderate"), (0, 0, 46, 2.75, 67.5, "moderate"),
     (0, 0, 46, 2.5, 70, "major")],
)  # fmt: skip
def test_juvenile_thresholds(physician, parent, mmt8, chaq, tis, category):
    before = {
        "physician_global": 10,
        "parent_global": 10,
        "mmt8": 0,
        "chaq": 3,
        "extramuscular": 1,
        "ck": 1,
        "ck_uln": 1,
    }
    after = before | {"physician_global": physician, "parent_global": parent, "mmt8": mmt8, "chaq": chaq}
    scores = compute_tis(before, after, JUVENILE)
    assert (scores.tis.item(), scores.category.item()) == (tis, category)


def test_printo_core_set():
    """The worked case A in the measures of children: CMAS 26 -> 33 of 52 is 13.5 %, DAS 8 -> 3 of 20 is 25 %,
    CHQ-PhS 30 -> 46 of 0 to 100 is 16 %."""
    from myotis.instruments.chq import chq_phs

    settings = TisSettings(criteria=Criteria.JUVENILE_PRINTO, strength="cmas", chq_phs=chq_phs(0, 100))
    names = ("physician_global", "parent_global", "cmas", "chaq", "das", "chq_phs")
    measures = [(6.5, 3), (6, 4), (26, 33), (1.5, 1), (8, 3), (30, 46)]
    scores = compute_tis(*visits(measures, {}, names), settings)
    assert scores.points.tolist() == [[17.5, 5, 20, 7.5, 5, 12.5]]
    assert (scores.tis.item(), scores.category.item(), scores.enzyme_used.item()) == (67.5, "moderate", "")
    absent = compute_tis(visits(measures, {}, names)[0], {}, settings)
    assert absent.points.shape == (1, 6)
    assert np.isnan(absent.points).all()
    assert absent.high.tolist() == [20 + 10 + 32.5 + 10 + 7.5 + 15]
