"""What happens to virtual subjects, one mechanism at a time: each against what can be worked out beforehand."""

import math

import numpy as np
import pytest
from scipy import stats

from myotis.protocol.read import read_trial
from myotis.simulate.batch import VirtualTrial, simulate_batch
from myotis.simulate.changes import change_course
from myotis.simulate.course import read_course
from myotis.simulate.luck import Luck
from myotis.simulate.nature import MOST_OF_A_KIND, Form, count_events, find_state, record_states
from myotis.simulate.streams import Streams
from myotis.terms.missing import MISSING

TRIAL = read_trial("proderm")
COURSE = read_course("proderm")
VAS = Form(0, -1, 0.0, 10.0, 0.0, 100.0, 100, 0, -1)
MMT = Form(0, 1, 150.0, 1.0, 0.0, 150.0, 1, 2, -1)
HAQ = Form(0, -1, 0.0, 8.0, 0.0, 24.0, 21_000, 3, -1)
ENZYME = Form(1, 0, 0.0, 1.0, 1.0, 1e9, 1000, 5, 6)
STILL = {f"{kind}.*.{name}": 0.0 for kind in ("measures", "enzymes") for name in ("noise", "recovery_sd", "rater_sd")}
QUIET = {"flares.probability_per_4_weeks.*": 0.0, "absence.visit_missed": 0.0, "absence.measure_missed": 0.0,
         "discontinuation.*.probability_per_4_weeks.*": 0.0, "adverse_events": None}  # fmt: skip


def simulate(changes, subjects=20, seed=1, trial=TRIAL):
    course = change_course(COURSE, changes)
    virtual = VirtualTrial.build(trial, course)
    return virtual, simulate_batch(virtual, Luck(Streams(seed)), subjects)


@pytest.mark.parametrize(
    ("seen", "uln", "form", "steps"),
    [
        (4.94, 0, VAS, 4900), (4.96, 0, VAS, 5000), (-0.3, 0, VAS, 0), (12.0, 0, VAS, 10_000),
        (20.4, 0, MMT, 130), (-3.0, 0, MMT, 150), (151.0, 0, MMT, 0),
        (0.5, 0, HAQ, 84_000), (0.55, 0, HAQ, 84_000), (0.57, 0, HAQ, 105_000),
        (0.0, 180, ENZYME, 180_000), (math.log(2.5), 200, ENZYME, 500_000), (-9.0, 170, ENZYME, 1000),
    ],
)  # fmt: skip
def test_what_is_seen_is_recorded_as_the_form_can(seen, uln, form, steps):
    recorded = np.zeros(1, dtype=np.int64)
    record_states(np.array([seen]), np.array([uln]), form, recorded)
    assert recorded.tolist() == [steps]


def test_recovery_takes_from_what_is_abnormal_only():
    assert find_state(5.0, 0.0, 0.4, 0.0) == pytest.approx(3.0)
    assert find_state(1.0, -0.6, 1.0, 0.25) == pytest.approx(-0.35)  # an enzyme goes back to its normal value
    assert find_state(-1.0, -0.6, 1.0, 0.0) == -1.0  # and stays where it is below it


def test_counts_of_events_have_a_poisson_distribution():
    luck = (np.arange(100_000) + 0.5) / 100_000
    counts = np.bincount([count_events(one, 0.7) for one in luck], minlength=MOST_OF_A_KIND + 1) / len(luck)
    expected = stats.poisson(0.7).pmf(range(MOST_OF_A_KIND))
    assert counts == pytest.approx([*expected, 1 - expected.sum()], abs=2e-5)


