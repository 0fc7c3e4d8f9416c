"""A rule: one pure function about one subject, and the three ways to carry it out.

A rule is a plain Python function ``rule(x, limits, out)`` over one subject's visits:

* ``x[visit, measure]``, int64: what was recorded, as steps of each measure's grid; row 0 is the baseline;
* ``limits``, a NamedTuple of integers and tuples of integers: what the protocol says;
* ``out[visit, field]``, int64: what the rule finds, filled in by the rule.

It knows no clock, no file, no user and no treatment arm, uses loops and integers only, and looks at no later
visit than the one it writes. So it can be read like the sentence in the protocol, interpreted for one subject,
compiled for a million, or called inside a compiled simulation.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property, update_wrapper
from itertools import pairwise
from typing import Any, Literal, ParamSpec, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

Steps = NDArray[np.int64]
"""An array of grid steps."""

Engine = Literal["auto", "interpreted", "compiled"]

Executor = Literal["interpreted", "compiled"]
"""What carries a rule out; ``Engine`` leaves the choice open."""

FEW_ROWS = 2_000
"""Below this many rows the interpreter is done before a compiled rule is loaded."""

ROWS_PER_THREAD = 50_000

P = ParamSpec("P")
R = TypeVar("R")


class RulePart:
    """A function that rules may call. Called from Python it is that function; ``kernel`` is its compiled form."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self.function = function
        update_wrapper(self, function)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self.function(*args, **kwargs)

    @cached_property
    def kernel(self) -> Callable[..., Any]:
        """The compiled function, for calling inside compiled code and nowhere else."""
        from myotis.terms.compiled import compile_function  # noqa: PLC0415 (Numba takes a second to load)

        return compile_function(self.function, from_python=False)

    @cached_property
    def compiled(self) -> Callable[..., Any]:
        """The compiled function, for calling from Python."""
        from myotis.terms.compiled import compile_function  # noqa: PLC0415

        return compile_function(self.function, from_python=True)


class Rule(RulePart):
    """A rule with its executors: calling it interprets it, ``run`` does all subjects, ``kernel`` is compiled."""

    def run(self, x: Steps, offsets: Steps, limits: Any, out: Steps, *, engine: Engine = "auto") -> None:
        """Carry the rule out for every subject.

        ``x[row, measure]`` and ``out[row, field]`` hold the subjects' visits one after the other; subject i has
        rows ``offsets[i]`` to ``offsets[i + 1]``, its baseline first. Every engine fills ``out`` alike.
        """
        if engine == "interpreted" or (engine == "auto" and len(x) < FEW_ROWS):
            for start, stop in pairwise(offsets.tolist()):
                self.function(x[start:stop], limits, out[start:stop])
            return
        subjects = len(offsets) - 1
        threads = max(1, min(os.cpu_count() or 1, len(x) // ROWS_PER_THREAD))
        if threads == 1:
            self._loop(x, offsets, limits, out)
            return
        bounds = np.linspace(0, subjects, threads + 1).astype(int)
        self._loop(x[:0], offsets[:1], limits, out[:0])  # compiles here: threads that compile wait for one another
        with ThreadPoolExecutor(threads) as pool:
            parts = [
                pool.submit(self._loop, x, offsets[first : last + 1], limits, out) for first, last in pairwise(bounds)
            ]
            for part in parts:
                part.result()

    @cached_property
    def _loop(self) -> Callable[..., None]:
        from myotis.terms.compiled import compile_loop  # noqa: PLC0415

        return compile_loop(self.kernel, self.function)


def rule(function: Callable[[Steps, Any, Steps], None]) -> Rule:
    """Make a function of ``(x, limits, out)`` a rule."""
    return Rule(function)


def rule_part(function: Callable[P, R]) -> Callable[P, R]:
    """Make a function one that rules may call. To Python it stays what it was."""
    return cast("Callable[P, R]", RulePart(function))


def choose_executor(part: Callable[P, R], executor: Executor) -> Callable[P, R]:
    """A part of a rule as it is to be carried out: interpreted, or compiled."""
    assert isinstance(part, RulePart), "only what is marked as a part of a rule can be compiled"
    return cast("Callable[P, R]", part.function if executor == "interpreted" else part.compiled)


def is_compiled_anew(part: Callable[..., Any]) -> bool:
    """Did this process compile a part, instead of finding it among what was compiled before?"""
    assert isinstance(part, RulePart), "only what is marked as a part of a rule can be compiled"
    statistics = part.compiled.__wrapped__.stats  # type: ignore[attr-defined]
    return bool(statistics.cache_misses)
