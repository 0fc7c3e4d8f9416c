"""The 2017 EULAR/ACR classification criteria for idiopathic inflammatory myopathies (IIM).

Two sets of weights, without and with a muscle biopsy, one score, four classes, and a tree of subgroups. Scores are
whole tenths: summed as binary fractions, 7.5 can come out as 7.499999999999999 and a definite myositis as probable.

The criteria apply only where nothing explains the findings better, and a finding counts only where it is judged due
to the disease; neither can be seen in the data.
"""

from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from myotis.errors import Fault, InputError
from myotis.instruments.classification_2017_weights import (
    ADULT_YEARS,
    AFTER_LAST_ITEM,
    AGE_WEIGHTS,
    CUT_OFFS,
    FIRST_BIOPSY_ITEM,
    FIRST_ITEM,
    LOGISTIC_MIDPOINT,
    OLDEST_ONSET_YEARS,
    WEIGHTS,
    Certainty,
    Finding,
    Subgroup,
)
from myotis.terms.missing import ANSWERS, MISSING, NO, UNKNOWN, YES, at_least
from myotis.terms.rule import Engine, Steps, rule, rule_part


class Limits2017(NamedTuple):
    """What the rule needs to know, in tenths; where a tuple has two entries: without, with a biopsy."""

    onset_from_years: tuple[int, ...]
    onset_weights: tuple[tuple[int, ...], tuple[int, ...]]
    weights: tuple[tuple[int, ...], tuple[int, ...]]
    """By finding; those that carry no weight of their own have 0."""
    cut_offs: tuple[tuple[int, ...], tuple[int, ...]]
    """Ascending: possible, probable, definite."""
    adult_from_years: int


