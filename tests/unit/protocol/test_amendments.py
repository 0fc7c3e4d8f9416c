"""Which protocol is in force for a subject under an amendment, and every mistake that the file of one can hold.

A change applies to all at once, on the site's approval or on the subject's new consent. What comes out is compared
with protocols that are written by hand for each of the three states.
"""

import pytest
from amended_proderm import FIRST_LADDER, LADDER, render_amendment, write_amendment
from protocol_files import REMOVED, change, render_toml, shipped_values, write_changed

from myotis.errors import InputError, SettingError
from myotis.protocol.amendment import (
    applicable_protocol,
    find_amendment_faults,
    list_amended_changes,
    read_amendment,
)
from myotis.protocol.diff import compare_trials
from myotis.protocol.merge import merge_trials
from myotis.protocol.read import read_trial
from myotis.terms.source import Status

PRODERM = read_trial("proderm")
NEITHER, APPROVED, CONSENTED = (False, False), (True, False), (True, True)
STATES = (NEITHER, APPROVED, CONSENTED)

LATE_VISIT = {
    "id": "W44", "number": 44, "label": "Week 44", "epoch": "extension", "day": 309, "window_days": [-4, 4],
    "activities": ["core_set", "weight"],
}  # fmt: skip
SMOKER = {"id": "smoker", "label": "Smoker", "kind": "yes_no"}
FACTS = shipped_values("proderm")["facts"]
CRITERIA = shipped_values("proderm")["eligibility"]

AT_ONCE = {"trial.version": "2", "conduct.premedication.after_events": 3, "visits.W8.window_days": [-2, 2]}
APPROVAL = {
    "facts": [FACTS[1], FACTS[0], SMOKER, *FACTS[2:]],
    "eligibility": [criterion for criterion in CRITERIA if criterion["id"] != "E5"],
    "provenance.visits": {"status": "assumed", "note": "the second protocol"},
}
CONSENT = {"visits.12": LATE_VISIT, "conduct.analytes.esr": REMOVED}
WHEN = {
    "conduct": "immediately",
    "visits.W8.window_days": "immediately",
    "facts": "on_site_approval",
    "eligibility.E5": "on_site_approval",
    "visits.W44": "on_reconsent",
    "conduct.analytes.esr": "on_reconsent",
}


def trial_of(folder, changes):
    return read_trial(write_changed(folder, changes))


def read_changes(folder, before, after, when, more=None):
    file = folder / "amendment.toml"
    file.write_text(render_amendment(before, after, when, more or {}), "utf-8")
    return read_amendment(file, before, after)


def values(trial):
    """What a protocol says, without its version and sources."""
    return [
        c for c in compare_trials(trial, PRODERM) if c.place.split(".")[0] not in {"trial", "provenance", "references"}
    ]


@pytest.fixture
def amended(tmp_path):
    after = trial_of(tmp_path, AT_ONCE | APPROVAL | CONSENT)
    return after, read_changes(tmp_path, PRODERM, after, WHEN)


def in_force(amended, state):
    after, amendment = amended
    approved, consented = state
    return applicable_protocol(PRODERM, after, amendment, site_approved=approved, reconsented=consented)


def test_a_safety_measure_applies_to_all_subjects_at_once(tmp_path):
    first, file = write_amendment(tmp_path)
    before = read_trial(first)
    amendment = read_amendment(file, before, PRODERM)
    assert {amended.applies for amended in list_amended_changes(before, PRODERM, amendment)} == {"immediately"}
    assert [step["rate"] for step in FIRST_LADDER][-1] == str(before.treatments[0].infusion.rate_steps[-1].rate)
    for approved, consented in STATES:
        trial = applicable_protocol(before, PRODERM, amendment, site_approved=approved, reconsented=consented)
        assert trial is PRODERM
        assert str(trial.treatments[0].infusion.rate_steps[-1].rate) == "0.04 mL/kg/min"


@pytest.mark.parametrize(
    ("state", "changes"),
    [(NEITHER, AT_ONCE), (APPROVED, AT_ONCE | APPROVAL), (CONSENTED, AT_ONCE | APPROVAL | CONSENT)],
)
def test_what_is_in_force_is_what_was_written_by_hand_for_the_state(tmp_path, amended, state, changes):
    by_hand = trial_of(tmp_path, changes)
    assert values(in_force(amended, state)) == values(by_hand)


def test_each_change_has_its_time(amended):
    after, amendment = amended
    listed = {item.change.place: item.applies for item in list_amended_changes(PRODERM, after, amendment)}
    assert listed["facts (order)"] == listed["facts.smoker.label"] == "on_site_approval"
    assert listed["conduct.premedication.after_events"] == "immediately"
    assert listed["conduct.analytes.esr.unit"] == "on_reconsent"
    assert listed["visits.W44.day"] == "on_reconsent"
    assert not [place for place in listed if place.startswith(("trial", "provenance", "references"))]


