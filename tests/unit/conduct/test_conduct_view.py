import pytest
from live_trial import CORE_SET, WORSE, LiveTrial, RepeatableEntropy

from myotis.conduct.act import Means
from myotis.conduct.acts.data.raise_query import RaiseQuery
from myotis.conduct.acts.trial.assign_role import AssignRole
from myotis.conduct.acts.visits.record_weight import RecordWeight
from myotis.conduct.roles import Role
from myotis.conduct.study import Form, FormKey
from myotis.conduct.view import TAKEN_OUT, view_study
from myotis.log.act import RefusalError, User
from myotis.log.redact import take_out_value

R = Role
KINDS = ("core_set", "cdasi", "visit", "enzymes", "weight", "adverse_event", "infusion", "medication", "result",
         "restricted_result", "guess")  # fmt: skip


@pytest.fixture
def live():
    trial = LiveTrial()
    trial.randomize("101-001")
    trial.randomize("102-001")
    return trial


def view(live, role, site="101"):
    return view_study(live.desk.state, live.user(role, site))


def add_forms(live):
    """A form of each kind that a subject may have, whoever records it. They are set, not entered."""
    for kind in KINDS:
        key = FormKey(kind, ("x",))
        live.subject().forms[key] = Form(
            key=key, act="", by="", role="", items={"item": kind}, entry=0, first_entry=0, occurred="", protocol="",
            protocol_digest="",
        )  # fmt: skip


def test_roles_of_a_site_see_its_subjects_and_others_see_all(live):
    for role in (R.INVESTIGATOR, R.COORDINATOR, R.EFFICACY_ASSESSOR):
        assert [subject.id for subject in view(live, role).subjects] == ["101-001"]
        assert [subject.id for subject in view(live, role, "102").subjects] == ["102-001"]
    for role in (R.MONITOR, R.DATA_MANAGER, R.SPONSOR):
        assert [subject.id for subject in view(live, role).subjects] == ["101-001", "102-001"]


def test_who_does_not_hold_a_role_sees_nothing(live):
    assert view_study(live.desk.state, User("somebody", R.MONITOR, None)).subjects == ()
    assert view_study(live.desk.state, User("investigator-101", R.INVESTIGATOR, "102")).subjects == ()


@pytest.mark.parametrize(
    ("role", "kinds"),
    [
        (R.EFFICACY_ASSESSOR, {"core_set", "cdasi", "visit"}),
        (R.LABORATORY, {"result"}),
        (R.INVESTIGATOR, set(KINDS) - {"restricted_result", "guess"}),
        (R.COORDINATOR, set(KINDS) - {"restricted_result", "guess"}),
        (R.MONITOR, set(KINDS) - {"restricted_result", "guess"}),
        (R.SPONSOR, set(KINDS) - {"restricted_result", "guess"}),
        (R.DATA_MANAGER, set(KINDS) - {"restricted_result"}),
        (R.SAFETY_PHYSICIAN, set(KINDS) - {"guess"}),
        (R.ADMINISTRATOR, set()),
    ],
)
def test_each_role_sees_its_forms_and_no_other(live, role, kinds):
    add_forms(live)
    forms = view(live, role).subject("101-001").forms
    assert {form.key.split("/")[0] for form in forms if form.key.endswith("/x")} == kinds


def test_nobody_is_shown_a_slot_or_a_stratum(live):
    slot = live.subject().slot
    assert slot is not None
    for role in Role:
        shown = repr(view(live, role))
        assert slot not in shown
        assert "moderate" not in shown  # the stratum; the measure that it is read from is data


def test_an_assessor_hears_nothing_of_what_the_rules_found_and_not_where_the_subject_stands(live):
    live.begin_treatment()
    live.assess("W4", WORSE)
    live.assess("W8", WORSE)
    seen = view(live, R.EFFICACY_ASSESSOR).subject("101-001")
    assert (seen.told, seen.state) == ((), None)
    shown = view(live, R.INVESTIGATOR).subject("101-001")
    assert shown.state == "switch_indicated"
    assert "deterioration" in {word.what for word in shown.told}


def test_what_was_taken_out_is_shown_as_taken_out_and_forgotten(live):
    live.act(RecordWeight(subject="101-001", visit="W0", weight_kg="71.5"), R.COORDINATOR)
    number = live.subject().find("weight", "W0").entry
    assert live.subject().find("weight", "W0").items == {"weight_kg": "71.5"}
    take_out_value(
        live.store, number, "weight_kg", reason="belongs to somebody else", by="dora", role=R.DATA_MANAGER, protocol="",
        protocol_digest="", clock=live.clock, entropy=RepeatableEntropy(),
    )  # fmt: skip
    form = next(f for f in view(live, R.MONITOR).subject("101-001").forms if f.key == "weight/W0")
    assert form.items == {"weight_kg": TAKEN_OUT}
    assert live.subject().find("weight", "W0").items == {}


def test_results_that_were_taken_out_leave_the_form_without_them(live):
    number = live.subject().find("core_set", "W0").entry
    take_out_value(
        live.store, number, "results", reason="another subject's", by="dora", role=R.DATA_MANAGER, protocol="",
        protocol_digest="", clock=live.clock, entropy=RepeatableEntropy(),
    )  # fmt: skip
    form = next(f for f in view(live, R.EFFICACY_ASSESSOR).subject("101-001").forms if f.key == "core_set/W0")
    assert form.items == {"results": TAKEN_OUT}
    live.act(RaiseQuery(subject="101-001", form="core_set/W0", concern="unclear"), R.MONITOR)
    live.assess("W4", CORE_SET)
    assert live.subject().last_told("deterioration")["W4"] == "not_evaluable"  # there is no baseline any more


def test_nobody_of_the_pharmacy_gets_a_role_here():
    live = LiveTrial(means=Means(works_in_pharmacy=lambda person: person == "pharmacist"))
    with pytest.raises(RefusalError, match="a role of the pharmacy"):
        live.act(AssignRole(person="pharmacist", assigned=R.MONITOR), R.ADMINISTRATOR)
    live.act(AssignRole(person="newcomer", assigned=R.MONITOR), R.ADMINISTRATOR)
