import pytest
from live_trial import CORE_SET, LiveTrial

from myotis.conduct.acts.data.answer_query import AnswerQuery
from myotis.conduct.acts.data.close_query import CloseQuery
from myotis.conduct.acts.data.correct_value import CorrectValue
from myotis.conduct.acts.data.raise_query import RaiseQuery
from myotis.conduct.acts.data.sign_form import SignForm
from myotis.conduct.acts.visits.record_visit import RecordVisit
from myotis.conduct.acts.visits.record_weight import RecordWeight
from myotis.conduct.roles import Role
from myotis.conduct.study import FormKey
from myotis.conduct.view import view_study
from myotis.log.act import RefusalError

S = "101-001"


@pytest.fixture
def live():
    trial = LiveTrial()
    trial.randomize()
    return trial


def statuses(live):
    return {number: query.status.value for number, query in live.desk.state.queries.items()}


def refusal(live, act, role, **options):
    with pytest.raises(RefusalError) as refused:
        live.act(act, role, **options)
    return "; ".join(fault.what for fault in refused.value.faults)


def ask(live, form="core_set/W0", item="mmt8", concern="implausible", role=Role.MONITOR, words=""):
    return live.act(RaiseQuery(subject=S, form=form, item=item, concern=concern, words=words), role)


def weigh(live, visit, weight):
    live.go_to(visit)
    if live.subject().find("visit", visit) is None:
        live.act(RecordVisit(subject=S, visit=visit, day=live.today), Role.COORDINATOR)
    return live.act(RecordWeight(subject=S, visit=visit, weight_kg=weight), Role.COORDINATOR)


def correct_weight(live, visit, weight):
    form = live.subject().find("weight", visit)
    act = CorrectValue(subject=S, form=f"weight/{visit}", item="weight_kg", value=weight, saw=form.version)
    return live.act(act, Role.COORDINATOR, reason="misread")


def test_a_query_is_raised_answered_rejected_answered_and_closed(live):
    ask(live)
    assert statuses(live) == {1: "open"}
    live.act(AnswerQuery(subject=S, query=1, answer="confirmed"), Role.EFFICACY_ASSESSOR)
    assert statuses(live) == {1: "answered"}
    live.act(CloseQuery(subject=S, query=1, verdict="rejected"), Role.MONITOR)
    assert statuses(live) == {1: "open"}
    live.act(AnswerQuery(subject=S, query=1, answer="explained", words="tested twice"), Role.INVESTIGATOR)
    live.act(CloseQuery(subject=S, query=1), Role.MONITOR)
    assert statuses(live) == {1: "closed"}


def test_words_of_a_query_are_sealed(live):
    ask(live, words="the neighbor said so")
    assert "neighbor" not in "".join(entry.write_line() for entry in live.store.read())


@pytest.mark.parametrize(
    ("act", "role", "why"),
    [
        (RaiseQuery(subject=S, form="core_set/W4", concern="implausible"), Role.MONITOR, "not recorded"),
        (RaiseQuery(subject=S, form="core_set/W4", item="mmt8", concern="missing"), Role.MONITOR, "not recorded"),
        (RaiseQuery(subject=S, form="core_set/W0", item="smell", concern="unclear"), Role.MONITOR, "no item smell"),
        (RaiseQuery(subject=S, form="core_set/W0", item="mmt8", concern="missing"), Role.MONITOR, "is there"),
        (RaiseQuery(subject=S, form="core_set/W0", concern="missing"), Role.MONITOR, "is there"),
        (RaiseQuery(subject=S, form="guess/investigator/early", concern="missing"), Role.MONITOR, "not this role's"),
        (AnswerQuery(subject=S, query=7, answer="confirmed"), Role.INVESTIGATOR, "no query 7"),
        (CloseQuery(subject=S, query=1), Role.MONITOR, "the query is open"),
        (CloseQuery(subject=S, query=1, verdict="withdrawn"), Role.SPONSOR, "raised in another role"),
        (AnswerQuery(subject=S, query=1, answer="corrected"), Role.INVESTIGATOR, "has not changed"),
        (AnswerQuery(subject=S, query=1, answer="explained"), Role.INVESTIGATOR, "no explanation"),
    ],
)
def test_what_is_refused_of_a_query(live, act, role, why):
    ask(live)
    assert why in refusal(live, act, role)


def test_a_missing_form_is_asked_for_and_not_confirmed(live):
    live.act(RaiseQuery(subject=S, form="weight/W0", concern="missing"), Role.MONITOR)
    assert "not recorded" in refusal(live, AnswerQuery(subject=S, query=1, answer="confirmed"), Role.COORDINATOR)
    weigh(live, "W0", "70.5")
    live.act(AnswerQuery(subject=S, query=1, answer="corrected"), Role.COORDINATOR)
    assert statuses(live) == {1: "answered"}


def test_an_assessor_has_no_query_on_what_assessors_do_not_see(live):
    weigh(live, "W0", "70.5")
    ask(live, "weight/W0", "weight_kg")
    act = AnswerQuery(subject=S, query=1, answer="confirmed")
    assert "no query 1" in refusal(live, act, Role.EFFICACY_ASSESSOR)
    seen = {role: view_study(live.desk.state, live.user(role)).subject(S).queries for role in Role if role in WITH_VIEW}
    assert {role for role, queries in seen.items() if queries} == WITH_VIEW - {Role.EFFICACY_ASSESSOR}


