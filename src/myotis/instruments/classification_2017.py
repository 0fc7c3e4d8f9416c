"""The 2017 EULAR/ACR classification criteria for idiopathic inflammatory myopathies (IIM).

Two sets of weights, without and with a muscle biopsy, one score, four classes, and a tree of subgroups. Scores are
whole tenths: summed as binary fractions, 7.5 can come out as 7.499999999999999 and a definite myositis as probable.

The criteria apply only where nothing explains the findings better, and a finding counts only where it is judged due
to the disease; neither can be seen in the data.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from myotis.errors import Fault, InputError
from myotis.terms.missing import ANSWERS, MISSING, NO, UNKNOWN, YES, at_least
from myotis.terms.rule import Engine, Steps, rule, rule_part
from myotis.terms.source import Fact, Source, Status

OLDEST_ONSET_YEARS: Final = 130


class Finding(IntEnum):
    """What is known of a subject: the columns of ``findings[subject, finding]``."""

    AGE_AT_ONSET_YEARS = 0
    """Completed years at the first symptom assumed to be due to the disease, or MISSING. All others are answers."""
    UPPER_LIMB_WEAKNESS = 1
    """Objective symmetric weakness, usually progressive, of the proximal upper limbs."""
    LOWER_LIMB_WEAKNESS = 2
    """The same of the proximal lower limbs."""
    NECK_FLEXORS_WEAKER = 3
    """Neck flexors weaker than neck extensors."""
    PROXIMAL_LEG_WEAKER = 4
    """In the legs, proximal muscles weaker than distal ones."""
    HELIOTROPE_RASH = 5
    GOTTRON_PAPULES = 6
    GOTTRON_SIGN = 7
    DYSPHAGIA = 8
    """Dysphagia or esophageal dysmotility."""
    ANTI_JO_1 = 9
    ENZYMES_RAISED = 10
    """CK, LDH, AST or ALT above its upper limit of normal. Aldolase is not an item."""
    BIOPSY_ENDOMYSIAL = 11
    """Endomysial infiltration by mononuclear cells that surround muscle fibers without invading them."""
    BIOPSY_PERIMYSIAL = 12
    """Perimysial or perivascular infiltration by mononuclear cells."""
    BIOPSY_PERIFASCICULAR_ATROPHY = 13
    BIOPSY_RIMMED_VACUOLES = 14
    BIOPSY_READ = 15
    """A biopsy was done and read: YES or NO, never unknown. It decides which weights count."""
    FINGER_FLEXOR_WEAKNESS = 16
    """For the subgroup only."""
    NO_RESPONSE_TO_TREATMENT = 17
    """Weakness has not responded to treatment. For the subgroup only."""


FIRST_ITEM: Final = Finding.UPPER_LIMB_WEAKNESS
FIRST_BIOPSY_ITEM: Final = Finding.BIOPSY_ENDOMYSIAL
AFTER_LAST_ITEM: Final = Finding.BIOPSY_READ


class Certainty(IntEnum):
    """How sure a set of criteria is that a subject has the disease, in ascending order."""

    NOT_CLASSIFIED = 0
    POSSIBLE = 1
    PROBABLE = 2
    DEFINITE = 3


class Subgroup(IntEnum):
    """The subgroup of a subject with at least probable IIM."""

    NOT_APPLICABLE = 0
    """Not even probable, whatever the unknown items turn out to be."""
    NOT_DETERMINED = 1
    """It depends on something unknown."""
    INCLUSION_BODY_MYOSITIS = 2
    DERMATOMYOSITIS = 3
    AMYOPATHIC_DERMATOMYOSITIS = 4
    POLYMYOSITIS = 5
    """Or immune-mediated necrotizing myopathy: the criteria don't part the two."""
    JUVENILE_DERMATOMYOSITIS = 6
    JUVENILE_MYOSITIS = 7
    """Juvenile myositis other than juvenile dermatomyositis."""


class Weight(NamedTuple):
    """Tenths of a point for one item, without and with a biopsy."""

    what: str
    without_biopsy: int
    with_biopsy: int
    source: Source


class CutOff(NamedTuple):
    """The lowest score of a class, in tenths, without and with a biopsy."""

    certainty: Certainty
    without_biopsy: int
    with_biopsy: int


_ITEMS = Source(
    "Bottai 2017, RMD Open 3:e000507, doi 10.1136/rmdopen-2017-000507, Table 1",
    Status.VERIFIED,
    "one copy of the criteria on the web has the labels of the two columns swapped",
)
_AGES = Source(
    "Lundberg 2017, doi 10.1136/annrheumdis-2017-211468",
    Status.VERIFIED,
    "the two age rows read in a secondary source",
)
_CUT_OFFS = Source("Lundberg 2017, doi 10.1136/annrheumdis-2017-211468", Status.VERIFIED)
_RECALLED = Source("Lundberg 2017, doi 10.1136/annrheumdis-2017-211468", Status.RECALLED)