def test_half_of_the_way_is_gone_in_each_half_life_after_the_delay():
    changes = STILL | QUIET | {
        "measures.*.recovery.*": 0.8, "enzymes.*.recovery.*": 0.8, "measures.haq.half_life": 2.0,
        "disease.onset.*.half_life_weeks": 4.0, "disease.onset.*.delay_weeks": 6.0,
    }  # fmt: skip
    virtual, batch = simulate(changes, 4)
    names = list(virtual.course.all_measures)
    at_16 = simulate_batch(virtual, Luck(Streams(1)), 4, until=4).lives.recovery
    assert at_16[:, names.index("mmt8")] == pytest.approx(0.8 * (1 - 0.5 ** (10 / 4)))
    assert at_16[:, names.index("haq")] == pytest.approx(0.8 * (1 - 0.5 ** (10 / 8)))
    assert (simulate_batch(virtual, Luck(Streams(1)), 4, until=1).lives.recovery == 0).all()
    assert batch.lives.recovery[:, names.index("mmt8")].max() < 0.8


def test_as_many_leave_as_the_course_says_and_for_its_reasons():
    rates = {"ADVERSE EVENT": 0.05, "WITHDRAWAL BY SUBJECT": 0.1}
    changes = QUIET | {f"discontinuation.{reason}.probability_per_4_weeks.*": rate for reason, rate in rates.items()}
    changes |= {"discontinuation.ADVERSE EVENT.treatment_factor": {"octagam_10": 2.0}}
    virtual, batch = simulate(changes, 40)
    left, reason = batch.lives.left, batch.lives.reason
    reasons = list(virtual.course.discontinuation)
    for arm, factor in ((0, 2.0), (1, 1.0)):
        here = batch.arm == arm
        hazards = {"ADVERSE EVENT": -factor * math.log(0.95), "WITHDRAWAL BY SUBJECT": -math.log(0.9)}
        both = sum(hazards.values())
        for name, hazard in hazards.items():  # the reasons compete
            count = (here & (left == 1) & (reason == reasons.index(name))).sum()
            assert stats.binomtest(int(count), int(here.sum()), (1 - math.exp(-both)) * hazard / both).pvalue > 1e-3


def test_who_has_recovered_leaves_less_often():
    changes = STILL | QUIET | {
        "measures.*.recovery.*": 1.0, "enzymes.*.recovery.*": 1.0, "disease.onset.*.half_life_weeks": 0.01,
        "discontinuation.LACK OF EFFICACY.probability_per_4_weeks.*": 0.2,
        "discontinuation.LACK OF EFFICACY.recovered_factor": 0.25,
    }  # fmt: skip
    _, batch = simulate(changes, 40, seed=2)
    left = batch.lives.left
    first, second = (left == 1).sum(), (left == 2).sum()
    assert stats.binomtest(int(first), len(left), 0.2).pvalue > 1e-4  # nobody has recovered before week 4
    assert stats.binomtest(int(second), int(len(left) - first), 1 - 0.8**0.25).pvalue > 1e-4


def test_raters_who_drift_find_the_same_state_worse_and_only_in_their_measure():
    changes = STILL | QUIET | {"measures.*.recovery.*": 0.0, "enzymes.*.recovery.*": 0.0,
                               "measures.physician_global.rater_drift": 0.3,
                               "measures.physician_global.distance.most": 5.0}  # fmt: skip
    _, batch = simulate(changes, 4)
    x = batch.lives.x
    assert ((x[:, 4, 0] - x[:, 0, 0]) == 1200).all()  # four times 0.3 cm by week 16, in steps of 0.001 cm
    assert (x[:, 4, 1:5] == x[:, 0, 1:5]).all()


def test_raters_differ_between_sites_and_agree_within_one():
    changes = STILL | QUIET | {"measures.physician_global.rater_sd": 0.6, "measures.*.distance.sd": 0.0,
                               "measures.*.distance.mean": 5.0, "measures.mmt8.distance.mean": 30.0,
                               "measures.haq.distance.mean": 1.0}  # fmt: skip
    _, batch = simulate(changes, 40)
    lives = batch.lives
    trial = np.arange(len(lives.site)) % 256
    seen = lives.x[:, 0, 0]
    groups = [seen[(lives.site == site) & (trial == 7)] for site in range(36)]
    assert all(len(set(group)) <= 1 for group in groups)
    assert np.std(seen / 1000) == pytest.approx(0.6, abs=0.05)


