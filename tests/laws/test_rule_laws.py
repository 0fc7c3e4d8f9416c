"""Laws of the rules: three executors agree, one subject equals the batch, no look-ahead, a confirmation stays."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from myotis.protocol.criteria import PercentOf, SameLimb, UnevaluableVisit, ZeroBaseline
from myotis.protocol.read import read_trial
from myotis.rules import baseline, deterioration, eligibility, response
from myotis.terms.missing import MISSING, NO, UNKNOWN, YES

law = settings(max_examples=50, deadline=None)

PRODERM, RECLAIIM = read_trial("proderm"), read_trial("reclaiim")
ANSWER = st.sampled_from([YES, NO, UNKNOWN])


def table(*columns, or_missing=True, most=7):
    """Courses of up to ``most`` visits: int64 arrays with these columns, values missing anywhere."""
    cells = [column | st.just(MISSING) if or_missing else column for column in columns]
    return st.lists(st.tuples(*cells), max_size=most).map(
        lambda rows: np.array(rows, dtype=np.int64).reshape(-1, len(columns))
    )


def of(*values):
    return st.sampled_from(values)


VAS = of(0, 1000, 3000, 3900, 5000, 5999, 6000, 10_000)
MEASURES = table(VAS, VAS, of(0, 83, 84, 105, 120, 150), of(0, 21_000, 168_000, 218_400, 504_000), VAS)

DETERIORATION = st.builds(
    lambda visits, same, of_, zero, unevaluable: deterioration.deterioration_limits(
        PRODERM.deterioration.model_copy(
            update={
                "consecutive_visits": visits,
                "same_limb": same,
                "percent_of": of_,
                "zero_baseline": zero,
                "unevaluable_visit": unevaluable,
            }
        ),
        PRODERM.tis.settings,
    ),
    st.integers(1, 3),
    st.sampled_from(SameLimb),
    st.sampled_from(PercentOf),
    st.sampled_from(ZeroBaseline),
    st.sampled_from(UnevaluableVisit),
)

TENTHS = of(0, 175, 200, 400, 1000)
STATUS = of(deterioration.NONE, deterioration.SUSPECTED, deterioration.CONFIRMED)
VISITS = table(TENTHS, TENTHS, TENTHS, STATUS, ANSWER, ANSWER)

RESPONSE = st.builds(
    response.ResponseLimits,
    threshold_tenths=of(200, 400),
    at_visit=of(response.ANYWHERE, 3),
    also_count=st.integers(0, 2),
    also_at=st.just((1, 2)),
    no_confirmed_deterioration=of(0, 1),
    needs_completion=of(0, 1),
    no_rescue=of(0, 1),
    incomplete_tis=of(0, 1),
)

SCREENINGS = table(*[of(0, 1, 1500, 1501, 2000, 142_000, 80_000)] * len(PRODERM.facts), most=3)

RECORDS = table(of(-21, -7, -1, 1, 2, 29), of(1, 2), of(0, 5))

RULES = {
    "deterioration": (deterioration.deterioration_course, MEASURES, DETERIORATION, deterioration.FIELD_COUNT),
    "response": (response.response_course, VISITS, RESPONSE, response.FIELD_COUNT),
    "eligibility": (
        eligibility.check_criteria,
        SCREENINGS,
        st.just(eligibility.eligibility_limits(PRODERM)),
        len(PRODERM.eligibility),
    ),
    "baseline": (baseline.flag_baseline, RECORDS, st.builds(baseline.BaselineLimits, same_day=of(0, 1)), 1),
}


def fill(rule, x, limits, fields):
    out = np.full((len(x), fields), -7, dtype=np.int64)
    rule(x, limits, out)
    return out


@pytest.mark.parametrize("name", RULES)
@law
@given(data=st.data())
def test_interpreted_compiled_and_kernel_fill_in_the_same(name, data):
    rule, courses, limits_of, fields = RULES[name]
    subjects, limits = data.draw(st.lists(courses, min_size=1, max_size=4)), data.draw(limits_of)
    x = np.concatenate(subjects)
    offsets = np.concatenate([[0], np.cumsum([len(course) for course in subjects])])
    one_by_one = np.concatenate([fill(rule, course, limits, fields) for course in subjects])
    kernel = np.concatenate([fill(rule.compiled, course, limits, fields) for course in subjects])
    assert_array_equal(kernel, one_by_one)
    for engine in ("interpreted", "compiled"):
        out = np.full((len(x), fields), -7, dtype=np.int64)
        rule.run(x, offsets, limits, out, engine=engine)
        assert_array_equal(out, one_by_one)
    assert not (one_by_one == -7).any()


@pytest.mark.parametrize("name", ["deterioration", "response", "eligibility"])
@law
@given(data=st.data())
def test_no_later_visit_changes_an_earlier_answer(name, data):
    rule, courses, limits_of, fields = RULES[name]
    course, limits = data.draw(courses), data.draw(limits_of)
    until = data.draw(st.integers(0, len(course)))
    if name == "response":  # a definition that looks at earlier visits names the last of them
        limits = limits._replace(at_visit=3 if limits.also_count else limits.at_visit)
    assert_array_equal(fill(rule, course, limits, fields)[:until], fill(rule, course[:until], limits, fields))


@law
@given(MEASURES, DETERIORATION)
def test_a_confirmation_is_never_undone(course, limits):
    status = fill(deterioration.deterioration_course, course, limits, deterioration.FIELD_COUNT)[
        1:, deterioration.STATUS
    ]
    confirmed = status == deterioration.CONFIRMED
    assert_array_equal(confirmed, np.logical_or.accumulate(confirmed))


@law
@given(MEASURES, DETERIORATION)
def test_more_visits_in_a_row_are_never_easier(course, limits):
    def confirmed(run):
        fields = deterioration.FIELD_COUNT
        out = fill(deterioration.deterioration_course, course, limits._replace(run=run), fields)
        return out[:, deterioration.STATUS] == deterioration.CONFIRMED

    assert not (confirmed(limits.run + 1) & ~confirmed(limits.run)).any()


@law
@given(MEASURES, DETERIORATION)
def test_the_same_limb_is_never_easier_than_any_limb(course, limits):
    def confirmed(same_limb):
        fields = deterioration.FIELD_COUNT
        out = fill(deterioration.deterioration_course, course, limits._replace(same_limb=int(same_limb)), fields)
        return out[:, deterioration.STATUS] == deterioration.CONFIRMED

    if limits.unevaluable_visit == UnevaluableVisit.BREAKS_THE_RUN:
        assert not (confirmed(SameLimb.SAME_LIMB) & ~confirmed(SameLimb.ANY_LIMB)).any()


@law
@given(MEASURES, DETERIORATION, st.data())
def test_worse_values_never_end_a_deterioration(course, limits, data):
    if len(course) < 2:
        return
    visit, column = data.draw(st.integers(1, len(course) - 1)), data.draw(st.integers(0, 4))
    worst = course.copy()
    worst[visit, column] = (10_000, 10_000, 0, 504_000, 10_000)[column]
    fields = deterioration.FIELD_COUNT
    before = fill(deterioration.deterioration_course, course, limits, fields)
    after = fill(deterioration.deterioration_course, worst, limits, fields)
    met = (before[:, deterioration.MET] == YES) & (after[:, deterioration.MET] == NO)
    assert not met.any()


@law
@given(VISITS, RESPONSE)
def test_a_higher_threshold_is_never_easier(course, limits):
    low = fill(response.response_course, course, limits, 2)[:, response.RESPONSE]
    high = fill(response.response_course, course, limits._replace(threshold_tenths=600), 2)[:, response.RESPONSE]
    assert not ((high == YES) & (low == NO)).any()


@law
@given(SCREENINGS, st.data())
def test_learning_an_unknown_fact_never_turns_an_answer_over(facts, data):
    limits = eligibility.eligibility_limits(PRODERM)
    known = facts.copy()
    known[known == MISSING] = data.draw(of(0, 1, 1501, 142_000))
    fields = len(PRODERM.eligibility)
    before = fill(eligibility.check_criteria, facts, limits, fields)
    after = fill(eligibility.check_criteria, known, limits, fields)
    assert_array_equal(before[before != UNKNOWN], after[before != UNKNOWN])
    assert not (after == UNKNOWN).any()


@law
@given(RECORDS, st.builds(baseline.BaselineLimits, same_day=of(0, 1)))
def test_there_is_one_baseline_at_most_and_it_has_a_value(records, limits):
    flags = fill(baseline.flag_baseline, records, limits, 1)[:, 0]
    assert flags.sum() <= 1
    assert not (records[flags == YES] == MISSING).any()
    usable = (records != MISSING).all(axis=1) & (records[:, 0] < records[:, 1])
    assert flags.sum() == 1 or not usable.any()
