"""``myotis score``: what its options mean, and its contract: exit status, one JSON document, nothing on bad input."""

import json
import subprocess
import sys

import pytest

from myotis.cli.score import (
    AboveRangeName,
    CriteriaName,
    EnzymeName,
    HaqName,
    MissingName,
    NormalEnzymesName,
)
from myotis.cli.score_settings import OPTIONS, choose_settings
from myotis.errors import SettingError
from myotis.instruments.core_set import Criteria
from myotis.instruments.tis import TisSettings
from myotis.instruments.tis_rule import AboveRange, EnzymeChoice, MissingPolicy, NormalEnzymes
from myotis.protocol.read import read_trial

PRODERM = read_trial("proderm")
PUBLISHED = {"ck": 15, "aldolase": 6, "ldh": 3, "ast": 3, "alt": 3}


def choose(criteria=None, multiples=(), chq_range=None, trial=PRODERM, **chosen):
    return choose_settings(trial, criteria, chosen, list(multiples), chq_range)


def with_plan(**changed):
    return PRODERM.model_copy(update={"tis": PRODERM.tis.model_copy(update=changed)})


def test_without_options_it_is_the_protocol():
    assert choose() == choose(CriteriaName.ADULT) == PRODERM.tis.settings == TisSettings()


def test_every_policy_has_a_name_on_the_command_line():
    for names, policies in (
        (MissingName, MissingPolicy),
        (EnzymeName, EnzymeChoice),
        (NormalEnzymesName, NormalEnzymes),
        (AboveRangeName, AboveRange),
        (CriteriaName, Criteria),
    ):
        assert [name.name for name in names] == [policy.name for policy in policies]
        assert [name.value for name in names] == [name.name.lower().replace("_", "-") for name in names]
    assert [name.value for name in HaqName] == ["as-recorded", "as-fraction"]
    assert set(OPTIONS.values()) == {MissingPolicy, EnzymeChoice, NormalEnzymes, AboveRange}


@pytest.mark.parametrize("criteria", [None, CriteriaName.ADULT])
def test_an_option_replaces_the_protocols_answer(criteria):
    settings = choose(
        criteria,
        missing=MissingName.ZERO,
        enzyme_choice=EnzymeName.HIGHEST_SHARE_OF_RANGE,
        normal_enzymes=NormalEnzymesName.SCORE_ZERO,
        above_range=None,
    )
    assert settings == TisSettings(
        missing=MissingPolicy.ZERO,
        enzyme_choice=EnzymeChoice.HIGHEST_SHARE_OF_RANGE,
        normal_enzymes=NormalEnzymes.SCORE_ZERO,
    )


def test_one_enzymes_range_leaves_the_others_as_they_are():
    assert choose(multiples=["ck=10"]).multiples == PUBLISHED | {"ck": 10}
    assert choose(multiples=["CK = 10", "ldh=4"]).multiples == PUBLISHED | {"ck": 10, "ldh": 4}


def test_juvenile_criteria_take_the_protocols_answers_but_not_its_ranges():
    trial = with_plan(missing=MissingPolicy.ZERO, above_range=AboveRange.CLAMPED, enzyme_range_multiples={"ck": 9})
    settings = choose(CriteriaName.JUVENILE_IMACS, ["ldh=3"], trial=trial, above_range=AboveRangeName.AS_RECORDED)
    assert (settings.criteria, settings.enzymes) == (Criteria.JUVENILE_IMACS, ("ldh",))
    assert (settings.missing, settings.above_range) == (MissingPolicy.ZERO, AboveRange.AS_RECORDED)
    with pytest.raises(SettingError, match="need the range of each enzyme"):
        choose(CriteriaName.JUVENILE_IMACS)


def test_printo_criteria_need_the_range_of_the_physical_summary():
    settings = choose(CriteriaName.JUVENILE_PRINTO, chq_range=(0, 100))
    assert (settings.strength, settings.enzymes) == ("cmas", ())
    assert settings.chq_phs is not None
    assert settings.chq_phs.range_steps == 100_000
    with pytest.raises(SettingError, match="needs the range"):
        choose(CriteriaName.JUVENILE_PRINTO)
    with pytest.raises(SettingError, match="lowest and the highest score"):
        choose(CriteriaName.JUVENILE_PRINTO, chq_range=(100, 0))