def test_infusion_reactions_move_the_ratings_of_some_sites_only():
    kinds = {f"adverse_events.kinds.{name}.per_infusion.*": 0.0 for name in COURSE.adverse_events.kinds}
    certain = {
        "adverse_events.kinds.headache.per_infusion.octagam_10": 50.0,
        "adverse_events.kinds.headache.faster": 1.0,
    }
    still = STILL | {key: value for key, value in QUIET.items() if key != "adverse_events"}
    changes = still | {"measures.*.recovery.*": 0.0, "enzymes.*.recovery.*": 0.0} | kinds | certain | {
        "measures.physician_global.distance.least": 4.0,
        "adverse_events.proneness_sd": 0.0, "adverse_events.by_cycle": 1.0,
        "unblinding": {"sites": 0.5, "kinds": ("headache",), "shift": {"physician_global": -1.0}},
    }  # fmt: skip
    _, batch = simulate(changes, 10)
    change = batch.lives.x[:, 1, 0] - batch.lives.x[:, 0, 0]
    believes = (batch.arm == 0) & (batch.lives.site < 18)
    assert (change[believes] == -1000).all()
    assert (change[~believes] == 0).all()
    assert (batch.lives.events[batch.arm == 0, 0].sum(axis=1) == MOST_OF_A_KIND).all()


def test_severity_and_recovery_share_the_factors_of_the_disease():
    """Correlation of two measures: the sum over factors of the products of their loadings."""
    virtual, batch = simulate(QUIET, 40)
    names = list(virtual.course.all_measures)
    trait = batch.lives.trait
    found = np.corrcoef(trait, rowvar=False)
    for one in names:
        for other in names:
            loadings = [virtual.course.all_measures[name].recovery_factors for name in (one, other)]
            expected = sum(loadings[0][factor] * loadings[1].get(factor, 0.0) for factor in loadings[0])
            if one != other:
                assert found[names.index(one), names.index(other)] == pytest.approx(expected, abs=4 / len(trait) ** 0.5)
    assert trait.std(axis=0) == pytest.approx(np.ones(len(names)), abs=0.03)


def test_flares_begin_as_often_last_as_long_and_are_as_large_as_the_course_says():
    changes = QUIET | {"flares.probability_per_4_weeks.*": 0.2, "flares.size": (0.5, 1.5), "flares.weeks": (3, 6)}
    virtual = VirtualTrial.build(TRIAL, change_course(COURSE, changes))
    lives = simulate_batch(virtual, Luck(Streams(1)), 60, until=1).lives
    begun = lives.flare_size > 0
    assert stats.binomtest(int(begun.sum()), len(begun), 0.2).pvalue > 1e-3
    weeks = (lives.flare_until[begun] - 29) // 7
    assert stats.chisquare(np.bincount(weeks)[3:]).pvalue > 1e-3
    assert set(weeks) == {3, 4, 5, 6}
    assert stats.kstest(lives.flare_size[begun], stats.uniform(0.5, 1.0).cdf).pvalue > 1e-3


def test_visits_and_measurements_are_missing_as_often_as_the_course_says_and_by_themselves():
    changes = QUIET | {"absence.visit_missed": 0.1, "absence.measure_missed": 0.2}
    virtual = VirtualTrial.build(TRIAL, change_course(COURSE, changes))
    lives = simulate_batch(virtual, Luck(Streams(1)), 60, until=1).lives
    held = lives.held[:, 1] == 1
    assert stats.binomtest(int((~held).sum()), len(held), 0.1).pvalue > 1e-3
    absent = lives.x[held, 1][:, virtual.truth.column] == MISSING
    for column in absent.T:
        assert stats.binomtest(int(column.sum()), len(column), 0.2).pvalue > 1e-3
    found = np.corrcoef(absent, rowvar=False) - np.eye(absent.shape[1])
    assert np.abs(found).max() < 4.5 / len(absent) ** 0.5


