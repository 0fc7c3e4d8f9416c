"""Whole tables, field by field, against the two second programmings in fractions; and what a scorer warns of."""

import random
from fractions import Fraction

import deterioration_fractions as worsening
import polars as pl
import pytest
import tis_fractions as improvement

from myotis.instruments.core_set import Criteria
from myotis.instruments.tis import TisSettings
from myotis.instruments.tis_rule import AboveRange, EnzymeChoice, MissingPolicy, NormalEnzymes
from myotis.protocol.read import read_trial
from myotis.score.scorer import ADDED, ScoreOptions, Scorer
from myotis.score.visits import score_visits

PRODERM = read_trial("proderm")
WEEKS = ("0", "4", "8", "12", "16", "28", "40")
OTHER_NAMES = {"4": "W4", "16": "Week 16", "28": "28.0"}

COLUMNS = {
    "physician_global_cm": "physician",
    "patient_global_cm": "patient",
    "mmt8": "strength",
    "haq": "function",
    "extramuscular_cm": "extramuscular",
}
SLOTS = {
    "physician_global": "physician",
    "patient_global": "patient",
    "mmt": "strength",
    "haq": "function",
    "enzyme": "enzyme",
    "extramuscular": "extramuscular",
}
RANGE = {"physician": -10, "patient": -10, "strength": 150, "function": -3, "extramuscular": -10}


def draw_tables(seed, rows):
    """Tables of texts as sites would write them: visits missed, values missing, numbers at the limits."""
    draw = random.Random(seed)  # noqa: S311 (test data)
    records = []
    while len(records) < rows:
        subject = f"S{len(records):03}"
        before = {name: Fraction(draw.randint(0, 100), 10) for name in ("physician", "patient", "extramuscular")}
        before |= {"strength": draw.randint(40, 150), "function": Fraction(draw.randint(0, 24), 8)}
        trend = draw.choice([-1, -1, 0, 1, 1, 1])
        visits = [week for week in WEEKS if draw.random() > (0.05 if week == "0" else 0.15)]
        draw.shuffle(visits)
        for week in visits:
            records.append({"subject": subject, "visit": OTHER_NAMES.get(week, week) if draw.random() < 0.5 else week})
            for column, name in COLUMNS.items():
                records[-1][column] = _value(draw, name, before[name], trend if week != "0" else 0)
            for name, ulns in (("ck", ("171", "190.5")), ("ldh", ("250",))):
                uln = draw.choice(ulns)
                times = draw.choice(["0.8", "1", "2", "2.75", "5", "16"])
                measured = draw.random() > 0.1
                records[-1][name] = _text(Fraction(times) * Fraction(uln)) if measured else ""
                records[-1][f"{name}_uln"] = uln
            records[-1]["alt_xuln"] = draw.choice(["", "0.5", "1.6", "2.8", "4.1"])
    return records[:rows]


def _value(draw, name, before, trend):
    if draw.random() < 0.04:
        return draw.choice(["", "NA", "."])
    span = abs(RANGE[name])
    share = draw.choice(["0", "0.02", "0.05", "0.1", "0.15", "0.2", "0.25", "0.3", "0.4", "0.45", "0.6"])
    better = trend * Fraction(share) * span * (1 if RANGE[name] > 0 else -1)
    value = min(max(before + better, 0), span)
    if name == "function":  # scores are eighths
        return _text(Fraction(round(value * 8), 8))
    return str(round(value)) if name == "strength" else _text(value)


def _text(number):
    thousandths = number * 1000
    assert thousandths.denominator == 1
    return f"{float(number):.3f}".rstrip("0").rstrip(".")


def week_of(text):
    return {name: week for week, name in OTHER_NAMES.items()}.get(text, text)


def as_recorded(record):
    """A row as the oracles read it."""
    texts = {name: value if value not in ("", "NA", ".") else None for name, value in record.items()}
    found = {name: texts[column] for column, name in COLUMNS.items()}
    found |= {name: (texts[name], texts[f"{name}_uln"]) for name in ("ck", "ldh")}
    return found | {"alt": (texts["alt_xuln"], "1")}


def expected_fields(records, criteria, definition):
    """The added columns of every row, by the oracles."""
    courses = {}
    for record in records:
        courses.setdefault(record["subject"], {})[week_of(record["visit"])] = as_recorded(record)
    expected = []
    for record in records:
        course, week = courses[record["subject"]], week_of(record["visit"])
        if week == "0":
            expected.append(dict.fromkeys(ADDED))
            continue
        answer = improvement.score(criteria, course.get("0", {}), course[week])
        fields = {name: answer.points[slot] for name, slot in SLOTS.items()}
        fields = {f"{name}_points": points for name, points in fields.items()}
        fields |= {f"{name}_change_pct": change(course, week, slot, answer, criteria) for name, slot in SLOTS.items()}
        fields |= {"enzyme_used": answer.enzyme, "tis": answer.tis, "tis_low": answer.low, "tis_high": answer.high}
        fields["tis_category"] = improvement.category(answer.tis, "adult") if answer.tis is not None else None
        names = {slot: name for name, slot in SLOTS.items()}
        absent = [names[slot] for slot in SLOTS.values() if slot in answer.missing]
        fields["not_evaluable_because"] = ";".join(absent) or None
        at = WEEKS.index(week)
        visits = [{**course.get(name, {}), "extra": course.get(name, {}).get("extramuscular")} for name in WEEKS]
        status = ["none", *worsening.statuses(definition, visits)]
        fields["deterioration"] = status[at]
        tis = [None] * len(WEEKS)
        tis[at] = (answer.tis, answer.low, answer.high)
        unknown = [None] * len(WEEKS)
        responds = worsening.responds(worsening.Responder(), tis, status, unknown, unknown, at)
        fields["responder"] = {True: "yes", False: "no", None: "not_evaluable"}[responds]
        expected.append(fields)
    return expected


