"""Eligibility: each criterion met, not met or unknown, and what follows."""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from itertools import accumulate
from typing import Final, NamedTuple

import numpy as np

from myotis.errors import Fault, InputError, SettingError
from myotis.protocol.criteria import FACT_STEPS_PER_UNIT, Condition, FactDeclaration
from myotis.protocol.trial import Trial
from myotis.terms.missing import MISSING, NO, UNKNOWN, YES, at_least
from myotis.terms.rule import Steps, rule, rule_part
from myotis.terms.units import Quantity

EQUAL: Final = 0
AT_LEAST: Final = 1
ABOVE: Final = 2
AT_MOST: Final = 3
BELOW: Final = 4
COMPARISONS: Final = {"equals": EQUAL, "at_least": AT_LEAST, "above": ABOVE, "at_most": AT_MOST, "below": BELOW}

HALF_STEPS: Final = 2
"""Limits are whole thousandths of a unit. A fact is twice as many thousandths, or the odd number between two where it
lies between two: an enzyme of 312/205 x ULN is compared as exactly as one of 1.5 x ULN."""

LARGEST_FACT: Final = 10**12


class EligibilityLimits(NamedTuple):
    """The criteria as integers: for each criterion the answer that lets a subject in and the first of its groups; for
    each group how many of its conditions are needed and the first of them; for each condition its fact, comparison and
    limit. What is first has one more entry at the end."""

    wanted: tuple[int, ...]
    first_group: tuple[int, ...]
    needed: tuple[int, ...]
    first_condition: tuple[int, ...]
    fact: tuple[int, ...]
    comparison: tuple[int, ...]
    limit: tuple[int, ...]


def eligibility_limits(trial: Trial) -> EligibilityLimits:
    """The criteria of a trial as integers."""
    facts = {fact.id: (position, fact) for position, fact in enumerate(trial.facts)}
    groups = [group for criterion in trial.eligibility for group in criterion.require]
    conditions = [condition for group in groups for condition in group.of]
    compared = [_comparison(condition, facts[condition.fact][1]) for condition in conditions]
    return EligibilityLimits(
        wanted=tuple(YES if criterion.kind == "inclusion" else NO for criterion in trial.eligibility),
        first_group=tuple(accumulate((len(criterion.require) for criterion in trial.eligibility), initial=0)),
        needed=tuple(group.at_least for group in groups),
        first_condition=tuple(accumulate((len(group.of) for group in groups), initial=0)),
        fact=tuple(facts[condition.fact][0] for condition in conditions),
        comparison=tuple(comparison for comparison, _ in compared),
        limit=tuple(limit for _, limit in compared),
    )


def _comparison(condition: Condition, fact: FactDeclaration) -> tuple[int, int]:
    ((name, value),) = condition.comparisons.items()
    return COMPARISONS[name], encode_fact(value, fact)


def encode_fact(value: object, fact: FactDeclaration) -> int:
    """A screening fact as an integer: yes and no, the position of a choice, half thousandths of a number's unit.

    None becomes MISSING. Raises ValueError for what the fact can't be; numbers are exact (int, Decimal, Fraction, or
    a Quantity in the fact's unit), any such number: see ``HALF_STEPS``.

    >>> times_uln = FactDeclaration(id="ck", label="CK", kind="number", unit="x ULN")
    >>> encode_fact(Decimal("1.5"), times_uln), encode_fact(Fraction(15_001, 10_000), times_uln)
    (3000, 3001)
    """
    if value is None:
        return MISSING
    if fact.kind == "yes_no" and isinstance(value, bool):
        return YES if value else NO
    if fact.kind == "choice" and value in fact.choices:
        return fact.choices.index(str(value))
    if fact.kind == "number":
        exact = _exact_number(value, fact)
        if exact is not None and abs(exact) < LARGEST_FACT:
            return encode_ratio(exact.numerator, exact.denominator)
    raise ValueError(f"{fact.id} takes {_describe_answers(fact)}")


@rule_part
def encode_ratio(numerator: int, denominator: int) -> int:
    """An exact number as half thousandths: see ``HALF_STEPS``. In compiled rules the numerator is below 2**53."""
    thousandths = FACT_STEPS_PER_UNIT * numerator
    below = thousandths // denominator
    return HALF_STEPS * below + int(below * denominator != thousandths)


def _exact_number(value: object, fact: FactDeclaration) -> Fraction | None:
    number = value.number if isinstance(value, Quantity) and value.unit == fact.unit else value
    if isinstance(number, bool) or (isinstance(number, Decimal) and not number.is_finite()):
        return None
    return Fraction(number) if isinstance(number, int | Decimal | Fraction) else None


def _describe_answers(fact: FactDeclaration) -> str:
    exact = f"an exact number (int, Decimal or Fraction) of {fact.unit}"
    return {"yes_no": "True or False", "number": exact, "choice": ", ".join(fact.choices)}[fact.kind]


