"""Virtual trials whose truth is known: subjects with every core set measure recorded, of whom some values are then
taken away, with a chance that depends on what stays (missing at random)."""

from typing import NamedTuple

import numpy as np
import polars as pl
from adam_frames import make_frame, make_subject

from myotis.analyze.imputation.completed import complete, respond
from myotis.analyze.imputation.recorded import PARAMETERS
from myotis.analyze.imputation.responders import Compared, compute_differences
from myotis.analyze.subjects import select_subjects
from myotis.datasets.adam import ADCSM, ADSL, CSM_PARAMETERS
from myotis.derive.datasets import derive_datasets
from myotis.instruments.tis_levels import SLOTS, Slot
from myotis.simulate.changes import change_course
from myotis.simulate.course import read_course
from myotis.simulate.trial import simulate_trial
from myotis.statistics.imputation.rubin import pool_by_rubin

WEEKS = (0, 4, 8, 12, 16)
CORE = ("PHGLOB", "PTGLOB", "MMT", "HAQDI", "EXMGLOB", "ENZXULN")


class Pool(NamedTuple):
    """Many complete subjects: the datasets, and by subject whether it is in the group and whether it responds."""

    adsl: pl.DataFrame
    adcsm: pl.DataFrame
    group: np.ndarray
    response: np.ndarray

    @property
    def difference(self):
        return self.response[self.group].mean() - self.response[~self.group].mean()


class Incomplete(NamedTuple):
    """A trial drawn from the pool, with values taken away; ``evaluable`` are subjects whose last visit is whole."""

    adsl: pl.DataFrame
    adcsm: pl.DataFrame
    group: np.ndarray
    response: np.ndarray
    evaluable: np.ndarray


def build_pool(trial, seed, subjects):
    """Subjects simulated without any absence; who switches does not respond."""
    course = read_course("proderm")
    nothing = ("absence.visit_missed", "absence.measure_missed", "discontinuation.*.probability_per_4_weeks.*")
    whole = change_course(course, dict.fromkeys(nothing, 0.0))
    datasets = derive_datasets(simulate_trial(trial, whole, seed=seed, subjects=subjects), trial)
    adsl = datasets["ADSL"].sort("USUBJID")
    here = datasets["ADTIS"].filter(PARAMCD="RESP", AVISITN=WEEKS[-1]).select("USUBJID", "AVALC")
    said = adsl.join(here, on="USUBJID", how="left", maintain_order="left")
    response = ((said["AVALC"] == "yes") & (said["SWITCHFL"] == "N")).to_numpy()
    adcsm = datasets["ADCSM"].filter(pl.col("PARAMCD").is_in(CORE) & (pl.col("AVISITN") <= WEEKS[-1]))
    return Pool(adsl, adcsm, (adsl["ARMCD"] == "ivig").to_numpy(), response)


