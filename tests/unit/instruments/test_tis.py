"""TIS: settings, options, missing measures, arrays. Expected numbers are worked by hand from the level table."""

from fractions import Fraction
from itertools import product

import numpy as np
import pytest
import tis_fractions as oracle

from myotis.errors import InputError, SettingError
from myotis.instruments.chq import chq_phs
from myotis.instruments.core_set import CORE_SETS, Criteria
from myotis.instruments.enzymes import ENZYMES
from myotis.instruments.tis import (
    COLUMN_COUNT,
    TisSettings,
    categorize_tis,
    compute_change_pct,
    compute_max_attainable_tis,
    compute_tis,
    score_courses,
)
from myotis.instruments.tis_levels import ADULT_THRESHOLDS, JUVENILE_THRESHOLDS, LEVELS, SLOTS, Slot
from myotis.instruments.tis_rule import AboveRange, EnzymeChoice, MissingPolicy, NormalEnzymes
from myotis.terms.missing import MISSING
from myotis.terms.source import HasFacts, Status

ENZYME = SLOTS.index(Slot.ENZYME)
BASELINE = {
    "physician_global": 6,
    "patient_global": 6,
    "mmt8": 100,
    "haq": 2,
    "extramuscular": 6,
    "ck": 900,
    "ck_uln": 180,
}
BEST = {"physician_global": 0, "patient_global": 0, "mmt8": 150, "haq": 0, "extramuscular": 0, "ck": 90, "ck_uln": 180}


def without(visit, *names):
    return {name: value for name, value in visit.items() if name not in names}


def enzyme_points(before, after, **options):
    return compute_tis(before, after, TisSettings(**options)).points[0, ENZYME]


# Thresholds and categories


def test_categories_are_at_least_their_threshold():
    tis = np.array([0, 175, 195, 200, 375, 395, 400, 575, 595, 600, 1000, MISSING])
    assert categorize_tis(tis, ADULT_THRESHOLDS).tolist() == [
        *["none"] * 3, *["minimal"] * 3, *["moderate"] * 3, "major", "major", "",
    ]  # fmt: skip
    assert categorize_tis(np.array([275, 300, 425, 450, 675, 700]), JUVENILE_THRESHOLDS).tolist() == [
        "none", "minimal", "minimal", "moderate", "moderate", "major",
    ]  # fmt: skip


@pytest.mark.parametrize("population", ["adult", "juvenile"])
def test_every_multiple_of_two_and_a_half_has_the_category_of_the_paper(population):
    thresholds = {"adult": ADULT_THRESHOLDS, "juvenile": JUVENILE_THRESHOLDS}[population]
    tenths = np.arange(0, 1001, 25)
    expected = [oracle.category(Fraction(int(tis), 10), population) for tis in tenths]
    assert categorize_tis(tenths, thresholds).tolist() == expected


def test_all_41_multiples_of_two_and_a_half_are_reachable():
    """Over all combinations of levels, scored from measurements."""
    falls = np.array(list(product([0, 1, 2, 3, 5], repeat=3)))
    rises = np.array([0, 10, 20, 40, 60])
    haq = np.array([0, 0.25, 0.5, 1.5])
    ck = np.array([0, 200, 300, 500])
    cases = np.array([(*fall, rise, h, c) for fall in falls for rise, h, c in product(rises, haq, ck)])
    before = {
        "physician_global": 9,
        "patient_global": 9,
        "extramuscular": 9,
        "mmt8": 10,
        "haq": 3,
        "ck": 1000,
        "ck_uln": 100,
    }
    after = {
        "physician_global": 9 - cases[:, 0], "patient_global": 9 - cases[:, 1], "extramuscular": 9 - cases[:, 2],
        "mmt8": 10 + cases[:, 3], "haq": 3 - cases[:, 4], "ck": 1000 - cases[:, 5], "ck_uln": 100,
    }  # fmt: skip
    assert sorted(set(compute_tis(before, after).tis.tolist())) == [2.5 * k for k in range(41)]


