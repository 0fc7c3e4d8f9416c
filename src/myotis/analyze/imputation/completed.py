"""Completed datasets: the core set measures with their missing values imputed, and the outcomes computed from each."""

from typing import NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from myotis.analyze.imputation.assumptions import STRATEGIES, Departures, impute_departures
from myotis.analyze.imputation.recorded import ENZYME_INDEX, CoreSet, Flags, check_observed, read_core_set
from myotis.analyze.imputation.scales import Numbers, Scale
from myotis.errors import SettingError, StatisticsError
from myotis.instruments.enzymes import XULN_GRID
from myotis.instruments.tis import COLUMN_COUNT, PLAIN_SLOTS
from myotis.instruments.tis_levels import SLOTS, TENTHS
from myotis.instruments.tis_rule import FIRST_ENZYME, TIS
from myotis.protocol.design import Visit
from myotis.protocol.imputation import Imputation
from myotis.protocol.plan import Estimand
from myotis.protocol.trial import Trial
from myotis.rules.response import RESPONSE
from myotis.score.outcomes import OutcomeRules
from myotis.statistics.imputation.convergence import Convergence
from myotis.statistics.imputation.joint_normal import CovarianceModel, CovariancePrior, impute_joint_normal
from myotis.terms.missing import MISSING, NO, UNKNOWN, YES, is_missing
from myotis.terms.rule import Steps


class Completed(NamedTuple):
    """``core`` is what was recorded and counts, ``imputed[imputation, subject, visit, slot]`` settled numbers in place
    of what is missing (what was recorded elsewhere); ``convergence`` is None where nothing was missing."""

    core: CoreSet
    imputed: Numbers
    scales: tuple[Scale, ...]
    convergence: Convergence | None

    @property
    def missing(self) -> Flags:
        """Whether a value [subject, visit, slot] was imputed."""
        return is_missing(self.core.steps)


def find_visits(estimand: Estimand, trial: Trial) -> tuple[Visit, ...]:
    """The visits that are imputed: the baseline and every assessment up to the estimand's visit."""
    last = trial.visit(estimand.visit).day
    return tuple(visit for visit in trial.assessment_visits if visit.day <= last)


def find_imputation(estimand: Estimand, trial: Trial) -> Imputation:
    """The imputation that an estimand names."""
    return next(imputation for imputation in trial.plan.imputations if imputation.id == estimand.imputation)


def complete(
    subjects: pl.DataFrame, adcsm: pl.DataFrame, arm: NDArray[np.intp], estimand: Estimand, trial: Trial
) -> Completed:
    """The completed datasets of ``subjects`` (see `myotis.analyze.subjects.select_subjects`), whose arms are 0 (the
    comparator) and 1 (the group).

    Raises StatisticsError, which names it, for a measure that nobody of an arm has at a visit, for a model that has too
    few subjects and where there are none; InputError for recorded values that can't be read.
    """
    if not subjects.height:
        raise StatisticsError("there are no subjects")
    plan, visits = find_imputation(estimand, trial), find_visits(estimand, trial)
    core = read_core_set(subjects, adcsm, visits, trial.tis.settings)
    days = np.array([visit.day for visit in visits])
    if plan.after_switch == "set_missing":
        core = core.without(days > subjects["switch_day"].to_numpy()[:, None])
    scales = tuple(Scale.of_measure(slot, plan.measures[slot.value], core.settings) for slot in SLOTS)
    numbers = core.numbers()
    missing = np.isnan(numbers)
    if not missing.any():
        return Completed(core, np.broadcast_to(numbers, (plan.imputations, *numbers.shape)), scales, None)
    labels = [next(a.label for a in trial.arms if a.id == name) for name in (estimand.comparator, estimand.group)]
    check_observed(missing, arm, labels, visits)
    values = np.stack([scale.to_model(numbers[..., slot]) for slot, scale in enumerate(scales)], axis=-1)
    departures = _find_departures(subjects, plan, estimand, days)
    drawn, convergence = _draw(values, arm, _find_covariates(subjects, plan, estimand), plan, departures)
    settled = np.stack([scale.from_model(drawn[..., slot]) for slot, scale in enumerate(scales)], axis=-1)
    return Completed(core, np.where(missing, settled, numbers), scales, convergence)


def _draw(
    values: Numbers, arm: NDArray[np.intp], covariates: Numbers, plan: Imputation, departures: Departures
) -> tuple[Numbers, Convergence]:
    generator = np.random.Generator(np.random.PCG64(plan.seed))
    drawn = impute_joint_normal(
        generator,
        values.reshape(len(values), -1),
        arm,
        covariates=covariates,
        covariance=CovarianceModel(plan.covariance.replace("_", "-")),
        prior=CovariancePrior(plan.prior),
        prior_df=float(plan.prior_df),
        imputations=plan.imputations,
        chains=plan.chains,
        burn_in=plan.burn_in,
        thinning=plan.thinning,
    )
    return impute_departures(generator, values, arm, drawn, departures), drawn.convergence


