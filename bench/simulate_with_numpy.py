"""The trial of simulate.py as a statistician would vectorize it: NumPy arrays [trial, subject, measure], in floats.

It is the same model, step by step: candidates with severities that share factors, sites with laboratories, entry
criteria, strata, permuted blocks, dropout, recovery, flares, missed visits and measurements, forms, deterioration that
is confirmed at the next visit, switch, the gate at week 16, TIS with missing measures, response, a stratified
Cochran-Mantel-Haenszel test and Wald's interval. What the protocol says is typed in here a second time, and limits are
compared in floats. Raters, who differ by nothing in the course of the demo, are left out.
"""

import numpy as np

from myotis.simulate.truth import find_spread

SUBJECTS, SPARE, VISITS = 95, 10, 5
TREATMENTS = ("octagam_10", "saline")
PHYSICIAN, PATIENT, EXTRAMUSCULAR, MMT, HAQ, CK = range(6)
WORST = np.array([10, 10, 10, 150, 3.0])
PER_UNIT = np.array([10, 10, 10, 1, 8.0])
LEVELS = (
    ((5, 15, 25, 40), (7.5, 15, 17.5, 20)),
    ((5, 15, 25, 40), (2.5, 5, 7.5, 10)),
    ((5, 15, 25, 40), (7.5, 12.5, 15, 20)),
    ((2, 10, 20, 30), (10, 20, 27.5, 32.5)),
    ((5, 15, 25, 40), (5, 7.5, 7.5, 10)),
    ((5, 15, 25, 40), (2.5, 5, 7.5, 7.5)),
)


def simulate_with_numpy(course, trials, seed):
    """Difference, its half width, the test's statistic, and who responded in either arm, for every trial."""
    generator = np.random.default_rng(seed)
    parts = [*course.measures.values(), *course.enzymes.values()]
    true, seen, uln = enroll(generator, course, parts, trials)
    first = record(seen, uln)
    stratum = np.digitize(first[..., PHYSICIAN], [4, 7])
    arm = allocate(generator, stratum)
    trait = draw_factors(generator, parts, "recovery_factors", course, arm.shape)
    recovery, recovery_sd, way = find_recovery(course, parts)
    flare = np.array([part.flare for part in parts])
    noise = np.array([part.noise for part in parts])
    normal = np.array([0, 0, 0, 0, 0, course.enzymes["ck"].log_normal])
    flares, absence, least = course.flares, course.absence, course.disease.least_recovery
    likely = np.array([flares.probability_per_4_weeks[name] for name in TREATMENTS])
    whole, shares = find_hazards(course)
    patience = generator.standard_exponential(arm.shape)
    state, treatment, since = np.zeros((*arm.shape, len(parts))), arm.copy(), np.zeros(arm.shape, int)
    flare_until, flare_size = np.zeros(arm.shape), np.zeros(arm.shape)
    there, switched, reason = np.ones(arm.shape, bool), np.zeros(arm.shape, bool), np.full(arm.shape, -1)
    worse_before, confirmed = np.zeros(arm.shape, bool), np.zeros(arm.shape, bool)
    started_on, last = arm, None
    for visit in range(1, VISITS):
        patience -= np.where(there, whole[treatment], 0)
        leaves = there & (patience < 0)
        why = (shares[treatment] < generator.random(arm.shape)[..., None]).sum(axis=-1)
        reason, there = np.where(leaves, why, reason), there & ~leaves
        target = np.maximum(recovery[treatment] + recovery_sd[treatment] * trait, least)
        state += way[treatment][..., None] * (target - state)
        day = 28 * visit
        over = day > flare_until
        starts = over & (generator.random(arm.shape) < likely[treatment])
        weeks = generator.integers(flares.weeks[0], flares.weeks[1] + 1, arm.shape)
        size = generator.uniform(*flares.size, arm.shape)
        flare_until = np.where(starts, day + 7 * weeks, flare_until)
        flare_size = np.where(starts, size, np.where(over, 0, flare_size))
        now = true - state * np.maximum(true - normal, 0) + flare_size[..., None] * flare
        now += noise * generator.standard_normal(now.shape)
        last = record(now, uln)
        missed = ~there | (generator.random(arm.shape) < absence.visit_missed)
        last[missed[..., None] | (generator.random(last.shape) < absence.measure_missed)] = np.nan
        worse = find_worse(first, last)
        confirmed |= worse & worse_before
        worse_before = worse
        if visit in {2, 3}:
            switches = confirmed & ~switched & ~missed
            treatment, since = np.where(switches, 1 - treatment, treatment), np.where(switches, visit, since)
            switched |= switches
    # At week 16 who has switched, or deteriorated on immune globulin, does not go on; that is no earlier end.
    gone = there & confirmed & (started_on == 0)
    tis = score(first, last, uln)
    responds = (tis >= 20) & ~confirmed & ~switched & (reason < 0)
    return *compare(responds, arm, stratum), gone


