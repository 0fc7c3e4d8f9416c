"""Laws of power: it rises with the effect, doesn't care which group is called first, and is the size at no effect."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from myotis.statistics.power.assumptions import Assumptions
from myotis.statistics.power.beta_nodes import list_beta_nodes
from myotis.statistics.power.exact_proportions import (
    EnumeratedTest,
    ExactTwoProportions,
    compute_exact_size,
    compute_rejection_probability,
    find_rejections,
)
from myotis.statistics.power.exact_stratified import compute_stratified_rejection_probability
from myotis.statistics.power.means import MeansTest, TwoMeans
from myotis.statistics.power.mixed_model import RepeatedMeans
from myotis.statistics.power.observed_events import Hazard
from myotis.statistics.power.time_to_event import EventsFormula, TimeToEvent
from myotis.statistics.power.two_proportions import NormalTest, TwoProportions

FEW = settings(max_examples=30, deadline=None)
SMALL = st.integers(2, 16)
RATES = st.floats(0.05, 0.95)
ERRORS = st.sampled_from([0.01, 0.05, 0.2])
ONE_SIDED = {"greater": "less", "less": "greater"}
SYMMETRIC = [test for test in EnumeratedTest if test is not EnumeratedTest.SCAS]


@st.composite
def models(draw) -> Assumptions:
    """Approximate models of all kinds, without an effect and two-sided."""
    alpha = draw(ERRORS)
    error = {"alpha": alpha, "alternative": "two-sided"}
    p, sd = draw(st.floats(0.15, 0.85)), draw(st.floats(0.5, 20))
    return draw(
        st.sampled_from(
            [
                *(TwoProportions(p1=p, p2=p, test=test, **error) for test in NormalTest if "corrected" not in test),
                *(TwoMeans(difference=0, sd1=sd, sd2=sd, test=test, **error) for test in ("t-pooled", "z")),
                TwoMeans(difference=0, sd1=sd, sd2=sd, test=MeansTest.ANCOVA, correlation=0.5, **error),
                RepeatedMeans(
                    difference=0, covariance=((1, 0.5), (0.5, 2)), retention1=(1, 0.9), retention2=(1, 0.7), **error
                ),
                *(
                    TimeToEvent(
                        hazard_ratio=1, comparator=Hazard.of_median(sd), dropout1=Hazard(rates=(0.01,)),
                        dropout2=Hazard(rates=(0.0,)), accrual=5, follow_up=sd, formula=formula, **error,
                    )
                    for formula in EventsFormula
                ),
            ]
        )
    )  # fmt: skip


@FEW
@given(models(), st.integers(5, 200), st.integers(5, 200))
def test_power_at_no_effect_is_alpha(model, n1, n2):
    assert model.compute_power(n1, n2) == pytest.approx(model.alpha, abs=1e-9)


@FEW
@given(models(), st.integers(8, 80), st.floats(0.02, 0.1), st.floats(1.1, 1.4))
def test_power_rises_with_the_effect_and_with_the_size(model, n, effect, more):
    far = [model.null + model.unit * effect * times for times in (1, more)]
    small, large = (model.with_effect(one).compute_power(n, n) for one in far)
    assert model.alpha - 1e-9 <= small <= large <= 1
    assert model.with_effect(far[0]).compute_power(2 * n, 2 * n) >= small


@FEW
@given(st.sampled_from(NormalTest), RATES, RATES, st.integers(3, 90), st.integers(3, 90), ERRORS)
def test_rates_exchanged_with_their_groups_have_the_same_power(test, p1, p2, n1, n2, alpha):
    error = {"alpha": alpha, "alternative": "two-sided"}
    one = TwoProportions(p1=p1, p2=p2, test=test, **error).compute_power(n1, n2)
    other = TwoProportions(p1=p2, p2=p1, test=test, **error).compute_power(n2, n1)
    assert one == pytest.approx(other, abs=1e-12)


@FEW
@given(st.sampled_from(["t-pooled", "t-welch", "z"]), st.floats(-3, 3), st.integers(3, 40), st.integers(3, 40))
def test_means_exchanged_with_their_groups_have_the_same_power(test, difference, n1, n2):
    error = {"alpha": 0.05, "alternative": "two-sided"}
    one = TwoMeans(difference=difference, sd1=2, sd2=1, test=test, **error).compute_power(n1, n2)
    other = TwoMeans(difference=-difference, sd1=1, sd2=2, test=test, **error).compute_power(n2, n1)
    assert one == pytest.approx(other, abs=1e-9)


@FEW
@given(st.sampled_from(SYMMETRIC), RATES, RATES, SMALL, SMALL, ERRORS)
def test_enumerated_groups_can_be_exchanged_and_outcomes_too(test, p1, p2, n1, n2, alpha):
    def compute(*rates, sizes):
        assumed = ExactTwoProportions(p1=rates[0], p2=rates[1], test=test, alpha=alpha, alternative="two-sided")
        return assumed.compute_power(*sizes)

    power = compute(p1, p2, sizes=(n1, n2))
    assert compute(p2, p1, sizes=(n2, n1)) == pytest.approx(power, abs=1e-9)
    assert compute(1 - p1, 1 - p2, sizes=(n1, n2)) == pytest.approx(power, abs=1e-9)


@FEW
@given(st.sampled_from(list(EnumeratedTest)), RATES, SMALL, SMALL, ERRORS)
def test_enumerated_power_at_no_effect_is_at_most_the_size(test, p, n1, n2, alpha):
    rejections = find_rejections(n1, n2, test=test, alpha=alpha, alternative="two-sided")
    size = compute_exact_size(rejections)
    assert compute_rejection_probability(rejections, p, p) <= size + 1e-9
    if test in {"fisher-exact", "barnard", "boschloo"}:
        assert size <= alpha + 1e-9


@FEW
@given(SMALL, SMALL, ERRORS)
def test_boschloo_rejects_wherever_fisher_does(n1, n2, alpha):
    fisher, boschloo = (
        find_rejections(n1, n2, test=test, alpha=alpha, alternative="two-sided")
        for test in ("fisher-exact", "boschloo")
    )
    assert not (fisher & ~boschloo).any()


@FEW
@given(st.sampled_from(list(EnumeratedTest)), SMALL, SMALL, st.sampled_from(["greater", "less"]))
def test_a_smaller_alpha_rejects_no_more(test, n1, n2, alternative):
    strict, loose = (find_rejections(n1, n2, test=test, alpha=alpha, alternative=alternative) for alpha in (0.02, 0.1))
    assert not (strict & ~loose).any()


@FEW
@given(
    st.lists(st.tuples(st.integers(1, 6), st.integers(1, 6), RATES, RATES), min_size=1, max_size=3),
    st.sampled_from(["cochran-mantel-haenszel", "cochran-mantel-haenszel-corrected"]),
    ERRORS,
)
def test_the_order_of_strata_and_groups_changes_no_enumerated_power(strata, test, alpha):
    n1, n2, p1, p2 = (list(part) for part in zip(*strata, strict=True))
    error = {"test": test, "alpha": alpha, "alternative": "two-sided"}
    power = compute_stratified_rejection_probability(n1, n2, p1=p1, p2=p2, **error)
    turned = compute_stratified_rejection_probability(n2[::-1], n1[::-1], p1=p2[::-1], p2=p1[::-1], **error)
    assert turned == pytest.approx(power, abs=1e-10)
    sides = [
        compute_stratified_rejection_probability(
            n1, n2, p1=p1, p2=p2, test=test, alpha=alpha / 2, alternative=alternative
        )
        for alternative in ONE_SIDED
    ]
    assert sum(sides) == pytest.approx(power, abs=1e-10)


@FEW
@given(st.floats(0.3, 500), st.floats(0.3, 500), st.integers(1, 40))
def test_beta_nodes_have_the_moments_of_the_distribution(a, b, nodes):
    places, weights = list_beta_nodes(a, b, nodes)
    mean = a / (a + b)
    assert weights.sum() == pytest.approx(1)
    assert weights @ places == pytest.approx(mean, rel=1e-9)
    if nodes > 1:
        assert weights @ (places - mean) ** 2 == pytest.approx(mean * (1 - mean) / (a + b + 1), rel=1e-6, abs=1e-12)
    assert np.all((places >= 0) & (places <= 1))