def test_the_range_of_a_printo_protocol_can_be_replaced():
    trial = with_plan(criteria=Criteria.JUVENILE_PRINTO, strength="cmas", chq_phs_range=(0, 100))
    assert choose(trial=trial).chq_phs == trial.tis.settings.chq_phs
    replaced = choose(trial=trial, chq_range=(10, 60)).chq_phs
    assert replaced is not None
    assert (replaced.minimum, replaced.maximum) == (10, 60)


@pytest.mark.parametrize("text", ["ck", "ck=", "ck=x", "ck=1.5", "ck=-1", "ck=²"])
def test_a_range_that_cannot_be_read(text):
    with pytest.raises(SettingError, match="not of the form ck=15"):
        choose(multiples=[text])


@pytest.mark.parametrize("text", ["ck=0", "ck=91", "ggt=3"])
def test_a_range_that_cannot_be(text):
    with pytest.raises(SettingError):
        choose(multiples=[text])


HEADING = "id,visit,physician_global_cm,patient_global_cm,extramuscular_cm,mmt8,haq,ck_xuln\n"
ROWS = "S1,0,6.5,6,4,130,1.5,10\nS1,16,3.0,4,1.5,142,1.0,2\n"


def run(folder, *arguments):
    command = [sys.executable, "-m", "myotis", "score", *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=60)  # noqa: S603
    return done.returncode, done.stdout, done.stderr


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "visits.csv").write_text(HEADING + ROWS)
    (tmp_path / "map.toml").write_text('subject = "id"\n')
    return tmp_path


def test_a_table_on_standard_output(folder):
    status, out, err = run(folder, "visits.csv", "--columns", "map.toml", "--visits", "numeric")
    heading, before, after = out.splitlines()
    assert (status, err) == (0, "")
    assert heading.startswith(HEADING.strip() + ",physician_global_change_pct,")
    assert before == "S1,0,6.5,6,4,130,1.5,10" + "," * 20
    assert after.endswith(",ck,60,60,60,major,,none,yes")


def test_one_json_document_and_a_file(folder):
    status, out, _ = run(folder, "visits.csv", "--columns", "map.toml", "--json", "--out", "scored.csv")
    found = json.loads(out)
    assert status == 0
    assert (found["rows"], found["subjects"], found["categories"], found["responder"]) == (
        2,
        1,
        {"major": 1},
        {"yes": 1},
    )
    assert (folder / "scored.csv").read_text().count("\n") == 3


def test_bad_input_is_3_with_every_fault_and_nothing_written(folder):
    (folder / "visits.csv").write_text(HEADING + ROWS + "S1,20,99,4,1.5,142,1.0,2\nS2,0,6.5,6,4,130,x,\n")
    (folder / "scored.csv").write_text("as it was")
    arguments = ("visits.csv", "--columns", "map.toml", "--out", "scored.csv")
    status, out, err = run(folder, *arguments)
    assert (status, out) == (3, "")
    lines = err.splitlines()
    assert [line.split(":")[0] for line in lines[:-1]] == [
        "visits.csv, row 4, subject=S1 visit=20, column physician_global_cm",
        "visits.csv, row 4, subject=S1 visit=20, column visit",
        "visits.csv, row 5, subject=S2 visit=0, column haq",
    ]
    assert lines[-1] == "myotis: 3 faults; nothing was written"
    assert (folder / "scored.csv").read_text() == "as it was"
    assert sorted(file.name for file in folder.iterdir()) == ["map.toml", "scored.csv", "visits.csv"]
    assert run(folder, "visits.csv", "--columns", "map.toml")[:2] == (3, "")
    status, out, err = run(folder, *arguments, "--json")
    assert (status, len(json.loads(out)["faults"]), err) == (3, 3, "")


def test_a_wrong_command_line_is_2(folder):
    assert run(folder, "visits.csv", "--missing", "perhaps")[0] == 2
    status, out, err = run(folder, "visits.csv", "--columns", "map.toml", "--baseline", "W20")
    assert (status, out) == (2, "")
    assert err.startswith("myotis: the core set is not assessed at the baseline W20")
