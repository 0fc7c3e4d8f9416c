"""One trial, two roads: the same virtual subjects through the acts of both worlds, and through the fast simulation.

Datasets and results must be equal: this holds conduct, pharmacy, snapshot, reveal, derivation and simulation together.
"""

import pytest

from myotis.analyze.trial import analyze_trial
from myotis.conduct.snapshot.take import take_snapshot
from myotis.derive.datasets import derive_datasets
from myotis.log.check import check_log
from myotis.pharmacy.reveal import reveal_treatments
from myotis.protocol.read import read_trial
from myotis.simulate.driven.trial import drive_trial
from myotis.simulate.trial import simulate_trial

TRIAL = read_trial("proderm")
SEED, SUBJECTS = 3, 30


@pytest.fixture(scope="module")
def driven():
    return drive_trial(TRIAL, seed=SEED, subjects=SUBJECTS)


@pytest.fixture(scope="module")
def by_acts(driven):
    entries = driven.conduct.read()
    revealed = reveal_treatments(entries, driven.pharmacy.read(), TRIAL)
    assert revealed.disagreements == ()
    return {**take_snapshot(entries, TRIAL).tables, "ARMS": revealed.arms, "GIVEN": revealed.given}


@pytest.fixture(scope="module")
def both(by_acts):
    return derive_datasets(by_acts, TRIAL), derive_datasets(simulate_trial(TRIAL, seed=SEED, subjects=SUBJECTS), TRIAL)


@pytest.mark.parametrize("name", ["ADSL", "ADTIS", "ADCSM", "ADEX"])
def test_both_roads_lead_to_equal_datasets(both, name):
    live, fast = both
    assert live[name].height > SUBJECTS / 2
    assert live[name].equals(fast[name])


def test_adverse_events_are_the_same_but_for_their_numbers_and_their_coding(both):
    # A site numbers events as it hears of them, and does not code them.
    live, fast = (datasets["ADAE"].drop("AESEQ", "AEDECOD") for datasets in both)
    live, fast = live.sort(live.columns), fast.sort(live.columns)
    assert live.height > SUBJECTS
    assert live.equals(fast)


def test_both_roads_lead_to_equal_results(both):
    live, fast = (analyze_trial(datasets, TRIAL) for datasets in both)
    assert live.equals(fast)


def test_what_the_system_told_on_the_way_is_what_the_analysis_finds(both, by_acts):
    assert set(by_acts["LIVE"]["LIVEWHAT"]) >= {"deterioration", "tis", "response", "dose_plan"}
    assert both[0]["LIVEDIFF"].height == 0


def test_both_logs_are_whole(driven):
    for store in (driven.conduct, driven.pharmacy):
        assert check_log(entry.write_line() for entry in store.read()) == []
