"""Query baskets: groups of terms that stand for one medical question, read from the user's file.

The terms are the user's (a standardized query of a licensed dictionary, or a list of the sponsor's); none come with
Myotis. A basket has narrow terms, which are likely cases, and broad ones, which may be. Where its terms have
categories, an algorithm such as ``A or (B and C)`` says which categories together make a patient a case; where they
have weights, ``weights > 6`` asks for a sum over the patient's terms, each counted once.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal

import polars as pl

from myotis.analyze.safety.algorithm import Algorithm
from myotis.datasets.table import FIRST_DATA_ROW
from myotis.errors import Fault, InputError
from myotis.exchange.reading import open_table
from myotis.exchange.tables import stack

BATCH_ROWS: Final = 100_000
NEEDED: Final = ("basket", "term", "scope")
OPTIONAL: Final = ("category", "weight", "algorithm")
SCOPES: Final = ("narrow", "broad")

Scope = Literal["narrow", "broad", "algorithmic"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Basket:
    """A basket: its terms in small letters with their scope and category, its algorithm and its terms' weights, where
    it has them."""

    name: str
    terms: Mapping[str, tuple[str, str]]
    algorithm: str = ""
    weights: Mapping[str, float] = field(default_factory=dict)

    @property
    def scopes(self) -> tuple[Scope, ...]:
        """The scopes that the basket can be asked with."""
        return ("narrow", "broad", "algorithmic") if self.algorithm else ("narrow", "broad")


def read_baskets(path: Path) -> tuple[Basket, ...]:
    """The baskets of a file with the columns basket, term, scope and, where wanted, category, weight and algorithm.

    ``scope`` is narrow or broad; a basket's algorithm stands in each of its rows, or in one. Raises InputError with
    every fault: columns absent, values missing, terms twice, unknown scopes, weights that are no numbers, algorithms
    that can't be read, differ within a basket, or ask for a category or weights that no term has.
    """
    frame = stack(list(open_table(path).batches(BATCH_ROWS)))
    absent = [name for name in NEEDED if name not in frame.columns]
    if absent:
        expected = "the columns basket, term, scope; category, weight and algorithm where wanted"
        raise InputError(
            Fault(what="the column is absent", expected=expected, file=str(path), column=c) for c in absent
        )
    given = [pl.lit(None, dtype=pl.String).alias(name) for name in OPTIONAL if name not in frame.columns]
    frame = frame.with_columns(given).select(
        pl.col(*NEEDED, *OPTIONAL).cast(pl.String).str.strip_chars().replace("", None)
    )
    faults = list(_find_row_faults(frame))
    if not faults:
        faults = list(_find_algorithm_faults(frame))
    if faults:
        raise InputError(fault.inside(str(path)) for fault in faults)
    return tuple(_build(str(name), rows) for (name,), rows in frame.group_by("basket", maintain_order=True))


def _find_row_faults(frame: pl.DataFrame) -> Iterator[Fault]:
    seen: set[tuple[str, str]] = set()
    for row, (basket, term, scope, _, weight, _) in enumerate(frame.iter_rows(), FIRST_DATA_ROW):
        if weight is not None and _read_weight(weight) is None:
            yield Fault(what="the weight is no number", expected="a number", row=row, column="weight")
        for column, value in (("basket", basket), ("term", term), ("scope", scope)):
            if value is None:
                yield Fault(what="the value is missing", expected="a text", row=row, column=column)
        if scope is not None and scope.lower() not in SCOPES:
            yield Fault(what="the scope is not known", expected="narrow or broad", row=row, column="scope")
        if basket and term:
            if (basket, term.lower()) in seen:
                expected = "each term of a basket once"
                yield Fault(what="the basket has this term already", expected=expected, row=row, column="term")
            seen.add((basket, term.lower()))


def _find_algorithm_faults(frame: pl.DataFrame) -> Iterator[Fault]:
    for (name,), rows in frame.group_by("basket", maintain_order=True):
        written = rows["algorithm"].drop_nulls().unique()
        if written.len() > 1:
            what = "the rows of the basket name different algorithms"
            yield Fault(what=what, expected="one algorithm", key=f"basket={name}", column="algorithm")
        elif written.len():
            try:
                algorithm = Algorithm.read(written[0])
            except ValueError:
                what = "the algorithm can't be read"
                expected = "categories joined by and, or, such as A or (B and C); or weights > 6"
                yield Fault(what=what, expected=expected, key=f"basket={name}", column="algorithm")
                continue
            if algorithm.asks_for_weights and not rows["weight"].count():
                what, expected = "no term of the basket has a weight", "weights in the column weight"
                yield Fault(what=what, expected=expected, key=f"basket={name}", column="weight")
            for category in sorted(algorithm.categories - set(rows["category"].drop_nulls())):
                what = f"no term of the basket is of the category {category}"
                yield Fault(what=what, expected="a term", key=f"basket={name}", column="category")


def _build(name: str, rows: pl.DataFrame) -> Basket:
    terms = {
        term.lower(): (scope.lower(), category or "")
        for term, scope, category in rows.select("term", "scope", "category").iter_rows()
    }
    weights = {term.lower(): _read_weight(weight) or 0.0 for term, weight in rows.select("term", "weight").iter_rows()}
    return Basket(name=name, terms=terms, algorithm=next(iter(rows["algorithm"].drop_nulls()), ""), weights=weights)


def _read_weight(text: str | None) -> float | None:
    try:
        weight = float(text or "")
    except ValueError:
        return None
    return weight if math.isfinite(weight) else None


def select_events(events: pl.DataFrame, basket: Basket, scope: Scope) -> pl.DataFrame:
    """The events (rows of ADAE) that a basket finds; an event without AEDECOD is looked up by its reported term.

    The algorithmic scope keeps the categorized events of those subjects whose events together fulfil the algorithm.
    """
    term = pl.coalesce("AEDECOD", "AETERM").str.to_lowercase()
    scopes = {name: found for name, (found, _) in basket.terms.items()}
    categories = {name: category for name, (_, category) in basket.terms.items()}
    marked = events.with_columns(
        _scope=term.replace_strict(scopes, default=None, return_dtype=pl.String),
        _category=term.replace_strict(categories, default=None, return_dtype=pl.String),
    )
    if scope == "algorithmic":
        algorithm = Algorithm.read(basket.algorithm)
        has_weight = pl.lit(algorithm.asks_for_weights) & pl.col("_scope").is_not_null()
        counts = pl.col("_category").is_in(sorted(algorithm.categories)) | has_weight
        found = marked.with_columns(_term=term).filter(counts)
        present = found.group_by("USUBJID").agg(pl.col("_category").unique(), pl.col("_term").unique())
        cases = [
            subject
            for subject, have, terms in present.iter_rows()
            if algorithm.is_fulfilled(set(have), sum(basket.weights.get(name, 0.0) for name in terms))
        ]
        marked = found.filter(pl.col("USUBJID").is_in(cases)).drop("_term")
    else:
        marked = marked.filter(pl.col("_scope").is_in(["narrow"] if scope == "narrow" else list(SCOPES)))
    return marked.drop("_scope", "_category")
