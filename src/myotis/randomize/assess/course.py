"""Balance and guesses place by place: of a procedure (expected over its lists), or of one list."""

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import islice
from typing import Final

import numpy as np
from numpy.typing import NDArray

from myotis.randomize.assess.balance import compute_imbalance, compute_loss, reduce_shares
from myotis.randomize.assess.belief import Belief, Observer, Support
from myotis.randomize.assess.guessing import add_subject, find_arms_behind
from myotis.randomize.assess.layers import walk_layers
from myotis.randomize.bits import Randomness
from myotis.randomize.procedures.law import Law, Procedure, Ratio

MOST_BELIEFS: Final = 3000
"""The best guess is worked out from drawn lists where more different things can be known at one place."""

Numbers = NDArray[np.float64]
Counts = tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """Numbers by place, in arrays [place].

    ``imbalance`` and ``loss`` are those after the place. ``convergence_guess`` is the probability that the convergence
    strategy guesses the arm of the place; ``certain`` that the arm can be deduced by somebody who knows the procedure
    and all earlier arms of the stratum; ``best_guess`` that such a one's best guess is right. Of one list, imbalance
    and loss are its own, ``convergence_guess`` is 0, 1 or what ties leave, ``certain`` 0 or 1.

    A name of these in ``errors`` was worked out from ``draws`` drawn lists: by place, its Monte Carlo standard error;
    ``mean_errors`` has that of its mean over all places. What is not named there is exact.
    """

    imbalance: Numbers
    loss: Numbers
    convergence_guess: Numbers
    certain: Numbers
    best_guess: Numbers
    errors: Mapping[str, Numbers] = field(default_factory=dict)
    mean_errors: Mapping[str, float] = field(default_factory=dict)
    draws: int | None = None


def compute_course(procedure: Procedure, ratio: Ratio, length: int, generator: Randomness, draws: int) -> Course:
    """The course that is expected of a procedure, over all of its lists of ``length`` places.

    ``generator`` and ``draws`` serve the best guess, where what can be known can't be enumerated.

    >>> from myotis.randomize.bits import SeededBits
    >>> from myotis.randomize.procedures.permuted_blocks import PermutedBlocks
    >>> blocks = PermutedBlocks(block_sizes=(4,))
    >>> course = compute_course(blocks, {"a": 1, "b": 1}, 4, SeededBits(b"demo"), draws=100)
    >>> course.certain.round(3).tolist(), course.draws
    ([0.0, 0.0, 0.333, 1.0], None)
    """
    law = procedure.find_law(ratio, length)
    observer = Observer(law)
    imbalance, loss, convergence = _balance(law, reduce_shares(ratio.values()), length)
    certain = _count_certain(observer, law, length)
    best = _enumerate_best_guesses(observer, length)
    exact = Course(
        imbalance=imbalance, loss=loss, convergence_guess=convergence, certain=certain,
        best_guess=np.zeros(length) if best is None else best,
    )  # fmt: skip
    if best is not None:
        return exact
    lists = [procedure.draw_arms(generator, ratio, length) for _ in range(draws)]
    return average_drawn(exact, best_guess=np.array([_guess_along(observer, ratio, arms) for arms in lists], float))


def average_drawn(course: Course, **numbers: Numbers) -> Course:
    """A course with the means of numbers of drawn lists, arrays [list, place] by name, and their errors."""
    draws = len(next(iter(numbers.values())))
    means = {name: drawn.mean(axis=0) for name, drawn in numbers.items()}
    errors = {name: drawn.std(axis=0, ddof=1) / np.sqrt(draws) for name, drawn in numbers.items()}
    means_over_places = {name: drawn.mean(axis=1) for name, drawn in numbers.items()}
    mean_errors = {name: float(drawn.std(ddof=1) / np.sqrt(draws)) for name, drawn in means_over_places.items()}
    return replace(course, **means, errors=errors, mean_errors=mean_errors, draws=draws)