WITH_VIEW = {Role.INVESTIGATOR, Role.COORDINATOR, Role.MONITOR, Role.EFFICACY_ASSESSOR}


def test_the_data_manager_closes_queries_of_others_and_withdraws_them(live):
    ask(live)
    ask(live, item="haq")
    live.act(CloseQuery(subject=S, query=1, verdict="withdrawn"), Role.DATA_MANAGER)
    live.act(AnswerQuery(subject=S, query=2, answer="not_available"), Role.INVESTIGATOR)
    live.act(CloseQuery(subject=S, query=2), Role.DATA_MANAGER)
    assert statuses(live) == {1: "closed", 2: "closed"}


def test_a_doubtful_weight_raises_a_query_in_the_same_transaction(live):
    weigh(live, "W0", "70.0")
    told = weigh(live, "W4", "80.0").told  # 14 % more
    query = live.desk.state.queries[1]
    assert (query.form, query.item, query.role, query.status) == (
        FormKey("weight", ("W4",)),
        "weight_kg",
        "system",
        "open",
    )
    assert [word.what for word in told] == ["query_raised"]
    assert "80" not in str(told[0].answer)  # neither value is in a query
    last = live.store.read()[-2:]
    assert [(entry.act, entry.closes) for entry in last] == [("record_weight", False), ("tell", True)]


def test_a_weight_that_is_not_doubtful_raises_none(live):
    weigh(live, "W0", "70.0")
    weigh(live, "W4", "77.0")  # 10 % more, and not more than that
    assert statuses(live) == {}


def test_the_query_is_closed_when_the_item_comes_into_range(live):
    weigh(live, "W0", "70.0")
    weigh(live, "W4", "80.0")
    assert [word.what for word in correct_weight(live, "W4", "71.0").told] == ["query_closed"]
    assert statuses(live) == {1: "closed"}


def test_the_query_is_closed_when_the_weight_that_it_was_compared_with_was_the_wrong_one(live):
    weigh(live, "W0", "70.0")
    weigh(live, "W4", "80.0")
    correct_weight(live, "W0", "79.0")
    assert statuses(live) == {1: "closed"}


def test_a_corrected_weight_is_compared_with_the_one_before_it_and_the_next_one_with_it(live):
    weigh(live, "W0", "70.0")
    weigh(live, "W4", "72.0")
    correct_weight(live, "W0", "60.0")
    assert [(str(q.form), q.status.value) for q in live.desk.state.queries.values()] == [("weight/W4", "open")]


def test_what_was_confirmed_is_not_asked_again_unless_the_item_is_doubtful_anew(live):
    weigh(live, "W0", "70.0")
    weigh(live, "W4", "80.0")
    live.act(AnswerQuery(subject=S, query=1, answer="confirmed"), Role.COORDINATOR)
    live.act(CloseQuery(subject=S, query=1), Role.DATA_MANAGER)
    weigh(live, "W8", "80.0")
    correct_weight(live, "W8", "81.0")
    assert statuses(live) == {1: "closed"}
    correct_weight(live, "W4", "82.0")
    assert statuses(live) == {1: "closed", 2: "open"}


def test_an_answered_query_is_open_again_when_the_item_is_corrected_to_another_doubtful_value(live):
    weigh(live, "W0", "70.0")
    weigh(live, "W4", "80.0")
    live.act(AnswerQuery(subject=S, query=1, answer="confirmed"), Role.COORDINATOR)
    assert [word.what for word in correct_weight(live, "W4", "85.0").told] == ["query_reopened"]
    assert statuses(live) == {1: "open"}


@pytest.mark.parametrize(
    ("value", "why"),
    [("110", "the one that stands"), (112, "does not fit"), ("151", "out of range"), ("x", "no number")],
)
def test_a_correction_to_no_other_value_that_fits_is_refused(live, value, why):
    act = CorrectValue(subject=S, form="core_set/W0", item="mmt8", value=value, saw=1)
    assert CORE_SET["mmt8"] == "110"
    assert why in refusal(live, act, Role.EFFICACY_ASSESSOR, reason="misread")


def test_a_number_where_the_form_has_text_is_refused(live):
    weigh(live, "W0", "70.0")
    act = CorrectValue(subject=S, form="weight/W0", item="weight_kg", value=70.5, saw=1)
    assert "not written as" in refusal(live, act, Role.COORDINATOR, reason="misread")


def test_the_author_signs_as_such_and_others_review():
    live = LiveTrial()
    live.randomize()
    authored = SignForm(subject=S, form="core_set/W0", saw=1)
    assert "not this role's to record" in refusal(live, authored, Role.INVESTIGATOR)
    live.act(SignForm(subject=S, form="core_set/W0", saw=1, meaning="reviewed"), Role.INVESTIGATOR)
    assert [one.meaning for one in live.subject().find("core_set", "W0").signatures] == ["authored", "reviewed"]
