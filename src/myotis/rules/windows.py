"""Visit windows: to which planned visit a contact on a study day belongs."""

from myotis.protocol.design import Visit
from myotis.protocol.trial import Trial
from myotis.terms.study_time import elapsed_days


def compute_deviation(visit: Visit, day: int) -> int:
    """How many days after (or, negative, before) its planned day a visit took place."""
    return elapsed_days(day) - elapsed_days(visit.day)


def is_in_window(visit: Visit, day: int) -> bool:
    """Does a study day lie in the window of a visit, both ends included?"""
    first, last = visit.window_days
    return first <= compute_deviation(visit, day) <= last


def find_visit(trial: Trial, day: int) -> Visit | None:
    """The planned visit whose window holds a study day; None where the day belongs to none (an unscheduled visit).

    Windows don't overlap, so there is at most one.
    """
    return next((visit for visit in trial.visits if is_in_window(visit, day)), None)
