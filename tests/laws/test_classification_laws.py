"""Laws of the classification criteria and of the IMACS definition: what must hold whatever the subject."""

from itertools import product

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from myotis.instruments.bohan_peter import BohanPeterExclusions, BohanPeterFindings, compute_bohan_peter
from myotis.instruments.classification_2017 import classify_subjects_2017
from myotis.instruments.classification_2017_weights import Certainty, Finding, Subgroup
from myotis.instruments.haq import HAQ_DI
from myotis.instruments.imacs_improvement import Improvement, compute_improvement_limits, imacs_improvement
from myotis.instruments.mmt import MMT8_BILATERAL
from myotis.instruments.vas import EXTRAMUSCULAR, PATIENT_GLOBAL, PHYSICIAN_GLOBAL
from myotis.terms.missing import MISSING, NO, UNKNOWN, YES

bounded = settings(max_examples=100, deadline=None)

AGE, READ = Finding.AGE_AT_ONSET_YEARS, Finding.BIOPSY_READ
BIOPSY_ITEMS = range(Finding.BIOPSY_ENDOMYSIAL, READ)
AGES = (5, 17, 18, 39, 40, 70)


@st.composite
def known_findings(draw):
    """A subject of whom everything is known."""
    row = draw(st.lists(st.sampled_from([YES, NO]), min_size=len(Finding), max_size=len(Finding)))
    row[AGE] = draw(st.sampled_from(AGES))
    if row[READ] == NO:
        for item in BIOPSY_ITEMS:
            row[item] = NO
    return row


@st.composite
def findings_with_holes(draw):
    """The same with up to five findings unknown, and where these are."""
    row = draw(known_findings())
    may_be_unknown = [f for f in Finding if f != READ and not (row[READ] == NO and f in BIOPSY_ITEMS)]
    holes = draw(st.lists(st.sampled_from(may_be_unknown), unique=True, max_size=5))
    return [MISSING if f in holes else value for f, value in enumerate(row)], holes


def complete(row, holes):
    """Every subject that this one might turn out to be."""
    for values in product(*(AGES if hole == AGE else (YES, NO) for hole in holes)):
        completed = list(row)
        for hole, value in zip(holes, values, strict=True):
            completed[hole] = value
        yield completed


@bounded
@given(findings_with_holes())
def test_the_range_is_that_of_all_subjects_it_might_be(drawn):
    row, holes = drawn
    found = classify_subjects_2017(np.array([row])).one(0)
    worlds = classify_subjects_2017(np.array(list(complete(row, holes))))
    assert found.score_tenths_low == worlds.score_tenths_low.min()
    assert found.score_tenths_high == worlds.score_tenths_low.max()
    assert found.certainty_low == worlds.certainty_low.min()
    assert found.certainty_high == worlds.certainty_low.max()
    assert found.probability_low == worlds.probability_low.min()
    assert found.probability_high == worlds.probability_low.max()
    subgroups = set(worlds.subgroup.tolist())
    assert found.subgroup == (subgroups.pop() if len(subgroups) == 1 else Subgroup.NOT_DETERMINED)
    needed = set(worlds.biopsy_needed.tolist())
    assert found.biopsy_needed == (needed.pop() if len(needed) == 1 else UNKNOWN)


@bounded
@given(known_findings(), st.integers(Finding.UPPER_LIMB_WEAKNESS, Finding.ENZYMES_RAISED))
def test_one_more_item_present_never_lowers_the_score_or_the_class(row, item):
    absent, present = list(row), list(row)
    absent[item], present[item] = NO, YES
    found = classify_subjects_2017(np.array([absent, present]))
    assert found.score_tenths_low[0] < found.score_tenths_low[1]
    assert found.certainty_low[0] <= found.certainty_low[1]


@bounded
@given(st.lists(findings_with_holes(), min_size=1, max_size=8), st.randoms(use_true_random=False))
def test_the_order_of_subjects_changes_nothing(drawn, random):
    rows = np.array([row for row, _ in drawn])
    order = list(range(len(rows)))
    random.shuffle(order)
    straight, shuffled = classify_subjects_2017(rows), classify_subjects_2017(rows[order])
    assert [straight.one(subject) for subject in order] == [shuffled.one(subject) for subject in range(len(rows))]


answers = st.sampled_from([YES, NO, UNKNOWN])


def classify_bohan_peter(row):
    return compute_bohan_peter(
        BohanPeterFindings(**dict(zip(BohanPeterFindings.__slots__, row[:5], strict=True))),
        BohanPeterExclusions(**dict(zip(BohanPeterExclusions.__slots__, row[5:], strict=True))),
    )


@bounded
@given(
    st.lists(answers, min_size=5, max_size=5),
    st.lists(st.sampled_from([NO, NO, NO, UNKNOWN, YES]), min_size=5, max_size=5),
)
def test_the_classes_of_bohan_and_peter_are_those_of_all_subjects_it_might_be(findings, exclusions):
    row = findings + exclusions
    worlds = [classify_bohan_peter(w) for w in product(*((YES, NO) if a == UNKNOWN else (a,) for a in row))]
    found = classify_bohan_peter(row)
    assert all(world.lowest == world.highest for world in worlds)
    assert found.lowest == min(world.lowest for world in worlds)
    assert found.highest == max(world.highest for world in worlds)
    diseases = {world.disease for world in worlds if world.disease is not None}
    if found.disease is not None:
        assert diseases == {found.disease}
    if found.highest is Certainty.NOT_CLASSIFIED:
        assert not diseases


LIMITS = compute_improvement_limits(
    Improvement(), (PHYSICIAN_GLOBAL, PATIENT_GLOBAL, MMT8_BILATERAL, HAQ_DI, EXTRAMUSCULAR)
)


def visits(count):
    step = {0: 10_000, 1: 10_000, 2: 150, 3: 504_000, 4: 10_000, 5: 10**6, 6: 10**5}
    column = [st.one_of(st.just(MISSING), st.just(0), st.integers(1, top)) for top in step.values()]
    return st.lists(st.tuples(*column), min_size=1, max_size=count)


def improve(x):
    out = np.zeros((len(x), 1), np.int64)
    imacs_improvement(np.array(x), LIMITS, out)
    return out[:, 0].tolist()


@bounded
@given(visits(5))
def test_improvement_looks_at_no_other_visit_than_the_baseline(x):
    found = improve(x)
    for visit in range(1, len(x)):
        assert improve([x[0], x[visit]])[1] == found[visit]
        assert improve(x[:visit]) == found[:visit]


@bounded
@given(visits(3), st.integers(2, 90))
def test_the_unit_of_the_enzyme_changes_nothing(x, factor):
    other = [(*row[:5], *(value if value == MISSING else value * factor for value in row[5:])) for row in x]
    assert improve(other) == improve(x)


@bounded
@given(visits(2))
def test_no_change_is_no_improvement(x):
    assert improve([x[0], x[0]])[1] != YES
