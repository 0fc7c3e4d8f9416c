import pytest

from myotis.datasets.results import RESULTS, Result, build_results
from myotis.errors import InputError
from myotis.statistics.proportions.difference import estimate_difference_of_proportions
from myotis.statistics.proportions.independence import fisher_exact_test

HEAD = Result(analysis_id="primary", estimand="E1", group="IVIg", comparator="placebo", unit="proportion", n=95)


def test_an_estimate_and_a_test_become_rows():
    estimate = estimate_difference_of_proportions(37, 47, 21, 48, method="newcombe", level=0.95)
    frame = build_results(
        [*HEAD.estimate(estimate, options="missing=no response"), *HEAD.test(fisher_exact_test(37, 47, 21, 48))]
    )
    assert frame.columns == [column.name for column in RESULTS.columns]
    assert frame["statistic"].to_list() == ["estimate", "lower", "upper", "p_value"]
    assert frame["value"].round(4).to_list() == [0.3497, 0.1545, 0.5099, 0.0007]
    assert frame["unit"].to_list() == ["proportion"] * 3 + [None]
    assert frame["method"].to_list() == ["newcombe"] * 3 + ["fisher-exact"]
    assert frame["method_options"].to_list() == ["level=0.95; missing=no response"] * 3 + [None]
    assert frame["n"].to_list() == [95] * 4


def test_an_analysis_without_an_answer_says_why():
    frame = build_results(HEAD.no_answer(["estimate", "p_value"], "a group is empty"))
    assert frame["value"].to_list() == [None, None]
    assert frame["method_options"].to_list() == ["a group is empty"] * 2


def test_no_rows_are_an_empty_table():
    assert RESULTS.check(build_results([])) == []


def test_every_fault_is_named():
    with pytest.raises(InputError) as error:
        build_results([HEAD.number("count", 37), HEAD.number("count", 38), HEAD.number("odds", float("nan"))])
    assert [fault.column for fault in error.value.faults] == ["statistic", "value", ""]
