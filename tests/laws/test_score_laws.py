"""Laws of scoring a table: the order of rows, the unit and the arm change nothing."""

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from myotis.protocol.read import read_trial
from myotis.score.scorer import ADDED
from myotis.score.visits import score_visits

law = settings(max_examples=25, deadline=None)

PRODERM = read_trial("proderm")

TENTHS = st.integers(0, 100)
VISIT = st.fixed_dictionaries(
    {
        "physician": TENTHS | st.none(),
        "patient": TENTHS | st.none(),
        "extramuscular": TENTHS | st.none(),
        "mmt8": st.integers(0, 150) | st.none(),
        "haq": st.integers(0, 24) | st.none(),
        "ck": st.integers(0, 40_000) | st.none(),
        "ck_uln": st.sampled_from([2850, 3000, 3333]),
        "alt": st.integers(0, 4000) | st.none(),
        "alt_uln": st.sampled_from([600, 750]),
    }
)
SUBJECT = st.dictionaries(st.sampled_from(["-3", "0", "4", "8", "12", "16", "28", "40"]), VISIT, max_size=6)
TRIAL = st.lists(SUBJECT, min_size=1, max_size=4)


def table(trial, *, mm=False, units_per_liter=True):
    """The same measurements written in cm or mm, and in U/L or µkat/L (1 µkat/L is 60 U/L)."""
    rows = []
    for number, visits in enumerate(trial):
        for name, visit in visits.items():
            row = {"subject": f"S{number}", "visit": name, "mmt8": visit["mmt8"]}
            row["haq"] = None if visit["haq"] is None else visit["haq"] / 8
            for measure in ("physician", "patient", "extramuscular"):
                column = measure if measure == "extramuscular" else f"{measure}_global"
                tenths = visit[measure]
                row[f"{column}_mm" if mm else f"{column}_cm"] = tenths if mm or tenths is None else tenths / 10
            for enzyme in ("ck", "ck_uln", "alt", "alt_uln"):
                thousandths = visit[enzyme]
                per_liter = (
                    None if thousandths is None else f"{thousandths * (60 if units_per_liter else 1) / 1000:.3f}"
                )
                row[enzyme] = per_liter
            rows.append(row)
    columns = ["subject", "visit", "ck", "alt"]
    return pl.DataFrame(rows, infer_schema_length=None).with_columns(
        pl.col(name).cast(pl.String) for name in columns if rows
    )


def added(visits):
    return score_visits(visits, trial=PRODERM).select("subject", "visit", *ADDED)


some_rows = TRIAL.filter(any)


@law
@given(some_rows, st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(trial, shuffler):
    visits = table(trial)
    order = list(range(visits.height))
    shuffler.shuffle(order)
    assert_frame_equal(added(visits[order]), added(visits)[order], check_exact=True)


@law
@given(some_rows)
def test_centimeters_and_millimeters_are_the_same(trial):
    assert_frame_equal(added(table(trial, mm=True)), added(table(trial)), check_exact=True)


@law
@given(some_rows)
def test_the_unit_of_enzymes_cancels(trial):
    per_liter, microkatals = (added(table(trial, units_per_liter=unit)) for unit in (True, False))
    assert_frame_equal(per_liter, microkatals, rel_tol=1e-12, abs_tol=1e-12)
    exact = [name for name in ADDED if not name.endswith("_change_pct")]
    assert per_liter.select(exact).equals(microkatals.select(exact))


@law
@given(some_rows, st.sampled_from(["ivig", "placebo"]))
def test_the_arm_passes_through_and_changes_nothing(trial, arm):
    visits = table(trial)
    blinded = score_visits(visits, trial=PRODERM)
    unblinded = score_visits(visits.with_columns(arm=pl.lit(arm)), trial=PRODERM)
    assert set(unblinded["arm"]) == {arm}
    assert_frame_equal(unblinded.drop("arm"), blinded, check_exact=True)


@law
@given(some_rows)
def test_one_subject_is_scored_as_in_the_batch(trial):
    visits = table(trial)
    scored = added(visits)
    for (subject,), rows in visits.group_by("subject"):
        alone = added(rows)
        assert_frame_equal(alone, scored.filter(pl.col("subject") == subject), check_exact=True)


@law
@given(some_rows, st.integers(0, 7))
def test_later_visits_change_nothing_before_them(trial, until):
    weeks = ["-3", "0", "4", "8", "12", "16", "28", "40"][:until]
    visits = table(trial)
    early = visits.filter(pl.col("visit").is_in(weeks))
    assert_frame_equal(added(early), added(visits).filter(pl.col("visit").is_in(weeks)), check_exact=True)
