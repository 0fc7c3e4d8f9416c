"""The criteria of Bohan and Peter (1975) for polymyositis and dermatomyositis.

Five criteria are called by name, not by number: papers number them differently.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np

from myotis.errors import InputError
from myotis.instruments.classification_2017 import check_answers
from myotis.instruments.classification_2017_weights import Certainty
from myotis.terms.missing import NO, UNKNOWN, YES
from myotis.terms.source import Fact, Source, Status

SOURCE: Final = Source(
    "Bohan and Peter 1975, N Engl J Med 292:344-347 and 403-407",
    Status.VERIFIED,
    "read in two reviews that print the criteria",
)


class Disease(StrEnum):
    """Which of the two diseases the criteria speak of: the rash decides."""

    POLYMYOSITIS = "polymyositis"
    DERMATOMYOSITIS = "dermatomyositis"


NEEDED: Final = {
    Disease.POLYMYOSITIS: {Certainty.DEFINITE: 4, Certainty.PROBABLE: 3, Certainty.POSSIBLE: 2},
    Disease.DERMATOMYOSITIS: {Certainty.DEFINITE: 3, Certainty.PROBABLE: 2, Certainty.POSSIBLE: 1},
}
"""How many of the four criteria other than the rash each class needs. A rash alone is not classified."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BohanPeterFindings:
    """The five criteria, each YES, NO or UNKNOWN. A test that was not done is UNKNOWN, not NO."""

    weakness: int
    """Symmetric proximal weakness: limb girdles and neck flexors."""
    biopsy: int
    """Muscle biopsy typical of myositis."""
    enzymes: int
    """Muscle enzymes raised in serum."""
    emg: int
    """Electromyography typical of myositis."""
    rash: int
    """Rash typical of dermatomyositis."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BohanPeterExclusions:
    """What rules the diseases out, each YES, NO or UNKNOWN. One that was not looked for is UNKNOWN, not NO."""

    neurological_disease: int
    """Disease of the central or peripheral nervous system."""
    muscular_dystrophy: int
    granulomatous_or_infectious_myositis: int
    metabolic_or_endocrine_myopathy: int
    myasthenia_gravis: int


@dataclass(frozen=True, slots=True)
class BohanPeterClassification:
    """The lowest and the highest class that the unknown findings and exclusions leave possible."""

    lowest: Certainty
    highest: Certainty
    disease: Disease | None
    """None where it is unknown whether there is a rash, and where no class is possible."""
    excluded: int
    """Is the disease ruled out: YES, NO or UNKNOWN."""


def compute_bohan_peter(findings: BohanPeterFindings, exclusions: BohanPeterExclusions) -> BohanPeterClassification:
    """Classify a subject by Bohan and Peter (1975, N Engl J Med 292:344-347 and 403-407).

    The lowest class counts unknown findings as absent and unknown exclusions as present, the highest the other way
    round; with nothing unknown the two are equal. Raises InputError, with every fault, for what is no answer.

    >>> none = BohanPeterExclusions(
    ...     neurological_disease=NO, muscular_dystrophy=NO, granulomatous_or_infectious_myositis=NO,
    ...     metabolic_or_endocrine_myopathy=NO, myasthenia_gravis=NO,
    ... )
    >>> seen = BohanPeterFindings(weakness=YES, biopsy=UNKNOWN, enzymes=YES, emg=NO, rash=YES)
    >>> subject = compute_bohan_peter(seen, none)
    >>> subject.lowest.name, subject.highest.name, subject.disease.value
    ('PROBABLE', 'DEFINITE', 'dermatomyositis')
    """
    _check_answers(findings, exclusions)
    excluded = _any_of(_answers(exclusions))
    supporting = (findings.weakness, findings.biopsy, findings.enzymes, findings.emg)
    known, unknown = supporting.count(YES), supporting.count(UNKNOWN)
    lowest = highest = Certainty.NOT_CLASSIFIED
    if excluded == NO:
        lowest = _certainty(known, findings.rash == YES)
    if excluded != YES:
        highest = _certainty(known + unknown, findings.rash != NO)
    return BohanPeterClassification(lowest, highest, _disease(findings.rash, highest), excluded)


def list_facts() -> Iterator[Fact]:
    """Every number of the criteria with its source.

    >>> next(list_facts()).value
    '4 of weakness, biopsy, enzymes, emg, without rash'
    """
    for disease, classes in NEEDED.items():
        rash = "with" if disease is Disease.DERMATOMYOSITIS else "without"
        for certainty, count in classes.items():
            value = f"{count} of weakness, biopsy, enzymes, emg, {rash} rash"
            yield Fact(f"Bohan and Peter: {certainty.name.lower()} {disease.value}", value, SOURCE)


def _answers(named: BohanPeterFindings | BohanPeterExclusions) -> tuple[int, ...]:
    return tuple(getattr(named, name) for name in named.__slots__)


def _check_answers(findings: BohanPeterFindings, exclusions: BohanPeterExclusions) -> None:
    answers = np.array([_answers(findings) + _answers(exclusions)], np.int64)
    faults = check_answers(answers, (*findings.__slots__, *exclusions.__slots__))
    if faults:
        raise InputError(faults)


def _any_of(answers: tuple[int, ...]) -> int:
    if YES in answers:
        return YES
    return UNKNOWN if UNKNOWN in answers else NO


def _certainty(supporting: int, rash: bool) -> Certainty:
    needed = NEEDED[Disease.DERMATOMYOSITIS if rash else Disease.POLYMYOSITIS]
    reached = (certainty for certainty, count in needed.items() if supporting >= count)
    return max(reached, default=Certainty.NOT_CLASSIFIED)


def _disease(rash: int, highest: Certainty) -> Disease | None:
    if rash == UNKNOWN or highest is Certainty.NOT_CLASSIFIED:
        return None
    return Disease.DERMATOMYOSITIS if rash == YES else Disease.POLYMYOSITIS