@rule_part
def is_met(value: int, comparison: int, limit: int) -> int:
    """Does a fact meet a condition? UNKNOWN where the fact is."""
    if value == MISSING:
        return UNKNOWN
    met = value == limit
    if comparison == AT_LEAST:
        met = value >= limit
    elif comparison == ABOVE:
        met = value > limit
    elif comparison == AT_MOST:
        met = value <= limit
    elif comparison == BELOW:
        met = value < limit
    return YES if met else NO


@rule_part
def ask_condition(values: Steps, comparison: int, limit: int, known: Steps, unknown: Steps) -> None:
    """Count of each screening whether its fact meets a condition, or isn't known to."""
    for screening in range(len(values)):
        answer = is_met(values[screening], comparison, limit)
        known[screening] += int(answer == YES)
        unknown[screening] += int(answer == UNKNOWN)


@rule_part
def ask_group(needed: int, met: Steps, maybe: Steps, known: Steps, unknown: Steps) -> None:
    """Count of each screening whether enough conditions of a group are met, or may be."""
    for screening in range(len(met)):
        answer = at_least(needed, met[screening], maybe[screening])
        known[screening] += int(answer == YES)
        unknown[screening] += int(answer == UNKNOWN)


@rule
def check_criteria(x: Steps, limits: EligibilityLimits, out: Steps) -> None:
    """Each criterion of each screening, of a subject or of many.

    ``x[screening, fact]``: facts as ``encode_fact`` gives them. ``out[screening, criterion]``: YES where the criterion
    is met (for an exclusion that means excluded), NO, or UNKNOWN. One condition after the other is asked of all
    screenings, which is quicker where they are many.
    """
    count = x.shape[0]
    for criterion in range(len(limits.wanted)):
        first, after = limits.first_group[criterion], limits.first_group[criterion + 1]
        known, unknown = np.zeros(count, dtype=np.int64), np.zeros(count, dtype=np.int64)
        for group in range(first, after):
            met, maybe = np.zeros(count, dtype=np.int64), np.zeros(count, dtype=np.int64)
            for condition in range(limits.first_condition[group], limits.first_condition[group + 1]):
                values = x[:, limits.fact[condition]]
                ask_condition(values, limits.comparison[condition], limits.limit[condition], met, maybe)
            ask_group(limits.needed[group], met, maybe, known, unknown)
        for screening in range(count):
            out[screening, criterion] = at_least(after - first, known[screening], unknown[screening])


@rule_part
def find_eligible(out: Steps, limits: EligibilityLimits, eligible: Steps) -> None:
    """Fill in of each screening [screening] whether every inclusion criterion is met, and no exclusion criterion: YES,
    NO or UNKNOWN. ``out`` is that of ``check_criteria``."""
    for screening in range(len(eligible)):
        eligible[screening] = YES
    for criterion in range(len(limits.wanted)):
        for screening in range(len(eligible)):
            answer = out[screening, criterion]
            if answer == UNKNOWN:
                eligible[screening] = NO if eligible[screening] == NO else UNKNOWN
            elif answer != limits.wanted[criterion]:
                eligible[screening] = NO


class Eligibility(NamedTuple):
    """The answer for one subject: by criterion whether it is met, and whether the subject may be enrolled."""

    criteria: dict[str, int]
    eligible: int


def assess_eligibility(trial: Trial, facts: Mapping[str, object]) -> Eligibility:
    """Assess one subject's screening facts against the protocol, criterion by criterion.

    ``facts`` goes from the id of a fact to its value; an absent one is unknown. Eligible is YES where every
    inclusion criterion is met and no exclusion criterion is, UNKNOWN where that may still come out. Raises
    SettingError for a fact that the protocol does not declare: it would count as unknown for ever; and InputError
    with every fact that has a value which it can't have.
    """
    if unknown := sorted(set(facts) - {fact.id for fact in trial.facts}):
        raise SettingError(f"the protocol declares no fact {', '.join(unknown)}")
    x = np.full((1, len(trial.facts)), MISSING, dtype=np.int64)
    faults = []
    for position, fact in enumerate(trial.facts):
        try:
            x[0, position] = encode_fact(facts.get(fact.id), fact)
        except ValueError:
            faults.append(Fault(what="not an answer", expected=_describe_answers(fact), column=fact.id))
    if faults:
        raise InputError(faults)
    out, eligible = np.empty((1, len(trial.eligibility)), dtype=np.int64), np.empty(1, dtype=np.int64)
    limits = eligibility_limits(trial)
    check_criteria(x, limits, out)
    find_eligible(out, limits, eligible)
    answers = {criterion.id: int(answer) for criterion, answer in zip(trial.eligibility, out[0], strict=True)}
    return Eligibility(answers, int(eligible[0]))
