"""The trial of simulate.py as most people write it: a loop over subjects and visits, data frames, a function a row.

The same steps as in simulate_with_numpy.py, from which the limits are taken.
"""

import numpy as np
import pandas as pd

from myotis.simulate.truth import find_spread
from simulate_with_numpy import LEVELS, SUBJECTS, find_hazard

WEEKS = (4, 8, 12, 16)
RANGES = {"physician_global": 10, "patient_global": 10, "extramuscular": 10, "mmt8": 150, "haq": 3}
PER_UNIT = {"physician_global": 10, "patient_global": 10, "extramuscular": 10, "mmt8": 1, "haq": 8}


def simulate_with_pandas(course, trials, seed):
    """The tables of responders by stratum and arm, and the statistics, of every trial."""
    generator = np.random.default_rng(seed)
    return [simulate_one(course, generator) for _ in range(trials)]


def simulate_one(course, generator):
    """One trial."""
    laboratory = np.clip(generator.standard_normal(course.enrollment.sites), -2, 2)
    lists, rows, subject = {name: [] for name in ("mild", "moderate", "severe")}, [], 0
    while subject < SUBJECTS:
        person = draw_person(course, generator, laboratory)
        form = record(person["true"], person["uln"], course, generator)
        if not is_eligible(person, form):
            continue
        stratum = "mild" if form["physician_global"] < 4 else "moderate" if form["physician_global"] < 7 else "severe"
        if not lists[stratum]:
            lists[stratum] = list(generator.permutation(["octagam_10", "octagam_10", "saline", "saline"]))
        arm = lists[stratum].pop()
        rows += follow(course, generator, person, form, {"subject": subject, "arm": arm, "stratum": stratum})
        subject += 1
    return analyze(pd.DataFrame(rows))


def draw_person(course, generator, laboratory):
    """A candidate."""
    people, ck = course.demographics, course.enzymes["ck"]
    sex = "F" if generator.random() < people.female else "M"
    shared = dict(zip(course.disease.factors, generator.standard_normal(3), strict=True))
    true = {}
    for name, part in course.all_measures.items():
        spread = find_spread(part)
        value = spread.mean + spread.sd * mix(part.severity_factors, shared, generator)
        if spread.least is not None:
            value = min(max(value, spread.least), spread.most)
        true[name] = value
    site = generator.integers(course.enrollment.sites)
    return {
        "true": true,
        "age": int(draw_within(people.age, generator)),
        "bmi": draw_within(people.weight[sex], generator) / (draw_within(people.height[sex], generator) / 100) ** 2,
        "uln": round(ck.uln[sex] * (1 + ck.uln_site_sd * laboratory[site])),
    }


def draw_within(spread, generator):
    """A value of a distribution that is cut to a range."""
    return min(max(generator.normal(spread.mean, spread.sd), spread.least), spread.most)


def mix(loadings, shared, generator):
    """A standard normal number that shares factors with others."""
    own = np.sqrt(1 - sum(loading**2 for loading in loadings.values()))
    return own * generator.standard_normal() + sum(loading * shared[factor] for factor, loading in loadings.items())


def record(state, uln, course, generator):
    """What the forms record of a state."""
    form = {}
    for name, part in course.all_measures.items():
        seen = state[name] + generator.normal(0, part.noise)
        if name == "ck":
            form[name] = np.floor(np.exp(seen) * uln + 0.5)
        else:
            value = np.floor(min(max(seen, 0), RANGES[name]) * PER_UNIT[name] + 0.5) / PER_UNIT[name]
            form[name] = 150 - value if name == "mmt8" else value
    return form


def is_eligible(person, form):
    """The entry criteria."""
    abnormal = sum(form[name] >= 2 for name in ("physician_global", "patient_global", "extramuscular"))
    abnormal += (form["ck"] / person["uln"] > 1.5) + (form["haq"] >= 0.25)
    return form["mmt8"] < 142 and abnormal >= 2 and 18 <= person["age"] < 80 and round(person["bmi"], 1) < 40


