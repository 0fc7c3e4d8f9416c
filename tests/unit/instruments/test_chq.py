import pytest

from myotis.instruments.chq import chq_phs
from myotis.terms.source import Status


def test_the_range_is_the_trials_and_marked_open():
    measure = chq_phs(-5, 60)
    assert (measure.range_steps, measure.best, measure.worst) == (65_000, 60_000, -5_000)
    assert measure.source.status is Status.OPEN


def test_there_is_no_default_range():
    with pytest.raises(TypeError):
        chq_phs()


def test_a_range_has_a_length():
    with pytest.raises(ValueError, match="not below"):
        chq_phs(60, 60)
