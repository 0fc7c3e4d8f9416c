from collections import Counter
from itertools import pairwise

import numpy as np
import pytest
from scipy.stats import chisquare

from myotis.errors import SettingError
from myotis.randomize.places import allocate_in_order
from myotis.randomize.procedures.permuted_blocks import draw_permuted_blocks


@pytest.mark.parametrize(
    ("ratio", "block_size"),
    [({"a": 1, "b": 1}, 4), ({"a": 2, "b": 1}, 6), ({"a": 3, "b": 2, "c": 1}, 12), ({"a": 1, "b": 1}, 2)],
)
def test_every_complete_block_has_the_ratio(ratio, block_size):
    arms = draw_permuted_blocks(np.random.default_rng(7), ratio, [block_size], 10 * block_size + 1)
    starts = range(0, len(arms), block_size)
    for start, stop in pairwise(starts):
        counts = Counter(arms[start:stop])
        assert len(counts) == len(ratio)
        assert {counts[arm] / share for arm, share in ratio.items()} == {block_size / sum(ratio.values())}
    assert len(arms) == 10 * block_size + 1


def test_one_generator_gives_one_list_and_a_longer_list_begins_with_the_shorter():
    lists = [draw_permuted_blocks(np.random.default_rng(3), {"a": 1, "b": 1}, [4], length) for length in (30, 30, 7, 0)]
    assert lists[0] == lists[1]
    assert lists[0][:7] == lists[2]
    assert lists[3] == []


def test_the_arrangements_of_a_block_are_equally_likely():
    # AABB has 4! / (2! 2!) = 6 arrangements.
    blocks = 6000
    arms = draw_permuted_blocks(np.random.default_rng(2022), {"a": 1, "b": 1}, [4], 4 * blocks)
    counts = Counter("".join(arms[start : start + 4]) for start in range(0, len(arms), 4))
    assert len(counts) == 6
    assert chisquare(list(counts.values())).pvalue > 0.001


@pytest.mark.parametrize(
    ("ratio", "block_size", "length", "message"),
    [
        ({"a": 1, "b": 1}, 3, 4, "multiple of 2"),
        ({"a": 1, "b": 1}, 0, 4, "multiple of 2"),
        ({"a": 1}, 2, 4, "two arms"),
        ({"a": 1, "b": 0}, 2, 4, "at least 1"),
        ({"a": 1, "b": 1}, 2, -1, "places"),
    ],
)
def test_a_list_that_can_not_be_is_refused(ratio, block_size, length, message):
    with pytest.raises(SettingError, match=message):
        draw_permuted_blocks(np.random.default_rng(1), ratio, [block_size], length)


def test_subjects_take_the_next_place_of_their_stratum():
    lists = {"mild": ["a", "b", "a"], "severe": ["b", "a"]}
    assert allocate_in_order(["severe", "mild", "severe", "mild"], lists) == ["b", "a", "a", "b"]


@pytest.mark.parametrize("strata", [["mild", "mild"], ["severe"]])
def test_a_stratum_without_a_place_is_refused(strata):
    with pytest.raises(SettingError, match="places"):
        allocate_in_order(strata, {"mild": ["a"]})
