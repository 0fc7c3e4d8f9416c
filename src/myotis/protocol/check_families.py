"""Contradictions of the plan's families of hypotheses and of its subgroups."""

from collections.abc import Iterator

from myotis.errors import Fault
from myotis.protocol.faults import contradiction, undeclared
from myotis.protocol.multiplicity import WEIGHTED, Family, sums_to_one
from myotis.protocol.plan import Plan


def find_family_faults(plan: Plan) -> Iterator[Fault]:
    """Every contradiction of the families."""
    estimands = {estimand.id: estimand for estimand in plan.estimands}
    taken: set[str] = set()
    for family in plan.families:
        place = f"plan.families.{family.id}"
        for name in family.estimands:
            if name not in estimands:
                yield undeclared(f"{place}.estimands", "estimand", name, estimands)
            elif estimands[name].test.method == "none":
                what, expected = f"the estimand {name} has no test", "estimands with one"
                yield contradiction(f"{place}.estimands", what, expected, "Name a test, or remove the estimand.")
            if name in taken:
                what, expected = f"the estimand {name} is in the family twice or in two", "each once"
                yield contradiction(f"{place}.estimands", what, expected, "Remove one of them.")
            taken.add(name)
        if not 0 < family.alpha < 1:
            yield contradiction(f"{place}.alpha", "there is no such level", "above 0 and below 1", "Correct it.")
        yield from _shares(family, place)


def _shares(family: Family, place: str) -> Iterator[Fault]:
    size = len(family.estimands)
    weighted = family.procedure in WEIGHTED
    if weighted != bool(family.weights) or (family.weights and len(family.weights) != size):
        expected = f"{size} weights" if weighted else "none"
        yield contradiction(f"{place}.weights", f"{family.procedure} has other weights", expected, "Correct them.")
    elif family.weights and (min(family.weights) < 0 or not sums_to_one(family.weights)):
        yield contradiction(
            f"{place}.weights", "they are no shares of 1", "numbers from 0 that sum to 1", "Correct them."
        )
    graphical = family.procedure == "graphical"
    square = len(family.transitions) == size and all(len(row) == size for row in family.transitions)
    if graphical != bool(family.transitions) or (graphical and not square):
        expected = f"{size} rows of {size} numbers" if graphical else "none"
        yield contradiction(f"{place}.transitions", f"{family.procedure} has other ones", expected, "Correct them.")
    elif graphical:
        for position, row in enumerate(family.transitions):
            if min(row) < 0 or sum(row) > 1 or row[position] != 0:
                what, expected = (
                    f"row {position} passes on what it can't",
                    "shares from 0, in all at most 1, none to itself",
                )
                yield contradiction(f"{place}.transitions", what, expected, "Correct the row.")


def find_subgroup_faults(plan: Plan) -> Iterator[Fault]:
    """Every contradiction of the subgroups."""
    estimands = [estimand.id for estimand in plan.estimands]
    for subgroup in plan.subgroups:
        place = f"plan.subgroups.{subgroup.id}"
        if subgroup.estimand not in estimands:
            yield undeclared(f"{place}.estimand", "estimand", subgroup.estimand, estimands)
        if (subgroup.by == "age") != bool(subgroup.cuts):
            what = "the age is not cut" if subgroup.by == "age" else f"{subgroup.by} has no cuts"
            expected = "cuts = [65], for example" if subgroup.by == "age" else "none"
            yield contradiction(f"{place}.cuts", what, expected, "Correct the cuts.")
        if list(subgroup.cuts) != sorted(set(subgroup.cuts)):
            yield contradiction(f"{place}.cuts", "the cuts do not rise", "each above the one before", "Sort them.")
