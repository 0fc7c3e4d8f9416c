"""A simulation is the same however it is carried out: by any number of workers, in parts, after a kill."""

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from functools import partial
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from imputation_plan import plan_imputation
from polars.testing import assert_frame_equal

from myotis.errors import InputError, SettingError
from myotis.protocol.read import read_trial
from myotis.simulate import chunks, run, store, truths
from myotis.simulate.adaptations import Looks
from myotis.simulate.course import read_course
from myotis.simulate.run import Asked, Standing, Wanted, run_simulation
from myotis.simulate.scenarios import read_scenario
from myotis.simulate.simulation import AnalysisChoice, Comparison, Design, Scenario, plan_simulation, read_comparison
from myotis.simulate.workers import use_threads

TRIAL = read_trial("proderm")
COURSE = read_course("proderm")
CHOICES = Comparison(
    schema_version=1,
    designs=(Design(id="small", subjects=12), Design(id="large", subjects=20),
             Design(id="unequal", subjects=20, ratio={"ivig": 2, "placebo": 1})),
    analyses=(
        AnalysisChoice(id="primary", estimand="primary"),
        AnalysisChoice(id="newcombe", estimand="primary", changes={"interval.method": "newcombe"}),
        AnalysisChoice(id="without_rule", estimand="primary", changes={"variable": "tis_at_least", "threshold": 20}),
    ),
)  # fmt: skip
ASKED = Asked(alpha=0.05, margin=0.1)


def plan(seed=7, **changes):
    scenarios = [Scenario("as_assumed", COURSE), read_scenario("more_dropout", "proderm", COURSE)]
    return plan_simulation(TRIAL, scenarios, seed=seed, comparison=CHOICES, **changes)


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch):
    """One batch a chunk, so that there are several."""
    for module in (chunks, truths):
        monkeypatch.setattr(module, "BATCHES", 1)
    monkeypatch.setattr(run, "CHUNK_TRIALS", 256)


def carry_out(folder, trials=1000, workers=1, at_a_time=2, until_se=None, simulation=None, tell=None):
    with use_threads(workers) as (pool, _):
        wanted = Wanted(trials, until_se)
        return run_simulation(simulation or plan(), folder, wanted, pool, at_a_time, asked=ASKED, tell=tell)


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        for module in (chunks, truths):
            patch.setattr(module, "BATCHES", 1)
        patch.setattr(run, "CHUNK_TRIALS", 256)
        return carry_out(tmp_path_factory.mktemp("whole"))


def test_the_number_of_workers_changes_no_digit(whole, tmp_path):
    assert_frame_equal(carry_out(tmp_path, workers=4, at_a_time=7), whole, check_exact=True)


class KilledError(RuntimeError):
    pass


class KilledAfter:
    """A worker that dies in the middle."""

    def __init__(self, count):
        self.count = count
        self.pool = ThreadPoolExecutor(1)

    def submit(self, work, /, *what):
        self.count -= 1
        return self.pool.submit(self.die) if self.count < 0 else self.pool.submit(work, *what)

    def die(self):
        raise KilledError


def test_after_a_kill_only_what_is_missing_is_computed(whole, tmp_path, monkeypatch):
    with pytest.raises(KilledError):
        run_simulation(plan(), tmp_path, Wanted(1000), KilledAfter(3), 1, asked=ASKED)
    assert len(list(tmp_path.glob("results-*.parquet"))) == 3
    computed = []
    simulate = run.simulate_chunk

    def count(simulation, scenario, number):
        computed.append((scenario.id, number))
        return simulate(simulation, scenario, number)

    monkeypatch.setattr(run, "simulate_chunk", count)
    assert_frame_equal(carry_out(tmp_path), whole, check_exact=True)
    assert sorted(computed) == [("as_assumed", 2), ("as_assumed", 3), *[("more_dropout", n) for n in (1, 2, 3)]]


def test_a_chunk_that_was_being_written_counts_as_missing(whole, tmp_path):
    carry_out(tmp_path, trials=300)
    (tmp_path / "results-000-000001.parquet").rename(tmp_path / "results-000-000001.waiting")
    assert_frame_equal(carry_out(tmp_path), whole, check_exact=True)


