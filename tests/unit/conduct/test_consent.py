"""Consent comes before everything else that is recorded of a participant."""

import pytest
from live_trial import FACTS, LiveTrial

from myotis.conduct.acts.catalog import ACTS
from myotis.conduct.acts.entry.give_consent import GiveConsent
from myotis.conduct.acts.entry.record_demographics import RecordDemographics
from myotis.conduct.acts.entry.screen_subject import ScreenSubject
from myotis.conduct.matrix import Answer, list_cells
from myotis.conduct.roles import Role
from myotis.log.act import RefusalError
from myotis.protocol.read import read_trial, shipped_trials

S = "101-001"


@pytest.mark.parametrize("name", shipped_trials())
def test_nothing_is_recorded_of_a_participant_before_consent(name):
    live = LiveTrial(trial=read_trial(name))
    for act in (RecordDemographics(subject=S, age=52, sex="F"), ScreenSubject(subject=S, facts=FACTS)):
        with pytest.raises(RefusalError):
            live.act(act, Role.COORDINATOR)
    assert not [entry for entry in live.store.read() if entry.subject]
    live.consent(S)
    first = next(entry for entry in live.store.read() if entry.subject)
    assert first.act == "give_consent"


def test_consent_is_the_only_act_about_a_participant_who_is_new():
    about = {
        name
        for name, act in ACTS.items()
        if "subject" in act.model_fields and act.model_fields["subject"].is_required()
    }
    possible = {
        cell.act for cell in list_cells() if str(cell.standing) == "new" and cell.answer == Answer.POSSIBLE
    } & about
    assert possible == {"give_consent"}


def test_the_log_keeps_which_version_was_signed_by_whom_and_when_and_each_version_once():
    live = LiveTrial()
    live.act(GiveConsent(subject=S, consent_version="1.0"), Role.COORDINATOR)
    with pytest.raises(RefusalError, match="recorded already"):
        live.act(GiveConsent(subject=S, consent_version="1.0"), Role.COORDINATOR)
    (entry,) = (entry for entry in live.store.read() if entry.act == "give_consent")
    assert (entry.get("consent_version"), entry.get("signed_by")) == ("1.0", "participant")
    assert (entry.by, entry.occurred) == ("coordinator-101", "2024-01-08T09:00:00.000000+00:00")
