"""Every state and every move of the table of states is reached by acts, and what each of them asks for."""

from datetime import timedelta
from functools import cache

import pytest
from courses import CourseTrial
from dosed_trial import S1
from live_trial import CORE_SET, FACTS, WORSE, Clock, take_plain_slot

from myotis.conduct.act import Means
from myotis.conduct.acts.course.begin_follow_up import BeginFollowUp
from myotis.conduct.acts.course.complete_first_period import CompleteFirstPeriod
from myotis.conduct.acts.course.complete_study import CompleteStudy
from myotis.conduct.acts.course.confirm_switch import ConfirmSwitch
from myotis.conduct.acts.course.declare_lost import DeclareLost
from myotis.conduct.acts.course.decline_switch import DeclineSwitch
from myotis.conduct.acts.course.discontinue_study import DiscontinueStudy
from myotis.conduct.acts.course.discontinue_treatment import DiscontinueTreatment
from myotis.conduct.acts.course.find_again import FindAgain
from myotis.conduct.acts.course.record_death import RecordDeath
from myotis.conduct.acts.course.transfer_subject import TransferSubject
from myotis.conduct.acts.course.withdraw_consent import WithdrawConsent
from myotis.conduct.acts.data.correct_value import CorrectValue
from myotis.conduct.acts.dosing.hold_dosing import HoldDosing
from myotis.conduct.acts.dosing.resume_dosing import ResumeDosing
from myotis.conduct.acts.entry.adjudicate_entry import AdjudicateEntry
from myotis.conduct.acts.entry.enroll_subject import EnrollSubject
from myotis.conduct.acts.entry.fail_screening import FailScreening
from myotis.conduct.acts.entry.give_consent import GiveConsent
from myotis.conduct.acts.entry.randomize_subject import RandomizeSubject
from myotis.conduct.acts.entry.record_history import RecordHistory
from myotis.conduct.acts.entry.record_medication import DrugClass, RecordMedication
from myotis.conduct.acts.entry.rescreen_subject import RescreenSubject
from myotis.conduct.acts.entry.screen_subject import ScreenSubject
from myotis.conduct.acts.visits.record_visit import RecordVisit
from myotis.conduct.desk import open_desk
from myotis.conduct.roles import Role
from myotis.conduct.visibility import sees_subject
from myotis.log.act import RefusalError
from myotis.log.messages import FIELDS, NoticeWord
from myotis.log.store import MemoryStore
from myotis.protocol.read import read_trial
from myotis.rules.deterioration import CONFIRMED, NONE, SUSPECTED
from myotis.terms.states import MOVES, Move
from myotis.terms.states import SubjectState as S

NO_COMMITTEE = {S.SCREENING, S.RESCREENED}
"""Where nobody is enrolled while a committee has not decided."""


def trial_without(part):
    """ProDERM without a part of its conduct: a gate, or a committee."""
    trial = read_trial("proderm")
    if part == "gate":
        return trial.model_copy(update={"conduct": trial.conduct.model_copy(update={"extension_gate": None})})
    entry = trial.conduct.entry.model_copy(update={"adjudicated_facts": ()})
    return trial.model_copy(update={"conduct": trial.conduct.model_copy(update={"entry": entry})})


def bring_to(move: Move) -> CourseTrial:
    """A trial with a subject in the state that a move begins in."""
    if move.act == "enroll_subject" and move.source in NO_COMMITTEE:
        return reach(move.source, CourseTrial(trial=trial_without("committee")))
    if move.act == "complete_study" and move.source == S.FIRST_PERIOD_COMPLETED:
        return reach(move.source, CourseTrial(trial=trial_without("gate")))
    if move == (S.ENROLLED, "receive_notice", "allocated", S.RANDOMIZED):
        return reach(move.source, CourseTrial(means=Means(None, None)))
    if move.act == "resume_dosing":
        live = copy_at(S(move.outcome))
        live.do(HoldDosing, scope="subject", why="adverse_event")
        return live
    live = copy_at(S.ON_TREATMENT if move.act == "tell" else move.source)
    if move.act == "tell":
        live.assess("W4", WORSE)
    return live


