"""Models of a time to an event, from a median or hazards, and from the share that drops out."""

from myotis.design.continuous import read_numbers
from myotis.design.planned import Setup, take_test
from myotis.errors import SettingError, StatisticsError
from myotis.statistics.power.observed_events import Hazard
from myotis.statistics.power.time_to_event import TimeToEvent


def read_hazard(*, median: float | None, rates: str | None, cuts: str | None) -> Hazard:
    """A hazard from its median, or from rates such as 0.1,0.05 and the times between them at which they change.

    >>> read_hazard(median=None, rates="0.1,0.05", cuts="8")
    Hazard(rates=(0.1, 0.05), cuts=(8.0,))
    """
    if (median is None) == (rates is None):
        raise SettingError("expected one of --comparator-median and --comparator-hazard")
    if rates is None and cuts is not None:
        raise SettingError("a median has one hazard; expected --cuts with --comparator-hazard only")
    try:
        if rates is None:
            return Hazard.of_median(median or 0.0)
        found = read_numbers(rates, "the hazards")
        return Hazard(rates=found, cuts=read_numbers(cuts, "the cuts") if cuts else ())
    except StatisticsError as error:
        raise SettingError(str(error)) from error


def assume_time_to_event(
    setup: Setup,
    hazard_ratio: float,
    *,
    comparator: Hazard,
    dropout: tuple[float, float],
    dropout_by: float | None,
    accrual: float,
    follow_up: float,
    formula: str,
) -> TimeToEvent:
    """A hazard ratio under the log-rank test; shares drop out up to a time, at constant hazards.

    >>> setup = Setup(alpha=0.05, alternative="two-sided", said={})
    >>> assumed = assume_time_to_event(
    ...     setup, 0.5, comparator=Hazard.of_median(12), dropout=(0.0, 0.0), dropout_by=None, accrual=12, follow_up=12,
    ...     formula="schoenfeld",
    ... )
    >>> round(assumed.compute_power(60, 60), 4)
    0.7823
    """
    alpha, alternative, _ = take_test(setup)
    if any(dropout) and dropout_by is None:
        raise SettingError("a share drops out up to a time; expected --dropout-by")
    first, second = (Hazard.of_share(share, dropout_by or 1.0) for share in dropout)
    return TimeToEvent(
        hazard_ratio=hazard_ratio,
        comparator=comparator,
        dropout1=first,
        dropout2=second,
        accrual=accrual,
        follow_up=follow_up,
        alpha=alpha,
        alternative=alternative,
        formula=formula,
    )
