"""What holds for every allocation list, whatever its procedure, ratio, length and seed."""

from fractions import Fraction
from math import lcm

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from myotis.randomize.assess.belief import Observer
from myotis.randomize.assess.course import compute_course, compute_list_course
from myotis.randomize.bits import SeededBits
from myotis.randomize.procedures.big_stick import BigStick
from myotis.randomize.procedures.maximal import Maximal
from myotis.randomize.procedures.minimization import Minimization, compute_minimized_chances
from myotis.randomize.procedures.permuted_blocks import PermutedBlocks
from myotis.randomize.procedures.simple import Simple

ratios = st.lists(st.integers(1, 4), min_size=2, max_size=4).map(lambda shares: dict(zip("abcd", shares, strict=False)))
equal = st.integers(2, 4).map(lambda arms: dict.fromkeys("abcd"[:arms], 1))


@st.composite
def procedures(draw):
    """A procedure, its ratio and a length that it takes."""
    kind = draw(st.sampled_from(["simple", "blocks", "stick", "maximal"]))
    ratio = draw(ratios if kind in {"simple", "blocks"} else equal)
    length = draw(st.integers(1, 12)) * len(ratio)
    tolerance = draw(st.integers(1, 3))
    if kind == "simple":
        return Simple(), ratio, length
    if kind == "blocks":
        whole = sum(ratio.values())
        sizes = draw(st.lists(st.integers(1, 2), min_size=1, max_size=2, unique=True))
        return PermutedBlocks(block_sizes=tuple(size * whole for size in sizes)), ratio, length
    if kind == "stick":
        return BigStick(tolerance=tolerance), ratio, length
    return Maximal(tolerance=tolerance, terminal_balance=draw(st.booleans())), ratio, length


@settings(max_examples=60, deadline=None)
@given(procedures(), st.binary(max_size=8))
def test_one_seed_gives_one_list_within_the_law(made, seed):
    procedure, ratio, length = made
    assert list(procedure.find_faults(ratio, length)) == []
    arms = procedure.draw_arms(SeededBits(seed), ratio, length)
    assert len(arms) == length
    assert arms == procedure.draw_arms(SeededBits(seed), ratio, length)
    observer = Observer(procedure.find_law(ratio, length))
    belief = observer.start()
    for arm in arms:
        ways = observer.find_ways(belief)
        assert sum(way.chance for way in ways.values()) == 1
        belief = ways[list(ratio).index(arm)].belief
        assert sum(weight for _, weight in belief) == 1


@settings(max_examples=40, deadline=None)
@given(st.sampled_from([Simple(), BigStick(tolerance=2), PermutedBlocks(block_sizes=(4, 6))]), st.binary(max_size=8))
def test_a_longer_list_begins_with_the_shorter(procedure, seed):
    longer = procedure.draw_arms(SeededBits(seed), {"a": 1, "b": 1}, 30)
    assert longer[:17] == procedure.draw_arms(SeededBits(seed), {"a": 1, "b": 1}, 17)


@settings(max_examples=40, deadline=None)
@given(equal, st.integers(1, 4), st.booleans(), st.binary(max_size=8))
def test_the_tolerance_is_never_exceeded(ratio, tolerance, ends_level, seed):
    length = 10 * len(ratio)
    for procedure in (
        BigStick(tolerance=tolerance), Maximal(tolerance=tolerance, terminal_balance=ends_level)
    ):  # fmt: skip
        arms = procedure.draw_arms(SeededBits(seed), ratio, length)
        for place in range(length + 1):
            counts = [arms[:place].count(arm) for arm in ratio]
            assert max(counts) - min(counts) <= tolerance
    if ends_level:
        assert len({arms.count(arm) for arm in ratio}) == 1


@settings(max_examples=60, deadline=None)
@given(ratios, st.integers(1, 3), st.binary(max_size=8), st.booleans())
def test_every_block_holds_the_ratio(ratio, times, seed, with_numpy):
    size = times * sum(ratio.values())
    generator = np.random.default_rng(len(seed)) if with_numpy else SeededBits(seed)
    arms = PermutedBlocks(block_sizes=(size,)).draw_arms(generator, ratio, 4 * size)
    for start in range(0, 4 * size, size):
        for arm, share in ratio.items():
            assert arms[start : start + size].count(arm) == times * share


@settings(max_examples=25, deadline=None)
@given(procedures())
def test_guesses_get_better_the_more_is_known(made):
    procedure, ratio, length = made
    course = compute_course(procedure, ratio, min(length, 12 // len(ratio) * len(ratio)), SeededBits(b""), draws=2)
    assert (course.certain <= course.best_guess + 1e-12).all()
    assert (course.convergence_guess <= course.best_guess + 1e-12).all()
    assert (course.best_guess >= max(ratio.values()) / sum(ratio.values()) - 1e-12).all()  # whoever knows nothing else
    assert (course.best_guess <= 1 + 1e-12).all()


@settings(max_examples=40, deadline=None)
@given(procedures(), st.binary(max_size=8))
def test_a_certain_arm_is_the_one_on_the_list(made, seed):
    procedure, ratio, length = made
    arms = procedure.draw_arms(SeededBits(seed), ratio, length)
    course = compute_list_course(procedure, ratio, arms)
    assert ((course.certain == 1) == (course.best_guess == 1)).all()
    assert course.imbalance.min() >= 0


counts = st.fixed_dictionaries({"x": st.lists(st.integers(0, 30), min_size=4, max_size=4)}, optional={
    "y": st.lists(st.integers(0, 30), min_size=4, max_size=4)
})  # fmt: skip


@settings(max_examples=80, deadline=None)
@given(ratios, counts, st.sampled_from(["range", "variance", "standard_deviation"]), st.integers(50, 100))
def test_minimization_favors_the_arm_that_is_behind(ratio, counts, imbalance, percent):
    options = Minimization(weights=dict.fromkeys(counts, 1), imbalance=imbalance, probability=1)
    whole = lcm(*ratio.values())
    totals = {factor: {"1": dict(zip("abcd", numbers, strict=True))} for factor, numbers in counts.items()}
    levels = dict.fromkeys(counts, "1")
    chances = compute_minimized_chances(options, ratio, totals, levels)
    assert sum(chances.values()) == 1
    assert min(chances.values()) >= 0
    # Everybody as many times more as the share of the arm says: nothing changes.
    more = {
        factor: {"1": {arm: count + whole * share for (arm, share), count in zip(ratio.items(), numbers, strict=False)}}
        for factor, numbers in counts.items()
    }
    assert compute_minimized_chances(options, ratio, more, levels) == chances
    less = options.model_copy(update={"probability": Fraction(percent, 100)})
    assert sum(compute_minimized_chances(less, ratio, totals, levels).values()) == 1
