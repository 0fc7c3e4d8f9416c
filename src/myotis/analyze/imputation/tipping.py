"""How much worse the missing would have to be for the answer to tip.

Two analyses, both for every pair of a number for the group and one for the comparator, which the rows name in
``subgroup`` as ``group=2; comparator=0``:

- ``<analysis>.tipping``: the imputed values after the baseline are made worse by so many of the plan's steps, and
  TIS, deterioration and response computed anew: the pooled difference, its limits and p-value;
- ``<analysis>.tipping_count``: nothing is imputed; of the subjects without an answer so many respond and the rest do
  not: the difference with Wald's limits, and the p-value of Pearson's test.
"""

from collections.abc import Iterator
from dataclasses import replace
from itertools import product

import numpy as np
import polars as pl

from myotis.analyze.imputation.completed import Completed, complete, find_imputation, respond
from myotis.analyze.imputation.recorded import Numbers
from myotis.analyze.imputation.responders import Compared, compare, describe_imputation, name_parameter
from myotis.analyze.proportions import derive_outcomes, describe_policies
from myotis.analyze.subjects import happened_by
from myotis.datasets.results import Result
from myotis.errors import StatisticsError
from myotis.instruments.tis_levels import SLOTS
from myotis.protocol.imputation import Tipping
from myotis.protocol.plan import Estimand
from myotis.protocol.trial import Trial
from myotis.statistics.proportions.difference import DifferenceInterval, estimate_difference_of_proportions
from myotis.statistics.proportions.independence import pearson_chi_square_test


def analyze_tipping(
    subjects: pl.DataFrame, adcsm: pl.DataFrame, adtis: pl.DataFrame, estimand: Estimand, trial: Trial, head: Result
) -> Iterator[Result]:
    """The results rows of both analyses, where the estimand's imputation plans a tipping; see the module."""
    tipping = find_imputation(estimand, trial).tipping
    if tipping is None:
        return
    compared = Compared.of_estimand(subjects, estimand, trial)
    group, comparator = compared.labels
    head = replace(head, group=group, comparator=comparator, parameter=name_parameter(estimand), n=len(compared.arm))
    yield from _make_worse(compared, adcsm, estimand, trial, tipping, head)
    yield from _count(compared, adtis, estimand, trial, head)


def _make_worse(
    compared: Compared, adcsm: pl.DataFrame, estimand: Estimand, trial: Trial, tipping: Tipping, head: Result
) -> Iterator[Result]:
    worse_by = ", ".join(f"{name} {amount:f}" for name, amount in tipping.worse_by.items())
    options = f"{describe_imputation(estimand, trial)}; one step={worse_by}"
    head = replace(head, analysis_id=f"{head.analysis_id}.tipping", dataset="ADCSM", method_options=options)
    try:
        completed = complete(compared.subjects, adcsm, compared.arm, estimand, trial)
    except StatisticsError:
        return  # the analysis itself says why
    for steps in product(tipping.group, tipping.comparator):
        numbers = worsen(completed, compared, tipping, *steps)
        answers = respond(completed, numbers, compared.subjects, estimand, trial) & ~compared.failed
        part = replace(head, subgroup=_name(*steps), method="rubin")
        kept = {"estimate", "lower", "upper", "p_value"}
        yield from (row for row in compare(answers, compared, estimand, part) if row.statistic in kept)


def worsen(completed: Completed, compared: Compared, tipping: Tipping, group: int, comparator: int) -> Numbers:
    """The completed numbers [imputation, subject, visit, slot], the imputed ones after the baseline so many steps
    worse, rounded and cut to the range again."""
    steps = np.where(compared.arm == 1, group, comparator)
    numbers = completed.imputed.copy()
    later = completed.missing.copy()
    later[:, 0] = False
    for name, amount in tipping.worse_by.items():
        place = SLOTS.index(name)
        scale = completed.scales[place]
        worse = numbers[..., place] - scale.better * float(amount) * steps[:, None]
        numbers[..., place] = np.where(later[..., place], scale.settle(worse), numbers[..., place])
    return numbers


def _count(compared: Compared, adtis: pl.DataFrame, estimand: Estimand, trial: Trial, head: Result) -> Iterator[Result]:
    observed = estimand.model_copy(update={"missing": "observed_cases", "imputation": None})
    names = compared.subjects.select("USUBJID")
    outcomes = names.join(
        derive_outcomes(compared.subjects, adtis, observed, trial), on="USUBJID", how="left", maintain_order="left"
    )
    visit = trial.visit(estimand.visit)
    ignored = [happened_by(e, visit) for e, s in estimand.intercurrent_events.items() if s == "hypothetical"]
    gone = compared.subjects.select(pl.any_horizontal(pl.lit(value=False), *ignored)).to_series().to_numpy()
    gone &= ~compared.failed
    known = outcomes["response"].is_not_null().to_numpy() & ~gone
    yes = outcomes["response"].fill_null(value=False).to_numpy() & known
    (x1, m1, n1), (x2, m2, n2) = (
        (int(yes[here].sum()), int((~known[here]).sum()), int(here.sum()))
        for here in (compared.arm == 1, compared.arm == 0)
    )
    if not n1 or not n2:
        return
    options = f"{describe_policies(observed, trial)}; of the missing respond: the subgroup"
    head = replace(head, analysis_id=f"{head.analysis_id}.tipping_count", dataset="ADTIS", method_options=options)
    for first, second in product(range(m1 + 1), range(m2 + 1)):
        part = replace(head, subgroup=_name(first, second))
        counts = (x1 + first, n1, x2 + second, n2)
        difference = estimate_difference_of_proportions(
            *counts, method=DifferenceInterval.WALD, level=float(estimand.interval.level.number / 100)
        )
        scaled = {name: 100 * getattr(difference, name) for name in ("estimate", "lower", "upper")}
        yield from replace(part, unit="percentage points").estimate(replace(difference, **scaled))
        try:
            rows = part.test(pearson_chi_square_test(*counts, yates=False))
        except StatisticsError as error:
            rows = replace(part, method="pearson-chi-square").no_answer(["p_value"], str(error))
        yield from (row for row in rows if row.statistic == "p_value")


def _name(group: int, comparator: int) -> str:
    return f"group={group}; comparator={comparator}"
