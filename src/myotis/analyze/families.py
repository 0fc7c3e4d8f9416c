"""Families of hypotheses: the p-values of their estimands, adjusted together."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

import numpy as np

from myotis.datasets.results import Result
from myotis.protocol.multiplicity import Family
from myotis.protocol.trial import Trial
from myotis.statistics.multiplicity.graphical import compute_graphical_p_values
from myotis.statistics.multiplicity.hypothesis_graph import HypothesisGraph
from myotis.statistics.multiplicity.result import MultipleTest
from myotis.statistics.multiplicity.sequences import compute_fallback_p_values, compute_fixed_sequence_p_values
from myotis.statistics.multiplicity.stepwise import compute_adjusted_p_values
from myotis.statistics.result import Numbers


def adjust_families(rows: Iterable[Result], trial: Trial, head: Result) -> Iterator[Result]:
    """One row a hypothesis: ``analysis_id`` is that of its estimand with ``.adjusted``, the family is the subgroup.

    A hypothesis is rejected at the family's level where its adjusted p-value is at most that. An estimand whose test
    has no answer counts with p = 1 and is never rejected.
    """
    found = {row.analysis_id: row for row in rows if row.statistic == "p_value" and row.analysis_id == row.estimand}
    for family in trial.plan.families:
        members = [found[name] for name in family.estimands]
        p = np.array([np.nan if row.value is None else row.value for row in members])
        answer = adjust(p, family)
        options = "; ".join(part for part in (f"alpha={family.alpha:f}", answer.undefined) if part)
        for row, adjusted in zip(members, answer.p_value, strict=True):
            part = replace(row, analysis_id=f"{row.analysis_id}.adjusted", subgroup=family.id)
            part = replace(part, method=answer.method, reference=answer.reference, method_options=options)
            yield replace(part, data_cut=head.data_cut).number("p_value", float(adjusted))


def adjust(p_values: Numbers, family: Family) -> MultipleTest:
    """The p-values of a family adjusted by its procedure, in the order of its estimands."""
    weights = np.array(family.weights, dtype=float)
    match family.procedure:
        case "fixed_sequence":
            return compute_fixed_sequence_p_values(p_values)
        case "fallback_wiens" | "fallback_wiens_dmitrienko":
            return compute_fallback_p_values(p_values, weights=weights, method=family.procedure.replace("_", "-"))
        case "graphical":
            transitions = np.array(family.transitions, dtype=float)
            return compute_graphical_p_values(p_values, graph=HypothesisGraph(weights=weights, transitions=transitions))
        case _:
            return compute_adjusted_p_values(p_values, method=family.procedure)