def reach(state: S, live: CourseTrial) -> CourseTrial:
    live.reach(state)
    return live


reach_once = cache(lambda state: reach(state, CourseTrial()))


def copy_at(state: S | None) -> CourseTrial:
    """A trial of its own with a subject in a state: its log is a copy."""
    if state is None:
        return CourseTrial()
    live = reach_once(state)
    return CourseTrial(
        store=MemoryStore(live.store.read()), clock=Clock(live.clock.now), notices=live.notices, labels=live.labels
    )


def enroll(live: CourseTrial, move: Move) -> None:
    if move.source in NO_COMMITTEE:
        live.do(ScreenSubject, Role.COORDINATOR, facts=FACTS | {"adjudicated_active": True})
    live.do(EnrollSubject)


def randomize(live: CourseTrial, move: Move) -> None:
    live.assess("W0", CORE_SET)
    live.do(RandomizeSubject, Role.COORDINATOR)
    if move.act == "receive_notice":
        assert live.subject().state == S.ENROLLED
        live.hear(NoticeWord.ALLOCATED)


def withdraw(live: CourseTrial, move: Move) -> None:
    live.do(WithdrawConsent, Role.COORDINATOR, scopes=(move.outcome, "further_use"))
    assert live.subject().may_use_further is False


def complete(live: CourseTrial, move: Move) -> None:
    del move
    live.visit("W40")
    live.do(CompleteStudy)


def hear(live: CourseTrial, move: Move) -> None:
    if move.outcome == "allocated":
        randomize(live, move)
    else:
        live.hear(NoticeWord(move.outcome))


CARRY_OUT = {
    "give_consent": lambda live, _: live.do(GiveConsent, Role.COORDINATOR, consent_version="1.0"),
    "adjudicate_entry": lambda live, move: live.do(
        AdjudicateEntry, Role.ENTRY_ADJUDICATOR, facts={"adjudicated_active": move.outcome == "active"}
    ),
    "fail_screening": lambda live, _: live.do(FailScreening, why="withdrawal_by_subject"),
    "rescreen_subject": lambda live, _: live.do(RescreenSubject, consent_version="1.0"),
    "enroll_subject": enroll,
    "randomize_subject": randomize,
    "receive_notice": hear,
    "record_infusion": lambda live, _: live.dose("W0"),
    "hold_dosing": lambda live, _: live.do(HoldDosing, scope="subject", why="infection"),
    "resume_dosing": lambda live, _: live.do(ResumeDosing, scope="subject"),
    "tell": lambda live, _: live.assess("W8", WORSE),
    "confirm_switch": lambda live, _: live.do(ConfirmSwitch),
    "decline_switch": lambda live, _: live.do(DeclineSwitch, why="renal_risk"),
    "complete_first_period": lambda live, _: live.pass_first_period(),
    "complete_study": complete,
    "discontinue_treatment": lambda live, _: live.do(DiscontinueTreatment, why="lack_of_efficacy"),
    "discontinue_study": lambda live, _: live.do(DiscontinueStudy, why="other"),
    "begin_follow_up": lambda live, _: live.do(BeginFollowUp),
    "withdraw_consent": withdraw,
    "declare_lost": lambda live, _: live.do(DeclareLost, last_contact=live.today, attempts=2),
    "find_again": lambda live, _: live.do(FindAgain),
    "record_death": lambda live, _: live.die(),
}
"""How the act of each move is carried out."""

AT_HOME = Move(S.RANDOMIZED, "dispense_treatment", "", S.ON_TREATMENT)
"""The one move that ProDERM has no use for; ``test_reclaiim_course`` makes it."""


@pytest.mark.parametrize("move", [move for move in MOVES if move != AT_HOME], ids=lambda m: "-".join(map(str, m)))
def test_every_move_of_the_table_is_made_by_its_act(move):
    live = bring_to(move)
    CARRY_OUT[move.act](live, move)
    assert live.subject().state == move.target


