"""One value for a missing one: the last observation carried forward, and no response where the response is missing.

When to use: where a plan or a published analysis says so, or as a sensitivity analysis. One value in place of a missing
one hides that it is missing, so that intervals are too narrow; multiple imputation does not.
"""

from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from myotis.errors import StatisticsError
from myotis.statistics.result import Numbers

PANEL = "National Research Council, The Prevention and Treatment of Missing Data in Clinical Trials, 2010, chapter 4"
REFERENCES: Final = {"last-observation-carried-forward": PANEL, "nonresponse": PANEL}


def carry_last_observation_forward(values: ArrayLike) -> Numbers:
    """``values[..., visit]`` with each missing value (NaN) replaced by the last one before it.

    What is missing before the first observation stays missing. Whether the baseline is among the visits, and so may be
    carried, is the caller's. Raises StatisticsError for one number instead of visits.

    >>> carry_last_observation_forward([float("nan"), 12.0, float("nan"), 7.0]).tolist()
    [nan, 12.0, 12.0, 7.0]
    """
    x = np.asarray(values, dtype=float)
    if x.ndim == 0:
        raise StatisticsError("the values are one number; expected an array [..., visit]")
    observed = np.where(np.isnan(x), 0, np.arange(x.shape[-1]))
    last: Numbers = np.take_along_axis(x, np.maximum.accumulate(observed, axis=-1), axis=-1)
    return last


def impute_nonresponse(responses: ArrayLike) -> Numbers:
    """``responses`` (1 response, 0 none, NaN missing; any shape) with no response in place of a missing one.

    Raises StatisticsError for other numbers.

    >>> impute_nonresponse([1, 0, float("nan")]).tolist()
    [1.0, 0.0, 0.0]
    """
    x = np.asarray(responses, dtype=float)
    wrong = ~(np.isnan(x) | (x == 0) | (x == 1))
    if wrong.any():
        raise StatisticsError(f"{wrong.sum()} of {wrong.size} responses are neither 0 nor 1 nor missing (NaN)")
    return np.where(np.isnan(x), 0, x)
