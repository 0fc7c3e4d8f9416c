"""Tests of R x C tables and of ranks within strata: what they are in special cases, and what says nothing."""

import numpy as np
import pytest

from myotis.errors import StatisticsError
from myotis.statistics.stratified.association import ColumnScores, general_association_test, row_mean_scores_test
from myotis.statistics.stratified.cochran_mantel_haenszel import cochran_mantel_haenszel_test
from myotis.statistics.stratified.homogeneity import breslow_day_test
from myotis.statistics.stratified.van_elteren import van_elteren_test

TWO_BY_TWO = [[[11, 2], [6, 7]], [[20, 7], [13, 15]], [[6, 1], [2, 5]]]
ORDERED = [[[12, 9, 4], [5, 11, 13]], [[6, 5, 3], [2, 7, 8]]]


def test_of_two_by_two_tables_both_are_the_cochran_mantel_haenszel_test():
    plain = float(cochran_mantel_haenszel_test(TWO_BY_TWO, correction=False).statistic)
    assert float(general_association_test(TWO_BY_TWO).statistic) == pytest.approx(plain, rel=1e-10)
    assert float(row_mean_scores_test(TWO_BY_TWO, scores="integer").statistic) == pytest.approx(plain, rel=1e-10)


def test_scores_count_only_by_their_distances():
    integer = row_mean_scores_test(ORDERED, scores="integer")
    table = row_mean_scores_test(ORDERED, scores="table", values=[-10, 0, 10])
    assert float(table.statistic) == pytest.approx(float(integer.statistic), rel=1e-10)
    assert float(integer.df) == 1


@pytest.mark.parametrize("scores", ColumnScores)
def test_what_nobody_has_takes_no_degree_of_freedom(scores):
    values = {"values": [1, 2, 4]} if scores is ColumnScores.TABLE else {}
    more = {"values": [1, 2, 4, 9]} if scores is ColumnScores.TABLE else {}
    wide = np.zeros((3, 3, 4))
    wide[:2, :2, :3] = ORDERED
    for narrow, wider in (
        (general_association_test(ORDERED), general_association_test(wide)),
        (row_mean_scores_test(ORDERED, scores=scores, **values), row_mean_scores_test(wide, scores=scores, **more)),
    ):
        assert float(wider.df) == float(narrow.df)
        assert float(wider.statistic) == pytest.approx(float(narrow.statistic), rel=1e-10)


def test_van_elteren_is_row_mean_scores_with_modified_ridits():
    tables = np.array(ORDERED)
    stratum, group, value = np.indices(tables.shape)
    y, first, block = (np.repeat(x.ravel(), tables.ravel()) for x in (value, group == 0, stratum))
    answer = van_elteren_test(y, first, block)
    expected = row_mean_scores_test(ORDERED, scores="modified-ridit")
    assert float(answer.statistic) ** 2 == pytest.approx(float(expected.statistic), rel=1e-10)
    assert float(answer.statistic) < 0
    assert float(answer.p_value) == pytest.approx(float(expected.p_value), rel=1e-9)
    less = van_elteren_test(y, first, block, alternative="less")
    greater = van_elteren_test(y, first, block, alternative="greater")
    assert float(less.p_value) == pytest.approx(float(answer.p_value) / 2)
    assert float(less.p_value + greater.p_value) == pytest.approx(1)


def test_a_missing_value_is_left_out():
    y, first, block = [3.0, 1, 4, 2, 8, 5, 9], [1, 0, 1, 0, 1, 0, 1], ["a", "a", "a", "a", "b", "b", "b"]
    with_it = van_elteren_test([*y, np.nan], [*first, 1], [*block, "b"])
    assert float(with_it.statistic) == pytest.approx(float(van_elteren_test(y, first, block).statistic))
    with pytest.raises(StatisticsError, match="infinite"):
        van_elteren_test([*y, np.inf], [*first, 1], [*block, "b"])


def test_ranks_of_many_trials_are_one_after_the_other():
    generator = np.random.default_rng(3)
    y = generator.integers(0, 6, (4, 2, 30)).astype(float)
    y[0, 0, :3] = np.nan
    first, block = np.arange(30) % 2 == 0, np.arange(30) % 3
    many = van_elteren_test(y, first, block).statistic
    assert many.shape == (4, 2)
    for index in np.ndindex(4, 2):
        assert many[index] == pytest.approx(float(van_elteren_test(y[index], first, block).statistic), rel=1e-12)


def test_tables_of_many_trials_are_one_after_the_other():
    trials = np.array([ORDERED, ORDERED[::-1], [[[5, 0, 0], [4, 0, 0]]] * 2])
    for test in (general_association_test, lambda t: row_mean_scores_test(t, scores="rank")):
        many = test(trials)
        assert many.undefined.startswith("1 of 3: within each stratum")
        assert many.statistic[0] == pytest.approx(many.statistic[1], rel=1e-10)
        assert many.statistic[0] == pytest.approx(float(test(ORDERED).statistic), rel=1e-10)


def test_without_an_answer():
    for counts in ([[[5, 0, 0], [4, 0, 0]]], [[[5, 3, 0], [0, 0, 0]]], [[[0, 0, 0], [0, 0, 0]]]):
        with pytest.raises(StatisticsError, match="within each stratum"):
            general_association_test(counts)
        with pytest.raises(StatisticsError, match="within each stratum"):
            row_mean_scores_test(counts, scores="integer")
    for y, first in (([1, 1, 1], [1, 0, 1]), ([1, 2, 3], [1, 1, 1]), ([np.nan, 2], [1, 0])):
        with pytest.raises(StatisticsError, match="no stratum has subjects of both groups"):
            van_elteren_test(y, first, 0)


@pytest.mark.parametrize(
    ("scores", "values"), [("table", None), ("integer", [1, 2, 3]), ("table", [1, 2]), ("table", [1, 2, np.nan])]
)
def test_scores_that_do_not_fit_are_refused(scores, values):
    with pytest.raises(StatisticsError, match="expected"):
        row_mean_scores_test(ORDERED, scores=scores, values=values)


@pytest.mark.parametrize("counts", [[[1, 2], [3, 4]], [[[1, 2]]], [[[1.5, 2], [3, 4]]], [[[-1, 2], [3, 4]]]])
def test_what_are_no_tables_is_refused(counts):
    with pytest.raises(StatisticsError, match="expected"):
        general_association_test(counts)


def test_equal_odds_ratios_are_homogeneous():
    answer = breslow_day_test([[[4, 2], [2, 4]], [[8, 4], [4, 8]], [[3, 0], [4, 0]]], tarone=False)
    assert float(answer.statistic) == pytest.approx(0, abs=1e-12)
    assert float(answer.df) == 1
    assert float(answer.p_value) == pytest.approx(1)


def test_homogeneity_without_an_answer():
    for counts, reason in (
        ([[[4, 2], [2, 4]]], "fewer than two strata"),
        ([[[4, 2], [2, 4]], [[0, 3], [0, 5]]], "fewer than two strata"),
        ([[[4, 0], [2, 4]], [[3, 0], [1, 5]]], "is 0 or has no end"),
        ([[[0, 0], [1, 2]]], "no stratum"),
    ):
        with pytest.raises(StatisticsError, match=reason):
            breslow_day_test(counts, tarone=True)
    many = breslow_day_test([TWO_BY_TWO, [[[0, 3], [0, 5]]] * 3], tarone=True)
    assert many.undefined.startswith("1 of 2: fewer than two strata")
