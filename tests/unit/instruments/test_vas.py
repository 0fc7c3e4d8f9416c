import numpy as np
import pytest

from myotis.instruments import vas
from myotis.terms.source import Status

MEASURES = [vas.PHYSICIAN_GLOBAL, vas.PATIENT_GLOBAL, vas.PARENT_GLOBAL, vas.EXTRAMUSCULAR]


@pytest.mark.parametrize("measure", MEASURES)
def test_a_scale_is_ten_centimeters_and_lower_is_better(measure):
    assert (measure.unit, measure.best, measure.worst, measure.range_steps) == ("cm", 0, 10_000, 10_000)
    assert [fact.value for fact in measure.facts()] == ["0 to 10 cm"]
    assert measure.source.status is Status.VERIFIED


def test_centimeters_and_millimeters_are_the_same_steps():
    tenths = np.arange(101)
    in_cm, off_cm = vas.VAS_GRID.to_steps(tenths / 10)
    in_mm, off_mm = vas.VAS_GRID_MM.to_steps(tenths.astype(float))
    assert in_cm.tolist() == in_mm.tolist() == list(range(0, 10_001, 100))
    assert not off_cm.any()
    assert not off_mm.any()


@pytest.mark.parametrize(("before", "after", "percent"), [("1.1", "0.6", 5), ("2.2", "0.7", 15), ("4.4", "1.9", 25)])
def test_a_fall_that_doubles_get_wrong_is_exact(before, after, percent):
    assert float(before) - float(after) > percent / 10  # the trap: doubles put it above the limit
    steps, _ = vas.VAS_GRID.to_steps(np.array([float(before), float(after)]))
    assert 100 * (steps[0] - steps[1]) == percent * vas.PHYSICIAN_GLOBAL.range_steps


def test_names_are_unique():
    assert len({measure.name for measure in MEASURES}) == len(MEASURES)