def follow(course, generator, person, form, subject):
    """The rows of a subject, a visit each."""
    uln, true = person["uln"], person["true"]
    rows = [{**subject, "week": 0, "uln": uln, "switched": False, "left": False, "confirmed": False, **form}]
    shared = dict(zip(course.disease.factors, generator.standard_normal(3), strict=True))
    trait = {name: mix(part.recovery_factors, shared, generator) for name, part in course.all_measures.items()}
    state, treatment = dict.fromkeys(true, 0.0), subject["arm"]
    patience, until, size = generator.standard_exponential(), 0, 0.0
    left, switched, worse_before, confirmed = False, False, False, False
    for week in WEEKS:
        patience -= sum(find_hazard(reason, treatment) for reason in course.discontinuation.values())
        left = left or patience < 0
        if 7 * week > until:
            size = 0.0
            if generator.random() < course.flares.probability_per_4_weeks[treatment]:
                size = generator.uniform(*course.flares.size)
                until = 7 * week + 7 * generator.integers(course.flares.weeks[0], course.flares.weeks[1] + 1)
        now = {}
        for name, part in course.all_measures.items():
            spread = course.disease.recovery_spread.get(treatment, 1) * part.recovery_sd
            target = max(part.recovery[treatment] + spread * trait[name], course.disease.least_recovery)
            way = 1 - 0.5 ** (4 / course.disease.onset[treatment].half_life_weeks)
            state[name] += way * (target - state[name])
            normal = part.log_normal if name == "ck" else 0
            now[name] = true[name] - state[name] * max(true[name] - normal, 0) + size * part.flare
        seen = record(now, uln, course, generator)
        missed = left or generator.random() < course.absence.visit_missed
        for name in seen:
            if missed or generator.random() < course.absence.measure_missed:
                seen[name] = np.nan
        worse = has_deteriorated(form, seen)
        confirmed = confirmed or (worse and worse_before)
        worse_before = worse
        if confirmed and not switched and not missed and week in {8, 12}:
            switched, treatment = True, "saline" if treatment == "octagam_10" else "octagam_10"
        now = {"week": week, "uln": uln, "switched": switched, "left": left, "confirmed": confirmed}
        rows.append({**subject, **now, **seen})
    return rows


def has_deteriorated(before, now):
    """The definition of deterioration at a visit."""
    change = {name: before[name] - now[name] if name == "mmt8" else now[name] - before[name] for name in RANGES}
    percent = {name: change[name] / (before[name] or RANGES[name]) for name in RANGES}
    if change["physician_global"] >= 2 and percent["mmt8"] >= 0.2:
        return True
    return change["extramuscular"] >= 2 or sum(value >= 0.3 for value in percent.values()) >= 3


def analyze(frame):
    """The tables, the difference with Wald's interval, and the Cochran-Mantel-Haenszel statistic."""
    baseline, last = (frame[frame.week == week].set_index("subject") for week in (0, 16))

    def score(row):
        before, points = baseline.loc[row.name], 0.0
        for name, (above, tenths) in zip([*RANGES, "ck"], LEVELS_BY_NAME.values(), strict=True):
            if name == "ck":
                change = 100 * (before[name] - row[name]) / (15 * row["uln"])
            else:
                sign = -1 if name == "mmt8" else 1
                change = sign * 100 * (before[name] - row[name]) / RANGES[name]
            reached = [earned for limit, earned in zip(above, tenths, strict=True) if change > limit]
            points += reached[-1] if reached else 0
        return points

    last["tis"] = last.apply(score, axis=1)
    last["response"] = (last.tis >= 20) & ~last.confirmed & ~last.switched & ~last.left
    arms = last.groupby("arm")["response"].agg(["sum", "count", "mean"])
    p1, p2 = arms.loc["octagam_10", "mean"], arms.loc["saline", "mean"]
    variance = (arms["mean"] * (1 - arms["mean"]) / arms["count"]).sum()
    deviation, spread = 0.0, 0.0
    for _, stratum in last.groupby("stratum"):
        table = pd.crosstab(stratum.arm, stratum.response).reindex(
            index=["octagam_10", "saline"], columns=[True, False], fill_value=0
        )
        total, events, group = table.to_numpy().sum(), table[True].sum(), table.loc["octagam_10"].sum()
        deviation += table.loc["octagam_10", True] - group * events / total
        if total > 1:
            spread += group * (total - group) * events * (total - events) / (total**2 * (total - 1))
    return p1 - p2, 1.96 * np.sqrt(variance), deviation**2 / max(spread, 1e-12), p1, p2


LEVELS_BY_NAME = dict(zip([*RANGES, "ck"], LEVELS, strict=True))
