"""Questions put to assumptions: which one is asked, and the rows of the answers."""

import pytest

from myotis.design.belief import read_belief
from myotis.design.continuous import build_covariance, read_numbers
from myotis.design.layers import build_all, lay_all, read_looks
from myotis.design.planned import Setup
from myotis.design.responders import APPROXIMATIONS, assume_rates, assume_strata, pair_rates, read_strata
from myotis.design.sizing import answer_all, ask, read_sizes, tabulate_row
from myotis.design.times import read_hazard
from myotis.errors import SettingError
from myotis.statistics.power.exact_proportions import EnumeratedTest

SETUP = Setup(ratio=(1, 1), alpha=0.05, alternative="two-sided", test="pearson-chi-square", said={})
RATES = assume_rates(SETUP, 0.6, 0.3, exact=False)


def put(assumed, **asked):
    question = ask(SETUP, **{"has_effect": True, "subjects": None, "powers": None, "direction": "greater"} | asked)
    return [tabulate_row(row) for row in answer_all(assumed, question)]


def test_every_assumption_meets_every_size():
    rows = put([RATES, assume_rates(SETUP, 0.5, 0.3, exact=True)], subjects=["84", "40:44:2"])
    assert [row["subjects"] for row in rows] == [84, 40, 42, 44] * 2
    assert {row["method"] for row in rows} == {"z-pooled", "enumeration of pearson-chi-square"}
    assert all("target" not in row and "events" not in row for row in rows)


def test_what_jumps_tells_how_far_it_was_looked_at():
    approximate, exact = put([RATES, assume_rates(SETUP, 0.6, 0.3, exact=True)], powers=[0.8])
    assert "looked_to_subjects" not in approximate
    assert exact["looked_to_subjects"] > exact["lasting_subjects"] >= exact["subjects"]


def test_both_treatments_of_dropout_are_labeled():
    both = lay_all([RATES], dropout=(0.1, 0.1), dropouts="both")
    removed, counted = put(both, subjects=["94"])
    assert (removed["dropouts"], counted["dropouts"]) == ("removed", "as non-responders")
    assert (removed["evaluable1"], removed["power"] > 0.8 > counted["power"]) == (42, True)
    assert "evaluable1" not in counted


def test_looks_and_an_effect_that_is_asked_for():
    design = read_looks(SETUP, "0.5,1", "wang-tsiatis", 0.25)
    (row,) = put(lay_all([RATES], design=design), has_effect=False, subjects=["94"], powers=[0.8])
    assert row["expected_subjects"] < row["expected_subjects_null"] < 94
    assert row["rate"] == pytest.approx(0.3 + row["effect"])


@pytest.mark.parametrize(
    "asked",
    [
        {"has_effect": True},
        {"has_effect": False, "subjects": ["94"]},
        {"has_effect": True, "subjects": ["94"], "powers": [0.8]},
    ],
)
def test_two_of_three_are_given(asked):
    with pytest.raises(SettingError, match="The third is the answer"):
        put([RATES], **asked)


@pytest.mark.parametrize("text", ["", "a", "1:2", "10:5:1", "10:20:0", "47+", "47+48+1", "0+5", "1", "1:999999999:1"])
def test_sizes_that_are_none_are_errors(text):
    with pytest.raises(SettingError, match="expected"):
        read_sizes(text, (1, 1))


def test_every_test_but_few_has_an_approximation():
    assert set(EnumeratedTest) - set(APPROXIMATIONS) == {
        "barnard",
        "boschloo",
        "wald-corrected",
        "agresti-caffo",
        "newcombe",
    }


@pytest.mark.parametrize(
    "build",
    [
        lambda: assume_rates(Setup(**_with(test="barnard")), 0.6, 0.3, exact=False),
        lambda: assume_rates(Setup(**_with(test="cochran-mantel-haenszel")), 0.6, 0.3, exact=True),
        lambda: assume_rates(Setup(**_with(test="ancova-t")), 0.6, 0.3, exact=True),
        lambda: assume_strata(SETUP, read_strata(["1:0.5:0.3"]), exact=False),
        lambda: assume_strata(
            Setup(**_with(test="cochran-mantel-haenszel", margin=0.1)), read_strata(["1:0.5:0.3"]), exact=False
        ),
        lambda: assume_strata(Setup(**_with(test="cochran-mantel-haenszel")), read_strata(["0:0.5:0.3"]), exact=False),
        lambda: read_strata(["1:0.5:0.3", "1:0.5"]),
        lambda: read_strata(["1"]),
        lambda: read_strata(["a:b:c"]),
        lambda: pair_rates([0.6], []),
        lambda: lay_all([RATES], dropout=(0.1, 0.1)),
        lambda: lay_all([RATES], dropouts="removed"),
        lambda: read_looks(SETUP, "0.5,1", None, None),
        lambda: read_looks(SETUP, "0.5,1", "flat", None),
        lambda: read_looks(SETUP, "0.5,1", "pocock", 3.0),
        lambda: read_looks(SETUP, "half", "pocock", None),
        lambda: read_looks(SETUP, "0.5", "pocock", None),
        lambda: read_hazard(median=None, rates=None, cuts=None),
        lambda: read_hazard(median=0.0, rates=None, cuts=None),
        lambda: read_hazard(median=3.0, rates=None, cuts="2"),
        lambda: read_hazard(median=None, rates="0.1,0.2", cuts=None),
        lambda: read_numbers("1,,2", "the numbers"),
        lambda: read_belief((1, 1), None, None),
        lambda: read_belief((0, 1), (1, 1), None),
        lambda: read_belief((1, 1), (1, 1), (1, 1)),
        lambda: read_belief((1, 1), (2, 1), None).start(SETUP, exact=False, sd=3.0, correlation=None),
        lambda: read_belief(None, None, (2, 1)).start(SETUP, exact=True, sd=3.0, correlation=None),
    ],
)
def test_what_contradicts_itself_is_an_error(build):
    with pytest.raises(SettingError, match="expected"):
        build()


def _with(**changed):
    return {"ratio": (1, 1), "alpha": 0.05, "alternative": "two-sided", "test": "wald", "said": {}} | changed


def test_all_faults_come_at_once():
    builders = [lambda: assume_rates(SETUP, 1.5, 0.3, exact=False), lambda: assume_rates(SETUP, 0.5, -1, exact=False)]
    with pytest.raises(SettingError) as raised:
        build_all(builders)
    assert "1.5" in str(raised.value)
    assert "-1" in str(raised.value)


def test_a_covariance_is_built_from_deviations_and_one_correlation():
    assert build_covariance("1,2,1", "autoregressive", 0.5)[0] == pytest.approx((1, 1, 0.25))
    assert build_covariance("1,2,1", "compound-symmetry", 0.5)[0] == pytest.approx((1, 1, 0.5))
