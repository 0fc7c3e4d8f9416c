"""Every act of the blinded world, by its name."""

from collections.abc import Mapping
from typing import Final

from myotis.conduct.act import ConductAct
from myotis.conduct.acts.add_site import AddSite
from myotis.conduct.acts.adjudicate_entry import AdjudicateEntry
from myotis.conduct.acts.assign_role import AssignRole, RevokeRole
from myotis.conduct.acts.correct_value import CorrectValue
from myotis.conduct.acts.enroll_subject import EnrollSubject
from myotis.conduct.acts.give_consent import GiveConsent
from myotis.conduct.acts.open_trial import OpenTrial
from myotis.conduct.acts.randomize_subject import RandomizeSubject
from myotis.conduct.acts.record_assessment import RecordAssessment
from myotis.conduct.acts.record_demographics import RecordDemographics
from myotis.conduct.acts.record_visit import RecordVisit
from myotis.conduct.acts.record_weight import RecordWeight
from myotis.conduct.acts.screen_subject import ScreenSubject
from myotis.conduct.acts.sign_form import SignForm

ACTS: Final[Mapping[str, type[ConductAct]]] = {
    act.name: act
    for act in (
        OpenTrial, AddSite, AssignRole, RevokeRole,
        GiveConsent, RecordDemographics, ScreenSubject, AdjudicateEntry, EnrollSubject, RandomizeSubject,
        RecordVisit, RecordWeight, RecordAssessment,
        CorrectValue, SignForm,
    )
}  # fmt: skip
