"""``score_visits``: what is added, where it is blank, and what is refused. Points by hand from the level table."""

import polars as pl
import pytest

from myotis.errors import InputError, SettingError
from myotis.instruments.chq import chq_phs
from myotis.instruments.core_set import Criteria
from myotis.instruments.tis import TisSettings
from myotis.instruments.tis_rule import EnzymeChoice
from myotis.protocol.read import read_trial
from myotis.score.visits import score_visits

ADDED = [
    "physician_global_change_pct", "physician_global_points", "patient_global_change_pct", "patient_global_points",
    "mmt_change_pct", "mmt_points", "haq_change_pct", "haq_points", "enzyme_change_pct", "enzyme_points",
    "extramuscular_change_pct", "extramuscular_points", "enzyme_used", "tis", "tis_low", "tis_high", "tis_category",
    "not_evaluable_because", "deterioration", "responder",
]  # fmt: skip

# Vector A of the dossier: 17.5 + 5 + 10 + 7.5 + 12.5 + 7.5 = 60, major on the edge.
BEFORE = {"physician_global_cm": "6.5", "patient_global_cm": "6", "extramuscular_cm": "4", "mmt8": "130",
          "haq": "1.5", "ck_xuln": "10"}  # fmt: skip
AFTER = {"physician_global_cm": "3.0", "patient_global_cm": "4", "extramuscular_cm": "1.5", "mmt8": "142",
         "haq": "1.0", "ck_xuln": "2"}  # fmt: skip
WORSE = BEFORE | {"extramuscular_cm": "6.0"}


def table(*rows, **columns):
    """Rows of (subject, visit, measures)."""
    records = [{"subject": subject, "visit": visit} | measures for subject, visit, measures in rows]
    return pl.DataFrame(records, infer_schema_length=None).with_columns(
        pl.Series(name, values) for name, values in columns.items()
    )


def faults_of(visits, **options):
    with pytest.raises(InputError) as raised:
        score_visits(visits, **options)
    return [(fault.row, fault.column, fault.what) for fault in raised.value.faults]


def test_the_added_columns_and_their_order():
    visits = table(("S1", "0", BEFORE), ("S1", "16", AFTER), site=["x", "y"])
    scored = score_visits(visits)
    assert scored.columns == [*visits.columns, *ADDED]
    assert scored.select(visits.columns).equals(visits)
    assert scored.schema["tis"] == pl.Float64
    assert scored.schema["responder"] == pl.String


def test_a_visit_by_hand():
    row = score_visits(table(("S1", "0", BEFORE), ("S1", "16", AFTER))).row(1, named=True)
    expected = [35, 17.5, 20, 5, 8, 10, 100 / 6, 7.5, 800 / 15, 7.5, 25, 12.5, "ck", 60, 60, 60, "major", None]
    assert [row[name] for name in ADDED] == [
        pytest.approx(value, rel=1e-12) if isinstance(value, float) else value for value in expected
    ] + ["none", "yes"]


def test_baseline_rows_and_rows_before_are_blank():
    scored = score_visits(table(("S1", "-3", BEFORE), ("S1", "0", BEFORE), ("S1", "4", AFTER)))
    for row in (0, 1):
        assert set(scored.select(ADDED).row(row)) == {None}
    assert scored["tis"][2] == 60


def test_screening_may_come_twice_but_no_scored_visit():
    row = ("S1", "0", BEFORE)
    assert score_visits(table(("S1", "SCR", BEFORE), ("S1", "-3", BEFORE), row)).height == 3
    assert faults_of(table(row, ("S1", "4", AFTER), ("S1", "W4", AFTER))) == [
        (4, "visit", "the subject has this visit already")
    ]
    assert faults_of(table(row, ("S2", "0", BEFORE), ("S1", "Week 0", AFTER))) == [
        (4, "visit", "the subject has a second baseline")
    ]


def test_subjects_are_compared_without_spaces_around_them():
    assert faults_of(table(("S1", "0", BEFORE), (" S1 ", "0", BEFORE))) == [
        (3, "visit", "the subject has a second baseline")
    ]


