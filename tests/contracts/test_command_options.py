"""The choices that ``myotis score --help`` shows are those of the definitions, which help must not load."""

import pytest

from myotis.cli import score
from myotis.cli.score_settings import OPTIONS
from myotis.instruments.core_set import Criteria

SHOWN = {
    "missing": score.MissingName,
    "enzyme_choice": score.EnzymeName,
    "normal_enzymes": score.NormalEnzymesName,
    "above_range": score.AboveRangeName,
}


@pytest.mark.parametrize("name", sorted(OPTIONS))
def test_every_option_is_offered_by_its_name(name):
    assert {choice.name: choice.value for choice in SHOWN[name]} == {
        option.name: option.name.lower().replace("_", "-") for option in OPTIONS[name]
    }


def test_every_form_of_the_criteria_is_offered():
    assert [choice.value for choice in score.CriteriaName] == [criteria.value for criteria in Criteria]