def find_recovery(course, parts):
    """By treatment: means and standard deviations of recovery [measure], and the share of the way of 4 weeks."""
    recovery = np.array([[part.recovery[name] for part in parts] for name in TREATMENTS])
    spread = np.array([course.disease.recovery_spread.get(name, 1) for name in TREATMENTS])
    way = np.array([1 - 0.5 ** (4 / course.disease.onset[name].half_life_weeks) for name in TREATMENTS])
    return recovery, spread[:, None] * np.array([part.recovery_sd for part in parts]), way


def find_hazards(course):
    """By treatment: the hazard of leaving in 4 weeks for any reason, and the shares of the reasons, summed up."""
    hazards = np.array([[find_hazard(r, name) for r in course.discontinuation.values()] for name in TREATMENTS])
    whole = hazards.sum(axis=1)
    return whole, hazards.cumsum(axis=1) / whole[:, None]


def find_hazard(reason, treatment):
    """The hazard of leaving for a reason in 4 weeks on a treatment."""
    return -np.log1p(-reason.probability_per_4_weeks["first_period"]) * reason.treatment_factor.get(treatment, 1)


def draw_factors(generator, parts, loadings, course, shape):
    """Standard normal numbers [trial, subject, measure] that share the factors of the disease."""
    matrix = np.array([[getattr(part, loadings).get(factor, 0) for factor in course.disease.factors] for part in parts])
    shared = generator.standard_normal((*shape, len(course.disease.factors)))
    own = generator.standard_normal((*shape, len(parts)))
    return shared @ matrix.T + np.sqrt(1 - (matrix**2).sum(axis=1)) * own


def enroll(generator, course, parts, trials):
    """The first candidates of every trial who meet the entry criteria: true states, what is seen, and ULN."""
    count = SUBJECTS + SPARE
    while True:
        true, seen, uln, enters = draw_candidates(generator, course, parts, (trials, count))
        if (enters.sum(axis=1) >= SUBJECTS).all():
            break
        count += SPARE
    first = np.argsort(~enters, axis=1, kind="stable")[:, :SUBJECTS]
    rows = np.arange(trials)[:, None]
    return true[rows, first], seen[rows, first], uln[rows, first]


def draw_candidates(generator, course, parts, shape):
    """Candidates and whether they meet the criteria."""
    people, ck = course.demographics, course.enzymes["ck"]
    spreads = [find_spread(part) for part in parts]
    mean, sd = (np.array([getattr(spread, name) for spread in spreads]) for name in ("mean", "sd"))
    least = np.array([-np.inf if spread.least is None else spread.least for spread in spreads])
    most = np.array([np.inf if spread.most is None else spread.most for spread in spreads])
    true = mean + sd * draw_factors(generator, parts, "severity_factors", course, shape)
    np.clip(true, least, most, out=true)
    female = generator.random(shape) < people.female
    age = np.floor(np.clip(generator.normal(people.age.mean, people.age.sd, shape), people.age.least, people.age.most))
    weight, height = (draw_by_sex(generator, getattr(people, name), female) for name in ("weight", "height"))
    site = generator.integers(0, course.enrollment.sites, shape)
    laboratory = np.clip(generator.standard_normal((shape[0], course.enrollment.sites)), -2, 2)
    limit = np.where(female, ck.uln["F"], ck.uln["M"])
    uln = np.rint(limit * (1 + ck.uln_site_sd * np.take_along_axis(laboratory, site, axis=1)))
    seen = true + np.array([part.noise for part in parts]) * generator.standard_normal(true.shape)
    form = record(seen, uln)
    abnormal = (form[..., [PATIENT, PHYSICIAN, EXTRAMUSCULAR]] >= 2).sum(axis=-1)
    abnormal += (form[..., CK] / uln > 1.5).astype(int) + (form[..., HAQ] >= 0.25)
    bmi = np.rint(10 * weight / (height / 100) ** 2) / 10
    enters = (form[..., MMT] < 142) & (abnormal >= 2) & (age >= 18) & (age < 80) & (bmi < 40)
    return true, seen, uln, enters


