"""Laws of derivation and simulation: what may not matter does not."""

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from myotis.derive.datasets import derive_datasets
from myotis.protocol.read import read_trial
from myotis.simulate.trial import simulate_trial

TRIAL = read_trial("proderm")
SNAPSHOT = simulate_trial(TRIAL, seed=11, subjects=30)
DATASETS = derive_datasets(SNAPSHOT, TRIAL)


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_the_order_of_rows_changes_nothing(seed):
    shuffled = {name: frame.sample(fraction=1, shuffle=True, seed=seed) for name, frame in SNAPSHOT.items()}
    for name, frame in derive_datasets(shuffled, TRIAL).items():
        assert frame.equals(DATASETS[name])


def test_the_arms_change_no_score():
    other = {"ivig": "placebo", "placebo": "ivig", "IVIG": "Placebo", "Placebo": "IVIG"}
    swapped = SNAPSHOT["DM"].with_columns(pl.col("ARMCD", "ARM").replace(other))
    derived = derive_datasets(SNAPSHOT | {"DM": swapped}, TRIAL)
    for name in ("ADTIS", "ADCSM"):
        assert derived[name].drop("TRT01P").equals(DATASETS[name].drop("TRT01P"))
        assert derived[name]["TRT01P"].to_list() == DATASETS[name]["TRT01P"].replace(other).to_list()


@settings(max_examples=5, deadline=None)
@given(count=st.integers(1, 30))
def test_a_subject_is_derived_as_if_alone(count):
    kept = SNAPSHOT["DM"]["USUBJID"][:count].implode()
    part = {name: frame.filter(pl.col("USUBJID").is_in(kept)) for name, frame in SNAPSHOT.items()}
    for name, frame in derive_datasets(part, TRIAL).items():
        assert frame.equals(DATASETS[name].filter(pl.col("USUBJID").is_in(kept)))


def test_the_same_seed_gives_the_same_trial_and_another_seed_another():
    again, other = (simulate_trial(TRIAL, seed=seed, subjects=30) for seed in (11, 12))
    assert all(frame.equals(SNAPSHOT[name]) for name, frame in again.items())
    assert not other["QS"].equals(SNAPSHOT["QS"])


@pytest.mark.parametrize("count", [1, 12, 29])
def test_more_subjects_leave_the_earlier_ones_as_they_were(count):
    fewer = simulate_trial(TRIAL, seed=11, subjects=count)
    kept = fewer["DM"]["USUBJID"].implode()
    for name, frame in fewer.items():
        assert frame.equals(SNAPSHOT[name].filter(pl.col("USUBJID").is_in(kept)))


def test_no_visit_knows_a_later_one():
    """Cutting the snapshot after week 8 leaves the scores up to week 8 as they were."""
    early = {
        name: frame.filter(pl.col("VISITNUM") <= 8) if name in {"QS", "MK", "RS", "LB"} else frame
        for name, frame in SNAPSHOT.items()
    }
    before = derive_datasets(early, TRIAL)["ADTIS"]
    assert before.equals(DATASETS["ADTIS"].filter(pl.col("AVISITN") <= 8))