ADULT_YEARS: Final = 18

AGE_WEIGHTS: Final = {
    ADULT_YEARS: Weight("Onset at 18 to under 40 years", 13, 15, _AGES),
    40: Weight("Onset at 40 years or more", 21, 22, _AGES),
}
"""By the age from which they hold. Only one of them counts; a younger onset has no weight."""

WEIGHTS: Final = {
    Finding.UPPER_LIMB_WEAKNESS: Weight("Proximal upper limb weakness", 7, 7, _ITEMS),
    Finding.LOWER_LIMB_WEAKNESS: Weight("Proximal lower limb weakness", 8, 5, _ITEMS),
    Finding.NECK_FLEXORS_WEAKER: Weight("Neck flexors weaker than extensors", 19, 16, _ITEMS),
    Finding.PROXIMAL_LEG_WEAKER: Weight("Legs: proximal weaker than distal", 9, 12, _ITEMS),
    Finding.HELIOTROPE_RASH: Weight("Heliotrope rash", 31, 32, _ITEMS),
    Finding.GOTTRON_PAPULES: Weight("Gottron's papules", 21, 27, _ITEMS),
    Finding.GOTTRON_SIGN: Weight("Gottron's sign", 33, 37, _ITEMS),
    Finding.DYSPHAGIA: Weight("Dysphagia or esophageal dysmotility", 7, 6, _ITEMS),
    Finding.ANTI_JO_1: Weight("Anti-Jo-1", 39, 38, _ITEMS),
    Finding.ENZYMES_RAISED: Weight("CK, LDH, AST or ALT above normal", 13, 14, _ITEMS),
    Finding.BIOPSY_ENDOMYSIAL: Weight("Biopsy: endomysial infiltration", 0, 17, _ITEMS),
    Finding.BIOPSY_PERIMYSIAL: Weight("Biopsy: perimysial or perivascular infiltration", 0, 12, _ITEMS),
    Finding.BIOPSY_PERIFASCICULAR_ATROPHY: Weight("Biopsy: perifascicular atrophy", 0, 19, _ITEMS),
    Finding.BIOPSY_RIMMED_VACUOLES: Weight("Biopsy: rimmed vacuoles", 0, 31, _ITEMS),
}
"""All of them add up, the three skin signs included."""

CUT_OFFS: Final = (
    CutOff(Certainty.POSSIBLE, 53, 65),
    CutOff(Certainty.PROBABLE, 55, 67),
    CutOff(Certainty.DEFINITE, 75, 87),
)

LOGISTIC_MIDPOINT: Final = (5.33, 6.49)
"""The score, in points, at which the probability is one half: without, with a biopsy (recalled)."""

RULE_FACTS: Final = (
    Fact(
        "2017 criteria: inclusion body myositis",
        "onset at 18 years or more with rimmed vacuoles",
        Source("Lundberg 2017, doi 10.1136/annrheumdis-2017-211468", Status.VERIFIED, "read in a secondary source"),
    ),
    Fact(
        "2017 criteria: subgroups",
        "adults: finger flexor weakness without response to treatment is inclusion body myositis; else a skin sign "
        "with objective weakness is DM, without is amyopathic DM, no skin sign is PM; children: a skin sign is JDM",
        _RECALLED,
    ),
    Fact(
        "2017 criteria: no skin sign and no biopsy",
        "a biopsy is called for",
        Source("Karolinska Institutet, instructions of the IIM calculator", Status.VERIFIED, "an earlier version"),
    ),
)


def list_facts() -> Iterator[Fact]:
    """Every number of the criteria with its source, without and with a biopsy, in points.

    >>> next(list_facts()).value
    '1.3 without, 1.5 with biopsy'
    """
    for weight in (*AGE_WEIGHTS.values(), *WEIGHTS.values()):
        value = f"{weight.without_biopsy / 10} without, {weight.with_biopsy / 10} with biopsy"
        yield Fact(f"2017 criteria: {weight.what}", value, weight.source)
    for cut in CUT_OFFS:
        value = f"at least {cut.without_biopsy / 10} without, {cut.with_biopsy / 10} with biopsy"
        yield Fact(f"2017 criteria: {cut.certainty.name.lower()}", value, _CUT_OFFS)
    for name, midpoint in zip(("without", "with"), LOGISTIC_MIDPOINT, strict=True):
        yield Fact(f"2017 criteria: probability {name} biopsy", f"1 / (1 + exp({midpoint} - score))", _RECALLED)
    yield from RULE_FACTS


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
