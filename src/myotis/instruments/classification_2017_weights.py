"""The findings, weights and cut-offs of the 2017 EULAR/ACR classification criteria, with their sources."""

from collections.abc import Iterator
from enum import IntEnum
from typing import Final, NamedTuple

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