def _columns(rows: list[tuple[int, int]]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    return tuple(without for without, _ in rows), tuple(with_biopsy for _, with_biopsy in rows)


LIMITS_2017: Final = Limits2017(
    onset_from_years=tuple(AGE_WEIGHTS),
    onset_weights=_columns([(row.without_biopsy, row.with_biopsy) for row in AGE_WEIGHTS.values()]),
    weights=_columns(
        [(WEIGHTS[f].without_biopsy, WEIGHTS[f].with_biopsy) if f in WEIGHTS else (0, 0) for f in Finding]
    ),
    cut_offs=_columns([(cut.without_biopsy, cut.with_biopsy) for cut in CUT_OFFS]),
    adult_from_years=ADULT_YEARS,
)

# Fields of what the rule finds.
SCORE_LOW: Final = 0
SCORE_HIGH: Final = 1
CERTAINTY_LOW: Final = 2
CERTAINTY_HIGH: Final = 3
SUBGROUP: Final = 4
BIOPSY_NEEDED: Final = 5
FIELDS_2017: Final = 6


@rule_part
def any_of(findings: Steps, row: int, first: int, last: int) -> int:
    """Is any finding of a run of columns present?"""
    known, unknown = 0, 0
    for finding in range(first, last + 1):
        if findings[row, finding] == YES:
            known += 1
        elif findings[row, finding] == UNKNOWN:
            unknown += 1
    return at_least(1, known, unknown)


@rule_part
def is_inclusion_body(findings: Steps, row: int) -> int:
    """In an adult: rimmed vacuoles, or finger flexor weakness that has not responded to treatment?

    Where no biopsy was read, vacuoles are not part of the question, as they are not part of the score.
    """
    finger, failed = findings[row, Finding.FINGER_FLEXOR_WEAKNESS], findings[row, Finding.NO_RESPONSE_TO_TREATMENT]
    vacuoles = findings[row, Finding.BIOPSY_RIMMED_VACUOLES]
    if findings[row, Finding.BIOPSY_READ] == NO:
        vacuoles = NO
    if vacuoles == YES or (finger == YES and failed == YES):
        return YES
    if vacuoles == NO and (finger == NO or failed == NO):
        return NO
    return UNKNOWN


@rule_part
def find_subgroup(findings: Steps, row: int, adult_from_years: int) -> int:
    """The subgroup of a subject whose IIM is at least probable."""
    age = findings[row, Finding.AGE_AT_ONSET_YEARS]
    skin = any_of(findings, row, Finding.HELIOTROPE_RASH, Finding.GOTTRON_SIGN)
    weakness = any_of(findings, row, Finding.UPPER_LIMB_WEAKNESS, Finding.PROXIMAL_LEG_WEAKER)
    if age == MISSING:
        return Subgroup.NOT_DETERMINED
    if age < adult_from_years:
        if skin == UNKNOWN:
            return Subgroup.NOT_DETERMINED
        return Subgroup.JUVENILE_DERMATOMYOSITIS if skin == YES else Subgroup.JUVENILE_MYOSITIS
    inclusion_body = is_inclusion_body(findings, row)
    if inclusion_body == YES:
        return Subgroup.INCLUSION_BODY_MYOSITIS
    if inclusion_body == UNKNOWN or skin == UNKNOWN:
        return Subgroup.NOT_DETERMINED
    if skin == NO:
        return Subgroup.POLYMYOSITIS
    if weakness == UNKNOWN:
        return Subgroup.NOT_DETERMINED
    return Subgroup.DERMATOMYOSITIS if weakness == YES else Subgroup.AMYOPATHIC_DERMATOMYOSITIS


@rule
def classify_2017(findings: Steps, limits: Limits2017, out: Steps) -> None:
    """Score and classify every row of ``findings[row, Finding]``; a row is a subject, or one of its visits.

    ``out[row]``: the score in tenths and the class with unknown items counted as absent, then as present; the
    subgroup; and whether the criteria call for a biopsy (no skin sign, and none was read).
    """
    for row in range(len(findings)):
        column = 1 if findings[row, Finding.BIOPSY_READ] == YES else 0
        age = findings[row, Finding.AGE_AT_ONSET_YEARS]
        low, high = 0, 0
        for step in range(len(limits.onset_from_years)):
            if age == MISSING:
                high = max(high, limits.onset_weights[column][step])
            elif age >= limits.onset_from_years[step]:
                low = high = limits.onset_weights[column][step]
        for item in range(FIRST_ITEM, AFTER_LAST_ITEM):
            if findings[row, item] == YES:
                low += limits.weights[column][item]
            if findings[row, item] != NO:
                high += limits.weights[column][item]
        certainty_low, certainty_high = 0, 0
        for cut_off in limits.cut_offs[column]:
            certainty_low += low >= cut_off
            certainty_high += high >= cut_off
        out[row, SCORE_LOW], out[row, SCORE_HIGH] = low, high
        out[row, CERTAINTY_LOW], out[row, CERTAINTY_HIGH] = certainty_low, certainty_high
        out[row, SUBGROUP] = Subgroup.NOT_APPLICABLE
        if certainty_low >= Certainty.PROBABLE:
            out[row, SUBGROUP] = find_subgroup(findings, row, limits.adult_from_years)
        elif certainty_high >= Certainty.PROBABLE:
            out[row, SUBGROUP] = Subgroup.NOT_DETERMINED
        skin = any_of(findings, row, Finding.HELIOTROPE_RASH, Finding.GOTTRON_SIGN)
        out[row, BIOPSY_NEEDED] = NO if column == 1 or skin == YES else UNKNOWN if skin == UNKNOWN else YES


@dataclass(frozen=True, slots=True)
class Classification2017:
    """A subject by the 2017 criteria, with unknown items counted as absent (low) and as present (high)."""

    score_tenths_low: int
    score_tenths_high: int
    certainty_low: Certainty
    """The class: the recommended reading, since it holds whatever the unknown items are."""
    certainty_high: Certainty
    probability_low: float
    """Reported beside the class, never compared with a limit: at 5.3, 5.5 and 7.5 the two disagree."""
    probability_high: float
    subgroup: Subgroup
    biopsy_needed: int
    """YES where no skin sign is present and no biopsy was read: the criteria then ask for one. The class does not
    take this into account."""
    with_biopsy: bool
    """Which set of weights was used."""


@dataclass(frozen=True, slots=True)
class Classifications2017:
    """Many subjects by the 2017 criteria: arrays of one entry a subject, in the order of the findings.

    The fields are those of `Classification2017`: int64 (scores in tenths, `Certainty`, `Subgroup`, answers), float64
    for the probabilities, bool for ``with_biopsy``.
    """

    score_tenths_low: Steps
    score_tenths_high: Steps
    certainty_low: Steps
    certainty_high: Steps
    probability_low: NDArray[np.float64]
    probability_high: NDArray[np.float64]
    subgroup: Steps
    biopsy_needed: Steps
    with_biopsy: NDArray[np.bool_]

    def one(self, subject: int) -> Classification2017:
        """The classification of one subject."""
        return Classification2017(
            int(self.score_tenths_low[subject]),
            int(self.score_tenths_high[subject]),
            Certainty(self.certainty_low[subject]),
            Certainty(self.certainty_high[subject]),
            float(self.probability_low[subject]),
            float(self.probability_high[subject]),
            Subgroup(self.subgroup[subject]),
            int(self.biopsy_needed[subject]),
            bool(self.with_biopsy[subject]),
        )


def compute_probability_2017(score_tenths: Steps, with_biopsy: NDArray[np.bool_]) -> NDArray[np.float64]:
    """The probability of IIM (0 to 1) that belongs to a score in tenths. For reporting only: class by the score.

    Both arrays have one entry a subject. The formula is recalled, not read in the paper.

    >>> compute_probability_2017(np.array([75]), np.array([False])).round(4).tolist()
    [0.8975]
    """
    midpoint = np.where(with_biopsy, LOGISTIC_MIDPOINT[1], LOGISTIC_MIDPOINT[0])
    probability: NDArray[np.float64] = 1 / (1 + np.exp(midpoint - score_tenths / 10))
    return probability


def classify_subjects_2017(findings: Steps, *, engine: Engine = "auto") -> Classifications2017:
    """Classify many subjects at once.

    ``findings[subject, finding]`` is int64 with the columns of `Finding`: completed years for the age at onset and
    an answer (YES, NO, UNKNOWN of `myotis.terms.missing`) for all others. UNKNOWN is "not known", not "absent".
    Raises InputError, with every fault, where an entry can't be what its column says.

    >>> findings = np.full((1, len(Finding)), NO)
    >>> findings[0, [Finding.AGE_AT_ONSET_YEARS, Finding.GOTTRON_PAPULES, Finding.GOTTRON_SIGN]] = 45, YES, YES
    >>> classify_subjects_2017(findings).score_tenths_low.tolist()
    [75]
    """
    _check_findings(findings)
    out = np.empty((len(findings), FIELDS_2017), np.int64)
    classify_2017.run(findings, np.arange(len(findings) + 1), LIMITS_2017, out, engine=engine)
    with_biopsy = findings[:, Finding.BIOPSY_READ] == YES
    return Classifications2017(
        out[:, SCORE_LOW],
        out[:, SCORE_HIGH],
        out[:, CERTAINTY_LOW],
        out[:, CERTAINTY_HIGH],
        compute_probability_2017(out[:, SCORE_LOW], with_biopsy),
        compute_probability_2017(out[:, SCORE_HIGH], with_biopsy),
        out[:, SUBGROUP],
        out[:, BIOPSY_NEEDED],
        with_biopsy,
    )


def classify_subject_2017(findings: dict[Finding, int]) -> Classification2017:
    """Classify one subject by the 2017 EULAR/ACR criteria (Lundberg 2017, doi 10.1136/annrheumdis-2017-211468).

    ``findings`` says what is known; what it does not name is unknown. It must say whether a biopsy was read: a biopsy
    that was read as normal has its four items NO and counts with the weights of the biopsy. Raises InputError, with
    every fault, where a value can't be what its finding says.

    >>> subject = classify_subject_2017({
    ...     Finding.AGE_AT_ONSET_YEARS: 45, Finding.GOTTRON_PAPULES: YES, Finding.GOTTRON_SIGN: YES,
    ...     Finding.BIOPSY_READ: NO,
    ... })
    >>> subject.score_tenths_low, subject.score_tenths_high, subject.certainty_low.name, subject.subgroup.name
    (75, 208, 'DEFINITE', 'NOT_DETERMINED')
    """
    row = np.full((1, len(Finding)), UNKNOWN)
    for finding, value in findings.items():
        row[0, finding] = value
    return classify_subjects_2017(row, engine="interpreted").one(0)


def check_answers(answers: Steps, names: tuple[str, ...]) -> list[Fault]:
    """The faults of ``answers[subject, name]``: whatever is not YES, NO or UNKNOWN."""
    rows, columns = np.nonzero(~np.isin(answers, list(ANSWERS)))
    return [
        Fault(what="not an answer", expected="yes, no or unknown", key=f"subject {row}", column=names[column])
        for row, column in zip(rows.tolist(), columns.tolist(), strict=True)
    ]


def _check_findings(findings: Steps) -> None:
    if findings.ndim != 2 or findings.shape[1] != len(Finding) or findings.dtype != np.int64:
        what = f"findings are {findings.dtype} of shape {findings.shape}"
        raise InputError([Fault(what=what, expected=f"int64 of shape (subjects, {len(Finding)})")])
    faults = check_answers(findings[:, FIRST_ITEM:], tuple(f.name.lower() for f in Finding)[FIRST_ITEM:])
    age = findings[:, Finding.AGE_AT_ONSET_YEARS]
    read = findings[:, Finding.BIOPSY_READ]
    seen = np.any(findings[:, FIRST_BIOPSY_ITEM:AFTER_LAST_ITEM] == YES, axis=1)
    faults += _faults_at(
        (age != MISSING) & ((age < 0) | (age > OLDEST_ONSET_YEARS)),
        Finding.AGE_AT_ONSET_YEARS,
        "not an age",
        f"completed years from 0 to {OLDEST_ONSET_YEARS}, or missing",
    )
    faults += _faults_at(read == UNKNOWN, Finding.BIOPSY_READ, "not said", "yes or no: it decides which weights count")
    faults += _faults_at((read == NO) & seen, Finding.BIOPSY_READ, "no, but something was seen in a biopsy", "yes")
    if faults:
        raise InputError(faults)


def _faults_at(where: NDArray[np.bool_], finding: Finding, what: str, expected: str) -> list[Fault]:
    return [
        Fault(what=what, expected=expected, key=f"subject {row}", column=finding.name.lower())
        for row in np.flatnonzero(where).tolist()
    ]
