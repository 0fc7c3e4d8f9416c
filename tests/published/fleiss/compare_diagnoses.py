"""Thirty subjects, each put into five diagnoses by six raters: Fleiss, Psychol Bull 1971;76:378-382, table 1."""

from collections.abc import Iterator

from comparison import Comparison

from myotis.statistics.agreement.fleiss_kappa import estimate_fleiss_kappa

# fmt: off
DIAGNOSED = [
    [0, 0, 0, 6, 0], [0, 3, 0, 0, 3], [0, 1, 4, 0, 1], [0, 0, 0, 0, 6], [0, 3, 0, 3, 0], [2, 0, 4, 0, 0],
    [0, 0, 4, 0, 2], [2, 0, 3, 1, 0], [2, 0, 0, 4, 0], [0, 0, 0, 0, 6], [1, 0, 0, 5, 0], [1, 1, 0, 4, 0],
    [0, 3, 3, 0, 0], [1, 0, 0, 5, 0], [0, 2, 0, 3, 1], [0, 0, 5, 0, 1], [3, 0, 0, 1, 2], [5, 1, 0, 0, 0],
    [0, 2, 0, 4, 0], [1, 0, 2, 0, 3], [0, 0, 0, 0, 6], [0, 1, 0, 5, 0], [0, 2, 0, 1, 3], [2, 0, 0, 4, 0],
    [1, 0, 0, 4, 1], [0, 5, 0, 1, 0], [4, 0, 0, 0, 2], [0, 2, 0, 4, 0], [1, 0, 5, 0, 0], [0, 0, 0, 0, 6],
]
# fmt: on


def comparisons() -> Iterator[Comparison]:
    """The kappa printed."""
    yield Comparison(
        function=estimate_fleiss_kappa,
        what="thirty subjects, five diagnoses, six raters: kappa",
        source="Fleiss 1971",
        made_by="table 1",
        ours=lambda: estimate_fleiss_kappa(DIAGNOSED, level=0.95).estimate,
        theirs=0.430,
        tolerance=0.0005,
        scale="absolute",
        why="three decimals are printed",
    )
