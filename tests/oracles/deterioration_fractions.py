"""Deterioration and response a second time, in exact fractions and truth values, one subject after the other.

Written from what the trial's publications say (Arthritis Res Ther 2024;26:27, Fig. 1: the three ways to deteriorate and
two consecutive visits; NEJM 2022;387:1264: response) and from the descriptions of the options. It takes the texts that
were recorded and knows nothing of Myotis. True, False or None: what can't be known is found by trying both.
"""

from dataclasses import dataclass
from fractions import Fraction
from itertools import product

LOWEST_HIGHEST = {"physician": (0, 10), "patient": (0, 10), "strength": (0, 150), "function": (0, 3), "extra": (0, 10)}
MEASURES = tuple(LOWEST_HIGHEST)
HIGH_IS_GOOD = {"strength"}

PRODERM = (
    (2, (("physician", "2", "absolute"), ("strength", "20", "percent"))),
    (1, (("extra", "2", "absolute"),)),
    (3, tuple((measure, "30", "percent") for measure in MEASURES)),
)
"""Each way to deteriorate: how many of these worsenings are needed."""


@dataclass(frozen=True)
class Definition:
    ways: tuple = PRODERM
    visits: int = 2
    same_way: bool = False
    percent_of_range: bool = False
    zero_baseline: str = "range"  # or "any", "never"
    skip_unevaluable: bool = False


def is_worse(definition, measure, amount, kind, before, now):
    """Is a measure worse by the amount? Both values are known."""
    before, now = Fraction(before), Fraction(now)
    loss = before - now if measure in HIGH_IS_GOOD else now - before
    if kind == "absolute":
        return loss >= Fraction(amount)
    low, high = LOWEST_HIGHEST[measure]
    if definition.percent_of_range:
        return loss / (high - low) * 100 >= Fraction(amount)
    if before != 0:
        return loss / before * 100 >= Fraction(amount)
    if definition.zero_baseline == "any":
        return loss > 0
    return definition.zero_baseline == "range" and loss / (high - low) * 100 >= Fraction(amount)


def agreed(answers):
    """The one answer of all completions, or None where they differ."""
    answers = set(answers)
    return answers.pop() if len(answers) == 1 else None


def shows(definition, way, baseline, visit):
    """Does a visit show this way to deteriorate? Comparisons that can't be made are tried both ways."""
    needed, worsenings = way
    possible = []
    for measure, amount, kind in worsenings:
        before, now = baseline.get(measure), visit.get(measure)
        unknown = before is None or now is None
        possible.append((True, False) if unknown else (is_worse(definition, measure, amount, kind, before, now),))
    return agreed(sum(truths) >= needed for truths in product(*possible))


def any_of(truths):
    if any(truth is True for truth in truths):
        return True
    return None if any(truth is None for truth in truths) else False


def statuses(definition, course):
    """none, suspected, confirmed or not_evaluable for each visit after the first; a missed visit is {}."""
    baseline, *visits = course
    shown = [[shows(definition, way, baseline, visit) for way in definition.ways] for visit in visits]
    met = [any_of(ways) for ways in shown]
    found = []
    for last in range(len(visits)):
        histories = [[ways[index] for ways in shown[: last + 1]] for index in range(len(definition.ways))]
        if not definition.same_way:
            histories = [met[: last + 1]]
        if "confirmed" in found or any(_ends_in_run(definition, history) for history in histories):
            found.append("confirmed")
        else:
            found.append({True: "suspected", False: "none", None: "not_evaluable"}[met[last]])
    return found


def _ends_in_run(definition, history):
    if definition.skip_unevaluable:
        history = [truth for truth in history if truth is not None]
    return len(history) >= definition.visits and all(history[-definition.visits :])


@dataclass(frozen=True)
class Responder:
    """Who responds. ``also``: positions of earlier visits at one of which the threshold must have been reached."""

    threshold: int = 20
    at: int | None = None
    also: tuple = ()
    no_confirmed: bool = True
    completion: bool = False
    no_rescue: bool = False
    bounds_settle: bool = True


def possible_tis(definition, visit):
    """Every TIS that a visit could have had; ``visit`` is (tis, low, high) or None for a missed visit."""
    if visit is not None and visit[0] is not None:
        return [visit[0]]
    low, high = (0, 100) if visit is None or not definition.bounds_settle else visit[1:]
    return [low + Fraction(5, 2) * step for step in range(int((high - low) / Fraction(5, 2)) + 1)]


def responds(definition, tis, deterioration, completed, rescued, at):
    """Does the subject respond at visit ``at``? Lists by visit, the baseline at position 0; None is unknown."""
    if definition.also and at != definition.at:
        return "undefined"
    reached = [
        {value >= definition.threshold for value in possible_tis(definition, tis[visit] if visit < len(tis) else None)}
        for visit in (at, *definition.also)
    ]
    truths = ({True, False} if truth is None else {truth} for truth in (completed[at], rescued[at]))
    answers = []
    for now, *earlier, complete, rescue in product(*reached, *truths):
        answers.append(
            now
            and (not earlier or any(earlier))
            and not (definition.no_confirmed and deterioration[at] == "confirmed")
            and (complete or not definition.completion)
            and not (rescue and definition.no_rescue)
        )
    return agreed(answers)
