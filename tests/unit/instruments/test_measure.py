import pytest

from myotis.instruments.measure import Better, Measure
from myotis.terms.grid import Grid
from myotis.terms.source import HasFacts, Source, Status

SOURCE = Source("a form", Status.ASSUMED)


def measure(better, minimum=2, maximum=12):
    grid = Grid("cm", 10, 1000)
    return Measure(
        name="m", label="A measure", grid=grid, minimum=minimum, maximum=maximum, better=better, source=SOURCE
    )


@pytest.mark.parametrize(("better", "best", "worst"), [(Better.HIGHER, 120, 20), (Better.LOWER, 20, 120)])
def test_best_and_worst_follow_the_direction(better, best, worst):
    declared = measure(better)
    assert (declared.best, declared.worst, declared.range_steps, declared.unit) == (best, worst, 100, "cm")


@pytest.mark.parametrize(("minimum", "maximum"), [(5, 5), (5, 4)])
def test_a_range_that_is_empty_is_refused(minimum, maximum):
    with pytest.raises(ValueError, match="m: the minimum 5 is not below the maximum"):
        measure(Better.LOWER, minimum, maximum)


def test_the_range_is_a_fact_with_its_source():
    assert isinstance(measure(Better.LOWER), HasFacts)
    (fact,) = measure(Better.LOWER).facts()
    assert fact == ("A measure: range", "2 to 12 cm", SOURCE)
