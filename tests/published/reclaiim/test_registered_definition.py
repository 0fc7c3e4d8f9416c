"""RECLAIIM's protocol file beside its registry entries.

Oracle: ClinicalTrials.gov NCT04044690, primary outcome (first registered 1 August 2019): a TIS of at least 20 points
at week 25 and at least one of the previous scheduled visits (week 17 or 21), 24 weeks of randomized treatment
completed, no rescue corticosteroid. WHO ICTRP: target sample size 126. Entry: physician global of at least 2.0 cm, and
MMT-8 of at most 142 or CDASI activity of at least 14; at most 20 mg prednisolone equivalent a day; 18 years and above.
"""

import pytest

from myotis.protocol.read import read_trial
from myotis.terms.source import Status
from myotis.terms.study_time import elapsed_days

TRIAL = read_trial("reclaiim")


def test_response() -> None:
    response = TRIAL.response
    assert (response.visit, response.tis_at_least, set(response.also_at_one_of)) == ("W25", 20, {"W17", "W21"})
    assert response.needs_completion
    assert response.no_rescue
    assert not response.no_confirmed_deterioration
    assert TRIAL.deterioration is None
    assert TRIAL.switch is None


def test_week_25_ends_24_weeks_of_treatment() -> None:
    assert elapsed_days(TRIAL.visit("Week 25").day) == 24 * 7
    assert TRIAL.visit(TRIAL.baseline_visit).day == 1


def test_sample_size_and_arms() -> None:
    assert TRIAL.randomization.planned_subjects == 126
    assert [arm.id for arm in TRIAL.arms] == ["igpro20", "placebo"]


def test_given_under_the_skin() -> None:
    treatments = {treatment.id: treatment for treatment in TRIAL.treatments}
    infusion = treatments["igpro20_sc"].infusion
    assert infusion is not None
    assert infusion.route == "subcutaneous"
    assert infusion.rate_steps == ()
    assert treatments["albumin"].imitates == "igpro20_sc"


@pytest.mark.parametrize(
    ("place", "value"),
    [
        ("eligibility.I2.require.0.of.age.at_least", "18 years"),
        ("eligibility.I5.require.0.of.physician_global.at_least", "2 cm"),
        ("eligibility.I5.require.1.of.mmt8.at_most", "142 points"),
        ("eligibility.I5.require.1.of.cdasi_activity.at_least", "14 points"),
        ("eligibility.I7.require.0.of.corticosteroid.at_most", "20 mg/day"),
    ],
)
def test_entry_criteria(place: str, value: str) -> None:
    fact = next(fact for fact in TRIAL.list_facts() if fact.what == place)
    assert (fact.value, fact.source.status) == (value, Status.VERIFIED)


def test_dose_is_marked_as_not_read_in_a_source() -> None:
    facts = {fact.what: fact.source.status for fact in TRIAL.list_facts()}
    assert facts["treatments.igpro20_sc.infusion.dose"] is Status.RECALLED
    assert facts["plan.estimands.primary.interval.method"] is Status.ASSUMED