# The chosen enzyme


@pytest.mark.parametrize("tied", [("ck", "ldh"), ("aldolase", "ldh"), ("ldh", "ast"), ("ast", "alt"), ("ck", "alt")])
def test_ties_go_to_the_first_in_the_declared_order(tied):
    before = {name: value for enzyme in reversed(tied) for name, value in [(enzyme, 500), (f"{enzyme}_uln", 250)]}
    assert compute_tis(before, {}).enzyme_used.tolist() == [tied[0]]


def test_the_choice_compares_multiples_of_the_uln_never_raw_values():
    before = {"ck": 300, "ck_uln": 200, "aldolase": 20, "aldolase_uln": 8}
    assert compute_tis(before, {}).enzyme_used.tolist() == ["aldolase"]


def test_the_choice_by_share_of_range_gives_other_points():
    before = {"ck": 2.0, "ck_uln": 1, "ldh": 1.8, "ldh_uln": 1}
    after = {"ck": 1, "ck_uln": 1, "ldh": 1, "ldh_uln": 1}
    assert enzyme_points(before, after) == 2.5
    assert enzyme_points(before, after, enzyme_choice=EnzymeChoice.HIGHEST_SHARE_OF_RANGE) == 7.5
    also = {"ck": 2.0, "ck_uln": 1, "aldolase": 1.8, "aldolase_uln": 1, "ldh": 0.1, "ldh_uln": 1}
    settings = TisSettings(enzyme_choice=EnzymeChoice.HIGHEST_SHARE_OF_RANGE)
    assert compute_tis(also, {}, settings).enzyme_used.tolist() == ["aldolase"]


def test_an_enzyme_that_was_not_measured_at_baseline_is_not_chosen():
    before = {"ck_uln": 180, "aldolase_uln": 7, "ldh": 300, "ldh_uln": 200}
    assert compute_tis(before, {}).enzyme_used.tolist() == ["ldh"]


def test_an_enzyme_without_its_uln_is_refused():
    """It might be the most abnormal one: to follow another would be a silent choice."""
    before = {"ck": [9000, 9000], "ck_uln": [180, np.nan], "ldh": 300, "ldh_uln": 200}
    with pytest.raises(InputError) as caught:
        compute_tis(before, {"ast": 20})
    assert [(fault.key, fault.column) for fault in caught.value.faults] == [
        ("baseline subject 1", "ck"), ("followup subject 0", "ast"), ("followup subject 1", "ast"),
    ]  # fmt: skip


def test_what_is_no_number_is_a_fault_beside_the_others():
    with pytest.raises(InputError) as caught:
        compute_tis({"mmt8": "strong", "haq": 4}, {"mmt8": [None]})
    assert [fault.column for fault in caught.value.faults] == ["mmt8", "haq"]


@pytest.mark.parametrize("recorded", [{}, {"ck_uln": 180}])
def test_an_enzyme_that_is_missing_later_is_not_switched(recorded):
    before = BASELINE | {"ldh": 400, "ldh_uln": 200}
    after = without(BEST, "ck", "ck_uln") | {"ldh": 100, "ldh_uln": 200} | recorded
    scores = compute_tis(before, after)
    assert scores.enzyme_used.tolist() == ["ck"]
    assert scores.not_evaluable_because.tolist() == ["enzyme"]
    assert np.isnan(scores.tis).all()
    assert (scores.low.item(), scores.high.item()) == (92.5, 100)  # CK 5 -> 0 x ULN would be 33 %


def test_each_measurement_is_compared_with_its_own_uln():
    assert enzyme_points({"ck": 600, "ck_uln": 200}, {"ck": 600, "ck_uln": 200}) == 0
    assert enzyme_points({"ck": 600, "ck_uln": 200}, {"ck": 600, "ck_uln": 400}) == 2.5  # 3 -> 1.5 x ULN, 10 %