def test_every_state_is_the_target_of_a_move():
    assert {move.target for move in MOVES} == set(S)


def test_a_switch_goes_from_indicated_to_effective_without_a_word_of_what_is_given():
    live = CourseTrial()
    live.reach(S.SWITCH_INDICATED)
    live.do(ConfirmSwitch)
    # Week 8 is assessed and not infused yet, so it is the first dose of the other treatment.
    assert live.ask("resolve_switch") == [{"visit": "W8"}]
    live.hear(NoticeWord.SWITCH_IN_EFFECT)
    live.weigh("W8")
    live.order("W8")
    with pytest.raises(RefusalError, match="does not allow it"):
        live.do(ConfirmSwitch)


def test_a_switch_that_is_indicated_after_the_dose_of_the_visit_begins_with_the_next_one():
    live = CourseTrial()
    live.reach(S.ON_TREATMENT)
    live.assess("W4", WORSE)
    live.dose("W8")
    live.assess("W8", WORSE)
    live.do(ConfirmSwitch)
    assert live.ask("resolve_switch") == [{"visit": "W12"}]


def test_the_gate_asks_with_signed_and_frozen_efficacy_and_with_the_statuses_since_the_switch():
    live = CourseTrial()
    live.reach(S.SWITCH_EFFECTIVE)
    live.assess("W12", WORSE)
    with pytest.raises(RefusalError, match="the visit W16 is not recorded"):
        live.do(CompleteFirstPeriod)
    live.visit("W16")
    with pytest.raises(RefusalError, match="the core set at W16 is not recorded"):
        live.do(CompleteFirstPeriod)
    live.assess("W16", WORSE)
    with pytest.raises(RefusalError, match="core_set/W16 is not frozen"):
        live.do(CompleteFirstPeriod)
    live.freeze("core_set/W16")
    live.do(CompleteFirstPeriod)
    (asked,) = live.ask("decide_extension")
    assert set(asked) == FIELDS["decide_extension"]
    # Worse at weeks 4 and 8: confirmed at 8, and ever after. Since the switch at 8: suspected at 12, confirmed at 16.
    assert asked["deterioration"] == {"W4": SUSPECTED, "W8": CONFIRMED, "W12": CONFIRMED, "W16": CONFIRMED}
    assert asked["since_switch"] == {"W12": SUSPECTED, "W16": CONFIRMED}
    assert asked["visit"] == "W16"


def test_without_a_switch_nothing_is_since_it_and_a_missed_gate_visit_has_no_forms():
    live = CourseTrial()
    live.reach(S.ON_TREATMENT)
    live.assess("W12", CORE_SET)
    live.go_to("W16")
    live.do(RecordVisit, Role.COORDINATOR, visit="W16", day=live.today, held="missed")
    live.do(CompleteFirstPeriod)
    (asked,) = live.ask("decide_extension")
    assert asked["since_switch"] == {}
    assert asked["deterioration"] == {"W12": NONE}


def test_without_a_gate_the_first_period_is_completed_and_nothing_is_asked():
    live = CourseTrial(trial=trial_without("gate"))
    live.reach(S.ON_TREATMENT)
    live.do(CompleteFirstPeriod)
    assert live.ask("decide_extension") == []


def test_a_notice_that_comes_too_late_is_kept_and_moves_nobody():
    live = CourseTrial()
    live.reach(S.FIRST_PERIOD_COMPLETED)
    live.die()
    live.hear(NoticeWord.ENTER_EXTENSION)
    assert (live.subject().state, len(live.subject().notices)) == (S.DIED, 3)


def test_while_dosing_is_held_a_notice_moves_the_state_in_which_it_resumes():
    live = CourseTrial()
    live.reach(S.SWITCH_CONFIRMED)
    live.do(HoldDosing, scope="subject", why="adverse_event")
    live.hear(NoticeWord.SWITCH_IN_EFFECT)
    assert (live.subject().state, live.subject().standing) == (S.DOSING_HELD, S.SWITCH_EFFECTIVE)
    live.do(ResumeDosing, scope="subject")
    assert live.subject().state == S.SWITCH_EFFECTIVE


