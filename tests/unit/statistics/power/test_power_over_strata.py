"""Power over strata: the enumeration against every table, and what strata share with one group."""

from itertools import product

import numpy as np
import pytest

from myotis.errors import StatisticsError
from myotis.statistics.power.exact_stratified import (
    ExactStratifiedProportions,
    compute_stratified_rejection_probability,
)
from myotis.statistics.power.rates import Strata, split_by_shares
from myotis.statistics.power.stratified_proportions import StratifiedProportions
from myotis.statistics.power.two_proportions import TwoProportions
from myotis.statistics.proportions.nuisance import compute_binomial
from myotis.statistics.stratified.cochran_mantel_haenszel import cochran_mantel_haenszel_test

TWO_SIDED = {"alpha": 0.05, "alternative": "two-sided"}
ALIKE = Strata(shares=(0.3, 0.5, 0.2), p1=(0.6,) * 3, p2=(0.3,) * 3)


@pytest.mark.parametrize("correction", [False, True])
@pytest.mark.parametrize(
    ("n1", "n2", "p1", "p2"),
    [
        ([4, 5, 2], [5, 3, 3], [0.8, 0.7, 0.6], [0.3, 0.2, 0.5]),
        ([6, 0, 5], [5, 4, 6], [0.5, 0.5, 0.2], [0.5, 0.9, 0.2]),
    ],
)
def test_enumeration_by_margins_is_that_of_every_table(n1, n2, p1, p2, correction):
    tables, weight = [], []
    chances = [compute_binomial(n, np.array([p]))[0] for n, p in zip([*n1, *n2], [*p1, *p2], strict=True)]
    for events in product(*(range(n + 1) for n in [*n1, *n2])):
        first, second = events[:3], events[3:]
        pairs = zip(first, n1, second, n2, strict=True)
        tables.append([[[a, m - a], [b, n - b]] for a, m, b, n in pairs])
        weight.append(np.prod([chance[k] for chance, k in zip(chances, events, strict=True)]))
    p_values = cochran_mantel_haenszel_test(tables, correction=correction).p_value
    expected = np.array(weight)[np.nan_to_num(p_values, nan=1.0) <= 0.05].sum()
    test = "cochran-mantel-haenszel" + ("-corrected" if correction else "")
    found = compute_stratified_rejection_probability(n1, n2, p1=p1, p2=p2, test=test, **TWO_SIDED)
    assert expected > 0
    assert found == pytest.approx(expected, abs=1e-12)


def test_strata_of_the_same_rates_have_the_power_of_one_group():
    assumed = StratifiedProportions(strata=ALIKE, test="cochran-mantel-haenszel", **TWO_SIDED)
    plain = TwoProportions(p1=0.6, p2=0.3, test="z-pooled", **TWO_SIDED)
    assert assumed.compute_power(47, 40) == pytest.approx(plain.compute_power(47, 40), abs=1e-12)


def test_another_effect_is_the_same_in_every_stratum():
    strata = Strata(shares=(0.5, 0.5), p1=(0.7, 0.5), p2=(0.3, 0.4))
    assumed = StratifiedProportions(strata=strata, test="cochran-mantel-haenszel", **TWO_SIDED)
    assert assumed.effect == pytest.approx(0.25)
    assert assumed.with_effect(0.2).strata.p1 == pytest.approx((0.5, 0.6))
    assert assumed.effect_limits == pytest.approx((-0.3, 0.6))
    assert assumed.with_response_of(0.9, 1).strata.p1 == pytest.approx((0.63, 0.45))


def test_enumerated_power_is_near_the_approximate_one():
    exact = ExactStratifiedProportions(strata=ALIKE, test="cochran-mantel-haenszel", **TWO_SIDED)
    near = StratifiedProportions(strata=ALIKE, test="cochran-mantel-haenszel", **TWO_SIDED)
    assert exact.compute_power(30, 30) == pytest.approx(near.compute_power(30, 30), abs=0.04)
    assert exact.jumps
    assert 100 < exact.most_subjects < 400


@pytest.mark.parametrize(
    ("n", "shares", "split"),
    [(10, (0.5, 0.5), [5, 5]), (7, (0.5, 0.5), [4, 3]), (100, (0.29, 0.71), [29, 71]), (2, (0.2, 0.2, 0.6), [1, 0, 1])],
)
def test_subjects_are_split_to_whole_numbers(n, shares, split):
    assert split_by_shares(n, shares).tolist() == split


@pytest.mark.parametrize(
    "build",
    [
        lambda: Strata(shares=(0.5, 0.4), p1=(0.5, 0.5), p2=(0.5, 0.5)),
        lambda: Strata(shares=(1.0,), p1=(0.5, 0.5), p2=(0.5,)),
        lambda: Strata(shares=(1.0,), p1=(1.5,), p2=(0.5,)),
        lambda: compute_stratified_rejection_probability(
            [40] * 6, [40] * 6, p1=[0.5] * 6, p2=[0.5] * 6, test="cochran-mantel-haenszel", **TWO_SIDED
        ),
        lambda: ExactStratifiedProportions(strata=ALIKE, test="cochran-mantel-haenszel", **TWO_SIDED).compute_power(
            10.5, 10
        ),
    ],
)
def test_what_can_not_be_is_an_error(build):
    with pytest.raises(StatisticsError, match="expected"):
        build()
