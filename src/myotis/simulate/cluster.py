"""Workers elsewhere: the processes of a Dask cluster, for simulations that outgrow one machine.

A chunk that is lost with its worker is computed again by another one, and gives the same digits: it depends on the
simulation and its number alone. The cluster's workers must run the same sources.
"""

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from myotis.errors import SettingError
from myotis.simulate.workers import Answer, Workers
from myotis.terms.compiled import PACKAGE, digest_sources

if TYPE_CHECKING:
    from distributed import Client

TRIES: Final = 3
"""A chunk that fails is tried so many times more: where memory runs out, elsewhere there may be enough."""

SECONDS_TO_CONNECT: Final = 30


@contextmanager
def use_cluster(address: str) -> Iterator[tuple[Workers, int]]:
    """The workers of the cluster whose scheduler is at ``address``, such as tcp://host:8786, and how many chunks they
    can compute at a time.

    Raises SettingError where it can't be reached, has no workers, or they run other sources of Myotis.
    """
    try:
        from distributed import Client  # noqa: PLC0415 (an extra, and a second to load)
    except ImportError as error:
        raise SettingError("a cluster needs Dask; expected Myotis to be installed as myotis[cluster]") from error
    _check_answers(address)  # a client that fails to connect can lock the next one out
    try:
        client: Client = Client(address, timeout=SECONDS_TO_CONNECT, set_as_default=False)  # type: ignore[no-untyped-call]
    except (OSError, ValueError) as error:
        raise _no_cluster(address) from error
    with client:
        yield _Cluster(client), _check_workers(client)


def _check_answers(address: str) -> None:
    """Raise SettingError where nothing listens at an address."""
    try:
        place = urlsplit(address if "//" in address else f"tcp://{address}")
        with socket.create_connection((place.hostname or "", place.port or 0), timeout=SECONDS_TO_CONNECT):
            pass
    except (OSError, ValueError) as error:
        raise _no_cluster(address) from error


def _no_cluster(address: str) -> SettingError:
    return SettingError(f"no cluster answers at {address}; expected the address of a Dask scheduler")


class _Cluster:
    def __init__(self, client: "Client") -> None:
        self._client = client

    def submit(self, work: Callable[..., Any], /, *what: Any) -> Answer:
        """Have a function called by any worker."""
        answer: Answer = self._client.submit(work, *what, pure=False, retries=TRIES)
        return answer


def _check_workers(client: "Client") -> int:
    """How many chunks the workers can compute at a time, once it is sure that they run these sources."""
    threads = sum(client.nthreads().values())  # type: ignore[no-untyped-call]
    if not threads:
        raise SettingError("the cluster has no workers; expected one at least")
    mine = _digest()
    if others := [name for name, digest in client.run(_digest).items() if digest != mine]:
        raise SettingError(f"workers run other sources of Myotis: {', '.join(sorted(others))}; expected the same ones")
    return threads


def _digest() -> str:
    return digest_sources(PACKAGE)