def _find_departures(
    subjects: pl.DataFrame, plan: Imputation, estimand: Estimand, days: NDArray[np.int64]
) -> Departures:
    """Discontinuation by treatment policy is imputed as the plan assumes, all else as missing at random."""
    event = np.full(subjects.height, len(days), dtype=np.intp)
    strategy = STRATEGIES[plan.after_discontinuation]
    if plan.reference is not None and estimand.intercurrent_events.get("discontinuation") == "treatment_policy":
        event = np.searchsorted(days, subjects["last_day"].to_numpy(), side="right")
    return Departures(event, strategy, int(plan.reference == estimand.group))


def _find_covariates(subjects: pl.DataFrame, plan: Imputation, estimand: Estimand) -> Numbers:
    if "strata" not in plan.covariates:
        return np.zeros((subjects.height, 0))
    unknown = subjects["STRATAR"].null_count()
    if unknown:
        raise SettingError(f"estimand {estimand.id}: {unknown} subjects have no stratum; expected STRATAR in ADSL")
    strata = subjects["STRATAR"].unique().sort()
    return np.column_stack([np.zeros((subjects.height, 0)), *((subjects["STRATAR"] == s) for s in strata[1:])])


def respond(completed: Completed, numbers: Numbers, subjects: pl.DataFrame, estimand: Estimand, trial: Trial) -> Flags:
    """Who responds in each completed dataset [imputation, subject], by the rules of the trial.

    ``numbers`` are ``completed.imputed``, or what became of them; recorded values are taken as recorded. What a
    definition asks beside the measures and nobody knows is no response.
    """
    visits = find_visits(estimand, trial)
    x = _lay_out(completed, numbers)
    rules = OutcomeRules.of_trial(trial, completed.core.settings, [visit.id for visit in visits])
    offsets = np.arange(0, len(x) + 1, len(visits), dtype=np.int64)
    facts = np.broadcast_to(_find_facts(subjects)[:, None], (len(numbers), subjects.height, len(visits), 2))
    outcomes = rules.apply(x, offsets, facts.reshape(-1, 2))
    last = slice(len(visits) - 1, None, len(visits))
    shape = (len(numbers), subjects.height)
    if estimand.variable == "response":
        if rules.response is None:
            raise SettingError(f"estimand {estimand.id}: the response looks at visits after {estimand.visit}")
        return np.equal(outcomes.response[last, RESPONSE], YES).reshape(shape)
    assert estimand.threshold is not None, "checked when the protocol is read"
    tenths = int(estimand.threshold * TENTHS)
    return np.greater_equal(outcomes.scores.fields[last, TIS], tenths).reshape(shape)


def _lay_out(completed: Completed, numbers: Numbers) -> Steps:
    """The rows of all courses, imputation after imputation, as the rules take them."""
    core, known = completed.core, ~completed.missing
    x = np.full((*numbers.shape[:-1], COLUMN_COUNT), MISSING, dtype=np.int64)
    for column, slot in enumerate(PLAIN_SLOTS):
        place = SLOTS.index(slot)
        imputed = completed.scales[place].to_steps(numbers[..., place])
        x[..., column] = np.where(known[..., place], core.steps[..., place], imputed)
    imputed = completed.scales[ENZYME_INDEX].to_steps(numbers[..., ENZYME_INDEX])
    value = np.where(known[..., ENZYME_INDEX], core.steps[..., ENZYME_INDEX], imputed)
    uln = np.where(known[..., ENZYME_INDEX], core.uln, XULN_GRID.steps_per_unit)
    pairs = FIRST_ENZYME + 2 * core.enzyme
    who = np.arange(len(pairs))
    x[:, who, :, pairs] = value.swapaxes(0, 1)
    x[:, who, :, pairs + 1] = np.broadcast_to(uln, value.shape).swapaxes(0, 1)
    return x.reshape(-1, COLUMN_COUNT)


def _find_facts(subjects: pl.DataFrame) -> Steps:
    """Whether the period was completed, and rescue (which the datasets don't hold): YES, NO or UNKNOWN."""
    done = subjects["FPCOMPFL"] == "Y"
    left = (subjects["EOSSTT"] == "DISCONTINUED").fill_null(value=False)
    completed = np.where(done, YES, np.where(left, NO, UNKNOWN)).astype(np.int64)
    return np.column_stack([completed, np.full(len(completed), UNKNOWN, dtype=np.int64)])