def draw_by_sex(generator, spread, female):
    """Weights or heights."""
    drawn = generator.standard_normal(female.shape)
    of = {sex: np.clip(s.mean + s.sd * drawn, s.least, s.most) for sex, s in spread.items()}
    return np.where(female, of["F"], of["M"])


def record(seen, uln):
    """What forms record: the strength as points, CK in whole U/L, in the spaces and the range of each measure."""
    form = seen.copy()
    form[..., MMT] = 150 - form[..., MMT]
    form[..., :CK] = np.floor(np.clip(form[..., :CK], 0, WORST) * PER_UNIT + 0.5) / PER_UNIT
    form[..., CK] = np.floor(np.exp(form[..., CK]) * uln + 0.5)
    return form


def allocate(generator, stratum):
    """Arms by permuted blocks of four in every stratum of every trial: 0 is immune globulin."""
    blocks = generator.permuted(np.tile([0, 0, 1, 1], (*stratum.shape[:1], 3, SUBJECTS // 4 + 1, 1)), axis=-1)
    lists = blocks.reshape(len(stratum), 3, -1)
    arm = np.zeros(stratum.shape, int)
    for level in range(3):
        here = stratum == level
        place = np.maximum(here.cumsum(axis=1) - 1, 0)
        arm = np.where(here, np.take_along_axis(lists[:, level], place, axis=1), arm)
    return arm


def find_worse(first, last):
    """Who meets the definition of deterioration at a visit; what is missing is not worse."""
    change = last[..., :CK] - first[..., :CK]
    change[..., MMT] *= -1
    with np.errstate(divide="ignore", invalid="ignore"):
        percent = change / first[..., :CK]
    whole = np.where(change > 0, change / WORST, 0)
    percent = np.where(first[..., :CK] == 0, whole, percent)
    tiny = 1e-9
    worse = (change[..., PHYSICIAN] >= 2 - tiny) & (percent[..., MMT] >= 0.2 - tiny)
    return worse | (change[..., EXTRAMUSCULAR] >= 2 - tiny) | ((percent >= 0.3 - tiny).sum(axis=-1) >= 3)


def score(first, last, uln):
    """The lowest TIS possible: a missing measure earns nothing. Who reaches the threshold with it responds."""
    improved = 100 * (first[..., :CK] - last[..., :CK]) / WORST
    improved[..., MMT] *= -1
    enzyme = 100 * (first[..., CK] - last[..., CK]) / (15 * uln)
    tis = np.zeros(uln.shape)
    for measure, (above, points) in enumerate(LEVELS):
        change = enzyme if measure == CK else improved[..., measure]
        known = np.nan_to_num(change - 1e-9, nan=-1)
        tis += np.array([0, *points])[np.searchsorted(above, known, side="left")]
    return tis


def compare(responds, arm, stratum):
    """Difference, Wald's half width, a stratified Cochran-Mantel-Haenszel statistic and the shares, of every trial."""
    group = arm == 0
    n1, n2 = group.sum(1), (~group).sum(1)
    p1, p2 = (responds & group).sum(1) / n1, (responds & ~group).sum(1) / n2
    half = 1.96 * np.sqrt(p1 * (1 - p1) / n1 + p2 * (1 - p2) / n2)
    deviation, variance = np.zeros(len(arm)), np.zeros(len(arm))
    for level in range(3):
        here = stratum == level
        m1, m2, total = (group & here).sum(1), (~group & here).sum(1), here.sum(1)
        events = (responds & here).sum(1)
        size = np.maximum(total, 2)
        deviation += (responds & here & group).sum(1) - m1 * events / size
        variance += m1 * m2 * events * (total - events) / (size**2 * (size - 1))
    return p1 - p2, half, deviation**2 / np.maximum(variance, 1e-12), p1, p2
