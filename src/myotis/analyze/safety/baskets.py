"""Query baskets: groups of terms that stand for one medical question, read from the user's file.

The terms are the user's (a standardized query of a licensed dictionary, or a list of the sponsor's); none come with
Myotis. A basket has narrow terms, which are likely cases, and broad ones, which may be. Where its terms have
categories, an algorithm such as ``A or (B and C)`` says which categories together make a patient a case.
"""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

import polars as pl

from myotis.datasets.table import FIRST_DATA_ROW
from myotis.errors import Fault, InputError
from myotis.exchange.reading import open_table
from myotis.exchange.tables import stack

BATCH_ROWS: Final = 100_000
NEEDED: Final = ("basket", "term", "scope")
SCOPES: Final = ("narrow", "broad")

Scope = Literal["narrow", "broad", "algorithmic"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Basket:
    """A basket: its terms in small letters with their scope and category, and its algorithm where it has one."""

    name: str
    terms: Mapping[str, tuple[str, str]]
    algorithm: str = ""

    @property
    def scopes(self) -> tuple[Scope, ...]:
        """The scopes that the basket can be asked with."""
        return ("narrow", "broad", "algorithmic") if self.algorithm else ("narrow", "broad")


def read_baskets(path: Path) -> tuple[Basket, ...]:
    """The baskets of a file with the columns basket, term, scope and, where wanted, category and algorithm.

    ``scope`` is narrow or broad; a basket's algorithm stands in each of its rows, or in one. Raises InputError with
    every fault: columns absent, values missing, terms twice, unknown scopes, algorithms that can't be read, differ
    within a basket, or name a category that no term has.
    """
    frame = stack(list(open_table(path).batches(BATCH_ROWS)))
    absent = [name for name in NEEDED if name not in frame.columns]
    if absent:
        expected = "the columns basket, term, scope; category and algorithm where wanted"
        raise InputError(
            Fault(what="the column is absent", expected=expected, file=str(path), column=c) for c in absent
        )
    given = [
        pl.lit(None, dtype=pl.String).alias(name) for name in ("category", "algorithm") if name not in frame.columns
    ]
    frame = frame.with_columns(given).select(
        pl.col(*NEEDED, "category", "algorithm").cast(pl.String).str.strip_chars().replace("", None)
    )
    faults = list(_find_row_faults(frame))
    if not faults:
        faults = list(_find_algorithm_faults(frame))
    if faults:
        raise InputError(fault.inside(str(path)) for fault in faults)
    return tuple(_build(str(name), rows) for (name,), rows in frame.group_by("basket", maintain_order=True))


def _find_row_faults(frame: pl.DataFrame) -> Iterator[Fault]:
    seen: set[tuple[str, str]] = set()
    for row, (basket, term, scope, *_) in enumerate(frame.iter_rows(), FIRST_DATA_ROW):
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
                needed = _categories(_parse(written[0]))
            except ValueError:
                what, expected = "the algorithm can't be read", "categories joined by and, or, such as A or (B and C)"
                yield Fault(what=what, expected=expected, key=f"basket={name}", column="algorithm")
                continue
            for category in sorted(needed - set(rows["category"].drop_nulls())):
                what = f"no term of the basket is of the category {category}"
                yield Fault(what=what, expected="a term", key=f"basket={name}", column="category")


def _build(name: str, rows: pl.DataFrame) -> Basket:
    terms = {
        term.lower(): (scope.lower(), category or "")
        for term, scope, category in rows.select("term", "scope", "category").iter_rows()
    }
    return Basket(name=name, terms=terms, algorithm=next(iter(rows["algorithm"].drop_nulls()), ""))


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
        tree = _parse(basket.algorithm)
        found = marked.filter(pl.col("_category").is_in(sorted(_categories(tree))))
        present = found.group_by("USUBJID").agg(pl.col("_category").unique())
        cases = [subject for subject, have in present.iter_rows() if _holds(tree, set(have))]
        marked = found.filter(pl.col("USUBJID").is_in(cases))
    else:
        marked = marked.filter(pl.col("_scope").is_in(["narrow"] if scope == "narrow" else list(SCOPES)))
    return marked.drop("_scope", "_category")


def _parse(algorithm: str) -> ast.expr:
    """The algorithm as a tree of names, and, or; ValueError for anything else."""
    words = algorithm.replace(" AND ", " and ").replace(" OR ", " or ")
    try:
        tree = ast.parse(words.strip(), mode="eval").body
    except SyntaxError as error:
        raise ValueError(algorithm) from error
    if not all(isinstance(node, ast.BoolOp | ast.And | ast.Or | ast.Name | ast.Load) for node in ast.walk(tree)):
        raise ValueError(algorithm)
    return tree


def _categories(tree: ast.expr) -> set[str]:
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}


def _holds(tree: ast.expr, present: set[str]) -> bool:
    if isinstance(tree, ast.BoolOp):
        combine = all if isinstance(tree.op, ast.And) else any
        return combine(_holds(part, present) for part in tree.values)
    assert isinstance(tree, ast.Name)
    return tree.id in present