def test_versions_and_digests_tell_the_states_apart(amended):
    after, _ = amended
    trials = [in_force(amended, state) for state in STATES]
    assert len({trial.digest for trial in (PRODERM, *trials)}) == 4
    assert trials[2] is after
    assert trials[0].trial.version == "as published 2022, with what applies immediately of 2"
    assert trials[1].trial.version == "as published 2022, with what applies immediately and on site approval of 2"


def test_each_value_keeps_the_source_of_its_own_file(amended):
    trial = in_force(amended, NEITHER)
    sources = {fact.what: fact.source for fact in trial.list_facts()}
    assert sources["visits.W4.day"].note == "the second protocol"  # the same in both: the newer file's
    assert sources["conduct.analytes.esr.unit"].status == Status.ASSUMED
    assert sources["eligibility.E5.kind"].reference.startswith("Public trial pages")


def test_nothing_applies_before_its_time(tmp_path):
    after = trial_of(tmp_path, {"response.tis_at_least": 40})
    amendment = read_changes(tmp_path, PRODERM, after, {"response": "on_reconsent"})
    assert applicable_protocol(PRODERM, after, amendment, site_approved=False, reconsented=False) is PRODERM
    assert applicable_protocol(PRODERM, after, amendment, site_approved=True, reconsented=False) is PRODERM
    assert applicable_protocol(PRODERM, after, amendment, site_approved=True, reconsented=True) is after


def test_the_most_exact_place_wins(tmp_path):
    after = trial_of(tmp_path, {"visits.W4.window_days": [-1, 1], "visits.W8.window_days": [-1, 1]})
    when = {"visits.*.window_days": "on_reconsent", "visits.W8.window_days": "immediately"}
    amendment = read_changes(tmp_path, PRODERM, after, when)
    trial = applicable_protocol(PRODERM, after, amendment, site_approved=False, reconsented=False)
    assert (trial.visit("W4").window_days, trial.visit("W8").window_days) == ((-4, 4), (-1, 1))


def test_a_reference_that_says_something_else_keeps_both_texts(tmp_path):
    changes = {"references.nejm": "another paper", "response.visit": "W12", "response.tis_at_least": 40}
    changes |= {"plan.estimands.primary.visit": "W12"}
    after = trial_of(tmp_path, changes)
    when = {"response.visit": "immediately", "plan": "immediately", "response.tis_at_least": "on_reconsent"}
    amendment = read_changes(tmp_path, PRODERM, after, when)
    trial = applicable_protocol(PRODERM, after, amendment, site_approved=False, reconsented=False)
    sources = {fact.what: fact.source.reference for fact in trial.list_facts()}
    assert sources["response.visit"] == "another paper"
    assert sources["response.tis_at_least"] == PRODERM.references["nejm"]


def test_no_consent_comes_before_the_approval(amended):
    with pytest.raises(SettingError, match="no approval for"):
        in_force(amended, (False, True))


def test_another_amendments_file_is_refused(tmp_path, amended):
    after, amendment = amended
    other = trial_of(tmp_path, {"response.tis_at_least": 40})
    with pytest.raises(InputError, match="it is not the digest of"):
        applicable_protocol(PRODERM, other, amendment, site_approved=True, reconsented=False)
    assert find_amendment_faults(amendment, PRODERM, after) == []


