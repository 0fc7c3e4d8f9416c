"""A question put to many assumptions: power for sizes, sizes for a power, or the effect that sizes can detect."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from myotis.design.planned import Setup
from myotis.errors import SettingError, StatisticsError
from myotis.statistics.power.answers import (
    Direction,
    PowerAnswer,
    Ratio,
    SampleSize,
    compute_power,
    find_detectable_effect,
    find_sample_size,
    split_subjects,
)
from myotis.statistics.power.assumptions import Assumptions
from myotis.statistics.power.assurance import Assurance
from myotis.statistics.power.dropout import DropoutsRemoved
from myotis.statistics.power.sequential import GroupSequential, LooksPlan, plan_looks
from myotis.statistics.power.time_to_event import TimeToEvent

Kind = Literal["power", "size", "effect"]

MOST_SIZES = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Sizes of both groups, and powers; the one that is empty is asked for, or, where neither is, the effect."""

    kind: Kind
    sizes: tuple[tuple[int, int], ...]
    powers: tuple[float, ...]
    ratio: Ratio
    direction: Direction


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """An answer with the question that it answers.

    ``evaluable`` are those of each group who are left where dropouts are removed, ``looks`` what is expected of interim
    analyses, and ``events`` those expected of a time to event; None where there is no such thing. ``is_assurance`` says
    that the power is one averaged over a prior.
    """

    kind: Kind
    answer: PowerAnswer
    evaluable: tuple[int, int] | None
    looks: LooksPlan | None
    events: float | None
    is_assurance: bool


def ask(
    setup: Setup,
    *,
    has_effect: bool,
    subjects: Sequence[str] | None,
    powers: Sequence[float] | None,
    direction: Direction,
    name: str = "--power",
) -> Question:
    """The question that is asked by what is left out: effect, subjects or power (which the option ``name`` gives).

    Raises SettingError where none or more than one is left out, and for subjects that are no numbers.

    >>> setup = Setup(ratio=(1, 1), said={})
    >>> ask(setup, has_effect=True, subjects=["90:94:2"], powers=None, direction="greater").sizes
    ((45, 45), (46, 46), (47, 47))
    """
    assert setup.ratio is not None
    given = {"an effect": has_effect, "--subjects": bool(subjects), name: bool(powers)}
    if sum(given.values()) != 2:
        there = " and ".join(one for one, is_given in given.items() if is_given) or "nothing"
        raise SettingError(f"{there} is given; expected two of {', '.join(given)}. The third is the answer")
    kind: Kind = "effect" if not has_effect else "power" if subjects else "size"
    sizes = tuple(size for text in subjects or () for size in read_sizes(text, setup.ratio))
    return Question(kind=kind, sizes=sizes, powers=tuple(powers or ()), ratio=setup.ratio, direction=direction)


def read_sizes(text: str, ratio: Ratio) -> list[tuple[int, int]]:
    """Sizes of both groups from a total (94), a range of totals with its step (40:120:2), or two groups (47+48).

    >>> read_sizes("94", (1, 1)), read_sizes("47+48", (1, 1)), read_sizes("60:66:3", (2, 1))
    ([(47, 47)], [(47, 48)], [(40, 20), (42, 21), (44, 22)])
    """
    try:
        if "+" in text:
            first, second = (int(part) for part in text.split("+"))
            sizes = [(first, second)]
        else:
            low, *rest = (int(part) for part in text.split(":"))
            high, step = rest if rest else (low, 1)
            totals = range(low, high + 1, step)
            if len(totals) > MOST_SIZES:
                raise SettingError(f"the range {text} has {len(totals)} sizes; expected at most {MOST_SIZES}")
            sizes = [split_subjects(total, ratio) for total in totals]
    except ValueError as error:
        expected = "a whole number (94), a range with its step (40:120:2) or two groups (47+48)"
        raise SettingError(f"the subjects are {text}; expected {expected}") from error
    except StatisticsError as error:
        raise SettingError(str(error)) from error
    if not sizes or min(min(size) for size in sizes) < 1:
        raise SettingError(f"the subjects are {text}; expected some in both groups")
    return sizes


def answer_all(assumed: Sequence[Assumptions], question: Question) -> Iterator[Row]:
    """The answers of all assumptions, in their order, at all sizes and powers that are asked about."""
    for assumptions in assumed:
        for answer in _answer(assumptions, question):
            yield _describe(assumptions, question.kind, answer)


def _describe(assumptions: Assumptions, kind: Kind, answer: PowerAnswer) -> Row:
    sizes, evaluable = (answer.n1, answer.n2), None
    if isinstance(assumptions, DropoutsRemoved):
        sizes = evaluable = assumptions.count_evaluable(*sizes)
        assumptions = assumptions.assumptions
    assumptions = assumptions.with_effect(answer.effect) if kind == "effect" else assumptions
    looks = None
    if isinstance(assumptions, GroupSequential) and min(sizes) >= 1:
        looks = plan_looks(assumptions, *sizes)
        assumptions = assumptions.assumptions
    events = assumptions.count_events(*sizes) if isinstance(assumptions, TimeToEvent) else None
    is_assurance = isinstance(assumptions, Assurance)
    return Row(kind=kind, answer=answer, evaluable=evaluable, looks=looks, events=events, is_assurance=is_assurance)


def _answer(assumptions: Assumptions, question: Question) -> Iterator[PowerAnswer]:
    if question.kind == "power":
        for n1, n2 in question.sizes:
            yield compute_power(assumptions, n1, n2)
    elif question.kind == "size":
        for power in question.powers:
            yield find_sample_size(assumptions, power=power, ratio=question.ratio)
    else:
        for n1, n2 in question.sizes:
            for power in question.powers:
                yield find_detectable_effect(assumptions, n1, n2, power=power, direction=question.direction)


def tabulate_row(row: Row) -> dict[str, Any]:
    """An answer as one row of a table, without what it does not have: assumptions, sizes, power, and the method."""
    answer = row.answer
    size = answer if isinstance(answer, SampleSize) else None
    jumping = size if size and size.looked_to != (size.n1, size.n2) else None
    evaluable = row.evaluable or (None, None)
    columns = {
        "answer": row.kind,
        **answer.options,
        "subjects": answer.n1 + answer.n2,
        "n1": answer.n1,
        "n2": answer.n2,
        "evaluable1": evaluable[0],
        "evaluable2": evaluable[1],
        "events": row.events,
        "expected_subjects_null": row.looks and row.looks.expected_null,
        "expected_subjects": row.looks and row.looks.expected_planned,
        "effect": answer.effect,
        "assurance" if row.is_assurance else "power": answer.power,
        "target": size and size.target,
        "lasting_subjects": jumping and sum(jumping.lasting),
        "looked_to_subjects": jumping and sum(jumping.looked_to),
        "alpha": answer.alpha,
        "alternative": answer.alternative,
        "method": answer.method,
        "reference": answer.reference,
    }
    return {name: value for name, value in columns.items() if value is not None}
