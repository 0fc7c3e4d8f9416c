"""Who gets which place of a list: the next one of the stratum, in order of arrival."""

from collections import Counter
from collections.abc import Mapping, Sequence

from myotis.errors import SettingError


def allocate_in_order(strata: Sequence[str], lists: Mapping[str, Sequence[str]]) -> list[str]:
    """The arm of each subject: the next one on the list of its stratum.

    ``strata`` holds the stratum of each subject in order of arrival. Raises SettingError where a stratum has no list,
    or its list is used up.

    >>> allocate_in_order(["mild", "severe", "mild"], {"mild": ["ivig", "placebo"], "severe": ["placebo"]})
    ['ivig', 'placebo', 'placebo']
    """
    for stratum, needed in Counter(strata).items():
        if len(lists.get(stratum, ())) < needed:
            places = len(lists.get(stratum, ()))
            raise SettingError(f"the list of stratum {stratum} has {places} places, not the {needed} that are needed")
    next_places = {stratum: iter(arms) for stratum, arms in lists.items()}
    return [next(next_places[stratum]) for stratum in strata]
