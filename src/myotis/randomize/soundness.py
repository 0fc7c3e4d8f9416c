"""Whether an opened list is one that a trial may use: within the bounds of its procedure, and nobody's making."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import combinations
from typing import Final

from myotis.errors import Fault
from myotis.protocol.trial import Trial
from myotis.randomize.lists import AllocationList, find_list_faults, is_made_from
from myotis.randomize.procedures.law import Law, Ratio
from myotis.randomize.specification import ListSpecification, find_salt_faults

FAR_OFF: Final = 4
"""Standard deviations of a list without any restriction; one of 16,000 lists is further off its ratio by chance."""
LONG_ENOUGH: Final = 40
"""The places from which on two strata that agree are a copy: blocks of two agree by chance in one of a million."""


def find_plain_faults(
    plain: AllocationList, trial: Trial, specification: ListSpecification, *, live: bool = True
) -> list[Fault]:
    """Everything that is wrong with an opened list. No fault tells an arm or a number of them."""
    faults = find_list_faults(plain, trial)
    if live and not plain.usable_live:
        what, expected = "the list is from a named seed, which anybody can make again", "a list from random bytes"
        faults.append(Fault(what=what, expected=expected, remedy="Make a live list.", key="usable_live"))
    if plain.specification_digest != specification.digest:
        what, expected = "the list was made by another specification", "the one that was handed in"
        faults.append(Fault(what=what, expected=expected, key="specification_digest"))
    if plain.usable_live:
        faults += find_salt_faults(specification)
    if faults:
        return faults
    faults += find_imbalances(plain.arms_by_stratum, trial.randomization.ratio)
    faults += _find_breaches(plain, trial.randomization.ratio, specification)
    faults += find_copies(plain.arms_by_stratum)
    if not is_made_from(plain, trial, specification):
        what, expected = "the procedure draws another list from the same origin", "the list as it was drawn"
        faults.append(Fault(what=what, expected=expected, remedy="Make the list anew.", key="origin"))
    return faults


def find_imbalances(arms_by_stratum: Mapping[str, Sequence[str]], ratio: Ratio) -> Iterator[Fault]:
    """The strata, and the whole list, in which an arm is further off its share than chance allows."""
    whole = [arm for arms in arms_by_stratum.values() for arm in arms]
    for name, arms in [*arms_by_stratum.items(), ("all of them", whole)]:
        counts = Counter(arms)
        for arm, share in ratio.items():
            part = Fraction(share, sum(ratio.values()))
            variance = len(arms) * part * (1 - part)
            if (counts[arm] - len(arms) * part) ** 2 > FAR_OFF**2 * max(variance, Fraction(1)):
                what, expected = "the arms are far off their ratio", f"them within {FAR_OFF} standard deviations"
                yield Fault(what=what, expected=expected, remedy="Make the list anew.", key=f"stratum={name}")
                break


def find_first_breach(law: Law, ratio: Ratio, arms: Sequence[str]) -> int | None:
    """The first position (from 1 on) at which a procedure can't have given these arms; None where it can.

    >>> from myotis.randomize.procedures.permuted_blocks import PermutedBlocks
    >>> ratio = {"active": 1, "placebo": 1}
    >>> law = PermutedBlocks(block_sizes=(2,)).find_law(ratio, 4)
    >>> find_first_breach(law, ratio, ["active", "placebo", "active", "active"])
    4
    """
    numbers = {arm: number for number, arm in enumerate(ratio)}
    states = {law.start()}
    for position, arm in enumerate(arms, start=1):
        number = numbers.get(arm)
        states = {
            move.state for state in states for move in law.moves(state) if move.arm == number and move.probability > 0
        }
        if not states:
            return position
    return None


def find_copies(arms_by_stratum: Mapping[str, Sequence[str]]) -> Iterator[Fault]:
    """The strata whose arms are those of another one, as far as both go; short ones agree by chance and are let be."""
    for (first, arms), (second, others) in combinations(arms_by_stratum.items(), 2):
        length = min(len(arms), len(others))
        if length >= LONG_ENOUGH and tuple(arms[:length]) == tuple(others[:length]):
            what, expected = f"the stratum is a copy of stratum {first}", "a list of its own for each stratum"
            yield Fault(what=what, expected=expected, remedy="Make the list anew.", key=f"stratum={second}")


def _find_breaches(plain: AllocationList, ratio: Ratio, specification: ListSpecification) -> Iterator[Fault]:
    procedure = specification.procedure
    if procedure is None:
        return
    for stratum, arms in plain.arms_by_stratum.items():
        position = find_first_breach(procedure.find_law(ratio, len(arms)), ratio, arms)
        if position is not None:
            what = f"the arms don't follow the procedure {specification.procedure_name}"
            where = f"stratum={stratum} position={position}"
            yield Fault(what=what, expected="arms within its bounds", remedy="Make the list anew.", key=where)


def count_arms(plain: AllocationList) -> dict[str, dict[str, int]]:
    """How often each arm stands in each stratum, for the statistician's eyes alone."""
    return {stratum: dict(sorted(Counter(arms).items())) for stratum, arms in plain.arms_by_stratum.items()}
