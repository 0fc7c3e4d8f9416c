"""Power, size and detectable effect: one function, three answers that agree."""

import pytest

from myotis.errors import StatisticsError
from myotis.statistics.power.answers import (
    compute_power,
    find_detectable_effect,
    find_sample_size,
    split_subjects,
)
from myotis.statistics.power.exact_proportions import ExactTwoProportions
from myotis.statistics.power.means import TwoMeans
from myotis.statistics.power.two_proportions import TwoProportions

TWO_SIDED = {"alpha": 0.05, "alternative": "two-sided"}
PLANNED = TwoProportions(p1=0.6, p2=0.3, test="z-pooled", **TWO_SIDED)


@pytest.mark.parametrize("ratio", [(1, 1), (2, 1), (1, 2), (3, 2)])
def test_the_size_is_the_smallest_that_keeps_the_ratio(ratio):
    found = find_sample_size(PLANNED, power=0.8, ratio=ratio)
    k = found.n1 // ratio[0]
    assert (found.n1, found.n2) == (k * ratio[0], k * ratio[1])
    assert found.power >= 0.8 > PLANNED.compute_power((k - 1) * ratio[0], (k - 1) * ratio[1])


@pytest.mark.parametrize("test", ["pearson-chi-square", "fisher-exact", "miettinen-nurminen", "newcombe"])
@pytest.mark.parametrize(("p1", "p2", "power"), [(0.6, 0.3, 0.8), (0.2, 0.02, 0.8), (0.95, 0.7, 0.9)])
def test_what_jumps_is_found_as_by_looking_at_every_size(test, p1, p2, power):
    assumed = ExactTwoProportions(p1=p1, p2=p2, test=test, **TWO_SIDED)
    found = find_sample_size(assumed, power=power, ratio=(1, 1))
    every = [assumed.compute_power(n, n) >= power for n in range(1, found.looked_to[0] + 1)]
    assert found.n1 == every.index(True) + 1
    assert found.lasting[0] == len(every) - every[::-1].index(False) + 1
    assert found.looked_to[0] > found.lasting[0]


def test_a_larger_trial_can_have_less_exact_power_and_it_is_told():
    assumed = ExactTwoProportions(p1=0.6, p2=0.3, test="miettinen-nurminen", **TWO_SIDED)
    found = find_sample_size(assumed, power=0.8, ratio=(1, 1))
    assert found.n1 < found.lasting[0]
    assert assumed.compute_power(*(n - 1 for n in found.lasting)) < 0.8


@pytest.mark.parametrize(
    "assumed",
    [
        PLANNED,
        ExactTwoProportions(p1=0.3, p2=0.3, test="barnard", **TWO_SIDED),
        TwoMeans(difference=0, sd1=15, sd2=10, test="t-welch", **TWO_SIDED),
        TwoProportions(p1=0.3, p2=0.3, test="z-pooled", margin=-0.1, alpha=0.025, alternative="greater"),
    ],
    ids=lambda assumed: assumed.method,
)
def test_the_detectable_effect_has_the_power(assumed):
    found = find_detectable_effect(assumed, 45, 40, power=0.8, direction="greater")
    assert found.effect > assumed.null
    assert found.power == pytest.approx(0.8, abs=1e-9)
    assert found.options != assumed.options


def test_an_effect_below_is_found_below():
    found = find_detectable_effect(PLANNED.with_rates(0.6, 0.6), 60, 60, power=0.8, direction="less")
    assert -0.6 < found.effect < 0
    assert compute_power(PLANNED.with_rates(0.6 + found.effect, 0.6), 60, 60).power == pytest.approx(0.8, abs=1e-9)


@pytest.mark.parametrize(
    ("total", "ratio", "groups"),
    [(94, (1, 1), (47, 47)), (95, (1, 1), (48, 47)), (10, (2, 1), (7, 3)), (3, (1, 5), (1, 2))],
)
def test_a_total_is_split_to_the_nearest(total, ratio, groups):
    assert split_subjects(total, ratio) == groups


@pytest.mark.parametrize(
    "ask",
    [
        lambda: find_sample_size(PLANNED, power=0.05, ratio=(1, 1)),
        lambda: find_sample_size(PLANNED, power=1.0, ratio=(1, 1)),
        lambda: find_sample_size(PLANNED, power=0.8, ratio=(0, 1)),
        lambda: find_sample_size(PLANNED.with_effect(0.0), power=0.8, ratio=(1, 1)),
        lambda: find_sample_size(PLANNED.with_error(0.025, "less"), power=0.8, ratio=(1, 1)),
        lambda: find_detectable_effect(PLANNED.with_error(0.025, "less"), 42, 42, power=0.8, direction="greater"),
        lambda: find_detectable_effect(PLANNED, 2, 2, power=0.99, direction="less"),
        lambda: compute_power(PLANNED, 0, 42),
        lambda: compute_power(PLANNED, 41.5, 42),
        lambda: split_subjects(1, (1, 1)),
        lambda: PLANNED.with_rates(1.2, 0.3),
        lambda: PLANNED.with_error(1.5, "two-sided"),
    ],
)
def test_what_has_no_answer_is_an_error(ask):
    with pytest.raises(StatisticsError, match="expected"):
        ask()
