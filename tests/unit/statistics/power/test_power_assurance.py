"""Assurance: closed forms for normal priors, drawn rates for beta priors, and power for a point."""

import numpy as np
import pytest
from scipy import special

from myotis.errors import StatisticsError
from myotis.statistics.power.answers import find_detectable_effect, find_sample_size
from myotis.statistics.power.assurance import Assurance
from myotis.statistics.power.dropout import DropoutsAsNonresponders, DropoutsRemoved
from myotis.statistics.power.exact_proportions import ExactTwoProportions
from myotis.statistics.power.exact_stratified import ExactStratifiedProportions
from myotis.statistics.power.means import TwoMeans
from myotis.statistics.power.observed_events import Hazard
from myotis.statistics.power.priors import BetaPriors, NormalPrior
from myotis.statistics.power.rates import Strata
from myotis.statistics.power.time_to_event import TimeToEvent
from myotis.statistics.power.two_proportions import TwoProportions

TWO_SIDED = {"alpha": 0.05, "alternative": "two-sided"}
RATES = TwoProportions(p1=0.5, p2=0.5, test="z-pooled", **TWO_SIDED)
TABLES = ExactTwoProportions(p1=0.5, p2=0.5, test="pearson-chi-square", **TWO_SIDED)
PRIOR = BetaPriors(a1=12, b1=8, a2=9, b2=21)


@pytest.mark.parametrize(("mean", "sd"), [(5.0, 3.0), (2.0, 0.4), (-4.0, 6.0)])
def test_a_normal_prior_of_a_normal_test_has_a_closed_form(mean, sd):
    se = 12 * np.sqrt(1 / 40 + 1 / 50)
    expected = special.ndtr((abs(mean) - 1.959963984540054 * se) / np.hypot(sd, se))
    assumed = TwoMeans(difference=0, sd1=12, sd2=12, test="z", **TWO_SIDED)
    found = Assurance(assumptions=assumed, prior=NormalPrior(mean=mean, sd=sd)).compute_power(40, 50)
    assert found == pytest.approx(expected, abs=1e-10)


def test_a_point_prior_has_the_power_of_the_point():
    assumed = TwoMeans(difference=6, sd1=12, sd2=9, test="t-welch", alpha=0.025, alternative="greater")
    for sd in (0.0, 1e-9):
        found = Assurance(assumptions=assumed, prior=NormalPrior(mean=6, sd=sd))
        assert found.compute_power(30, 30) == pytest.approx(assumed.compute_power(30, 30), abs=1e-8)


def test_beta_priors_that_are_sure_have_the_power_of_their_means():
    sure = BetaPriors(a1=6e7, b1=4e7, a2=3e7, b2=7e7)
    power = RATES.with_rates(0.6, 0.3).with_error(0.025, "greater").compute_power(40, 40)
    assert Assurance(assumptions=RATES, prior=sure).compute_power(40, 40) == pytest.approx(power, abs=1e-5)


@pytest.mark.parametrize("assumed", [RATES, TABLES], ids=lambda assumed: assumed.method)
@pytest.mark.parametrize("dropout", [0.0, 0.2])
def test_beta_priors_average_over_drawn_rates(assumed, dropout):
    rng = np.random.default_rng(3)
    drawn = zip(rng.beta(12, 8, 2000), rng.beta(9, 21, 2000), strict=True)
    one_sided = assumed.with_error(0.025, "greater")
    power = [one_sided.with_rates(p1 * (1 - dropout), p2 * (1 - dropout)).compute_power(35, 30) for p1, p2 in drawn]
    counted = DropoutsAsNonresponders(assumptions=assumed, dropout1=dropout, dropout2=dropout)
    found = Assurance(assumptions=counted, prior=PRIOR).compute_power(35, 30)
    assert found == pytest.approx(np.mean(power), abs=4 * np.std(power) / np.sqrt(2000))


def test_two_rates_are_enumerated_the_same_with_more_nodes():
    small, large = (Assurance(assumptions=TABLES, prior=PRIOR).compute_power(n, n) for n in (90, 110))
    assert small < large < 1


def test_a_size_is_found_and_none_beyond_what_is_believed():
    believed = Assurance(assumptions=RATES, prior=PRIOR)
    found = find_sample_size(believed, power=0.8, ratio=(1, 1))
    assert found.power >= 0.8 > believed.compute_power(found.n1 - 1, found.n2 - 1)
    assert find_sample_size(RATES.with_rates(0.6, 0.3), power=0.8, ratio=(1, 1)).n1 < found.n1
    with pytest.raises(StatisticsError, match="not reached"):
        find_sample_size(believed, power=0.9999, ratio=(1, 1))
    removed = DropoutsRemoved(assumptions=believed, dropout1=0.1, dropout2=0.1)
    assert removed.compute_power(100, 100) == believed.compute_power(90, 90)


def test_a_hazard_ratio_is_believed_on_its_logarithm():
    assumed = TimeToEvent(
        hazard_ratio=1.0, comparator=Hazard.of_median(10), dropout1=Hazard(rates=(0.0,)), dropout2=Hazard(rates=(0.0,)),
        accrual=10, follow_up=5, formula="schoenfeld", **TWO_SIDED,
    )  # fmt: skip
    prior = NormalPrior(mean=0.6, sd=0.2, is_logarithmic=True)
    rng = np.random.default_rng(2)
    one_sided = assumed.with_error(0.025, "less")
    power = [one_sided.with_effect(hr).compute_power(70, 70) for hr in 0.6 * np.exp(0.2 * rng.normal(size=1500))]
    found = Assurance(assumptions=assumed, prior=prior).compute_power(70, 70)
    assert found == pytest.approx(np.mean(power), abs=4 * np.std(power) / np.sqrt(1500))


def test_success_is_on_the_side_that_is_believed():
    against = Assurance(assumptions=RATES, prior=BetaPriors(a1=9, b1=21, a2=12, b2=8))
    assert against.favored == "less"
    assert against.compute_power(40, 40) == pytest.approx(
        Assurance(assumptions=RATES, prior=PRIOR).compute_power(40, 40), abs=1e-10
    )


@pytest.mark.parametrize(
    "ask",
    [
        lambda: BetaPriors(a1=0, b1=1, a2=1, b2=1),
        lambda: NormalPrior(mean=1, sd=-1),
        lambda: NormalPrior(mean=-1, sd=1, is_logarithmic=True),
        lambda: Assurance(
            assumptions=TwoMeans(difference=1, sd1=1, sd2=1, test="z", **TWO_SIDED), prior=PRIOR
        ).compute_power(9, 9),
        lambda: Assurance(
            assumptions=DropoutsAsNonresponders(
                assumptions=ExactStratifiedProportions(
                    strata=Strata(shares=(1.0,), p1=(0.5,), p2=(0.5,)), test="cochran-mantel-haenszel", **TWO_SIDED
                ),
                dropout1=0.1,
                dropout2=0.1,
            ),
            prior=PRIOR,
        ).compute_power(9, 9),
        lambda: find_detectable_effect(
            Assurance(assumptions=RATES, prior=PRIOR), 40, 40, power=0.8, direction="greater"
        ),
    ],
)
def test_what_can_not_be_believed_is_an_error(ask):
    with pytest.raises(StatisticsError, match="expected"):
        ask()


def test_a_prior_that_favors_what_is_not_tested_is_an_error():
    with pytest.raises(StatisticsError, match="does not reject"):
        Assurance(assumptions=RATES.with_error(0.025, "less"), prior=PRIOR)