def test_units_per_liter_and_microkatals_cancel():
    units = [1800.0, 3600, 60, 240, 900, 180]
    uln = [180.0, 240, 60, 120, 300, 60]
    katals = compute_tis({"ck": np.divide(units, 60), "ck_uln": np.divide(uln, 60)}, {"ck": 1, "ck_uln": 3})
    liters = compute_tis({"ck": units, "ck_uln": uln}, {"ck": 60, "ck_uln": 180})
    assert katals.points[:, ENZYME].tolist() == liters.points[:, ENZYME].tolist() == [7.5, 7.5, 0, 2.5, 5, 5]


def test_normal_enzymes_are_followed_or_score_zero():
    before, after = {"ldh": 200, "ldh_uln": 200}, {"ldh": 20, "ldh_uln": 200}
    assert enzyme_points(before, after) == 7.5
    assert enzyme_points(before, after, normal_enzymes=NormalEnzymes.SCORE_ZERO) == 0
    assert enzyme_points(before | {"ldh": 201}, after, normal_enzymes=NormalEnzymes.SCORE_ZERO) == 7.5


def test_enzymes_are_not_all_normal_where_one_that_is_not_followed_is_raised():
    """By share of the range LDH of 0.9 x ULN (0.30) comes before CK of 2 x ULN (0.13), which is raised."""
    before = {"ck": 200, "ck_uln": 100, "ldh": 90, "ldh_uln": 100}
    by_share = {"enzyme_choice": EnzymeChoice.HIGHEST_SHARE_OF_RANGE, "normal_enzymes": NormalEnzymes.SCORE_ZERO}
    assert enzyme_points(before, {"ldh": 30, "ldh_uln": 100}, **by_share) == 5  # 0.6 of 3 x ULN is 20 %
    assert enzyme_points(before | {"ck": 100}, {"ldh": 30, "ldh_uln": 100}, **by_share) == 0


def test_normal_enzymes_that_score_zero_need_no_later_measurement():
    settings = TisSettings(normal_enzymes=NormalEnzymes.SCORE_ZERO)
    scores = compute_tis(BASELINE | {"ck": 180}, without(BEST, "ck", "ck_uln"), settings)
    assert (scores.tis.item(), scores.high.item(), scores.not_evaluable_because.item()) == (92.5, 92.5, "")


def test_an_enzyme_above_its_range_is_taken_as_recorded_or_clamped():
    before, after = {"ck": 5000, "ck_uln": 100}, {"ck": 2000, "ck_uln": 100}
    assert enzyme_points(before, after) == 7.5
    assert enzyme_points(before, after, above_range=AboveRange.CLAMPED) == 0
    assert enzyme_points(before, {"ck": 1200, "ck_uln": 100}, above_range=AboveRange.CLAMPED) == 5


def test_the_range_multiples_can_be_set():
    before, after = {"ck": 500, "ck_uln": 100}, {"ck": 100, "ck_uln": 100}
    assert enzyme_points(before, after, enzyme_multiples={"ck": 15}) == 7.5
    assert enzyme_points(before, after, enzyme_multiples={"ck": 40}) == 2.5
    assert TisSettings(enzyme_multiples={"alt": 3, "ck": 20}).enzymes == ("ck", "alt")


# Missing measures


@pytest.mark.parametrize("name", ["physician_global", "patient_global", "mmt8", "haq", "extramuscular"])
@pytest.mark.parametrize("visit", ["baseline", "followup", "both"])
def test_a_missing_measure_is_not_evaluable_and_named(name, visit):
    before = without(BASELINE, name) if visit != "followup" else BASELINE
    after = without(BEST, name) if visit != "baseline" else BEST
    scores = compute_tis(before, after)
    slot = {"mmt8": "mmt"}.get(name, name)
    assert np.isnan(scores.tis).all()
    assert scores.category.tolist() == [""]
    assert scores.not_evaluable_because.tolist() == [slot]
    most = {"physician_global": 20, "patient_global": 10, "mmt": 32.5, "haq": 10, "extramuscular": 20}
    assert scores.low.tolist() == [100 - most[slot]]
    assert scores.high.tolist() == [100]


