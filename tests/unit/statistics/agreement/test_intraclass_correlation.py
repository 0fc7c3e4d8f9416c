"""Intraclass correlations: evident cases, many trials at once, every case without an answer."""

import numpy as np
import pytest

from myotis.errors import StatisticsError
from myotis.statistics.agreement.intraclass_correlation import (
    IntraclassCorrelation,
    estimate_intraclass_correlation,
)

NAN = float("nan")
FORMS = list(IntraclassCorrelation)


def icc(ratings, method, level=0.95):
    return estimate_intraclass_correlation(ratings, method=method, level=level)


@pytest.mark.parametrize("form", FORMS)
def test_whole_agreement_is_one_without_width(form):
    answer = icc([[0.1, 0.1, 0.1], [0.7, 0.7, 0.7], [0.3, 0.3, 0.3]], form)
    assert float(answer.estimate) == float(answer.lower) == float(answer.upper) == 1


def test_a_rater_who_is_always_higher_is_consistent_but_does_not_agree():
    ratings = [[1.0, 3.0], [2.0, 4.0], [5.0, 7.0], [9.0, 11.0]]
    assert float(icc(ratings, "icc-consistency-single").estimate) == 1
    assert float(icc(ratings, "icc-agreement-single").estimate) < 1


@pytest.mark.parametrize("form", FORMS)
def test_a_target_with_a_missing_rating_is_left_out_and_trials_are_each_as_alone(form):
    rng = np.random.default_rng(1)
    ratings = rng.normal(size=(2, 3, 8, 3)) + rng.normal(size=(2, 3, 8, 1)) * 2
    ratings[1, 2, 4, 0] = NAN
    many, alone = icc(ratings, form), icc(np.delete(ratings[1, 2], 4, axis=0), form)
    for field in ("estimate", "lower", "upper"):
        assert getattr(many, field).shape == (2, 3)
        assert getattr(many, field)[1, 2] == pytest.approx(getattr(alone, field), rel=1e-10)
    assert (many.lower < many.estimate).all()
    assert (many.estimate < many.upper).all()


@pytest.mark.parametrize("form", FORMS)
def test_what_has_no_answer(form):
    for ratings in ([[1.0, 2.0]], [[1.0, 2.0], [3.0, NAN]], np.zeros((0, 3))):
        with pytest.raises(StatisticsError, match="two targets or more"):
            icc(ratings, form)
    with pytest.raises(StatisticsError, match="neither the targets nor the noise vary"):
        icc(np.full((5, 3), 0.1), form)
    many = icc([np.full((3, 2), 4.0), [[1.0, 2.0], [5.0, 7.0], [9.0, 8.0]]], form)
    assert np.isnan(many.upper).tolist() == [True, False]
    assert many.undefined.startswith("1 of 2")


def test_targets_that_do_not_differ_have_the_least_correlation_and_no_reliability():
    ratings = [[1.0, 3.0], [3.0, 1.0], [2.0, 2.0], [0.0, 4.0]]
    assert float(icc(ratings, "icc-one-way-single").estimate) == pytest.approx(-1)
    for form in FORMS:
        if form.value.endswith("average"):
            with pytest.raises(StatisticsError, match="no reliability"):
                icc(ratings, form)


def test_raters_who_each_give_everybody_the_same_agree_in_nothing():
    ratings = [[1.0, 2.0], [1.0, 2.0], [1.0, 2.0]]
    assert float(icc(ratings, "icc-agreement-single").estimate) == 0
    with pytest.raises(StatisticsError, match="all of a rater"):
        icc(ratings, "icc-consistency-single")


@pytest.mark.parametrize("ratings", [[[1.0], [2.0]], [1.0, 2.0], [[1.0, float("inf")], [1.0, 2.0]]])
def test_what_are_no_ratings_is_refused(ratings):
    with pytest.raises(StatisticsError, match="expected finite numbers"):
        icc(ratings, "icc-one-way-single")
