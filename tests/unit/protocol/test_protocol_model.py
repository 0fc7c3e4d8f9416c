"""What a valid protocol offers: visits by any of their names, options, sources, a description."""

from pathlib import Path

import pytest
from protocol_files import write_changed
from pydantic import ValidationError

from myotis.instruments.tis_rule import MissingPolicy
from myotis.protocol.criteria import TisPlan, find_settings
from myotis.protocol.describe import describe_response
from myotis.protocol.plan import Interval
from myotis.protocol.read import read_trial, shipped_trials
from myotis.terms.source import Status


def test_shipped_trials_by_name() -> None:
    assert shipped_trials() == ["proderm", "reclaiim"]
    assert [read_trial(name).trial.id for name in shipped_trials()] == ["ProDERM", "RECLAIIM"]


@pytest.mark.parametrize("name", ["W16", "w16", " 16 ", "Week 16"])
def test_visit_by_id_number_and_label(name: str) -> None:
    assert read_trial("proderm").visit(name).id == "W16"


def test_unknown_visit() -> None:
    with pytest.raises(KeyError, match="W17"):
        read_trial("proderm").visit("W17")


def test_trial_cannot_be_changed() -> None:
    with pytest.raises(ValidationError):
        read_trial("proderm").baseline_visit = "W4"  # type: ignore[misc]


def test_assessment_visits_begin_with_the_baseline() -> None:
    assert [visit.id for visit in read_trial("proderm").assessment_visits] == [
        "W0",
        "W4",
        "W8",
        "W12",
        "W16",
        "W28",
        "W40",
    ]


def test_screening_assessment_is_no_assessment_visit(tmp_path: Path) -> None:
    trial = read_trial(write_changed(tmp_path, {"visits.SCR.activities": ["core_set"]}))
    assert trial.assessment_visits[0].id == "W0"


def test_options_are_taken_as_such() -> None:
    plan = read_trial("proderm").tis.model_dump() | {"missing": MissingPolicy.ZERO}
    assert TisPlan.model_validate(plan).settings.missing is MissingPolicy.ZERO


def test_quantities_are_taken_as_such() -> None:
    level = read_trial("proderm").plan.estimands[0].interval.level
    assert Interval(method="wald", level=level).level == level


def test_juvenile_settings() -> None:
    plan = read_trial("proderm").tis.model_dump()
    printo = {"criteria": "juvenile-printo", "strength": "cmas", "chq_phs_range": (0, 100)}
    settings = find_settings(TisPlan.model_validate(plan | printo))
    assert settings is not None
    assert settings.chq_phs is not None
    assert (settings.chq_phs.minimum, settings.chq_phs.maximum) == (0, 100)
    assert find_settings(TisPlan.model_validate(plan | {"criteria": "juvenile-imacs"})) is None


def test_description_names_every_condition(tmp_path: Path) -> None:
    plain = {"response.no_confirmed_deterioration": False}
    asked = {"response.needs_completion": True, "response.no_rescue": True, "response.also_at_one_of": ["W8", "W12"]}
    assert describe_response(read_trial(write_changed(tmp_path, plain)).response) == "TIS of at least 20 at W16"
    assert describe_response(read_trial(write_changed(tmp_path, asked)).response) == (
        "TIS of at least 20 at W16 and at W8 or W12, no confirmed deterioration, period completed, no rescue treatment"
    )


@pytest.mark.parametrize("name", ["proderm", "reclaiim"])
def test_every_value_has_a_source_that_says_why(name: str) -> None:
    facts = list(read_trial(name).list_facts())
    assert len(facts) == len({fact.what for fact in facts})
    for fact in facts:
        sure = fact.source.status in {Status.VERIFIED, Status.DERIVED}
        assert fact.source.reference if sure else fact.source.note, fact.what


def test_most_exact_place_gives_the_source() -> None:
    facts = {fact.what: fact for fact in read_trial("proderm").list_facts()}
    assert facts["visits.W8.day"].source.status is Status.VERIFIED
    assert facts["visits.W8.window_days"].source.status is Status.ASSUMED
    assert facts["visits.W8.window_days"].value == "-4, 4"
    assert facts["plan.estimands.cdasi.missing"].source.status is Status.VERIFIED
    assert facts["plan.estimands.primary.missing"].source.status is Status.ASSUMED
    assert facts["deterioration.limbs.extramuscular.of.extramuscular.worse_by"].value == "2 cm"
    assert facts["response.no_confirmed_deterioration"].value == "yes"


@pytest.mark.parametrize(
    ("place", "status"),
    [
        ("randomization.factors.gda.measure", Status.RECALLED),
        ("randomization.factors.gda.levels.moderate.at_least", Status.ASSUMED),
        ("randomization.planned_subjects", Status.VERIFIED),
        ("treatments.saline.imitates", Status.RECALLED),
        ("treatments.octagam_10.infusion.risk_rate_cap", Status.VERIFIED),
        ("visits.SCR.day", Status.VERIFIED),
        ("visits.W4.window_days", Status.ASSUMED),
        ("plan.estimands.primary.test.method", Status.VERIFIED),
        ("plan.estimands.primary.test.strata", Status.RECALLED),
        ("plan.estimands.primary.interval.method", Status.DERIVED),
        ("plan.estimands.cdasi.test.method", Status.ASSUMED),
        ("deterioration.consecutive_visits", Status.VERIFIED),
        ("deterioration.percent_of", Status.ASSUMED),
    ],
)
def test_proderm_is_as_sure_as_the_public_sources_are(place: str, status: Status) -> None:
    """What could be read in public and what could not, by the dossier on the trial's publications."""
    sources = {fact.what: fact.source for fact in read_trial("proderm").list_facts()}
    assert sources[place].status is status


def test_labels_are_no_facts() -> None:
    assert not [fact for fact in read_trial("proderm").list_facts() if fact.what.endswith((".label", ".id", ".title"))]
