"""The plan's subgroups: an estimand repeated within each level, and the test that its effect is the same in all."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise
from typing import Final

import numpy as np
import polars as pl

from myotis.datasets.results import Result
from myotis.errors import SettingError, StatisticsError
from myotis.protocol.methods import MEANS, PROPORTIONS
from myotis.protocol.plan import Estimand
from myotis.protocol.subgroups import Subgroup
from myotis.protocol.trial import Trial
from myotis.randomize.strata import BETWEEN_LEVELS
from myotis.statistics.result import TestResult
from myotis.statistics.subgroups.heterogeneity import heterogeneity_of_proportions_test, heterogeneity_test

CarryOut = Callable[[Estimand, pl.DataFrame], Iterator[Result]]
"""An estimand carried out on some of the subjects of its set."""

SEXES: Final = {"F": "Female", "M": "Male"}


def analyze_subgroups(
    carry_out: CarryOut, subjects: pl.DataFrame, subgroup: Subgroup, trial: Trial
) -> Iterator[Result]:
    """The rows of one factor: those of the estimand in each level, and one test of interaction.

    ``analysis_id`` is the estimand's with ``.subgroup``; ``subgroup`` is the id of the factor, a colon and the level.
    The test (``.interaction``) is Cochran's Q of the differences; subjects whose level is not known are left out. A
    level without subjects of both arms has a row that says so, and is left out of the test.
    """
    estimand = next(entry for entry in trial.plan.estimands if entry.id == subgroup.estimand)
    if estimand.summary not in {"difference_in_proportions", "difference_in_adjusted_means"}:
        raise SettingError(f"subgroup {subgroup.id}: a {estimand.summary} in subgroups is not carried out")
    without_test = estimand.model_copy(
        update={
            "test": estimand.test.model_copy(update={"method": "none", "strata": (), "continuity_correction": False})
        }
    )
    found: list[list[Result]] = []
    for level, members in divide(subjects, subgroup, trial):
        rows = [row for row in carry_out(without_test, members) if row.analysis_id == estimand.id]
        found.append(rows)
        for row in rows:
            yield replace(row, analysis_id=f"{estimand.id}.subgroup", subgroup=f"{subgroup.id}: {level}")
    if found:
        yield from _test(found, estimand, subgroup)


def divide(subjects: pl.DataFrame, subgroup: Subgroup, trial: Trial) -> Iterator[tuple[str, pl.DataFrame]]:
    """Each level of the factor with its subjects, in the order of the protocol or of the cuts."""
    match subgroup.by:
        case "sex":
            for code, label in SEXES.items():
                yield label, subjects.filter(pl.col("SEX") == code)
        case "age":
            yield from _by_age(subjects, subgroup.cuts)
        case "stratum":
            names = [{level.id: level.label for level in factor.levels} for factor in trial.randomization.factors]
            for stratum in _strata(trial):
                label = ", ".join(of[part] for of, part in zip(names, stratum, strict=True))
                yield label, subjects.filter(pl.col("STRATAR") == BETWEEN_LEVELS.join(stratum))


def _by_age(subjects: pl.DataFrame, cuts: tuple[Decimal, ...]) -> Iterator[tuple[str, pl.DataFrame]]:
    bounds = [None, *cuts, None]
    for low, high in pairwise(bounds):
        wanted = pl.col("AGE").is_not_null()
        if low is not None:
            wanted &= pl.col("AGE") >= float(low)
        if high is not None:
            wanted &= pl.col("AGE") < float(high)
        below = f"below {high:f}" if high is not None else ""
        label = f"{low:f} and older" if high is None else below if low is None else f"{low:f} to {below}"
        yield label, subjects.filter(wanted)


def _strata(trial: Trial) -> list[tuple[str, ...]]:
    strata: list[tuple[str, ...]] = [()]
    for factor in trial.randomization.factors:
        strata = [(*stratum, level.id) for stratum in strata for level in factor.levels]
    return strata


def _test(found: list[list[Result]], estimand: Estimand, subgroup: Subgroup) -> Iterator[Result]:
    head = next(row for rows in found for row in rows if row.comparator)
    shown = replace(
        head, analysis_id=f"{estimand.id}.interaction", subgroup=subgroup.id, n=None, unit=None, method=None,
        reference=None, method_options=None, value=None,
    )  # fmt: skip
    try:
        answer = _compare(found, estimand)
    except StatisticsError as error:
        yield from replace(shown, method="cochran-q").no_answer(["test_statistic", "df", "p_value"], str(error))
    else:
        yield from shown.test(answer)


def _compare(found: list[list[Result]], estimand: Estimand) -> TestResult:
    if estimand.variable in PROPORTIONS:
        counts = [_values(rows, name, {"count", "denominator"}) for rows in found for name in (0, 1)]
        x1, n1 = np.array(counts[0::2]).T
        x2, n2 = np.array(counts[1::2]).T
        return heterogeneity_of_proportions_test(x1, n1, x2, n2)
    assert estimand.variable in MEANS
    effects = [[_versus(rows, "estimate"), _versus(rows, "se")] for rows in found]
    estimates, errors = np.array(effects, dtype=float).T
    return heterogeneity_test(estimates, errors)


def _values(rows: list[Result], place: int, names: set[str]) -> list[float]:
    """Responders and subjects of the first or the second arm."""
    groups = list(dict.fromkeys(row.group for row in rows if row.comparator is None))
    here = {row.statistic: row.value for row in rows if row.group == groups[place] and row.comparator is None}
    return [float(here[name] or 0) for name in sorted(names)]


def _versus(rows: list[Result], statistic: str) -> float:
    value = next((row.value for row in rows if row.comparator and row.statistic == statistic), None)
    return float("nan") if value is None else value