def test_the_expected_sum_of_the_cases_above():
    """MMT-8 100 -> 150 of 150 is 33 %, CK 5 -> 0.5 of 15 is 30 %, the rest falls by 60 or 67 %: 100 in all."""
    assert compute_tis(BASELINE, BEST).tis.tolist() == [100]


def test_several_missing_measures_are_all_named():
    scores = compute_tis(BASELINE, without(BEST, "mmt8", "ck", "haq"))
    assert scores.not_evaluable_because.tolist() == ["mmt;haq;enzyme"]


POLICIES = [MissingPolicy.NOT_EVALUABLE, MissingPolicy.ZERO, MissingPolicy.OFFICIAL_MINIMUM]


@pytest.mark.parametrize(
    ("absent", "expected"),
    [
        ([], [100, 100, 100]),
        (["patient_global"], [None, 90, 90]),
        (["patient_global", "haq", "ck"], [None, 72.5, 72.5]),
        (["physician_global"], [None, 80, None]),
        (["mmt8"], [None, 67.5, None]),
        (["extramuscular", "haq"], [None, 70, None]),
        (["physician_global", "patient_global", "mmt8", "haq", "extramuscular"], [None, 7.5, None]),
        (["physician_global", "patient_global", "mmt8", "haq", "extramuscular", "ck"], [None, None, None]),
    ],
)
def test_policies_for_missing_measures(absent, expected):
    found = [compute_tis(BASELINE, without(BEST, *absent), TisSettings(missing=policy)) for policy in POLICIES]
    assert [None if np.isnan(scores.tis.item()) else scores.tis.item() for scores in found] == expected
    assert len({(scores.low.item(), scores.not_evaluable_because.item()) for scores in found}) == 1


def test_without_an_enzyme_at_baseline_any_is_still_possible():
    scores = compute_tis(without(BASELINE, "ck"), BEST)
    assert (scores.enzyme_used.item(), scores.low.item(), scores.high.item()) == ("", 92.5, 100)


def test_nothing_recorded_leaves_everything_possible():
    scores = compute_tis({}, {})
    assert (scores.low.item(), scores.high.item()) == (0, 100)
    assert scores.not_evaluable_because.item() == "physician_global;patient_global;mmt;haq;enzyme;extramuscular"


def test_max_attainable_tis_counts_what_is_missing_at_its_worst():
    assert compute_max_attainable_tis({}).tolist() == [100]
    assert compute_max_attainable_tis(BASELINE | {"physician_global": [0, 4, np.nan]}).tolist() == [80, 97.5, 100]


# Settings


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"criteria": Criteria.JUVENILE_IMACS}, "juvenile criteria need the range of each enzyme"),
        ({"criteria": Criteria.JUVENILE_PRINTO, "strength": "cmas"}, "needs the range of the CHQ physical summary"),
        ({"criteria": Criteria.JUVENILE_PRINTO}, "measure strength by cmas, not mmt8"),
        ({"strength": "cmas"}, "measure strength by mmt8 or mmt8_unilateral or mmt_total, not cmas"),
        ({"enzyme_multiples": {"crp": 3}}, "crp is no muscle enzyme"),
        ({"enzyme_multiples": {"ck": 0}}, "range of ck must be 1 to 90"),
        ({"enzyme_multiples": {"ck": 91}}, "range of ck must be 1 to 90"),
        ({"enzyme_multiples": {"ck": 7.5}}, "1 to 90 whole multiples"),
        ({"enzyme_multiples": {"ck": True}}, "1 to 90 whole multiples"),
        ({"criteria": "elderly"}, "expected one of adult, juvenile-imacs, juvenile-printo"),
        ({"missing": "ignore"}, "missing is 'ignore'; expected one of not_evaluable, zero, official_minimum"),
        ({"above_range": 1}, "above_range is 1; expected one of as_recorded, clamped"),
    ],
)
def test_settings_that_can_not_be(settings, said):
    with pytest.raises(SettingError, match=said):
        TisSettings(**settings)