def change(course, week, slot, answer, criteria):
    before, now = course.get("0", {}), course[week]
    if slot == "enzyme":
        pair = [improvement.times_uln(visit.get(answer.enzyme)) for visit in (before, now)]
        if None in pair:
            return None
        most = Fraction(criteria.multiples[answer.enzyme])
        times = [min(value, most) if criteria.clamp else value for value in pair]
        return 100 * (times[0] - times[1]) / most
    if before.get(slot) is None or now[slot] is None:
        return None
    return 100 * (Fraction(now[slot]) - Fraction(before[slot])) / RANGE[slot]


DEFAULT = (TisSettings(), improvement.Criteria())
OTHERWISE = (
    TisSettings(
        enzyme_choice=EnzymeChoice.HIGHEST_SHARE_OF_RANGE,
        normal_enzymes=NormalEnzymes.SCORE_ZERO,
        above_range=AboveRange.CLAMPED,
        missing=MissingPolicy.ZERO,
    ),
    improvement.Criteria(choose_by_share_of_range=True, normal_scores_zero=True, clamp=True, missing="zero"),
)


@pytest.mark.parametrize(("how", "seed"), [(DEFAULT, 1), (DEFAULT, 2), (OTHERWISE, 3)])
def test_tables_field_by_field(how, seed):
    settings, criteria = how
    records = draw_tables(seed, 300)
    scored = score_visits(pl.DataFrame(records), settings=settings)
    for found, expected in zip(
        scored.select(ADDED).rows(named=True), expected_fields(records, criteria, worsening.Definition()), strict=True
    ):
        for name, value in expected.items():
            if name.endswith("_change_pct") and value is not None:
                assert found[name] == pytest.approx(float(value), rel=1e-12, abs=1e-12)
            else:
                assert found[name] == value, name


def test_the_random_tables_show_every_answer():
    scored = pl.concat([score_visits(pl.DataFrame(draw_tables(seed, 300))) for seed in (1, 2)])
    assert set(scored["deterioration"]) == {None, "none", "suspected", "confirmed", "not_evaluable"}
    assert set(scored["responder"]) == {None, "yes", "no", "not_evaluable"}
    assert set(scored["tis_category"]) == {None, "none", "minimal", "moderate", "major"}
    assert set(scored["enzyme_used"]) == {None, "ck", "ldh", "alt"}


CHILD = ["subject", "visit", "physician_global_cm", "parent_global_cm", "cmas", "chaq", "extramuscular_cm", "ck_xuln"]


def test_other_criteria_are_warned_of():
    settings = TisSettings(criteria=Criteria.JUVENILE_IMACS, enzyme_multiples={"ck": 15})
    (warning,) = Scorer(CHILD, PRODERM, ScoreOptions(settings=settings)).warnings
    assert "deterioration and responder are blank" in warning.what


@pytest.mark.parametrize("visits", ["numeric", "1,5,9"])
def test_visits_that_the_response_does_not_know_are_warned_of(visits):
    columns = ["subject", "visit", *COLUMNS, "ck_xuln"]
    (warning,) = Scorer(columns, read_trial("reclaiim"), ScoreOptions(visits=visits)).warnings
    assert "responder is blank" in warning.what
    assert warning.expected == "W17, W21, W25"
    assert Scorer(columns, PRODERM, ScoreOptions(visits="numeric")).warnings == []


def test_an_enzyme_that_has_no_range_is_warned_of():
    settings = TisSettings(criteria=Criteria.JUVENILE_IMACS, enzyme_multiples={"ck": 15})
    warnings = Scorer([*CHILD, "ldh_xuln"], PRODERM, ScoreOptions(settings=settings)).warnings
    assert [(warning.column, warning.what) for warning in warnings[1:]] == [
        ("ldh_xuln", "the enzyme has no range, so it is not followed")
    ]


def test_the_strength_named_in_the_map_is_taken_where_there_are_several():
    columns = ["subject", "visit", "physician_global_cm", "patient_global_cm", "strength", "mmt_total", "haq",
               "extramuscular_cm", "ck_xuln"]  # fmt: skip
    scorer = Scorer(columns, PRODERM, ScoreOptions(column_map={"mmt8_unilateral": "strength"}))
    assert scorer.settings.strength == "mmt8_unilateral"