def test_more_trials_begin_with_the_same_ones(tmp_path):
    carry_out(tmp_path / "few", trials=256)
    carry_out(tmp_path / "more", trials=512)
    first, again = (pl.read_parquet(tmp_path / name / "results-001-000000.parquet") for name in ("few", "more"))
    assert_frame_equal(first, again, check_exact=True)


def test_it_stops_when_every_power_is_as_precise_as_asked(tmp_path):
    heard: list[Standing] = []
    found = carry_out(tmp_path, trials=5000, until_se=0.02, workers=2, tell=heard.append)
    powers = found.filter(statistic="power")
    assert powers["mc_error"].max() <= 0.02
    assert powers["trials"].unique().to_list() == [heard[-1].finished * 256] != [5120]
    assert heard[-2].largest_error > 0.02


def test_characteristics_are_those_of_the_trials_that_were_kept(whole, tmp_path):
    """Recomputed from the rows of the trials by plain sums."""
    carry_out(tmp_path)
    files = sorted(tmp_path.glob("results-001-*.parquet"))
    rows = pl.concat([pl.read_parquet(file) for file in files]).filter(design="large", analysis="newcombe").to_dicts()
    assert len(rows) == 1024
    assert [row["trial"] for row in rows] == list(range(1024))
    found = whole.filter(scenario="more_dropout", design="large", analysis="newcombe")
    values = {
        (row["statistic"], row["group"], row["reason"]): (row["value"], row["mc_error"]) for row in found.to_dicts()
    }
    shown = [row["p_value"] < 0.05 and row["estimate"] > 0 for row in rows]
    power = sum(shown) / len(rows)
    assert values["power", None, None] == pytest.approx((power, (power * (1 - power) / len(rows)) ** 0.5))
    truth = values["truth", None, None][0]
    assert values["coverage", None, None][0] == sum(row["lower"] <= truth <= row["upper"] for row in rows) / len(rows)
    assert values["lower_above_margin", None, None][0] == sum(row["lower"] > 0.1 for row in rows) / len(rows)
    means = np.array([row["estimate"] for row in rows])
    assert values["mean_estimate", None, None] == pytest.approx((means.mean(), means.std(ddof=1) / 32))
    left = [row["discontinuation_group"] / row["subjects_group"] for row in rows]
    assert values["lost", "IVIG", "discontinuation"][0] == pytest.approx(sum(left) / len(left))


def test_designs_and_analyses_share_their_virtual_patients(tmp_path):
    carry_out(tmp_path, trials=256)
    rows = pl.read_parquet(tmp_path / "results-000-000000.parquet")
    one, other = (rows.filter(design="large", analysis=name) for name in ("primary", "newcombe"))
    assert_frame_equal(one.select("estimate", "p_value"), other.select("estimate", "p_value"))
    assert (one["lower"] != other["lower"]).any()
    small, large = (rows.filter(design=name, analysis="primary") for name in ("small", "large"))
    for name in ("group", "comparator"):
        assert (small[f"responders_{name}"] <= large[f"responders_{name}"]).all()


def test_the_ratio_of_a_design_is_kept(tmp_path):
    carry_out(tmp_path, trials=256)
    rows = pl.read_parquet(tmp_path / "results-000-000000.parquet").filter(design="unequal", analysis="primary")
    assert rows["subjects_group"].mean() == pytest.approx(2 * rows["subjects_comparator"].mean(), rel=0.1)


def test_without_the_rule_of_deterioration_nobody_is_lost_to_it(whole):
    lost = whole.filter(pl.col("reason") == "confirmed_deterioration")["analysis"].unique()
    assert set(lost) == {"primary", "newcombe"}


def test_another_simulation_in_the_same_folder_is_refused(tmp_path):
    carry_out(tmp_path, trials=256)
    with pytest.raises(InputError, match="another simulation"):
        carry_out(tmp_path, trials=256, simulation=plan(seed=8))