def draw_incomplete(generator, pool, n, leaves=0.12, forgotten=0.01):
    """A trial of ``n`` subjects, half of them in each arm. Before each visit from week 8 on a subject may leave, the
    more likely the worse the physician found it at the visit before; single later values are forgotten."""
    chosen = np.sort(np.concatenate([generator.choice(np.flatnonzero(pool.group == g), n // 2, False) for g in (0, 1)]))
    adsl = pool.adsl[chosen.tolist()]
    rows = pool.adcsm.join(adsl.select("USUBJID").with_row_index("row"), on="USUBJID")
    seen = np.full((len(chosen), len(WEEKS)), np.nan)
    globals_ = rows.filter(PARAMCD="PHGLOB")
    seen[globals_["row"].to_numpy(), globals_["AVISITN"].to_numpy() // 4] = globals_["AVAL"].to_numpy()
    last = np.full(len(chosen), WEEKS[-1])
    for visit in range(2, len(WEEKS)):
        chance = np.clip(leaves * seen[:, visit - 1] / 3, 0, 0.9)
        going = (last == WEEKS[-1]) & (generator.random(len(chosen)) < chance)
        last[going] = WEEKS[visit - 1]
    left = last < WEEKS[-1]
    adsl = adsl.with_columns(
        EOSSTT=pl.Series(np.where(left, "DISCONTINUED", "COMPLETED")),
        DCSVISIT=pl.Series([f"Week {week}" if week < WEEKS[-1] else None for week in last.tolist()], dtype=pl.String),
        DCSREAS=pl.Series([None] * len(chosen), dtype=pl.String),
    )
    rows = rows.with_columns(last=pl.Series(last)[rows["row"]], luck=generator.random(rows.height))
    stays = (pl.col("AVISITN") <= pl.col("last")) & ((pl.col("AVISITN") == 0) | (pl.col("luck") >= forgotten))
    rows = rows.filter(stays)
    whole = rows.filter(AVISITN=WEEKS[-1]).group_by("row").len().filter(pl.col("len") == len(CORE))["row"].to_numpy()
    evaluable = np.isin(np.arange(len(chosen)), whole)
    return Incomplete(adsl, rows.drop("row", "last", "luck"), pool.group[chosen], pool.response[chosen], evaluable)


def build_normal_pool(trial, estimand, like, seed, subjects):
    """Subjects whose measures are jointly normal on the modelling scale, with the means by arm and the covariance of
    the pool ``like``, written down as the forms record them: the truth is what the imputation model assumes."""
    everyone = select_subjects(like.adsl.with_columns(SWITCHFL=pl.lit("N")), trial, "FAS")
    compared = Compared.of_estimand(everyone, estimand, trial)
    completed = complete(compared.subjects, like.adcsm, compared.arm, estimand, trial)
    flat = np.stack(
        [scale.to_model(completed.imputed[0, ..., slot]) for slot, scale in enumerate(completed.scales)], axis=-1
    ).reshape(everyone.height, -1)
    means = np.stack([flat[compared.arm == arm].mean(axis=0) for arm in (0, 1)])
    generator = np.random.default_rng(seed)
    arm = np.arange(subjects) % 2
    drawn = means[arm] + generator.multivariate_normal(
        np.zeros(flat.shape[1]), np.cov((flat - means[compared.arm]).T), subjects
    )
    drawn = drawn.reshape(subjects, len(WEEKS), len(SLOTS))
    settled = np.stack([scale.from_model(drawn[..., slot]) for slot, scale in enumerate(completed.scales)], axis=-1)
    named = [
        make_subject(number, ["placebo", "ivig"][arm[number]]) | {"USUBJID": f"S{number:06}"}
        for number in range(subjects)
    ]
    adsl = make_frame(ADSL, named)
    adcsm = _write_down(settled, adsl)
    group = Compared.of_estimand(select_subjects(adsl, trial, "FAS"), estimand, trial)
    whole = complete(group.subjects, adcsm, group.arm, estimand, trial)
    return Pool(adsl, adcsm, group.arm == 1, respond(whole, whole.imputed[:1], group.subjects, estimand, trial)[0])


def _write_down(numbers, adsl):
    """Rows of ADCSM from numbers [subject, visit, slot]; everybody is followed by CK with a limit of 200 U/L."""
    subject, visit, slot = (index.ravel() for index in np.indices(numbers.shape))
    weeks = np.array(WEEKS)[visit]
    is_enzyme = pl.col("PARAMCD") == PARAMETERS[Slot.ENZYME]
    frame = pl.DataFrame({
        "STUDYID": "ProDERM", "USUBJID": adsl["USUBJID"].to_numpy()[subject],
        "TRT01P": adsl["TRT01P"].to_numpy()[subject], "FASFL": "Y", "AVISITN": weeks,
        "AVISIT": [f"Week {week}" for week in weeks.tolist()], "AVAL": numbers.ravel(),
        "PARAMCD": np.array([PARAMETERS[slot] for slot in SLOTS])[slot],
    })  # fmt: skip
    absent = {
        name: pl.lit(None, dtype=ADCSM.empty().schema[name]) for name in ("STRATAR", "ADY", "BASE", "CHG", "DTYPE")
    }
    return frame.with_columns(
        PARAM=pl.col("PARAMCD").replace_strict(CSM_PARAMETERS),
        ABLFL=pl.when(pl.col("AVISITN") == 0).then(pl.lit("Y")).otherwise(pl.lit("N")),
        ENZYME=pl.when(is_enzyme).then(pl.lit("ck")),
        ANRHI=pl.when(is_enzyme).then(200.0),
        **absent,
    ).select(column.name for column in ADCSM.columns)


class Answer(NamedTuple):
    """The difference in responders of one incomplete trial, by method; what was imputed of those not evaluable."""

    complete: float
    """From the complete data, before values were taken away."""
    nonresponse: float
    """Whoever is not evaluable does not respond."""
    observed: float
    """Those who are evaluable only."""
    imputed: float
    se: float
    lower: float
    upper: float


def analyze_incomplete(incomplete, trial, estimand):
    subjects = select_subjects(incomplete.adsl, trial, "FAS")
    compared = Compared.of_estimand(subjects, estimand, trial)
    completed = complete(compared.subjects, incomplete.adcsm, compared.arm, estimand, trial)
    answers = respond(completed, completed.imputed, compared.subjects, estimand, trial) & ~compared.failed
    pooled = pool_by_rubin(
        *compute_differences(answers, compared.arm), complete_df=np.inf, method="rubin", level=0.95
    ).estimate
    numbers = (float(number) for number in (pooled.estimate, pooled.se, pooled.lower, pooled.upper))
    return Answer(
        _difference(incomplete.response, incomplete.group),
        _difference(incomplete.response & incomplete.evaluable, incomplete.group),
        _difference(incomplete.response[incomplete.evaluable], incomplete.group[incomplete.evaluable]),
        *numbers,
    )


def _difference(response, group):
    return float(response[group].mean() - response[~group].mean())
