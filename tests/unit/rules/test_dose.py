"""Doses by weight, by hand: 2.0 g/kg of a solution of 100 g/L is 20 mL/kg.

Durations of the rate steps: 30 min each at 0.01, 0.02 and 0.03 mL/kg/min give 0.3, 0.6 and 0.9 mL/kg, the rest runs at
0.04 (0.03 where the cap holds). So over two days, 10 mL/kg a day: 90 min + 8.2/0.04 = 295 min; with the cap
60 min + 9.1/0.03 = 363 1/3 min.
"""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from myotis.errors import SettingError
from myotis.protocol.read import read_trial
from myotis.rules.dose import find_infusion, may_reduce_dose, must_restore_dose, plan_infusion

PRODERM, RECLAIIM = read_trial("proderm"), read_trial("reclaiim")
IVIG = find_infusion(PRODERM, "octagam_10")
SEVENTY = Decimal(70)


def numbers(plan):
    return [tuple(float(part) for part in step) for step in plan.steps]


def test_two_grams_a_kilogram_of_70_kg():
    plan = plan_infusion(IVIG, SEVENTY, 2)
    assert (plan.dose_g, plan.volume_ml, plan.days, plan.volume_per_day_ml) == (140, 1400, 2, 700)


@pytest.mark.parametrize(("days", "each_day"), [(2, 700), (3, Fraction(1400, 3)), (4, 350), (5, 280)])
def test_over_two_to_five_days(days, each_day):
    plan = plan_infusion(IVIG, SEVENTY, days)
    assert (plan.volume_per_day_ml, plan.volume_ml) == (each_day, 1400)


def test_the_rate_ladder():
    plan = plan_infusion(IVIG, SEVENTY, 2)
    assert plan.minutes_per_day == 295
    assert numbers(plan) == [(0.7, 30, 21), (1.4, 30, 42), (2.1, 30, 63), (2.8, 205, 574)]


def test_the_cap_for_subjects_at_risk():
    plan = plan_infusion(IVIG, SEVENTY, 2, at_risk=True)
    assert plan.minutes_per_day == Fraction(1090, 3)
    assert [10 * step.rate_ml_per_min for step in plan.steps] == [7, 14, 21, 21]
    assert plan.volume_ml == 1400


def test_the_reduced_dose():
    plan = plan_infusion(IVIG, SEVENTY, 5, reduced=True)
    assert (plan.dose_g, plan.volume_ml, plan.volume_per_day_ml) == (70, 700, 140)
    assert plan.minutes_per_day == 95  # 2 mL/kg a day: 90 min for 1.8, then 0.2/0.04


def test_a_small_volume_ends_on_an_early_step():
    short = IVIG.model_copy(update={"dose": IVIG.dose._replace(number=Decimal("0.10"))})
    plan = plan_infusion(short, SEVENTY, 2)  # 0.5 mL/kg a day: 0.3 in 30 min, then 0.2/0.02
    assert numbers(plan) == [(0.7, 30, 21), (1.4, 10, 14)]


def test_weights_with_decimals_stay_exact():
    plan = plan_infusion(IVIG, Decimal("63.7"), 3)
    assert (plan.dose_g, plan.volume_ml) == (Fraction("127.4"), 1274)


def test_a_placebo_has_the_volume_of_what_it_imitates():
    assert find_infusion(PRODERM, "saline") == IVIG
    assert find_infusion(RECLAIIM, "albumin") == find_infusion(RECLAIIM, "igpro20_sc")


def test_a_treatment_that_is_not_infused():
    pills = PRODERM.treatments[0].model_copy(update={"id": "pills", "infusion": None})
    trial = PRODERM.model_copy(update={"treatments": (*PRODERM.treatments, pills)})
    assert find_infusion(trial, "pills") is None


def test_under_the_skin_there_are_no_rate_steps():
    plan = plan_infusion(find_infusion(RECLAIIM, "igpro20_sc"), SEVENTY, 1)  # 0.5 g/kg of 200 g/L
    assert (plan.dose_g, plan.volume_ml, plan.steps, plan.minutes_per_day) == (35, 175, (), None)


@pytest.mark.parametrize(
    ("weight", "days", "how", "message"),
    [
        ("0", 2, {}, "the weight must be above 0 kg"),
        ("-70", 2, {}, "the weight must be above 0 kg"),
        ("70", 1, {}, "split over 2 to 5 days, not 1"),
        ("70", 6, {}, "split over 2 to 5 days, not 6"),
    ],
)
def test_what_cannot_be_planned(weight, days, how, message):
    with pytest.raises(SettingError, match=message):
        plan_infusion(IVIG, Decimal(weight), days, **how)


def test_everything_that_is_wrong_is_said_at_once():
    bare = IVIG.model_copy(update={"risk_rate_cap": None, "reduced_dose": None})
    with pytest.raises(SettingError) as raised:
        plan_infusion(bare, Decimal(0), 9, at_risk=True, reduced=True)
    assert str(raised.value) == (
        "the weight must be above 0 kg and exact, such as Decimal('70.5'); one cycle is split over 2 to 5 days, not 9; "
        "the protocol names no rate for subjects at risk; the protocol has no reduced dose"
    )


@settings(max_examples=60, deadline=None)
@given(
    st.decimals("0.1", "300", places=1), st.integers(2, 5), st.booleans(), st.booleans(),
)  # fmt: skip
def test_the_steps_of_a_day_hold_its_volume_exactly(weight, days, at_risk, reduced):
    plan = plan_infusion(IVIG, weight, days, at_risk=at_risk, reduced=reduced)
    assert sum(step.volume_ml for step in plan.steps) == plan.volume_per_day_ml
    assert plan.volume_per_day_ml * days == plan.volume_ml
    assert all(step.rate_ml_per_min * step.minutes == step.volume_ml > 0 for step in plan.steps)
    highest = Decimal("0.03") if at_risk else Decimal("0.04")
    assert all(step.rate_ml_per_min <= Fraction(highest * weight) for step in plan.steps)


@pytest.mark.parametrize(("visit", "allowed"), [("W24", False), ("W28", True), ("W32", True), ("W0", False)])
def test_the_lower_dose_is_allowed_from_week_28(visit, allowed):
    assert may_reduce_dose(PRODERM, IVIG, visit) is allowed
    assert may_reduce_dose(PRODERM, IVIG.model_copy(update={"reduced_dose": None}), visit) is False


@pytest.mark.parametrize("weight", [Decimal("nan"), Decimal("inf"), Decimal("-inf"), 70.1, "70"])
def test_a_weight_that_is_no_exact_number_is_refused(weight):
    with pytest.raises(SettingError, match="the weight must be above 0 kg and exact"):
        plan_infusion(IVIG, weight, 2)


def test_who_gets_worse_on_the_lower_dose_goes_back_to_the_full_one():
    assert must_restore_dose(IVIG, worsened=True) is True
    assert must_restore_dose(IVIG, worsened=False) is False


def test_a_protocol_may_keep_the_lower_dose_or_have_none():
    stays = IVIG.reduced_dose.model_copy(update={"on_worsening": "stays_reduced"})
    for reduced in (stays, None):
        assert must_restore_dose(IVIG.model_copy(update={"reduced_dose": reduced}), worsened=True) is False
