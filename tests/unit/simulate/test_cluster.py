"""A cluster of processes, one of which is killed in the middle, gives the digits that threads give."""

import os
import signal

import pytest
from polars.testing import assert_frame_equal

from myotis.errors import SettingError
from myotis.protocol.read import read_trial
from myotis.simulate import cluster
from myotis.simulate.cluster import use_cluster
from myotis.simulate.course import read_course
from myotis.simulate.run import Asked, Wanted, run_simulation
from myotis.simulate.simulation import Scenario, plan_simulation
from myotis.simulate.workers import use_threads

distributed = pytest.importorskip("distributed")

ASKED = Asked(alpha=0.05, margin=0.0)


@pytest.fixture(scope="module")
def local():
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=":0", host="127.0.0.1"
    ) as made:
        yield made


@pytest.fixture(scope="module")
def simulation():
    scenario = Scenario("as_assumed", read_course("proderm"))
    return plan_simulation(read_trial("proderm"), [scenario], seed=5, grid={"subjects": ["12"]})


@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::DeprecationWarning")
def test_a_killed_worker_loses_nothing_and_changes_no_digit(local, simulation, tmp_path):
    killed = []

    def kill(standing):
        if standing.finished == 2:
            worker = next(iter(local.workers.values()))
            killed.append(worker.pid)
            os.kill(worker.pid, signal.SIGKILL)

    wanted = Wanted(6 * 2048)
    with use_cluster(local.scheduler_address) as (workers, at_a_time):
        assert at_a_time == 2
        by_cluster = run_simulation(
            simulation, tmp_path / "cluster", wanted, workers, at_a_time, asked=ASKED, tell=kill
        )
    assert len(killed) == 1
    with use_threads(1) as (workers, at_a_time):
        by_threads = run_simulation(simulation, tmp_path / "threads", wanted, workers, at_a_time, asked=ASKED)
    assert_frame_equal(by_cluster, by_threads, check_exact=True)


@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::DeprecationWarning")
def test_workers_that_run_other_sources_are_refused(local, monkeypatch):
    monkeypatch.setattr(cluster, "_digest", Changing())
    with pytest.raises(SettingError, match="other sources"), use_cluster(local.scheduler_address):
        pass


class Changing:
    """Another digest at every call, here and there."""

    def __call__(self):
        return os.urandom(8).hex()


@pytest.mark.parametrize("address", ["nonsense", "tcp://127.0.0.1:1"])
def test_an_address_without_a_cluster_is_refused(address, monkeypatch):
    monkeypatch.setattr(cluster, "SECONDS_TO_CONNECT", 1)
    with pytest.raises(SettingError, match="no cluster answers"), use_cluster(address):
        pass