@pytest.mark.parametrize("visit", ["20", "W36", "99", "4.5", "baseline"])
def test_an_unknown_visit_is_a_fault(visit):
    assert faults_of(table(("S1", "0", BEFORE), ("S1", visit, AFTER))) == [(3, "visit", "the visit is unknown")]


def test_every_fault_at_once_by_row_and_column():
    bad = AFTER | {"mmt8": "151", "haq": "x"}
    found = faults_of(table(("S1", "0", BEFORE), ("S1", "4", bad), (None, "99", BEFORE)), visit_order="0,4")
    assert sorted(found) == [
        (3, "haq", "this is no number"),
        (3, "mmt8", "the number is out of range"),
        (4, "subject", "the text is missing"),
        (4, "visit", "the visit is unknown"),
    ]


def test_a_fault_names_what_is_known_of_its_row():
    with pytest.raises(InputError) as raised:
        score_visits(table(("S1", "0", BEFORE), (None, "99", AFTER)))
    assert [fault.key for fault in raised.value.faults] == ["visit=99", "visit=99"]


def test_a_subject_without_a_baseline_is_not_evaluable():
    row = score_visits(table(("S1", "16", AFTER))).row(0, named=True)
    assert (row["tis"], row["tis_low"], row["tis_high"], row["tis_category"]) == (None, 0, 100, None)
    absent = "physician_global;patient_global;mmt;haq;enzyme;extramuscular"
    assert (row["not_evaluable_because"], row["deterioration"], row["responder"]) == (
        absent, "not_evaluable", "not_evaluable",
    )  # fmt: skip
    assert row["enzyme_used"] is None


def test_a_missing_measure_and_what_is_still_possible():
    gaps = AFTER | {"mmt8": None, "ck_xuln": "NA"}
    row = score_visits(table(("S1", "0", BEFORE), ("S1", "16", gaps))).row(1, named=True)
    assert (row["tis"], row["tis_category"], row["not_evaluable_because"]) == (None, None, "mmt;enzyme")
    assert (row["tis_low"], row["tis_high"]) == (42.5, 70)  # 20 of 150 points is 13.3 %, so 20 for strength at most
    assert (row["enzyme_used"], row["responder"]) == ("ck", "yes")


def course(*visits, **options):
    rows = [("S1", name, measures) for name, measures in visits]
    scored = score_visits(table(*rows), **options)
    return dict(zip(scored["visit"], scored["deterioration"], strict=True))


def test_a_missed_visit_breaks_the_run():
    found = course(("0", BEFORE), ("4", WORSE), ("12", WORSE), ("16", WORSE))
    assert found == {"0": None, "4": "suspected", "12": "suspected", "16": "confirmed"}


def test_whatever_the_order_of_rows():
    found = course(("16", AFTER), ("8", WORSE), ("0", BEFORE), ("4", WORSE))
    assert found == {"0": None, "4": "suspected", "8": "confirmed", "16": "confirmed"}


def test_numbered_visits_are_consecutive_as_recorded():
    found = course(("2.5", WORSE), ("-8", AFTER), ("0", BEFORE), ("11", WORSE), visit_order="numeric")
    assert found == {"-8": None, "0": None, "2.5": "suspected", "11": "confirmed"}


def test_a_listed_visit_that_nobody_came_to_is_missed():
    found = course(("0", BEFORE), ("a", WORSE), ("c", WORSE), visit_order=["0", "a", "b", "c"])
    assert found == {"0": None, "a": "suspected", "c": "suspected"}
    assert course(("0", BEFORE), ("a", WORSE), ("c", WORSE), visit_order="0,a,c")["c"] == "confirmed"


def test_the_response_follows_the_deterioration():
    scored = score_visits(table(("S1", "0", BEFORE), ("S1", "4", WORSE), ("S1", "8", WORSE), ("S1", "16", AFTER)))
    assert scored.select("tis", "responder").rows() == [(None, None), (0, "no"), (0, "no"), (60, "no")]


def test_another_baseline():
    scored = score_visits(table(("S1", "0", AFTER), ("S1", "16", BEFORE), ("S1", "40", AFTER)), baseline="W16")
    assert scored["tis"].to_list() == [None, None, 60]


