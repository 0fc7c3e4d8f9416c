"""One comparison of a method of ours with other software or a publication: both numbers, and how near they must be.

Modules called ``compare_*.py`` in ``tests/independent/<software>/`` and ``tests/published/<source>/`` each have a
function ``comparisons()`` that yields them. ``tests/independent/test_comparisons.py`` asserts every one, and the
documentation prints them as its tables of agreement, so a tolerance and its reason stand once.
"""

import importlib.util
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np

TESTS = Path(__file__).resolve().parents[1]


@dataclass(frozen=True, kw_only=True, eq=False)
class Comparison:
    """``ours()`` and ``theirs`` are numbers of one shape; NaN agrees with NaN only.

    ``scale`` says what a difference is: the distance itself, or the distance over the size of their number.
    """

    function: Callable[..., Any]
    what: str
    source: str
    """The software with its version, or the publication with its page."""
    made_by: str
    """The program that recorded the numbers, beside the module; or the table of the publication."""
    ours: Callable[[], Any]
    theirs: Any
    tolerance: float
    scale: Literal["absolute", "relative"]
    why: str
    """Why the tolerance is what it is."""

    def difference(self) -> float:
        """The largest difference between our numbers and theirs; infinite where one has none and the other has."""
        ours, theirs = (np.asarray(x, dtype=float) for x in (self.ours(), self.theirs))
        assert ours.shape == theirs.shape, f"{ours.shape} of ours, {theirs.shape} of theirs"
        assert ours.size, "nothing is compared"
        with np.errstate(invalid="ignore"):
            distance = np.abs(ours - theirs)
        distance = np.where((ours == theirs) | (np.isnan(ours) & np.isnan(theirs)), 0.0, distance)
        if self.scale == "relative":
            distance = distance / np.where((theirs == 0) | ~np.isfinite(theirs), 1.0, np.abs(theirs))
        return float(np.where(np.isnan(distance), np.inf, distance).max())

    @property
    def name(self) -> str:
        """The comparison as a test is called."""
        return f"{self.function.__name__}-{self.what}-{self.source}".replace(" ", "_")


def load_comparisons() -> Iterator[Comparison]:
    """Every comparison of the project, in the order of the files."""
    for folder in ("independent", "published"):
        for file in sorted((TESTS / folder).glob("*/compare_*.py")):
            spec = importlib.util.spec_from_file_location(f"{folder}_{file.parent.name}_{file.stem}", file)
            assert spec is not None
            assert spec.loader is not None
            module = importlib.util.module_from_spec(spec)
            spec.loader.exec_module(module)
            yield from module.comparisons()
