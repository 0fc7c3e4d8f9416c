"""The adverse events of a batch of trials one by one: when they begin, which infusion they follow, what they are.

What one virtual trial writes down of an event (`myotis.simulate.adverse_events`) is drawn here for all events at once,
from streams of its own; the infusion is found by the rule that analysis uses.
"""

from typing import NamedTuple

import numpy as np

from myotis.analyze.settling import Flags
from myotis.rules.dose import find_infusion
from myotis.rules.safety import FOLLOWS, INFUSIONAL, place_events, safety_limits
from myotis.simulate.adverse_events import find_onset
from myotis.simulate.batch import VirtualTrial
from myotis.simulate.lives import Lives
from myotis.simulate.luck import Luck
from myotis.terms.missing import MISSING, NO, YES
from myotis.terms.rule import Steps


class MarkedEvents(NamedTuple):
    """Arrays by event; events that begin after the subject has left are not known and not there."""

    life: Steps
    kind: Steps
    """The position in the course."""
    visit: Steps
    """The position of the visit whose infusion it follows."""
    treatment: Steps
    """What that infusion was."""
    infusional: Flags
    related: Flags
    serious: Flags


def mark_events(virtual: VirtualTrial, luck: Luck, lives: Lives) -> MarkedEvents:
    """The events of all lives, which must be dated."""
    course = virtual.course.adverse_events
    assert course is not None, "without them there is nothing to mark"
    kinds = list(course.kinds.values())
    life, visit, kind = (np.repeat(at, lives.events[lives.events > 0]) for at in np.nonzero(lives.events))
    when, related, serious = (luck.streams.find("event_mark", name).random(len(life)) for name in MARKS)
    first, last = (np.array([one.days_after[side] for one in kinds])[kind] for side in (0, 1))
    onset = lives.came[life, visit] + find_onset(first, last, when).astype(np.int64)
    follows, infusional = _place(virtual, lives, life, onset)
    known = onset <= _find_last_days(lives)[life]
    return MarkedEvents(
        life=life[known],
        kind=kind[known],
        visit=follows[known],
        treatment=lives.given[life, follows][known],
        infusional=infusional[known],
        related=(related < np.array([one.related for one in kinds])[kind])[known],
        serious=(serious < np.array([one.serious for one in kinds])[kind])[known],
    )


MARKS = ("onset", "related", "serious")


def _find_last_days(lives: Lives) -> Steps:
    """[life]: the day before the visit to which the subject did not come any more; of who stayed, no day."""
    leaving = lives.came[np.arange(len(lives.left)), np.maximum(lives.left, 0)] - 1
    return np.where(lives.left == MISSING, np.iinfo(np.int64).max, leaving)


def _place(virtual: VirtualTrial, lives: Lives, life: Steps, onset: Steps) -> tuple[Steps, Flags]:
    """By event: the visit of the infusion that it follows, and whether it is infusional."""
    plan = virtual.trial.plan.safety
    assert plan is not None, "the protocol's plan says what is infusional"
    infused, visit = np.nonzero(lives.given != MISSING)
    start = lives.came[infused, visit]
    end = start + find_shortest_days(virtual)[lives.given[infused, visit]] - 1
    owner = np.concatenate([infused, life])
    order = np.argsort(owner, kind="stable")
    is_infusion = np.concatenate([np.full(len(infused), YES), np.full(len(life), NO)])
    x = np.column_stack([is_infusion, np.concatenate([start, onset]), np.concatenate([end, onset])])[order]
    offsets = np.searchsorted(owner[order], np.arange(len(lives.left) + 1))
    out = np.empty((len(x), 3), dtype=np.int64)
    place_events.run(x, offsets, safety_limits(plan), out, engine="compiled")
    found = np.empty_like(out)
    found[order] = out
    follows = found[len(infused) :, FOLLOWS] + offsets[life]
    visits = np.concatenate([visit, np.full(len(life), MISSING)])[order]
    return visits[follows], found[len(infused) :, INFUSIONAL] == YES


def find_shortest_days(virtual: VirtualTrial) -> Steps:
    """[treatment]: over how many days an infusion goes at least, which is what virtual sites do; 1 where it has
    none."""
    infusions = [find_infusion(virtual.trial, treatment.id) for treatment in virtual.trial.treatments]
    return np.array([infusion.days[0] if infusion else 1 for infusion in infusions])