def test_a_simulation_that_other_sources_began_is_not_continued(tmp_path, monkeypatch):
    carry_out(tmp_path, trials=256)
    monkeypatch.setattr(store, "digest_sources", lambda _: "other")
    with pytest.raises(InputError, match="begun by another version of Myotis"):
        carry_out(tmp_path, trials=512)


def test_a_folder_with_something_else_is_refused(tmp_path):
    (tmp_path / "simulation.json").write_text("[]")
    with pytest.raises(InputError, match="can't be read"):
        carry_out(tmp_path, trials=256)


def test_a_grid_is_every_combination_and_says_where_it_stands():
    simulation = plan(
        grid={"subjects": ["10", "14"], "demographics.female": ["0.5", "0.9"], "absence.visit_missed": ["* 2"]}
    )
    assert [(design.id, design.subjects) for design in simulation.designs][:2] == [("small_10", 10), ("small_14", 14)]
    assert [one.course.demographics.female for one in simulation.scenarios] == [0.5, 0.9, 0.5, 0.9]
    assert dict(simulation.scenarios[0].place) == {"demographics.female": "0.5", "absence.visit_missed": "* 2"}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"grid": {"subjects": ["many"]}}, "no number of subjects"),
        ({"grid": {"measures.luck.noise": ["1"]}}, "no such place"),
        ({"analyses": ["nothing"]}, "there is no analysis nothing"),
        ({"analyses": ["primary", "primary"]}, "primary is there twice"),
        ({"grid": {"subjects": ["20", "20"]}}, "_20 is there twice"),
        ({"grid": {"absence.visit_missed": ["0.1", "0.2", "0.1"]}}, "0.1 is there twice"),
    ],
)
def test_what_can_not_be_planned_is_refused(changes, said):
    with pytest.raises((InputError, SettingError), match=said):
        plan(**changes)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("schema_version=1\n[[analyses]]\nid = 'a'\nestimand = 'none'", "the plan has no estimand none"),
        ("schema_version=1\n[[analyses]]\nid = 'a'\nestimand = 'cdasi'\nchanges = {missing = 'nonresponse'}",
         "not carried out for means"),
        ("schema_version=1\n[[analyses]]\nid = 'a'\nestimand = 'primary'\nchanges = {missing = 'luck'}", "missing"),
        ("schema_version=1\n[[analyses]]\nid = 'a'\nestimand = 'primary'\nchanges = {'intercurrent_events.switch' = "
         "'hypothetical'}", "strategy hypothetical for switch is not carried out"),
        ("schema_version=1\n[[designs]]\nid = 'a'\nsubjects = 20\nratio = {ivig = 1}", "does not name the arms"),
        ("schema_version=1\n[[designs]]\nid = 'a'\nsubjects = 1", "subjects"),
        ("schema_version=1\n[[designs]]\nid = 'a'\nsubjects = 9\nsimple = {}\nbig_stick = {tolerance = 2}", "several"),
        ("schema_version=1\n[[designs]]\nid = 'a'\nsubjects = 20\n[[designs]]\nid = 'a'\nsubjects = 30",
         "a is there twice"),
        ("schema_version=1\n[[analyses]]\nid = 'a'\nestimand = 'primary'\nchanges = {id = 'b'}", "another id"),
        ("schema_version=1\n[[designs]]\nid = 'a'\nsubjects = 20\nlooks = {information = [0.01, 0.5, 1], boundary = "
         "'pocock', alpha = 0.05}", "the looks are at 0, 10, 20 of 20 subjects"),
        ("schema_version=1\n[[designs]]\nid = 'a'\nsubjects = 20\nlooks = {information = [0.5, 0.9], boundary = "
         "'pocock', alpha = 0.05}", "the last information fraction is 0.9; expected 1"),
        ("schema_version=1\n[[designs]]\nid = 'a'\nsubjects = 20\nlooks = {information = [0.5, 1], boundary = "
         "'kim_demets', alpha = 0.05}", "shape of kim_demets is missing; expected its parameter"),
        ("schema_version=1\n[[designs]]\nid = 'a'\nsubjects = 20\nlooks = {information = [0.5, 1], boundary = "
         "'pocock', alpha = 0.05, shape = 2}", "shape of pocock is given; expected none"),
        ("schema_version=1\n[[analyses]]\nid = 'a'\nestimand = 'primary'\nborrowing = {responders = 9, subjects = 8, "
         "weight = 1, prior = [1, 1], probability = 0.975}", "more responders than subjects"),
        ("schema_version = 1\nluck = 2", "luck"),
        ("schema_version", "not TOML"),
    ],
)  # fmt: skip
def test_a_faulty_file_of_designs_and_analyses_is_refused(tmp_path, text, said):
    file = tmp_path / "compare.toml"
    file.write_text(text)
    with pytest.raises((InputError, SettingError), match=said):
        plan_simulation(TRIAL, [Scenario("as_assumed", COURSE)], seed=1, comparison=read_comparison(file))