def test_which_measure_fills_which_slot():
    juvenile = TisSettings(criteria=Criteria.JUVENILE_IMACS, strength="cmas", enzyme_multiples={"ck": 15})
    assert [m.name if (m := juvenile.measure(slot)) else None for slot in SLOTS] == [
        "physician_global", "parent_global", "cmas", "chaq", None, "extramuscular",
    ]  # fmt: skip
    printo = TisSettings(criteria=Criteria.JUVENILE_PRINTO, strength="cmas", chq_phs=chq_phs(0, 100))
    assert [printo.measure(slot).name for slot in SLOTS] == [
        "physician_global", "parent_global", "cmas", "chaq", "chq_phs", "das",
    ]  # fmt: skip
    assert printo.enzymes == ()
    assert {criteria: core_set.enzymes for criteria, core_set in CORE_SETS.items()} == {
        "adult": True, "juvenile-imacs": True, "juvenile-printo": False,
    }  # fmt: skip


def test_the_level_table_is_that_of_the_paper():
    rows = dict(zip(SLOTS, ("physician", "patient", "strength", "function", "enzyme", "extramuscular"), strict=True))
    for levels in LEVELS:
        bands = oracle.BANDS[rows[levels.slot]]
        assert list(levels.above_percent) == [low for low, _, _ in bands]
        assert [Fraction(tenths, 10) for tenths in levels.tenths] == [Fraction(points) for _, _, points in bands]


def test_levels_thresholds_and_measures_name_their_sources():
    holders = [*LEVELS, ADULT_THRESHOLDS, JUVENILE_THRESHOLDS, *ENZYMES]
    holders += [measure for slots in CORE_SETS.values() for choices in slots.measures.values() for measure in choices]
    facts = [fact for holder in holders for fact in holder.facts()]
    assert all(isinstance(holder, HasFacts) for holder in holders)
    assert all(fact.what and fact.value and fact.source.reference for fact in facts)
    table = [fact for levels in LEVELS for fact in levels.facts()]
    assert len(table) == 24
    assert {fact.source.status for fact in table} == {Status.VERIFIED}
    assert (table[0].what, table[0].value) == ("TIS, Physician global activity: points for more than 5 %", "7.5")
    assert [fact.value for fact in JUVENILE_THRESHOLDS.facts()] == ["30", "45", "70"]


# Arrays


def test_one_baseline_for_many_followups_and_the_other_way_round():
    assert compute_tis(BASELINE, BASELINE | {"haq": [2, 1.75, 1.5]}).tis.tolist() == [0, 5, 7.5]
    assert compute_tis(BASELINE | {"haq": [2, 2.25, 2.5]}, BASELINE).tis.tolist() == [0, 5, 7.5]
    assert compute_tis({"haq": []}, {}).tis.tolist() == []


def test_everything_wrong_with_the_numbers_is_said_at_once():
    before = {"physician_global": [11, 5], "patient_global": -0.1, "haq": [1, np.inf], "mmt8": 77.5, "vas": 3}
    after = {"ck": -1, "ck_uln": [0, 100], "extramuscular": [1, 2, 3]}
    with pytest.raises(InputError) as caught:
        compute_tis(before, after)
    assert {(fault.key, fault.column) for fault in caught.value.faults} == {
        ("baseline", "vas"),
        *((f"baseline subject {row}", name) for row in range(3) for name in ("patient_global", "mmt8")),
        *((f"followup subject {row}", "ck") for row in range(3)),
        *(("baseline", name) for name in ("physician_global", "haq")),  # two numbers where there are three
        ("followup", "ck_uln"),
    }
    assert not any("77.5" in str(fault) for fault in caught.value.faults)


def test_numbers_out_of_range_are_named_by_subject():
    with pytest.raises(InputError) as caught:
        compute_tis({"physician_global": [11, 5], "haq": [1, np.inf]}, {"ck_uln": [0, 100], "mmt8": [150, 151]})
    assert [(fault.key, fault.column) for fault in caught.value.faults] == [
        ("baseline subject 0", "physician_global"),
        ("baseline subject 1", "haq"),
        ("followup subject 1", "mmt8"),
        ("followup subject 0", "ck_uln"),
    ]
    assert caught.value.faults[0].expected == "0 to 10 cm on its grid"