def test_the_study_is_completed_after_its_last_visit_and_behind_the_gate():
    live = CourseTrial()
    live.reach(S.FIRST_PERIOD_COMPLETED)
    with pytest.raises(RefusalError) as refused:
        live.do(CompleteStudy)
    assert [fault.what for fault in refused.value.faults] == [
        "the visit W40 is not recorded", "the subject has not entered the extension",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "end",
    [
        lambda live: live.do(DiscontinueTreatment, why="adverse_event"),
        lambda live: live.do(DiscontinueStudy, why="other"),
        lambda live: live.do(WithdrawConsent, Role.COORDINATOR, scopes=("treatment",)),
        lambda live: live.do(DeclareLost, last_contact=live.today, attempts=1),
        lambda live: live.die(),
    ],
)
def test_who_is_dosed_no_more_has_no_open_order(end):
    live = CourseTrial()
    live.reach(S.RANDOMIZED)
    live.weigh("W0")
    live.order("W0")
    end(live)
    assert live.ask("cancel_dose") == [{"order": "101-001/W0/1"}]
    assert live.subject().find("dose_order", "W0").items["cancelled_at"] == live.clock.now.isoformat(
        timespec="microseconds"
    )


def test_withdrawing_further_use_marks_the_record_and_moves_nobody():
    live = CourseTrial()
    live.reach(S.ON_TREATMENT)
    live.weigh("W4")
    live.order("W4")
    live.do(WithdrawConsent, Role.COORDINATOR, scopes=("further_use",))
    assert (live.subject().state, live.subject().may_use_further) == (S.ON_TREATMENT, False)
    assert live.ask("cancel_dose") == []
    with pytest.raises(RefusalError, match="withdrawn already"):
        live.do(WithdrawConsent, Role.COORDINATOR, scopes=("further_use",))


def test_consent_is_withdrawn_from_what_there_is_and_contact_is_wider_than_treatment():
    live = CourseTrial()
    live.reach(S.SCREENING)
    with pytest.raises(RefusalError, match="can't withdraw from treatment"):
        live.do(WithdrawConsent, Role.COORDINATOR, scopes=("treatment", "contact"))
    other = CourseTrial()
    other.reach(S.ON_TREATMENT)
    with pytest.raises(RefusalError, match="named twice"):
        other.do(WithdrawConsent, Role.COORDINATOR, scopes=("contact", "contact"))
    other.do(WithdrawConsent, Role.COORDINATOR, scopes=("treatment", "contact"))
    assert other.subject().state == S.WITHDRAWN


def test_a_screen_failure_is_screened_again_as_often_as_the_protocol_says_from_the_beginning():
    live = CourseTrial()
    live.reach(S.SCREENING)
    live.do(ScreenSubject, Role.COORDINATOR, facts=FACTS)
    live.do(FailScreening, why="not_eligible")
    live.do(RescreenSubject, consent_version="1.0")
    assert live.subject().find("screening").items == {}
    assert [form.items["consent_version"] for form in live.subject().all_of("consent")] == ["1.0", "1.0"]
    with pytest.raises(RefusalError, match="not met or not answered"):
        live.do(EnrollSubject)
    kept = [entry.get("facts") for entry in live.store.read() if entry.act == "screen_subject"]
    assert kept == [FACTS]
    live.do(FailScreening, why="not_eligible")
    with pytest.raises(RefusalError, match="can't be screened again"):
        live.do(RescreenSubject, consent_version="1.0")