def test_a_file_of_designs_and_analyses_is_read_with_all_that_it_can_say(tmp_path):
    file = tmp_path / "compare.toml"
    file.write_text("""
schema_version = 1
[[designs]]
id = "looks"
subjects = 94
looks = { information = [0.5, 1], boundary = "haybittle_peto", alpha = 0.05, shape = 3 }
[[designs]]
id = "again"
subjects = 94
big_stick = { tolerance = 3 }
reestimation = { at_subjects = 50, maximum = 140, difference = 0.3, alpha = 0.05, power = 0.8 }
[[analyses]]
id = "higher"
estimand = "primary"
changes = { variable = "tis_at_least", threshold = 22.5 }
""")
    found = read_comparison(file)
    assert found.designs[0].looks.information == (0.5, 1.0)
    assert found.designs[0].looks.find_boundary().upper[0] == 3
    assert found.designs[1].reestimation.power == 0.8
    simulation = plan_simulation(TRIAL, [Scenario("as_assumed", COURSE)], seed=1, comparison=found)
    assert simulation.analyses[0].threshold == Decimal("22.5")


def test_a_boundary_that_there_is_not_is_refused_before_anything_is_simulated():
    wrong = Looks(information=(0.5, 1.0), boundary="haybittle_peto", alpha=0.05, shape=1)
    comparison = Comparison(schema_version=1, designs=(Design(id="a", subjects=20, looks=wrong),))
    with pytest.raises(InputError, match=r"designs\.a\.looks: the interim looks spend"):
        plan_simulation(TRIAL, [Scenario("as_assumed", COURSE)], seed=1, comparison=comparison)


def test_one_scenario_twice_is_refused():
    with pytest.raises(InputError, match="as_assumed is there twice"):
        plan_simulation(TRIAL, 2 * [Scenario("as_assumed", COURSE)], seed=1)


def test_sizes_of_the_grid_obey_what_a_design_decides_on_the_way():
    rule = {"at_subjects": 20, "maximum": 40, "difference": 0.3, "alpha": 0.05, "power": 0.8}
    comparison = Comparison(schema_version=1, designs=(Design(id="a", subjects=30, reestimation=rule),))
    for size, said in (("36", None), ("50", "not in this order"), ("10", "not in this order")):
        plan_it = partial(
            plan_simulation, TRIAL, [Scenario("as_assumed", COURSE)], seed=1, comparison=comparison,
            grid={"subjects": [size]},
        )  # fmt: skip
        if said is None:
            (design,) = plan_it().designs
            assert (design.id, design.subjects, design.reestimation) == ("a_36", 36, comparison.designs[0].reestimation)
        else:
            with pytest.raises(InputError, match=said):
                plan_it()


def test_multiple_imputation_with_its_stratified_test_can_be_planned(tmp_path):
    trial = plan_imputation(tmp_path)
    comparison = Comparison(schema_version=1, analyses=(AnalysisChoice(id="imputed", estimand="imputed"),))
    planned = plan_simulation(trial, [Scenario("as_assumed", COURSE)], seed=1, comparison=comparison)
    assert planned.analyses[0].test.method == "cochran_mantel_haenszel"
    assert planned.analyses[0].missing == "multiple_imputation"


