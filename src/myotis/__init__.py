"""Myotis takes a myositis trial from its protocol to its paper.

The names below are loaded when they are first used, so that ``import myotis`` stays quick.
"""

from importlib import import_module
from typing import Any

__version__ = "0.1.0.dev0"

_HOMES = {
    "score_visits": "myotis.score.visits",
    "compute_tis": "myotis.instruments.tis",
    "compute_max_attainable_tis": "myotis.instruments.tis",
    "read_trial": "myotis.protocol.read",
    "derive_datasets": "myotis.derive.datasets",
    "analyze_trial": "myotis.analyze.trial",
    "render_report": "myotis.report.html",
    "simulate_trial": "myotis.simulate.trial",
    "drive_trial": "myotis.simulate.driven.trial",
    "take_snapshot": "myotis.conduct.snapshot.take",
    "reveal_treatments": "myotis.pharmacy.reveal",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'myotis' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted(["__version__", *_HOMES])
