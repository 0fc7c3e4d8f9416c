"""Where the two logs disagree, or something was given that should not have been."""

from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from typing import Final, Literal, NamedTuple

from myotis.errors import SettingError
from myotis.pharmacy.bags import Bag, BagState
from myotis.pharmacy.dispensary import Dispensary
from myotis.pharmacy.site_log import SiteInfusion, SiteLog
from myotis.pharmacy.treatment import find_treatment, find_visit

Kind = Literal[
    "randomized_in_one_log", "other_slot", "infused_in_one_log", "other_visit", "unknown_label", "other_subject",
    "never_released", "stopped_before", "error_reported", "unlike_assigned", "recorded_twice", "more_than_held",
]  # fmt: skip

WORDS: Final[dict[Kind, str]] = {
    "randomized_in_one_log": "the subject was randomized in one log only",
    "other_slot": "the logs name different slots",
    "infused_in_one_log": "the bag was infused in one log only",
    "other_visit": "the logs name different visits",
    "unknown_label": "the pharmacy made no bag with the label",
    "other_subject": "the bag was made for another subject",
    "never_released": "the bag was infused and never released",
    "stopped_before": "the bag was infused after it was stopped, returned or discarded",
    "error_reported": "a dispensing error of the bag was reported",
    "unlike_assigned": "the bag held another treatment than the subject was to be given",
    "recorded_twice": "the bag was recorded for several days or subjects",
    "more_than_held": "more was infused than the bag held",
}
"""Each kind in words. None of them tells a treatment."""


class Disagreement(NamedTuple):
    """Something to look into. ``label`` and ``visit`` are empty where they don't apply."""

    kind: Kind
    subject: str
    label: str = ""
    visit: str = ""

    def __str__(self) -> str:
        where = " ".join(part for part in (self.subject, self.visit, self.label) if part)
        return f"{where}: {WORDS[self.kind]}"


def find_disagreements(site: SiteLog, dispensary: Dispensary) -> Iterator[Disagreement]:
    """Every disagreement, subject by subject."""
    yield from _compare_subjects(site, dispensary)
    yield from _compare_infusions(site, dispensary)
    recorded = Counter(one.label for one in site.infusions)
    for one in site.infusions:
        if recorded[one.label] > 1:
            yield Disagreement("recorded_twice", one.subject, one.label, one.visit)
        yield from _check_infusion(one, dispensary)


def _compare_subjects(site: SiteLog, dispensary: Dispensary) -> Iterator[Disagreement]:
    for subject in sorted(set(site.slots) ^ set(dispensary.subjects)):
        yield Disagreement("randomized_in_one_log", subject)
    for subject in sorted(set(site.slots) & set(dispensary.subjects)):
        if site.slots[subject] != dispensary.subjects[subject].slot:
            yield Disagreement("other_slot", subject)


def _compare_infusions(site: SiteLog, dispensary: Dispensary) -> Iterator[Disagreement]:
    told = {
        (card.id, one.label): one.visit for card in dispensary.subjects.values() for one in card.infusions
    }  # fmt: skip
    here = {(one.subject, one.label): one.visit for one in site.infusions}
    for subject, label in sorted(set(told) ^ set(here)):
        visit = told.get((subject, label)) or here.get((subject, label), "")
        yield Disagreement("infused_in_one_log", subject, label, visit)
    for subject, label in sorted(set(told) & set(here)):
        if told[subject, label] != here[subject, label]:
            yield Disagreement("other_visit", subject, label, here[subject, label])


def _check_infusion(one: SiteInfusion, dispensary: Dispensary) -> Iterator[Disagreement]:
    bag = dispensary.bags.get(one.label)
    place = one.subject, one.label, one.visit
    if bag is None:
        yield Disagreement("unknown_label", *place)
        return
    if bag.subject != one.subject:
        yield Disagreement("other_subject", *place)
    state = bag.before_infusion or bag.state
    if bag.released_at is None:
        yield Disagreement("never_released", *place)
    if state in {BagState.STOPPED, BagState.RETURNED, BagState.DISCARDED}:
        yield Disagreement("stopped_before", *place)
    if bag.errors:
        yield Disagreement("error_reported", *place)
    if bag.holds != _find_assigned(one, bag, dispensary):
        yield Disagreement("unlike_assigned", *place)
    if one.volume_ml and Fraction(one.volume_ml) > bag.volume_ml:
        yield Disagreement("more_than_held", *place)


def _find_assigned(one: SiteInfusion, bag: Bag, dispensary: Dispensary) -> str | None:
    """What the subject was to be given: what the bag was prepared as, where it was for the subject and the visit."""
    if (bag.subject, bag.visit) == (one.subject, one.visit):
        return bag.assigned
    card, visit = dispensary.subjects.get(one.subject), find_visit(dispensary.trial, one.visit)
    try:
        return find_treatment(dispensary.trial, card, visit.id) if card and visit else None
    except SettingError:
        return None
