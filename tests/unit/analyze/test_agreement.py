import pytest

from myotis.analyze.agreement import Recomputed, agrees, compute_rounding_interval, recompute, show_range
from myotis.errors import SettingError


@pytest.mark.parametrize(
    ("printed", "low", "high"),
    [("45", 44.5, 45.5), ("-0.4", -0.45, -0.35), ("7.0", 6.95, 7.05), ("<0.0001", 0, 0.0001)],
)
def test_what_prints_so(printed, low, high):
    assert [float(limit) for limit in compute_rounding_interval(printed)] == [low, high]


def test_what_is_no_number_is_refused():
    with pytest.raises(SettingError, match="no printed number"):
        compute_rounding_interval("NE")


def test_counts_are_exact_and_printed_inputs_are_not():
    (exact,) = recompute(lambda x, n: [100 * x / n], 1, 8)
    assert (exact.value, exact.lowest, exact.highest, exact.is_exact) == (12.5, 12.5, 12.5, True)
    (ratio,) = recompute(lambda x, y: [x / y], "1.0", "2.0")  # 0.95 / 2.05 to 1.05 / 1.95
    assert (ratio.value, ratio.lowest, ratio.highest) == pytest.approx((0.5, 0.463414634, 0.538461538))
    assert show_range("0.5", ratio) == "0.46 to 0.54"
    assert show_range("12.5", exact) == ""


def test_limits_of_rounding_belong_to_both_neighbors():
    half = Recomputed(12.5, 12.5, 12.5)
    assert agrees("12", half)
    assert agrees("13", half)
    assert not agrees("14", half)
