"""What holds of every instrument's score, and the HAQ-DI against a second programming in fractions."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from myotis.instruments.cdasi import (
    CDASI_50,
    CDASI_ACTIVITY,
    CDASI_ACTIVITY_ITEMS,
    CDASI_DAMAGE,
    CDASI_DAMAGE_ITEMS,
    FALL_OF_40_PERCENT,
    compute_cdasi_activity,
    compute_cdasi_damage,
    compute_cdasi_response,
    compute_cdasi_severity,
)
from myotis.instruments.chaq import CHAQ, CHAQ_FORM, compute_chaq
from myotis.instruments.cmas import CMAS, CMAS_ITEMS, compute_cmas, compute_duration_points
from myotis.instruments.das import DAS, DAS_PARTS, compute_das
from myotis.instruments.haq import (
    HAQ_AIDS,
    HAQ_DI,
    HAQ_GRID,
    HAQ_ITEMS,
    compute_alternative_haq_di,
    compute_haq_di,
)
from myotis.instruments.items import ItemSet
from myotis.instruments.measure import Better
from myotis.instruments.mmt import MMT8_BILATERAL, MMT8_MUSCLES, MMT_GROUPS, MMT_TOTAL, compute_mmt8, compute_mmt_total
from myotis.instruments.myoact import MYOACT_ORGANS, compute_myoact
from myotis.terms.missing import MISSING, YES

law = settings(max_examples=40, deadline=None)

HAQ_FORM = ItemSet("HAQ-DI", HAQ_ITEMS.items + HAQ_AIDS.items)

SCORED = [
    pytest.param(HAQ_FORM, compute_haq_di, HAQ_DI, id="haq"),
    pytest.param(HAQ_ITEMS, compute_alternative_haq_di, HAQ_DI, id="alternative haq"),
    pytest.param(CHAQ_FORM, compute_chaq, CHAQ, id="chaq"),
    pytest.param(CMAS_ITEMS, compute_cmas, CMAS, id="cmas"),
    pytest.param(MMT8_MUSCLES, compute_mmt8, MMT8_BILATERAL, id="mmt8"),
    pytest.param(MMT_GROUPS, compute_mmt_total, MMT_TOTAL, id="mmt total"),
    pytest.param(CDASI_ACTIVITY_ITEMS, compute_cdasi_activity, CDASI_ACTIVITY, id="cdasi activity"),
    pytest.param(CDASI_DAMAGE_ITEMS, compute_cdasi_damage, CDASI_DAMAGE, id="cdasi damage"),
    pytest.param(DAS_PARTS, compute_das, DAS, id="das"),
]


def draw_scores(data, form, missing=False):
    def score(item):
        numbers = st.integers(0, item.maximum)
        return numbers | st.just(MISSING) if missing else numbers

    return data.draw(st.fixed_dictionaries({item.code: score(item) for item in form.items}))


@pytest.mark.parametrize(("form", "compute", "measure"), SCORED)
@law
@given(data=st.data())
def test_a_complete_score_lies_in_the_range_of_its_measure(form, compute, measure, data):
    low, high = sorted([measure.best, measure.worst])
    assert low <= int(compute(draw_scores(data, form))) <= high


@pytest.mark.parametrize(("form", "compute", "measure"), SCORED)
def test_both_ends_of_the_range_are_reached(form, compute, measure):
    lowest = int(compute(dict.fromkeys(form.codes, 0)))
    highest = int(compute({item.code: item.maximum for item in form.items}))
    ends = (lowest, highest) if measure.better is Better.LOWER else (highest, lowest)
    assert ends == (measure.best, measure.worst)


@pytest.mark.parametrize(("form", "compute", "measure"), SCORED)
@law
@given(data=st.data())
def test_raising_an_item_never_lowers_the_score(form, compute, measure, data):
    scores = draw_scores(data, form)
    item = data.draw(st.sampled_from(form.items))
    higher = data.draw(st.integers(scores[item.code], item.maximum))
    assert compute(scores | {item.code: higher}) >= compute(scores), measure.name


@pytest.mark.parametrize(("form", "compute", "measure"), SCORED)
@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_one_subject_equals_the_batch(form, compute, measure, data):
    subjects = [draw_scores(data, form, missing=True) for _ in range(3)]
    batch = compute({code: np.array([subject[code] for subject in subjects]) for code in form.codes})
    assert batch.tolist() == [int(compute(subject)) for subject in subjects], measure.name


@pytest.mark.parametrize(("form", "compute", "measure"), SCORED)
@law
@given(data=st.data())
def test_what_is_known_in_spite_of_missing_items_is_so_whatever_they_are(form, compute, measure, data):
    """HAQ categories that drop out are the exception, so at most one item of each is missing here."""
    scores = draw_scores(data, form)
    code = data.draw(st.sampled_from(form.codes))
    known = int(compute(scores | {code: MISSING}))
    assert known in (MISSING, int(compute(scores))), measure.name


@law
@given(data=st.data())
def test_aids_and_help_never_lower_the_haq(data):
    answers = draw_scores(data, HAQ_FORM)
    assert compute_haq_di(answers) >= compute_alternative_haq_di(answers)


FORM_AS_READ = """
dressing: 101 102 | 114 | 119
arising: 103 104 | 116 | 120
eating: 105 106 107 | 115 | 121
walking: 108 109 | 110 111 112 113 | 122
hygiene: 123 124 125 | 134 135 137 139 | 142
reach: 126 127 | 138 | 143
grip: 128 129 130 | 136 | 144
activities: 131 132 133 | | 145
"""


def haq_by_hand(answers, other, minimum, partial, unmarked):
    """The HAQ-DI of one subject in fractions, from the scoring text; None is missing."""
    scores = []
    for line in FORM_AS_READ.strip().splitlines():
        name, numbers = line.split(":")
        items, aids, assistance = ([answers[f"HAQ0{number}"] for number in part.split()] for part in numbers.split("|"))
        given_items = [answer for answer in items if answer is not None]
        if not given_items or (len(given_items) < len(items) and partial == "not_answered"):
            continue
        flags = [*aids, *assistance, other.get(name, 0)]
        if unmarked == "not_used":
            flags = [flag or 0 for flag in flags]
        # every way in which the unknown could have been answered
        unsure = [0, 1, 2, 3] if len(given_items) < len(items) and partial == "unknown" else [0]
        uses = {True} if 1 in flags else {True, False} if None in flags else {False}
        possible = set()
        for unseen in unsure:
            highest = max([*given_items, unseen])
            possible |= {2 if use and highest < 2 else highest for use in uses}
        if len(possible) > 1:
            return None
        scores.append(possible.pop())
    return Fraction(sum(scores), len(scores)) if len(scores) >= minimum else None


@settings(max_examples=100, deadline=None)
@given(
    data=st.data(),
    minimum=st.integers(1, 8),
    partial=st.sampled_from(["unknown", "highest_answered", "not_answered"]),
    unmarked=st.sampled_from(["unknown", "not_used"]),
)
def test_the_haq_agrees_with_a_second_programming(data, minimum, partial, unmarked):
    few_missing = st.integers(0, 30).map(lambda number: MISSING if number == 0 else number % 4)
    answers = data.draw(st.fixed_dictionaries(dict.fromkeys(HAQ_ITEMS.codes, few_missing)))
    flags = st.integers(0, 40).map(lambda number: {0: MISSING, 1: 1, 2: 1, 3: 1}.get(number, 0))
    answers |= data.draw(st.fixed_dictionaries(dict.fromkeys(HAQ_AIDS.codes, flags)))
    for codes in data.draw(st.lists(st.sampled_from([[101, 102], [108, 109], [131, 132, 133]]), max_size=3)):
        answers |= {f"HAQ0{number}": MISSING for number in codes}
    other = data.draw(st.dictionaries(st.sampled_from(["grip", "activities"]), st.integers(0, 1)))
    steps = int(
        compute_haq_di(
            answers,
            other_aids=other,
            minimum_categories=minimum,
            partial_category=partial,
            unmarked_aids=unmarked,
        )
    )
    plain = {code: None if answer == MISSING else answer for code, answer in answers.items()}
    expected = haq_by_hand(plain, other, minimum, partial, unmarked)
    assert (None if steps == MISSING else HAQ_GRID.fraction(steps)) == expected


@law
@given(st.integers(0, 100), st.integers(0, 100), st.sampled_from([(FALL_OF_40_PERCENT, 15), (CDASI_50, 1)]))
def test_a_response_by_percent_is_exact(baseline, activity, case):
    definition, least = case
    answer = int(compute_cdasi_response(np.array(baseline), np.array(activity), definition))
    if baseline < least:
        assert answer == MISSING
    else:
        fall = Fraction(baseline - activity, baseline)
        assert (answer == YES) == (fall >= Fraction(definition.percent, 100))


def test_severity_never_falls_with_activity():
    for cut in ("stanford", "upenn"):
        severity = compute_cdasi_severity(np.arange(101), mild_cut=cut).tolist()
        assert severity == sorted(severity)
        assert set(severity) == {0, 1, 2}


@law
@given(st.lists(st.integers(0, 10_000), min_size=2, max_size=20))
def test_holding_longer_never_costs_points(seconds):
    points = compute_duration_points("head_lift", np.array(sorted(seconds))).tolist()
    assert points == sorted(points)


@law
@given(data=st.data())
def test_myoact_is_a_share_of_what_was_assessed(data):
    organs = draw_scores(data, MYOACT_ORGANS, missing=True)
    total, possible = (int(part) for part in compute_myoact(organs))
    assessed = [scale for scale in organs.values() if scale != MISSING]
    if assessed:
        mean = Fraction(sum(assessed), len(assessed))  # of 10 cm scales: the share is the mean over one scale
        assert Fraction(total, possible) == mean / 10_000
    else:
        assert total == possible == MISSING