def test_numbers_of_any_kind_in_a_mapping():
    visits = {"subject": [1, 1], "visit": [0, 16.0], "physician_global_cm": [6, 3.5], "patient_global_cm": [6, 4],
              "extramuscular_cm": [4, 1.5], "mmt8": [130, 142], "haq": [1.5, 1], "ck_xuln": [None, 2]}  # fmt: skip
    assert score_visits(visits)["not_evaluable_because"].to_list() == [None, "enzyme"]


def test_no_rows_give_no_rows():
    scored = score_visits(table(("S1", "0", BEFORE)).clear())
    assert (scored.height, scored.columns[-20:]) == (0, ADDED)


def test_unilateral_and_total_strength():
    for name, before, after, points in (("mmt8_unilateral", 75, 78, 10), ("mmt_total", 200, 253, 27.5)):
        change = {name: [str(before), str(after)]}
        visits = (
            table(("S1", "0", BEFORE), ("S1", "16", AFTER))
            .drop("mmt8")
            .with_columns(**{column: pl.Series(values) for column, values in change.items()})
        )
        assert score_visits(visits)["mmt_points"].to_list() == [None, points]


def test_values_with_limits_and_the_most_abnormal_of_several():
    enzymes = {"ck": ["400", "200"], "ck_uln": ["200", "200"], "ldh": ["450", "250"], "ldh_uln": ["250", "250"]}
    visits = table(("S1", "0", BEFORE), ("S1", "16", AFTER), **enzymes).drop("ck_xuln")
    row = score_visits(visits).row(1, named=True)
    assert (row["enzyme_used"], row["enzyme_points"]) == ("ck", 2.5)
    row = score_visits(visits, settings=TisSettings(enzyme_choice=EnzymeChoice.HIGHEST_SHARE_OF_RANGE)).row(
        1, named=True
    )
    assert (row["enzyme_used"], row["enzyme_points"]) == ("ldh", 7.5)


def test_a_rounded_haq_as_the_fraction():
    # 1.88 - 1.5 = 0.38 of 3 is 12.67 %; read as 15/8 it is 3/8 of 3, 12.5 %
    visits = table(("S1", "0", BEFORE | {"haq": "1.88"}), ("S1", "16", AFTER | {"haq": "1.5"}))
    assert score_visits(visits)["haq_change_pct"][1] == pytest.approx(12.6666667)
    assert score_visits(visits, haq="as_fraction")["haq_change_pct"][1] == 12.5


@pytest.mark.parametrize("name", ["tis", "responder", "mmt_points"])
def test_a_name_that_scoring_adds_is_taken(name):
    visits = table(("S1", "0", BEFORE), **{name: ["1"]})
    assert faults_of(visits) == [(1, name, "scoring adds a column of this name")]


def test_the_name_that_numbers_the_rows_is_taken():
    assert faults_of(table(("S1", "0", BEFORE), _row=[7])) == [(None, "_row", "the name is Myotis's own")]


def test_names_of_columns_through_a_map():
    visits = table(("S1", "0", BEFORE), ("S1", "16", AFTER)).rename({"mmt8": "strength", "subject": "id"})
    assert score_visits(visits, column_map={"mmt8": "strength", "subject": "id"})["tis"].to_list() == [None, 60]


def test_other_criteria_than_the_protocols():
    child = {"physician_global_cm": "6.5", "parent_global_cm": "6", "extramuscular_cm": "4", "cmas": "20",
             "chaq": "1.5", "ck_xuln": "10"}  # fmt: skip
    better = {"physician_global_cm": "3", "parent_global_cm": "4", "extramuscular_cm": "1.5", "cmas": "40",
              "chaq": "1.0", "ck_xuln": "2"}  # fmt: skip
    settings = TisSettings(criteria=Criteria.JUVENILE_IMACS, enzyme_multiples={"ck": 15})
    row = score_visits(table(("S1", "0", child), ("S1", "16", better)), settings=settings).row(1, named=True)
    assert (row["mmt_points"], row["tis"], row["tis_category"]) == (32.5, 82.5, "major")
    assert (row["deterioration"], row["responder"]) == (None, None)


