"""The TIS a second time: one subject, one follow-up, in exact fractions, written from the paper's table.

Rider 2017 (doi 10.1002/art.40060) Table 3, Aggarwal 2017 (doi 10.1002/art.40064). It takes the texts that were
recorded ("6.5", "3/8") and knows nothing of Myotis: no grid, no integers, no array. Bounds are found by trying every
value that a missing measurement could have had.
"""

from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache

# Points for a change in the half-open interval (low, high], by slot; the last interval has no end.
BANDS = {
    "physician": [(5, 15, "7.5"), (15, 25, "15"), (25, 40, "17.5"), (40, None, "20")],
    "patient": [(5, 15, "2.5"), (15, 25, "5"), (25, 40, "7.5"), (40, None, "10")],
    "strength": [(2, 10, "10"), (10, 20, "20"), (20, 30, "27.5"), (30, None, "32.5")],
    "function": [(5, 15, "5"), (15, 25, "7.5"), (25, 40, "7.5"), (40, None, "10")],
    "enzyme": [(5, 15, "2.5"), (15, 25, "5"), (25, 40, "7.5"), (40, None, "7.5")],
    "extramuscular": [(5, 15, "7.5"), (15, 25, "12.5"), (25, 40, "15"), (40, None, "20")],
}
CLASSES = {"adult": (20, 40, 60), "juvenile": (30, 45, 70)}
TIE_ORDER = ("ck", "aldolase", "ldh", "ast", "alt")


def points_for(slot, percent):
    """The points of an improvement in percent of the range."""
    earned = [
        Fraction(points) for low, high, points in BANDS[slot] if low < percent and (high is None or percent <= high)
    ]
    return earned[0] if earned else Fraction(0)


@dataclass(frozen=True)
class Scale:
    """A measure with a fixed range; ``spacing`` is how far the values lie apart that a missing one could have had."""

    lowest: int
    highest: int
    high_is_good: bool
    spacing: str

    def improvement_percent(self, before, after):
        gain = Fraction(after) - Fraction(before) if self.high_is_good else Fraction(before) - Fraction(after)
        return 100 * gain / (self.highest - self.lowest)

    def values(self):
        steps = (self.highest - self.lowest) / Fraction(self.spacing)
        return [self.lowest + Fraction(self.spacing) * step for step in range(int(steps) + 1)]


VAS = Scale(0, 10, high_is_good=False, spacing="0.1")


@dataclass(frozen=True)
class Criteria:
    """The measures of a trial and its answers to what the papers leave open."""

    scales: dict = field(
        default_factory=lambda: {
            "physician": VAS,
            "patient": VAS,
            "strength": Scale(0, 150, high_is_good=True, spacing="1"),
            "function": Scale(0, 3, high_is_good=False, spacing="1/8"),
            "extramuscular": VAS,
        }
    )
    multiples: dict = field(default_factory=lambda: {"ck": 15, "aldolase": 6, "ldh": 3, "ast": 3, "alt": 3})
    choose_by_share_of_range: bool = False
    normal_scores_zero: bool = False
    clamp: bool = False
    missing: str = "not evaluable"


@dataclass(frozen=True)
class Answer:
    points: dict
    tis: Fraction | None
    low: Fraction
    high: Fraction
    enzyme: str | None
    missing: list


def choose_enzyme(criteria, baseline):
    """The enzyme with the highest value over its ULN (or over its range); the first of the tie order if equal."""
    share = {}
    for name in TIE_ORDER:
        if name in criteria.multiples and baseline.get(name) is not None:
            value, uln = baseline[name]
            if value is not None and uln is not None:
                share[name] = Fraction(value) / Fraction(uln)
                if criteria.choose_by_share_of_range:
                    share[name] /= criteria.multiples[name]
    return max(share, key=share.get) if share else None  # max keeps the first of equals


def enzyme_points(criteria, name, before, after):
    """Points of an enzyme, both visits as multiples of their own ULN."""
    multiple = criteria.multiples[name]
    if criteria.clamp:
        before, after = (Fraction(multiple) if times > multiple else times for times in (before, after))
    return points_for("enzyme", 100 * (before - after) / multiple)


def all_enzymes_normal(criteria, baseline):
    """Every enzyme that was measured at baseline, with its ULN, is within it."""
    measured = [times_uln(baseline.get(name)) for name in criteria.multiples]
    return all(times <= 1 for times in measured if times is not None)


def times_uln(pair):
    if pair is None or pair[0] is None or pair[1] is None:
        return None
    return Fraction(pair[0]) / Fraction(pair[1])


@cache
def possible_points(slot, scale, before, after):
    """Lowest and highest points of a measure with a fixed range, trying all values of what is missing."""
    befores = scale.values() if before is None else [before]
    afters = scale.values() if after is None else [after]
    tried = {points_for(slot, scale.improvement_percent(b, a)) for b in befores for a in afters}
    return min(tried), max(tried)


def possible_enzyme_points(criteria, name, before, after):
    """The same for the enzyme: from none at all to a hundred times the ULN."""
    every = [Fraction(times) for times in (0, 1, 2, 3, 5, 8, 12, 20, 40, 100)]
    names = [name] if name else list(criteria.multiples)
    befores = every if before is None else [before]
    afters = every if after is None else [after]
    tried = {enzyme_points(criteria, each, b, a) for each in names for b in befores for a in afters}
    return min(tried), max(tried)


def score(criteria, baseline, followup):
    """The TIS of one follow-up. Enzymes are pairs (value, ULN) of texts; None is missing."""
    enzyme = choose_enzyme(criteria, baseline) if criteria.multiples else None
    points, low, high = {}, Fraction(0), Fraction(0)
    for slot in BANDS:
        if slot == "enzyme" and criteria.multiples:
            before = times_uln(baseline.get(enzyme))
            after = times_uln(followup.get(enzyme))
            if before is not None and criteria.normal_scores_zero and all_enzymes_normal(criteria, baseline):
                least = most = points[slot] = Fraction(0)
            elif before is None or after is None:
                points[slot] = None
                least, most = possible_enzyme_points(criteria, enzyme, before, after)
            else:
                least = most = points[slot] = enzyme_points(criteria, enzyme, before, after)
        else:
            scale, before, after = criteria.scales[slot], baseline.get(slot), followup.get(slot)
            if before is None or after is None:
                points[slot] = None
                least, most = possible_points(slot, scale, before, after)
            else:
                least = most = points[slot] = points_for(slot, scale.improvement_percent(before, after))
        low, high = low + least, high + most
    missing = [slot for slot, earned in points.items() if earned is None]
    return Answer(points, _total(criteria, points, missing), low, high, enzyme, missing)


def _total(criteria, points, missing):
    scored = (
        not missing
        or (criteria.missing == "zero" and len(missing) < len(points))
        or (criteria.missing == "official" and not {"physician", "strength", "extramuscular"} & set(missing))
    )
    return sum((earned for earned in points.values() if earned is not None), Fraction(0)) if scored else None


def category(tis, population):
    minimal, moderate, major = CLASSES[population]
    if tis >= major:
        return "major"
    if tis >= moderate:
        return "moderate"
    return "minimal" if tis >= minimal else "none"
