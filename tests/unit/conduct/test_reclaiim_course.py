"""RECLAIIM, given under the skin at home every week, from consent to completion, through the acts that ProDERM has."""

from datetime import timedelta

import pytest
from courses import CourseTrial
from dosed_trial import S1
from live_trial import CORE_SET

from myotis.conduct.acts.course.complete_first_period import CompleteFirstPeriod
from myotis.conduct.acts.course.complete_study import CompleteStudy
from myotis.conduct.acts.dosing.check_readiness import CheckReadiness
from myotis.conduct.acts.dosing.dispense_treatment import DispenseTreatment
from myotis.conduct.acts.entry.enroll_subject import EnrollSubject
from myotis.conduct.acts.entry.randomize_subject import RandomizeSubject
from myotis.conduct.acts.entry.screen_subject import ScreenSubject
from myotis.conduct.roles import Role
from myotis.log.act import RefusalError
from myotis.log.messages import NoticeWord
from myotis.protocol.read import read_trial
from myotis.terms.states import SubjectState as S

FACTS = {
    "informed_consent": True, "age": "47", "iim_2017": "definite", "dermatomyositis_rash_confirmed": True,
    "rash_at_screening": True, "objective_activity": False, "physician_global": "5.0", "mmt8": "120",
    "cdasi_activity": "20", "other_therapy_failed": False, "background_therapy_stable": True,
    "corticosteroid": "10", "cancer_associated_myositis": False, "malignancy_within_5_years": False,
    "physician_global_damage": "1.0", "improved_since_screening": False,
}  # fmt: skip
BLINDED = ("W1", "W5", "W9", "W13", "W17", "W21")


@pytest.fixture
def live():
    live = CourseTrial(trial=read_trial("reclaiim"))
    live.consent()
    live.do(ScreenSubject, Role.COORDINATOR, facts=FACTS)
    live.do(EnrollSubject)
    live.assess("W1", CORE_SET)
    live.do(RandomizeSubject, Role.COORDINATOR)
    live.weigh("W1", "60")
    return live


def dispense(live, visit, weeks=4):
    """0.5 g/kg of 60 kg: 30 g, of 200 g/L: 150 mL a week."""
    plan = live.order(visit, days=1).answer("dose_plan")
    assert (plan["dose_g"], plan["volume_ml"], plan["steps"]) == ("30", "150", [])
    labels = tuple(live.prepare(visit, "150", hours=24 * 35) for _ in range(weeks))
    until = live.clock.now + timedelta(weeks=weeks)
    return live.do(DispenseTreatment, Role.COORDINATOR, visit=visit, labels=labels, started=live.clock.now, until=until)


def test_a_subject_goes_from_consent_to_completion_without_switch_readiness_and_committee(live):
    for visit in BLINDED:
        live.assess(visit, CORE_SET) if visit != "W1" else None
        dispense(live, visit)
        assert live.subject().state == S.ON_TREATMENT
    live.assess("W25", CORE_SET)
    live.freeze("core_set/W25")
    live.do(CompleteFirstPeriod)
    # RECLAIIM defines no deterioration, so that there is no status to tell.
    assert live.ask("decide_extension") == [{"visit": "W25", "deterioration": {}, "since_switch": {}}]
    live.hear(NoticeWord.ENTER_EXTENSION)
    dispense(live, "W25")
    assert len(live.ask("infused")) == 4 * 7
    live.assess("W53", CORE_SET)
    live.do(CompleteStudy)
    assert live.subject().state == S.COMPLETED


def test_packs_are_handed_out_once_each_and_last_for_the_time_that_they_are_for(live):
    live.order("W1", days=1)
    short, good = live.prepare("W1", "150", hours=24), live.prepare("W1", "150", hours=24 * 35)
    given = {"visit": "W1", "started": live.clock.now, "until": live.clock.now + timedelta(weeks=1)}
    for labels, reason in (((short,), "past its time of use"), ((good, good), "named twice"), (("9",), "not one for")):
        with pytest.raises(RefusalError, match=reason):
            live.do(DispenseTreatment, Role.COORDINATOR, labels=labels, **given)
    with pytest.raises(RefusalError, match="ends before it starts"):
        live.do(
            DispenseTreatment, Role.COORDINATOR, labels=(good,), **given | {"started": given["until"] + timedelta(1)}
        )
    live.do(DispenseTreatment, Role.COORDINATOR, labels=(good,), **given)
    with pytest.raises(RefusalError, match="recorded already"):
        live.do(DispenseTreatment, Role.COORDINATOR, labels=(good,), **given)


def test_what_the_protocol_does_not_have_is_refused(live):
    with pytest.raises(RefusalError, match="asks for no readiness"):
        live.do(CheckReadiness, Role.COORDINATOR, visit="W1", day=1)
    proderm = CourseTrial()
    proderm.reach(S.RANDOMIZED)
    proderm.weigh("W0")
    proderm.order("W0")
    label = proderm.prepare("W0", "1400")
    with pytest.raises(RefusalError, match="no treatment at home"):
        proderm.do(DispenseTreatment, Role.COORDINATOR, visit="W0", labels=(label,), started=proderm.clock.now,
                   until=proderm.clock.now)  # fmt: skip
    assert proderm.subject(S1).state == S.RANDOMIZED