REDUCED = "treatments.octagam_10.infusion.reduced_dose"
WRONG = {
    "a digest of another protocol": ({"response": "immediately"}, {"before": "0" * 64}, "before", "not the digest of"),
    "a digest of another amended one": ({"response": "immediately"}, {"after": "0" * 64}, "after", "not the digest"),
    "no digest": ({"response": "immediately"}, {"after": "x"}, "after", "is not a name of this form"),
    "no time that is known": ({"response": "soon"}, {}, "changes.response", "'immediately'"),
    "no change": ({}, {}, "changes", "has too few entries"),
    "a field that nobody knows": ({"response": "immediately"}, {"x": 1}, "x", "is not a field"),
    "a change left out": (
        {"response.visit": "immediately"}, {}, "changes", "not said when response.tis_at_least applies",
    ),
    "an idle entry": (
        {"response": "immediately", "switch": "on_reconsent"}, {}, "changes.switch", "nothing changes at this place",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("when", "more", "place", "says"), WRONG.values(), ids=WRONG.keys())
def test_a_broken_amendment_is_refused_with_its_place(tmp_path, when, more, place, says):
    after = trial_of(tmp_path, {"response.tis_at_least": 40})
    with pytest.raises(InputError) as refusal:
        read_changes(tmp_path, PRODERM, after, when, more)
    told = [str(fault) for fault in refusal.value.faults if fault.key == place]
    assert any(says in line and line.startswith("amendment.toml") for line in told), refusal.value.faults


@pytest.mark.parametrize(
    ("visit", "dose", "when"),
    [
        ("on_reconsent", "immediately", ["before a site's approval", "before a subject's new consent"]),
        ("on_site_approval", "immediately", ["before a site's approval"]),
        ("on_reconsent", "on_site_approval", ["before a subject's new consent"]),
        ("immediately", "on_reconsent", []),
        ("on_reconsent", "on_reconsent", []),
    ],
)
def test_what_contradicts_itself_in_between_is_refused(tmp_path, visit, dose, when):
    """The lower dose from week 44 on needs a week 44."""
    late = LATE_VISIT | {"activities": ["weight", "infusion"]}
    after = trial_of(tmp_path, {"visits.12": late, f"{REDUCED}.from_visit": "W44"})
    changes = {"visits.W44": visit, REDUCED: dose}
    if not when:
        read_changes(tmp_path, PRODERM, after, changes)
        return
    with pytest.raises(InputError) as refusal:
        read_changes(tmp_path, PRODERM, after, changes)
    told = [fault.what for fault in refusal.value.faults]
    assert [line.partition(",")[0] for line in told] == when
    assert all("the visit W44 is not declared" in line for line in told)


def test_a_file_that_is_not_there_is_said_so(tmp_path):
    with pytest.raises(
        InputError, match=r"none\.toml: the file can't be read .*expected the TOML file of an amendment"
    ):
        read_amendment(tmp_path / "none.toml", PRODERM, PRODERM)


def test_two_protocols_that_are_one_need_no_amendment(tmp_path):
    with pytest.raises(InputError, match="nothing changes at this place"):
        read_changes(tmp_path, PRODERM, PRODERM, {"response": "immediately"})


# Tables and lists that only one of the two protocols has ------------------------------------------------------------


def merged(before, after, *taken):
    return merge_trials(before, after, lambda path: ".".join(path).startswith(taken), "2")


@pytest.fixture
def bare(tmp_path):
    """ProDERM without lists and tables that may be absent, and with what then has to go."""
    changes = {"plan.subgroups": REMOVED, "plan.safety": REMOVED, "conduct": REMOVED, "trial.registry": REMOVED}
    sources = {
        place: source
        for place, source in shipped_values("proderm")["provenance"].items()
        if not place.startswith(("plan.subgroups", "plan.safety", "conduct", "trial.registry"))
    }
    return trial_of(tmp_path, changes | {"provenance": sources})


def test_a_table_that_is_new_is_there_once_it_is_taken(bare):
    assert merged(bare, PRODERM, "plan").plan == PRODERM.plan
    assert merged(bare, PRODERM, "plan", "conduct").conduct == PRODERM.conduct
    assert merged(bare, PRODERM, "trial").trial.registry == PRODERM.trial.registry
    nothing = merged(bare, PRODERM, "-")
    assert (nothing.plan.safety, nothing.plan.subgroups, nothing.conduct) == (None, (), None)


def test_a_table_that_is_gone_is_there_until_its_end_is_taken(bare):
    kept = merged(PRODERM, bare, "-")
    assert (kept.plan, kept.conduct, kept.trial.registry) == (PRODERM.plan, PRODERM.conduct, PRODERM.trial.registry)
    assert merged(PRODERM, bare, "plan", "trial", "conduct").plan.subgroups == ()
    assert values(merged(PRODERM, bare, "plan", "trial", "conduct")) == values(bare)


def test_half_a_new_table_is_refused(bare):
    with pytest.raises(InputError, match=r"conduct\.reporting: is missing"):
        merged(bare, PRODERM, "conduct.entry")


def test_a_new_entry_stands_where_it_stood(tmp_path):
    facts = trial_of(tmp_path, {"facts": [SMOKER, *FACTS]})
    assert [fact.id for fact in merged(PRODERM, facts, "facts").facts][:2] == ["smoker", "bohan_peter"]
    turned = trial_of(tmp_path, {"facts": [*FACTS[:1], SMOKER, *reversed(FACTS[1:])]})
    ids = [fact.id for fact in merged(PRODERM, turned, "facts.smoker").facts]
    assert ids == [FACTS[0]["id"], "smoker", *(fact["id"] for fact in FACTS[1:])]


def test_layout_of_the_file_is_no_change(tmp_path):
    text = render_toml(shipped_values("proderm"), backwards=True)
    file = tmp_path / "turned.toml"
    file.write_text(text, "utf-8")
    assert merged(PRODERM, read_trial(file), "").model_copy() == merge_trials(PRODERM, PRODERM, lambda _: False, "2")


def test_a_ladder_is_taken_or_left_as_a_whole(tmp_path):
    values_before = shipped_values("proderm")
    change(values_before, LADDER, FIRST_LADDER)
    first, _ = write_amendment(tmp_path)
    before = read_trial(first)
    left = merged(before, PRODERM, "-").treatments[0].infusion.rate_steps
    assert [str(step.rate) for step in left] == [step["rate"] for step in FIRST_LADDER]
    assert merged(before, PRODERM, LADDER).treatments == PRODERM.treatments
