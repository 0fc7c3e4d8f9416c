"""Numbers made of bits: against the normal quantile of SciPy, and by what is known of the laws."""

import numpy as np
import pytest
from scipy import special, stats

from myotis.simulate.deviates import BITS, fill_normal, fill_uniform, tabulate_quantiles
from myotis.simulate.luck import Luck
from myotis.simulate.streams import Streams

LOWEST, HIGHEST = 0, 2**BITS - 2  # the words of the outermost numbers: even ones lie above 0, odd ones below


def normal(bits, part=fill_normal.function):
    bits = np.asarray(bits, dtype=np.uint32)
    tail, out = np.empty(len(bits)), np.empty(len(bits))
    part(bits, tabulate_quantiles(), tail, tail.view(np.int64), out)
    return out


def exact(bits):
    bits = np.asarray(bits, dtype=np.uint32)
    lower = special.ndtri(((bits >> 1) + 0.5) / 2**BITS)
    return np.where(bits & 1 == 1, lower, -lower)


@pytest.mark.parametrize("part", [fill_normal.function, fill_normal.compiled], ids=["interpreted", "compiled"])
def test_a_normal_number_is_the_quantile_of_the_middle_of_its_part(part):
    powers = np.array([2**power + shift for power in range(1, BITS) for shift in (-2, -1, 0, 1, 2)])
    bits = np.concatenate([powers, np.linspace(0, 2**BITS - 1, 20_001).astype(np.int64), [LOWEST, HIGHEST]])
    assert normal(bits, part) == pytest.approx(exact(bits), abs=4e-6)


def test_normal_numbers_reach_as_far_on_both_sides():
    assert normal([0, 1]) == pytest.approx([6.3379, -6.3379], abs=1e-3)
    assert (normal([2, 1_000, 2**31]) == -normal([3, 1_001, 2**31 + 1])).all()


def test_normal_numbers_have_the_moments_and_the_law_of_the_normal_distribution():
    drawn = Luck(Streams(12)).normal(4_000, "any")  # a million
    count = len(drawn)
    for power, moment in ((1, 0), (2, 1), (3, 0), (4, 3), (6, 15)):
        error = np.sqrt((special.factorial2(2 * power - 1) - moment**2) / count)
        assert (drawn**power).mean() == pytest.approx(moment, abs=4 * error)
    assert stats.kstest(drawn, "norm").pvalue > 1e-3
    beyond = stats.binomtest(int((np.abs(drawn) > 4).sum()), count, 2 * special.ndtr(-4))
    assert beyond.pvalue > 1e-3


def test_the_two_numbers_of_a_word_and_those_of_other_streams_hang_together_by_nothing():
    first, second = Luck(Streams(13)).normals(1_000, [("one",), ("other",)])
    for one, other in ((first[0::2], first[1::2]), (first, second), (first[:-256], first[256:])):
        assert stats.pearsonr(one, other).pvalue > 1e-3
        assert stats.pearsonr(one**2, other**2).pvalue > 1e-3


def test_uniform_numbers_are_the_middles_of_equal_parts():
    out = np.empty(2)
    fill_uniform(np.array([0, 2**BITS - 1], dtype=np.uint32), out)
    assert out.tolist() == [2.0**-33, 1 - 2.0**-33]
    assert stats.kstest(Luck(Streams(14)).uniform(2_000, "any"), "uniform").pvalue > 1e-3


def test_one_trial_has_the_numbers_that_it_has_among_all():
    names = [("a", 1), ("b", 2)]
    among = Luck(Streams(15)).normals(6, names)
    assert (Luck(Streams(15), only=9).normals(6, names) == among[:, 9::256]).all()
