"""Numbers of events and their exposure, checked."""

import numpy as np
from numpy.typing import ArrayLike

from myotis.errors import StatisticsError
from myotis.statistics.result import Numbers

NO_EXPOSURE = "a group without exposure has no rate"
NO_EVENTS = "neither group has an event, so the ratio of their rates can be anything"


def take_events(events: ArrayLike, exposure: ArrayLike) -> tuple[Numbers, Numbers]:
    """Events and exposure as floats of one shape; raises StatisticsError where they can't be that."""
    x, t = np.broadcast_arrays(np.asarray(events, dtype=float), np.asarray(exposure, dtype=float))
    wrong = ~((x >= 0) & (x == np.round(x)) & np.isfinite(x) & (t >= 0) & np.isfinite(t) & ((t > 0) | (x == 0)))
    if wrong.any():
        raise StatisticsError(
            f"{wrong.sum()} of {wrong.size} pairs are no events in an exposure; expected whole numbers of events from "
            "0, an exposure of 0 or more, and no events without exposure"
        )
    return x, t
