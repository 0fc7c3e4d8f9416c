"""Group-sequential constants and inflation factors, two-sided: as printed by Jennison and Turnbull.

Group Sequential Methods with Applications to Clinical Trials (2000), tables 2.1 to 2.4 (Pocock, O'Brien-Fleming) and
chapter 2 (Wang-Tsiatis).
"""

from collections.abc import Iterator

import numpy as np
from comparison import Comparison

from myotis.statistics.group_sequential.boundaries import compute_boundary
from myotis.statistics.group_sequential.characteristics import compute_characteristics

LOOKS = (2, 3, 4, 5, 10)
CONSTANTS = {
    ("pocock", 0.05, None): ("table 2.1", (2.178, 2.289, 2.361, 2.413, 2.555)),
    ("obrien-fleming", 0.05, None): ("table 2.3", (1.977, 2.004, 2.024, 2.040, 2.087)),
    ("pocock", 0.01, None): ("table 2.1", (2.772, 2.873, 2.939, 2.986, 3.117)),
    ("wang-tsiatis", 0.05, 0.25): ("chapter 2", (2.038, 2.083, 2.113, 2.136)),
}
INFLATION = {
    ("pocock", 0.8): ("table 2.2", (1.110, 1.166, 1.202, 1.229, 1.301)),
    ("pocock", 0.9): ("table 2.2", (1.100, 1.151, 1.183, 1.207)),
    ("obrien-fleming", 0.8): ("table 2.4", (1.008, 1.017, 1.024, 1.028, 1.040)),
    ("obrien-fleming", 0.9): ("table 2.4", (1.007, 1.016, 1.022, 1.026, 1.037)),
}
PRINTED = {
    "source": "Jennison and Turnbull 2000",
    "tolerance": 5.001e-4,
    "scale": "absolute",
    "why": "half a unit of the last printed digit",
}


def comparisons() -> Iterator[Comparison]:
    """Critical values at the last look, and inflation factors, at 2 to 5 and 10 looks."""
    for (method, alpha, delta), (table, printed) in CONSTANTS.items():
        yield Comparison(
            function=compute_boundary,
            what=f"{method}, critical value at the last look, alpha {alpha:g}",
            made_by=table,
            ours=lambda m=method, a=alpha, d=delta, p=printed: [_design(k, m, a, d).upper[-1] for k in LOOKS[: len(p)]],
            theirs=printed,
            **PRINTED,
        )
    for (method, power), (table, printed) in INFLATION.items():
        yield Comparison(
            function=compute_characteristics,
            what=f"{method}, inflation factor, alpha 0.05, power {power:g}",
            made_by=table,
            ours=lambda m=method, p=power, t=printed: [
                compute_characteristics(_design(k, m, 0.05, None), power=p).inflation_factor for k in LOOKS[: len(t)]
            ],
            theirs=printed,
            **PRINTED,
        )


def _design(looks, method, alpha, delta):
    return compute_boundary(np.arange(1, looks + 1) / looks, method=method, alpha=alpha, sides=2, delta=delta)
