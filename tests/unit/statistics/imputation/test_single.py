"""One value for a missing one: small cases."""

import numpy as np
import pytest

from myotis.errors import StatisticsError
from myotis.statistics.imputation.single import carry_last_observation_forward, impute_nonresponse

NAN = float("nan")


def test_the_last_observation_is_carried_within_its_row_only():
    values = [[[1.0, NAN, NAN, 2.0], [NAN, NAN, 5.0, NAN]], [[NAN] * 4, [3.0, 4.0, 5.0, 6.0]]]
    expected = [[[1, 1, 1, 2], [NAN, NAN, 5, 5]], [[NAN] * 4, [3, 4, 5, 6]]]
    np.testing.assert_array_equal(carry_last_observation_forward(values), expected)


def test_no_visits_stay_none_and_one_number_is_refused():
    assert carry_last_observation_forward(np.zeros((3, 0))).shape == (3, 0)
    with pytest.raises(StatisticsError, match="one number"):
        carry_last_observation_forward(3.0)


def test_what_was_given_stays_as_it_was():
    given = np.array([1.0, NAN])
    carry_last_observation_forward(given)
    impute_nonresponse(given)
    np.testing.assert_array_equal(given, [1.0, NAN])


def test_a_missing_response_is_none():
    np.testing.assert_array_equal(impute_nonresponse([[1, NAN], [0, 1]]), [[1, 0], [0, 1]])
    np.testing.assert_array_equal(impute_nonresponse([True, False]), [1, 0])
    with pytest.raises(StatisticsError, match="1 of 3 responses"):
        impute_nonresponse([1, 0, 37])