def test_a_value_of_the_grid_can_be_a_list():
    scenarios = plan(grid={"flares.size": ["[1.0, 2.0]"]}).scenarios
    assert {scenario.course.flares.size for scenario in scenarios} == {(1.0, 2.0)}


def test_a_look_has_the_number_of_subjects_that_is_nearest_to_its_share():
    looks = Looks(information=(0.33, 0.667, 1.0), boundary="pocock", alpha=0.05)
    assert looks.find_subjects(60).tolist() == [20, 40, 60]
    assert Looks(information=(0.55, 1.0), boundary="pocock", alpha=0.05).find_subjects(100).tolist() == [55, 100]


def test_an_analysis_without_a_test_is_not_stopped_by_looks(tmp_path):
    looks = Looks(information=(0.5, 1.0), boundary="pocock", alpha=0.05)
    none = {"test": {"method": "none", "continuity_correction": False}}
    comparison = Comparison(
        schema_version=1,
        designs=(Design(id="a", subjects=20, looks=looks),),
        analyses=(
            AnalysisChoice(id="untested", estimand="primary", changes=none),
            AnalysisChoice(id="tested", estimand="primary"),
        ),
    )
    simulation = plan_simulation(TRIAL, [Scenario("as_assumed", COURSE)], seed=1, comparison=comparison)
    found = carry_out(tmp_path / "out", trials=1, simulation=simulation)
    stopped = found.filter(statistic="stopped_early")
    assert stopped["analysis"].to_list() == ["tested"]
    analyzed = found.filter(statistic="analyzed_subjects", analysis="untested")
    assert analyzed["value"].to_list() == [20]


def test_every_shipped_scenario_can_be_simulated_and_differs(tmp_path):
    powers = {}
    for name in ("as_assumed", "no_effect", "high_placebo", "skin", "more_dropout", "rater_drift", "unblinding"):
        scenario = read_scenario(name, "proderm", COURSE, TRIAL)
        simulation = plan_simulation(TRIAL, [scenario], seed=3, analyses=["primary"], grid={"subjects": ["40"]})
        found = carry_out(tmp_path / name, trials=256, simulation=simulation)
        powers[name] = found.filter(statistic="responders")["value"].to_list()
    assert len({tuple(power) for power in powers.values()}) == 7
    assert powers["no_effect"][0] == pytest.approx(powers["no_effect"][1], abs=0.03)
    assert powers["no_effect"][1] == pytest.approx(powers["as_assumed"][1], abs=0.03)
    assert powers["high_placebo"][1] > powers["as_assumed"][1] + 0.05
    assert sum(powers["more_dropout"]) < sum(powers["as_assumed"]) - 0.1


def test_a_scenario_that_there_is_not_is_refused_and_one_of_a_file_is_read(tmp_path):
    with pytest.raises(InputError, match="there is no scenario luck"):
        read_scenario("luck", "proderm", COURSE)
    file = Path(tmp_path / "mine.toml")
    file.write_text(
        "schema_version = 1\nid = 'mine'\ntitle = 'Mine'\nnote = 'a guess'\n[changes]\n\"demographics.female\" = 0.5"
    )
    scenario = read_scenario(str(file), "proderm", COURSE)
    assert (scenario.id, scenario.course.demographics.female) == ("mine", 0.5)
    file.write_text(file.read_text().replace("0.5", "'half'"))
    with pytest.raises(InputError, match="demographics"):
        read_scenario(str(file), "proderm", COURSE)


def test_stopping_by_the_precision_of_a_power_needs_a_test(tmp_path):
    untested = AnalysisChoice(
        id="untested", estimand="primary", changes={"test": {"method": "none", "continuity_correction": False}}
    )
    comparison = Comparison(schema_version=1, designs=(Design(id="one", subjects=12),), analyses=(untested,))
    simulation = plan_simulation(TRIAL, [Scenario("as_assumed", COURSE)], seed=1, comparison=comparison)
    with pytest.raises(SettingError, match="no analysis has a test"):
        carry_out(tmp_path / "out", until_se=0.01, simulation=simulation)
    assert not (tmp_path / "out").exists()
