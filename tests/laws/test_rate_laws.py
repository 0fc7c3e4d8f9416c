"""Laws of rates that hold for any events and exposures."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from myotis.statistics.rates.difference import estimate_difference_of_rates
from myotis.statistics.rates.one import estimate_rate
from myotis.statistics.rates.ratio import estimate_ratio_of_rates
from myotis.statistics.rates.ratio_tests import ratio_of_rates_test
from myotis.statistics.rates.time_at_risk import compute_time_at_risk, compute_time_before_and_after

few = settings(max_examples=80, deadline=None)
events = st.integers(0, 60)
exposures = st.floats(0.5, 900)
levels = st.sampled_from([0.8, 0.9, 0.95, 0.99])


@few
@given(events, exposures, levels)
def test_intervals_hold_the_rate_and_lie_in_one_another(x, t, level):
    wide, narrow = (estimate_rate(x, t, method=method, level=level) for method in ("exact", "mid-p"))
    assert wide.lower <= narrow.lower <= narrow.estimate <= narrow.upper <= wide.upper
    for method in ("score", "scas", "exact", "mid-p"):
        answer = estimate_rate(x, t, method=method, level=level)
        assert 0 <= answer.lower <= answer.estimate <= answer.upper


@few
@given(events, exposures, events, exposures, levels, st.sampled_from(["wald", "miettinen-nurminen", "scas"]))
def test_groups_that_change_places_turn_the_difference(x1, t1, x2, t2, level, method):
    answer = estimate_difference_of_rates(x1, t1, x2, t2, method=method, level=level)
    turned = estimate_difference_of_rates(x2, t2, x1, t1, method=method, level=level)
    assert answer.lower <= answer.estimate <= answer.upper
    scale = max(float(answer.upper - answer.lower), 1e-12)
    assert float(answer.lower + turned.upper) / scale == pytest.approx(0, abs=1e-9)
    assert float(answer.upper + turned.lower) / scale == pytest.approx(0, abs=1e-9)


@few
@given(events, exposures, events, exposures, levels, st.sampled_from(["exact", "mid-p", "score", "scas"]))
def test_groups_that_change_places_turn_the_ratio_over(x1, t1, x2, t2, level, method):
    assume(x1 + x2 > 0)
    answer = estimate_ratio_of_rates(x1, t1, x2, t2, method=method, level=level)
    turned = estimate_ratio_of_rates(x2, t2, x1, t1, method=method, level=level)
    assert answer.lower <= answer.estimate <= answer.upper
    with np.errstate(divide="ignore"):
        assert answer.lower == pytest.approx(1 / turned.upper, rel=1e-8)
        assert answer.upper == pytest.approx(1 / turned.lower, rel=1e-8)


@few
@given(events, exposures, events, exposures, st.floats(0.1, 10))
def test_a_unit_of_exposure_moves_no_ratio_and_no_p_value(x1, t1, x2, t2, unit):
    assume(x1 + x2 > 0)
    for method in ("exact-central", "exact-minlike", "mid-p", "score"):
        p = ratio_of_rates_test(x1, t1, x2, t2, method=method).p_value
        assert 0 <= p <= 1
        assert ratio_of_rates_test(x1, t1 * unit, x2, t2 * unit, method=method).p_value == pytest.approx(
            p, rel=1e-6, abs=1e-12
        )


days = st.integers(-20, 120)


@few
@given(days, days, days, st.lists(st.tuples(days, days), max_size=5))
def test_days_at_risk_are_days_counted_one_by_one(start, end, event, gaps):
    start, end = sorted((start, end))
    gaps = [tuple(sorted(gap)) for gap in gaps]
    paused = {day for first, last in gaps for day in range(first, last + 1)}
    counted = [day for day in range(start, min(end, event) + 1) if day not in paused]
    padded = [*gaps, (np.nan, np.nan)]
    assert compute_time_at_risk(start, end, stop="first-event", first_event=event, gaps=padded) == len(counted)
    before = sum(day < event for day in range(start, end + 1))
    assert compute_time_before_and_after(start, end, event).tolist() == [before, end - start + 1 - before]
