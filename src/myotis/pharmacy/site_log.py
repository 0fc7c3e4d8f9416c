"""What the pharmacy reads in the site's log when treatments are revealed: who was randomized, and what was infused.

It reads entries by the names of their acts and values, corrections included.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple

from myotis.log.entry import Entry

FORMS: Final[Mapping[str, str]] = {"record_infusion": "infusion", "dispense_treatment": "dispensing"}
"""The acts by which a bag is used, and the form that each records."""
KEYS: Final[Mapping[str, tuple[str, ...]]] = {"infusion": ("visit", "day"), "dispensing": ("visit",)}
"""The values that tell forms of a kind apart, in the order in which a correction names them."""


class SiteInfusion(NamedTuple):
    """A bag that was infused or dispensed, as the site recorded it. ``volume_ml`` is empty where it says none."""

    subject: str
    visit: str
    label: str
    started: str
    volume_ml: str


class SiteLog(NamedTuple):
    """What the site's log says: the slot of each randomized subject (None without a list), and what was infused."""

    slots: dict[str, str | None]
    infusions: list[SiteInfusion]


def read_site_log(entries: Iterable[Entry]) -> SiteLog:
    """Read a site's log."""
    slots: dict[str, str | None] = {}
    forms: dict[tuple[str, str, tuple[str, ...]], dict[str, Any]] = {}
    for entry in entries:
        if entry.act == "randomize_subject" and entry.subject:
            slots[entry.subject] = entry.get("slot")
        elif entry.act in FORMS and entry.subject:
            form = FORMS[entry.act]
            which = tuple(str(entry.get(name)) for name in KEYS[form])
            forms[entry.subject, form, which] = {**entry.known, "occurred": entry.occurred}
        elif entry.act == "correct_value" and entry.subject:
            form, *rest = str(entry.get("form")).split("/")
            if items := forms.get((entry.subject, form, tuple(rest))):
                items[str(entry.get("item"))] = entry.get("value")
    return SiteLog(slots, [one for (subject, *_), items in forms.items() for one in _list_bags(subject, items)])


def _list_bags(subject: str, items: Mapping[str, Any]) -> Iterable[SiteInfusion]:
    """One a label: a form may name one bag or several."""
    labels = items.get("labels") or [items.get("label")]
    started = str(items.get("started") or items["occurred"])
    volume = items.get("volume_ml")
    for label in labels:
        if label:
            yield SiteInfusion(
                subject, str(items.get("visit")), str(label), started, "" if volume is None else str(volume)
            )