def compute_list_course(procedure: Procedure, ratio: Ratio, arms: Sequence[str]) -> Course:
    """The course of one list of a stratum that the procedure made. Raises KeyError where it can't have made it."""
    observer = Observer(procedure.find_law(ratio, len(arms)))
    shares, counts = reduce_shares(ratio.values()), (0,) * len(ratio)
    rows = []
    for arm in _positions(ratio, arms):
        behind = find_arms_behind(counts, shares)
        counts = add_subject(counts, arm)
        imbalance, loss = compute_imbalance(counts, shares), compute_loss(counts, shares)
        rows.append((float(imbalance), float(loss), (arm in behind) / len(behind)))
    imbalances, losses, convergence = np.array(rows).reshape(len(arms), 3).T
    best = _guess_along(observer, ratio, arms)
    return Course(
        imbalance=imbalances, loss=losses, convergence_guess=convergence,
        certain=np.array([chance == 1 for chance in best], float), best_guess=np.array(best, float),
    )  # fmt: skip


def _balance(law: Law, shares: Sequence[int], length: int) -> tuple[Numbers, Numbers, Numbers]:
    """Imbalance and loss after each place, and how likely the convergence strategy guesses right."""

    def find_next(key: tuple[Hashable, Counts, float]) -> Iterator[tuple[float, tuple[Hashable, Counts, float]]]:
        state, counts, _ = key
        behind = find_arms_behind(counts, shares)
        for move in law.moves(state):
            right = (move.arm in behind) / len(behind)
            yield float(move.probability), (move.state, add_subject(counts, move.arm), right)

    weighed: dict[Counts, Numbers] = {}
    numbers = np.zeros((length, 3))
    layers = walk_layers((law.start(), (0,) * len(shares), 0.0), find_next, length)
    for place, layer in enumerate(islice(layers, 1, None)):
        for (_, counts, right), probability in layer.items():
            if counts not in weighed:
                weighed[counts] = np.array([compute_imbalance(counts, shares), compute_loss(counts, shares)], float)
            numbers[place, :2] += probability * weighed[counts]
            numbers[place, 2] += probability * right
    imbalance, loss, convergence = numbers.T
    return imbalance, loss, convergence


def _count_certain(observer: Observer, law: Law, length: int) -> Numbers:
    """The probability that the arm of each place can be deduced."""

    def find_next(key: tuple[Hashable, Support]) -> Iterator[tuple[float, tuple[Hashable, Support]]]:
        state, support = key
        seen = observer.find_supports(support)
        for move in law.moves(state):
            yield float(move.probability), (move.state, seen[move.arm])

    layers = walk_layers((law.start(), frozenset({law.start()})), find_next, length - 1)
    certain = [
        sum(p for (_, support), p in layer.items() if len(observer.find_supports(support)) == 1) for layer in layers
    ]
    return np.array(certain, float)


def _enumerate_best_guesses(observer: Observer, length: int) -> Numbers | None:
    """The probability that the best guess is right at each place; None where too much can be known."""

    def find_next(belief: Belief) -> Iterator[tuple[float, Belief]]:
        for way in observer.find_ways(belief).values():
            yield float(way.chance), way.belief

    guesses = []
    for layer in walk_layers(observer.start(), find_next, length - 1):
        if len(layer) > MOST_BELIEFS:
            return None
        guesses.append(sum(p * float(_guess_best(observer, belief)) for belief, p in layer.items()))
    return np.array(guesses, float)


def _guess_along(observer: Observer, ratio: Ratio, arms: Sequence[str]) -> list[Fraction]:
    """How likely the best guess is right at each place of one list."""
    belief, guesses = observer.start(), list[Fraction]()
    for arm in _positions(ratio, arms):
        guesses.append(_guess_best(observer, belief))
        belief = observer.find_ways(belief)[arm].belief
    return guesses


def _guess_best(observer: Observer, belief: Belief) -> Fraction:
    return max(way.chance for way in observer.find_ways(belief).values())


def _positions(ratio: Ratio, arms: Sequence[str]) -> Iterator[int]:
    positions = {arm: position for position, arm in enumerate(ratio)}
    return (positions[arm] for arm in arms)