def test_a_flare_worsens_everything_for_its_time():
    changes = STILL | QUIET | {
        "measures.*.recovery.*": 0.0, "enzymes.*.recovery.*": 0.0, "flares.probability_per_4_weeks.*": 1.0,
        "flares.size": (1.0, 1.0), "flares.weeks": (4, 4), "measures.physician_global.distance.most": 7.0,
        "measures.extramuscular.distance.most": 6.0,
    }  # fmt: skip
    _, batch = simulate(changes, 4)
    change = batch.lives.x[:, 1] - batch.lives.x[:, 0]
    assert (change[:, 0] == 1000 * COURSE.measures["physician_global"].flare).all()
    assert (change[:, 4] == 1000 * COURSE.measures["extramuscular"].flare).all()
    assert (batch.lives.switched[batch.lives.left == MISSING] == 2).all()  # confirmed at week 8


def test_subjects_differ_in_recovery_as_much_as_the_spread_of_their_treatment_says():
    alike = {"measures.*.recovery_sd": 0.4, "enzymes.*.recovery_sd": 0.4, "disease.onset.*.half_life_weeks": 0.2,
             "disease.least_recovery": -9.0, "disease.recovery_spread": {"saline": 0.5}}  # fmt: skip
    virtual, _ = simulate(QUIET | alike, 2)
    lives = simulate_batch(virtual, Luck(Streams(1)), 30, until=1).lives
    names = [treatment.id for treatment in TRIAL.treatments]
    for name, expected in (("octagam_10", 0.4), ("saline", 0.2)):
        recovery = lives.recovery[lives.treatment == names.index(name)]
        assert recovery.std(axis=0) == pytest.approx(expected, rel=0.05)


def test_who_is_prone_has_more_events_and_all_have_as_many_as_the_course_says_on_average():
    kinds = {"adverse_events.kinds.*.faster": 1.0, "adverse_events.proneness_sd": 0.8, "adverse_events.by_cycle": 1.0}
    virtual, batch = simulate(kinds, 30)
    lives = batch.lives
    expected = sum(kind.per_infusion["octagam_10"] for kind in virtual.course.adverse_events.kinds.values())
    names = [treatment.id for treatment in TRIAL.treatments]
    on_active = lives.given == names.index("octagam_10")
    counts = np.where(on_active, lives.events.sum(axis=-1), 0).sum(axis=1)
    infusions = on_active.sum(axis=1)
    assert counts.sum() / infusions.sum() == pytest.approx(expected, rel=0.03)
    prone = lives.proneness > 2
    assert counts[prone].sum() / (lives.proneness * infusions)[prone].sum() == pytest.approx(expected, rel=0.03)
    assert np.log(lives.proneness).std() == pytest.approx(0.8, rel=0.03)


def test_each_infusion_of_a_treatment_is_followed_by_fewer_events_than_the_one_before():
    changes = {"adverse_events.kinds.*.faster": 1.0, "adverse_events.by_cycle": 0.7, "adverse_events.proneness_sd": 0.0,
               "absence.visit_missed": 0.0, "discontinuation.*.probability_per_4_weeks.*": 0.0}  # fmt: skip
    virtual, batch = simulate(changes, 30)
    lives = batch.lives
    first = sum(kind.per_infusion["octagam_10"] for kind in virtual.course.adverse_events.kinds.values())
    counts = lives.events.sum(axis=-1)
    always = batch.arm == [arm.id for arm in TRIAL.arms].index(TRIAL.plan.estimands[0].group)
    for visit in range(4):
        assert counts[always, visit].mean() == pytest.approx(first * 0.7**visit, rel=0.05)
    later = (lives.switched == MISSING) & ~always & (lives.given[:, 4] != MISSING)
    assert counts[later, 4].mean() == pytest.approx(first, rel=0.05)  # a new treatment begins anew
