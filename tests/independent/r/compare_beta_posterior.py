"""The posterior of a difference of two proportions: against numerical integration in base R."""

import json
from collections.abc import Iterator
from pathlib import Path

from comparison import Comparison

from myotis.statistics.proportions.beta_posterior import (
    BetaPrior,
    compute_difference_posterior,
    compute_probability_above,
)

RECORDED = json.loads((Path(__file__).parent / "beta_posterior.json").read_text(encoding="utf-8"))


def comparisons() -> Iterator[Comparison]:
    """Six tables, with priors of Jeffreys, flat and informed, groups with no and with all responders."""
    yield Comparison(
        function=compute_difference_posterior,
        what=f"mean, 95 % limits and probability above 0, {len(RECORDED['cases'])} tables and priors",
        ours=lambda: [_answer(*case) for case in RECORDED["cases"]],
        theirs=RECORDED["answers"],
        source="R 4.2.2, integrate and uniroot",
        made_by="tests/independent/r/beta_posterior.R",
        scale="absolute",
        tolerance=1e-7,
        why="limits are bisected to 2e-9, and a mean is taken over 60 nodes",
    )
    yield Comparison(
        function=compute_probability_above,
        what=f"probability above 0, {len(RECORDED['cases'])} tables and priors",
        ours=lambda: [_above(*case) for case in RECORDED["cases"]],
        theirs=[answer[3] for answer in RECORDED["answers"]],
        source="R 4.2.2, integrate",
        made_by="tests/independent/r/beta_posterior.R",
        scale="absolute",
        tolerance=1e-9,
        why="a mean is taken over 60 nodes",
    )


def _above(x1: float, n1: float, x2: float, n2: float, a1: float, b1: float, a2: float, b2: float) -> float:
    priors = {"prior1": BetaPrior(a1, b1), "prior2": BetaPrior(a2, b2)}
    return float(compute_probability_above(x1, n1, x2, n2, **priors))


def _answer(x1: float, n1: float, x2: float, n2: float, a1: float, b1: float, a2: float, b2: float) -> list[float]:
    found = compute_difference_posterior(x1, n1, x2, n2, prior1=BetaPrior(a1, b1), prior2=BetaPrior(a2, b2), level=0.95)
    return [float(one) for one in (found.mean, found.lower, found.upper, found.probability_above)]