def test_percent_change_for_people_to_read():
    x = np.full((4, COLUMN_COUNT), MISSING)
    x[0, :9] = [6000, 5000, 120, 168_000, 4000, 600_000, 200_000, MISSING, MISSING]
    x[1, :9] = [4500, 6000, 135, 84_000, MISSING, 900_000, 450_000, MISSING, MISSING]
    x[3, :5] = x[2, :5] = x[0, :5]
    scores = score_courses(x, np.array([0, 2, 4]), TisSettings())
    change = compute_change_pct(x, np.array([0, 0, 2, 2]), scores)
    assert np.isnan(change[[0, 2]]).all()
    assert change[1, :4].tolist() == pytest.approx([15, -10, 10, 50 / 3])
    assert change[1, ENZYME] == pytest.approx(100 / 15)  # 3 -> 2 x ULN of 15
    assert np.isnan(change[1, 5])
    assert change[3].tolist() == pytest.approx([0, 0, 0, 0, np.nan, 0], nan_ok=True)


@pytest.mark.parametrize(("option", "percent"), [(AboveRange.AS_RECORDED, 200), (AboveRange.CLAMPED, 20)])
def test_percent_change_of_an_enzyme_above_its_range(option, percent):
    """CK 42 -> 12 x ULN: 30 of 15, or 15 -> 12."""
    x = np.full((2, COLUMN_COUNT), MISSING)
    x[:, 5:7] = [[4200, 100], [2400, 200]]
    scores = score_courses(x, np.array([0, 2]), TisSettings(above_range=option))
    assert compute_change_pct(x, np.array([0, 0]), scores)[1, ENZYME] == pytest.approx(percent)
    assert scores.points[1, ENZYME] == {200: 7.5, 20: 5}[percent]


def test_percent_change_with_chq_phs():
    settings = TisSettings(criteria=Criteria.JUVENILE_PRINTO, strength="cmas", chq_phs=chq_phs(0, 50))
    x = np.array([[6000, 5000, 12, 168_000, 4, 20_000], [6000, 5000, 25, 168_000, 3, 25_000]])
    scores = score_courses(x, np.array([0, 2]), settings)
    assert compute_change_pct(x, np.array([0, 0]), scores)[1].tolist() == [0, 0, 25, 0, 10, 5]
    assert scores.points[1].tolist() == [0, 0, 27.5, 0, 2.5, 0]


def test_a_subject_without_visits_is_no_fault():
    scores = score_courses(np.full((2, COLUMN_COUNT), MISSING), np.array([0, 0, 2, 2]), TisSettings())
    assert np.isnan(scores.tis).all()


def test_a_setting_that_nothing_would_use_is_refused():
    summary = chq_phs(0, 100)
    with pytest.raises(SettingError, match="follow a muscle enzyme"):
        TisSettings(chq_phs=summary)
    with pytest.raises(SettingError, match="has no muscle enzymes"):
        TisSettings(criteria=Criteria.JUVENILE_PRINTO, strength="cmas", chq_phs=summary, enzyme_multiples={"ck": 15})


def test_options_by_name_are_the_options():
    named = TisSettings(criteria="adult", missing="zero", enzyme_choice="highest_share_of_range")  # type: ignore[arg-type]
    assert named == TisSettings(missing=MissingPolicy.ZERO, enzyme_choice=EnzymeChoice.HIGHEST_SHARE_OF_RANGE)
    assert compute_tis(BASELINE, without(BEST, "haq"), named).tis.tolist() == [90]


@pytest.mark.parametrize("limits", [(0, 1001), (-1001, 0)])
def test_a_range_of_chq_phs_that_the_grid_does_not_hold(limits):
    with pytest.raises(ValueError, match="not within -1000 to 1000 points"):
        chq_phs(*limits)
