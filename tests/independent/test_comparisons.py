"""Our numbers are those of other software and of publications; each comparison says how near and why."""

import pytest
from comparison import Comparison, load_comparisons

ALL = list(load_comparisons())


@pytest.mark.parametrize("comparison", ALL, ids=lambda comparison: comparison.name)
def test_agrees(comparison):
    assert comparison.difference() <= comparison.tolerance


def test_no_two_comparisons_have_one_name():
    names = [comparison.name for comparison in ALL]
    assert sorted(names) == sorted(set(names))


@pytest.mark.parametrize(("ours", "theirs"), [([1.0], [1.1]), ([float("nan")], [1.0]), ([1.0], [float("nan")])])
def test_a_difference_is_seen(ours, theirs):
    comparison = Comparison(
        function=print, what="", source="", made_by="", ours=lambda: ours, theirs=theirs, tolerance=0, scale="absolute",
        why="",
    )  # fmt: skip
    assert comparison.difference() > 0.05