def test_the_printo_core_set():
    child = {"physician_global_cm": "6.5", "parent_global_cm": "6", "das": "12", "cmas": "20", "chaq": "1.5",
             "chq_phs": "30"}  # fmt: skip
    better = {"physician_global_cm": "3", "parent_global_cm": "4", "das": "7", "cmas": "40", "chaq": "1.0",
              "chq_phs": "46"}  # fmt: skip
    settings = TisSettings(criteria=Criteria.JUVENILE_PRINTO, strength="cmas", chq_phs=chq_phs(0, 100))
    row = score_visits(table(("S1", "0", child), ("S1", "16", better)), settings=settings).row(1, named=True)
    assert (row["extramuscular_points"], row["enzyme_points"], row["enzyme_used"]) == (12.5, 5, None)


RECLAIIM_ROWS = [("S1", visit, AFTER) for visit in ("17", "21", "25")]


@pytest.mark.parametrize(
    ("completed", "rescue", "expected"),
    [("yes", "no", "yes"), ("Y", "N", "yes"), ("no", "no", "no"), ("yes", "YES", "no"), ("", "no", "not_evaluable"),
     ("yes", ".", "not_evaluable"), (None, None, "not_evaluable")],
)  # fmt: skip
def test_completion_and_rescue_where_the_protocol_asks(completed, rescue, expected):
    visits = table(
        ("S1", "1", BEFORE), *RECLAIIM_ROWS, completed=[None] * 3 + [completed], rescue=[None] * 3 + [rescue]
    )
    visits = visits.with_columns(pl.col("completed", "rescue").cast(pl.String))
    scored = score_visits(visits, trial="reclaiim")
    assert scored["responder"].to_list() == [None, None, None, expected]
    assert scored["deterioration"].to_list() == [None] * 4


def test_without_these_columns_it_is_not_evaluable():
    scored = score_visits(table(("S1", "1", BEFORE), *RECLAIIM_ROWS), trial="reclaiim")
    assert scored["responder"].to_list() == [None, None, None, "not_evaluable"]


def test_neither_yes_nor_no_is_a_fault_where_the_protocol_asks_and_passes_through_elsewhere():
    visits = table(("S1", "1", BEFORE), *RECLAIIM_ROWS, completed=["2", "yes", "maybe", None])
    assert faults_of(visits, trial="reclaiim") == [
        (2, "completed", "this is neither yes nor no"),
        (4, "completed", "this is neither yes nor no"),
    ]
    other = table(("S1", "0", BEFORE), ("S1", "16", AFTER), completed=["2", "2024-03-01"])
    assert score_visits(other)["completed"].to_list() == ["2", "2024-03-01"]


def test_listed_visits_let_the_response_of_several_visits_be_judged():
    visits = table(("S1", "W1", BEFORE), *[(s, f"w{v}", m) for s, v, m in RECLAIIM_ROWS])
    visits = visits.with_columns(completed=pl.lit("yes"), rescue=pl.lit("no"))
    scored = score_visits(visits, trial="reclaiim", visit_order="w1,w17,w21,w25")
    assert scored["responder"].to_list() == [None, None, None, "yes"]
    scored = score_visits(visits.filter(pl.col("visit") != "w25"), trial="reclaiim", visit_order="w1,w17,w21")
    assert scored["responder"].to_list() == [None] * 3


def test_options_that_contradict_one_another():
    visits = table(("S1", "0", BEFORE))
    with pytest.raises(SettingError):
        score_visits(visits, visit_order="4,8")
    with pytest.raises(SettingError):
        score_visits(visits, baseline="W20")


def test_a_trial_may_be_given_itself():
    visits = table(("S1", "0", BEFORE), ("S1", "16", AFTER))
    assert score_visits(visits, trial=read_trial("proderm")).equals(score_visits(visits))


def test_no_negative_zero():
    scored = score_visits(table(("S1", "0", BEFORE), ("S1", "16", BEFORE)))
    assert [str(scored[name][1]) for name in ADDED if name.endswith("pct")] == ["0.0"] * 6