def test_a_death_needs_dates_that_can_be_and_asks_for_its_adverse_event():
    live = CourseTrial()
    live.reach(S.ON_TREATMENT)
    for days, reason in ((1, "lies in the future"), (-9, "a visit was held after the death")):
        with pytest.raises(RefusalError, match=reason):
            live.do(RecordDeath, day=live.today + timedelta(days=days), cause="accident")
    live.do(RecordDeath, day=live.today, cause="other_disease", words="in the words of the site")
    (query,) = live.desk.state.unsettled_queries(S1)
    assert query.item == "cause"
    assert "in the words" not in "".join(entry.write_line() for entry in live.store.read())
    live.act(
        CorrectValue(subject=S1, form="death", item="autopsy", value="done", saw=1), Role.INVESTIGATOR, reason="report"
    )


def test_a_lost_subject_was_seen_no_later_than_the_last_contact():
    live = CourseTrial()
    live.reach(S.ON_TREATMENT)
    for days, reason in ((1, "lies in the future"), (-9, "a visit was held after")):
        with pytest.raises(RefusalError, match=reason):
            live.do(DeclareLost, last_contact=live.today + timedelta(days=days), attempts=1)


def test_a_transferred_subject_is_seen_at_the_new_site_alone():
    live = CourseTrial()
    live.reach(S.ON_TREATMENT)
    with pytest.raises(RefusalError, match="not another one"):
        live.do(TransferSubject, Role.SPONSOR, to_site="101")
    live.do(TransferSubject, Role.SPONSOR, to_site="102")
    old, new = (live.user(Role.COORDINATOR, site) for site in ("101", "102"))
    assert (sees_subject(live.desk.state, old, S1), sees_subject(live.desk.state, new, S1)) == (False, True)
    live.clock.move(days=1)
    history = RecordHistory(subject=S1, term="hypertension", ongoing=True)
    with pytest.raises(RefusalError, match="of another site"):
        live.act(history, Role.COORDINATOR)
    live.act(history, Role.COORDINATOR, "102")


def test_a_subject_is_not_transferred_while_a_dose_is_ordered():
    live = CourseTrial()
    live.reach(S.RANDOMIZED)
    live.weigh("W0")
    live.order("W0")
    with pytest.raises(RefusalError, match="ordered at the old site"):
        live.do(TransferSubject, Role.SPONSOR, to_site="102")


def test_history_and_medication_take_dates_as_far_as_they_are_known():
    live = CourseTrial()
    live.reach(S.SCREENING)
    live.do(
        RecordHistory, Role.COORDINATOR, term="deep vein thrombosis", started="2019", stopped="2019-05", ongoing=False
    )
    drug = {"drug": "prednisolone", "drug_class": DrugClass.CORTICOSTEROID, "dose": "10", "unit": "mg",
            "frequency": "daily", "started": "2023-11", "purpose": "background"}  # fmt: skip
    live.do(RecordMedication, Role.COORDINATOR, **drug)
    live.do(RecordMedication, Role.COORDINATOR, **drug)
    assert [query.item for query in live.desk.state.unsettled_queries(S1)] == ["stopped"]
    assert [str(form.key) for form in live.subject().all_of("medication")] == ["medication/1", "medication/2"]
    for fields, reason in (
        ({"started": "2024-02"}, "started lies in the future"),
        ({"stopped": "2023-10-31"}, "it stopped before it started"),
        ({"unit": None}, "dose and unit"),
    ):
        with pytest.raises(RefusalError, match=reason):
            live.do(RecordMedication, Role.COORDINATOR, **(drug | fields))
    with pytest.raises(RefusalError, match="it goes on, and has stopped"):
        live.do(RecordHistory, Role.COORDINATOR, term="asthma", stopped="2020", ongoing=True)


def test_another_desk_over_the_same_log_comes_to_the_same_state():
    live = CourseTrial()
    live.reach(S.COMPLETED)
    again = open_desk(
        live.trial, live.store, Means(take_plain_slot), clock=live.clock, entropy=bytes, keyring=live.keys
    )
    assert describe(again.state) == describe(live.desk.state)


def describe(study):
    """A study without the digests of entries, which a desk does not know while it writes them."""
    subject = study.subjects[S1]
    words = [entry.number for entry in (*subject.told, *subject.notices, *subject.requests)]
    return subject.forms, subject.state, subject.history, words, study.bags, study.notice_ids
