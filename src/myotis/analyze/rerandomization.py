"""The re-randomization test of responders, by the trial's own procedure: permuted blocks within strata."""

from collections.abc import Callable

import numpy as np
import polars as pl
from numpy.typing import NDArray

from myotis.analyze.comparison import Responders
from myotis.errors import SettingError
from myotis.protocol.plan import Estimand
from myotis.protocol.trial import Trial
from myotis.randomize.places import allocate_in_order
from myotis.randomize.procedures.permuted_blocks import draw_permuted_blocks
from myotis.statistics.randomization_test import RandomizationTest, randomization_test

Flags = NDArray[np.bool_]


def rerandomize(arms: Responders, order: pl.Series, estimand: Estimand, trial: Trial) -> RandomizationTest:
    """The test of no effect on any subject: the arms are drawn anew, the outcomes stay.

    ``order[subject]`` is the date of randomization; of one date the order of the subjects stands. The statistic is the
    responders of the group over those expected, summed over the strata, as in the Cochran-Mantel-Haenszel test. Raises
    SettingError, which names the estimand, for more arms than the two compared, or a subject without a date.
    """
    plan = estimand.test.rerandomization
    assert plan is not None, "a plan without it is refused"
    if set(trial.randomization.ratio) != {estimand.group, estimand.comparator}:
        raise SettingError(f"estimand {estimand.id}: a re-randomization of more than two arms is not carried out")
    if order.null_count():
        raise SettingError(f"estimand {estimand.id}: {order.null_count()} subjects have no date of randomization")
    arrival = order.arg_sort().to_numpy()
    strata = [str(stratum) for stratum in arms.stratum[arrival]]

    def draw(generator: np.random.Generator, draws: int) -> Flags:
        drawn = np.empty((draws, len(strata)), dtype=bool)
        for allocation in drawn:
            lists = {
                name: draw_permuted_blocks(generator, trial.randomization.ratio, (plan.block_size,), strata.count(name))
                for name in dict.fromkeys(strata)
            }
            allocation[arrival] = [arm == estimand.group for arm in allocate_in_order(strata, lists)]
        return drawn

    generator = np.random.default_rng(plan.seed)
    statistic = _sum_over_strata(arms)
    return randomization_test(statistic, arms.in_group, draw, generator, draws=plan.draws, alternative="two-sided")


def _sum_over_strata(arms: Responders) -> Callable[[Flags], NDArray[np.float64]]:
    member = np.eye(int(arms.stratum.max(initial=0)) + 1)[arms.stratum]
    size = np.maximum(member.sum(axis=0), 1)
    share = arms.responded.astype(float) @ member / size

    def statistic(in_group: Flags) -> NDArray[np.float64]:
        found = (in_group & arms.responded).astype(float) @ member
        expected = (in_group.astype(float) @ member) * share
        return np.asarray((found - expected).sum(axis=-1))

    return statistic
