"""Whether chains of draws have settled: the potential scale reduction and the autocorrelation of their parameters."""

from dataclasses import dataclass

import numpy as np

from myotis.statistics.result import Numbers


@dataclass(frozen=True, slots=True, kw_only=True)
class Convergence:
    """The trace of the parameters after the burn-in, and what it says.

    ``trace[iteration, chain, parameter]``. ``scale_reduction[parameter]`` compares the halves of all chains with one
    another (split potential scale reduction; Gelman A, Rubin DB, Stat Sci 1992;7:457-472): near 1 where they agree.
    ``autocorrelation[parameter]`` is that of draws which two imputations of a chain lie apart: near 0 where they are
    as good as independent. Both are NaN where the chains are too short to tell.
    """

    trace: Numbers
    scale_reduction: Numbers
    autocorrelation: Numbers

    @property
    def worst_scale_reduction(self) -> float:
        """That of the parameter which agrees least; NaN where none can be told."""
        return float(np.nan if np.isnan(self.scale_reduction).all() else np.nanmax(self.scale_reduction))

    @property
    def worst_autocorrelation(self) -> float:
        """The largest autocorrelation of a parameter, from one imputation of a chain to its next."""
        return float(np.nan if np.isnan(self.autocorrelation).all() else np.nanmax(np.abs(self.autocorrelation)))


def diagnose_chains(trace: Numbers, lag: int) -> Convergence:
    """The convergence of ``trace[iteration, chain, parameter]``; ``lag`` iterations lie between two imputations."""
    return Convergence(
        trace=trace,
        scale_reduction=compute_scale_reduction(trace),
        autocorrelation=compute_autocorrelation(trace, lag),
    )


def compute_scale_reduction(trace: Numbers) -> Numbers:
    """The split potential scale reduction of each parameter; NaN with fewer than 4 iterations."""
    half = len(trace) // 2
    if half < 2:
        return np.full(trace.shape[-1], np.nan)
    halves = np.concatenate([trace[:half], trace[-half:]], axis=1)
    within = halves.var(axis=0, ddof=1).mean(axis=0)
    between = halves.mean(axis=0).var(axis=0, ddof=1)
    ratio = np.divide(between, within, out=np.zeros_like(within), where=within > 0)
    return np.asarray(np.sqrt((half - 1) / half + ratio))


def compute_autocorrelation(trace: Numbers, lag: int) -> Numbers:
    """The autocorrelation of each parameter within its chains at a lag; NaN where the chains are not twice as long."""
    if len(trace) < 2 * lag:
        return np.full(trace.shape[-1], np.nan)
    centered = trace - trace.mean(axis=0)
    power = (centered**2).mean(axis=(0, 1))
    product = (centered[lag:] * centered[:-lag]).mean(axis=(0, 1))
    return np.asarray(np.divide(product, power, out=np.zeros_like(power), where=power > 0))
