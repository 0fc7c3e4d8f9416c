"""The strata of an analysis, as codes: those that the subjects were randomized in."""

import numpy as np
import polars as pl
from numpy.typing import NDArray

from myotis.errors import SettingError
from myotis.protocol.plan import Estimand
from myotis.protocol.trial import Trial


def code_strata(subjects: pl.DataFrame, estimand: Estimand, trial: Trial) -> NDArray[np.int64]:
    """The stratum of each row (column STRATAR) as a whole number from 0, in the order of the strata's names.

    Raises SettingError, which names the estimand, where the plan asks for strata as corrected or a test by some of the
    stratification factors only, and where a subject has no stratum.
    """
    if trial.plan.strata_as != "randomized":
        raise SettingError(
            f'estimand {estimand.id}: strata as corrected are not known; expected strata_as = "randomized"'
        )
    factors = {factor.id for factor in trial.randomization.factors}
    if estimand.test.strata and set(estimand.test.strata) != factors:
        what = "a test by some of the stratification factors is not carried out"
        raise SettingError(f"estimand {estimand.id}: {what}; expected all of them")
    unknown = subjects["STRATAR"].null_count()
    if unknown:
        raise SettingError(f"estimand {estimand.id}: {unknown} subjects have no stratum; expected STRATAR in ADSL")
    return (subjects["STRATAR"].rank("dense").cast(pl.Int64) - 1).to_numpy()
