"""What every section of the report needs: the trial, its rows, and words for both."""

from collections.abc import Iterator
from functools import cached_property

import polars as pl

from myotis.analyze.subjects import find_main_set
from myotis.protocol.blinded import BLINDED_ARM, pool_arms
from myotis.protocol.design import Arm, Visit
from myotis.protocol.methods import PROPORTIONS
from myotis.protocol.plan import Estimand
from myotis.protocol.trial import Trial
from myotis.report.rows import ResultRows, Row, take_results
from myotis.report.words import Words, level_percent, lower_first, name_method, read_option


def read_context(results: pl.DataFrame, trial: Trial) -> "Context":
    """The context of results rows: of blinded ones, with all arms pooled.

    Raises InputError where they are no results rows, SettingError where another protocol made them.
    """
    rows = take_results(results, trial)
    blinded = BLINDED_ARM.label in set(results["group"])
    return Context(rows, pool_arms(trial) if blinded else trial)


class Context:
    """One trial with its results rows."""

    def __init__(self, rows: ResultRows, trial: Trial) -> None:
        self.rows = rows
        self.trial = trial
        self.words = Words(trial.plan.display)

    @property
    def blinded(self) -> bool:
        """Are all arms shown as one?"""
        return self.trial.arms == (BLINDED_ARM,)

    @cached_property
    def arms(self) -> list[str]:
        """The labels of the arms, in the protocol's order."""
        return [arm.label for arm in self.trial.arms]

    def arm(self, name: str) -> Arm:
        """The arm of an id."""
        return next(arm for arm in self.trial.arms if arm.id == name)

    @cached_property
    def visits(self) -> tuple[Visit, ...]:
        """The assessments after the baseline."""
        return self.trial.assessment_visits[1:]

    @cached_property
    def responder_estimands(self) -> list[Estimand]:
        """The estimands that are differences in proportions."""
        return [estimand for estimand in self.trial.plan.estimands if estimand.variable in PROPORTIONS]

    @cached_property
    def set_label(self) -> str:
        """The label of the analysis set that the descriptive tables are of."""
        main = find_main_set(self.trial)
        return next((entry.label for entry in self.trial.plan.analysis_sets if entry.id == main), "")

    @cached_property
    def level(self) -> str:
        """The confidence level of the descriptive intervals in percent."""
        return (
            level_percent(next((row for row in self.rows.select("tis") if row["statistic"] == "lower"), None)) or "95"
        )

    def about(self, estimand: Estimand, name: str) -> dict[str, str | None]:
        """What the rows of one arm of an estimand are about."""
        return {
            "parameter": self.parameter(estimand),
            "visit": self.visit_label(estimand),
            "group": self.arm(name).label,
        }

    def versus(self, estimand: Estimand) -> dict[str, str | None]:
        """What the rows that compare the arms of an estimand are about."""
        return self.about(estimand, estimand.group) | {"comparator": self.arm(estimand.comparator).label}

    def parameter(self, estimand: Estimand) -> str | None:
        """The parameter of the rows of an estimand."""
        return next((row["parameter"] for row in self.rows.select(estimand.id)), None)

    def visit_label(self, estimand: Estimand) -> str:
        """The label of an estimand's visit."""
        return self.trial.visit(estimand.visit).label

    def difference(self, estimand: Estimand) -> tuple[Row | None, list[float | None]]:
        """The row of an estimand's difference, and the difference with its limits."""
        about = self.versus(estimand)
        values = [self.rows.value(estimand.id, name, **about) for name in ("estimate", "lower", "upper")]
        return self.rows.find(estimand.id, "estimate", **about), values

    def describe_interval(self, estimand: Estimand) -> str:
        """The confidence level and method of an estimand's interval."""
        row, _ = self.difference(estimand)
        level = level_percent(row) or f"{estimand.interval.level.number:f}"
        return f"{level} % confidence interval, {name_method((row or {}).get('method'))}"

    def describe_test(self, estimand: Estimand) -> str:
        """The method of an estimand's test with its strata; empty where there is none."""
        row = self.rows.find(estimand.id, "p_value", **self.versus(estimand))
        if row is None:
            return ""
        strata = [f.label for f in self.trial.randomization.factors if f.id in read_option(row, "strata")]
        by = f" stratified by {' and '.join(lower_first(label) for label in strata)}" if strata else ""
        return name_method(row["method"]) + by

    def responders(self, estimand: Estimand, name: str) -> str:
        """The responders of one arm of an estimand as a fraction; a mean over the datasets where they are imputed."""
        about = self.about(estimand, name)
        total = int(self.rows.value(estimand.id, "denominator", **about) or 0)
        count = self.rows.value(estimand.id, "count", **about) or 0
        if estimand.missing == "multiple_imputation":
            return self.words.mean_fraction(count, total)
        return self.words.fraction(int(count), total)

    def each_arm(self, estimand: Estimand) -> Iterator[str]:
        """The ids of group and comparator."""
        yield estimand.group
        yield estimand.comparator
