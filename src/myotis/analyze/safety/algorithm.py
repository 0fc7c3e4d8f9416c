"""The algorithm of a query basket: categories joined by and, or; and the sum of the terms' weights over a limit."""

import ast
from collections.abc import Iterator, Set
from dataclasses import dataclass
from typing import Final

WEIGHTS: Final = "weights"
"""What an algorithm calls the sum of the weights of a patient's terms, each counted once."""


@dataclass(frozen=True, slots=True)
class Algorithm:
    """An algorithm that was read."""

    tree: ast.expr

    @classmethod
    def read(cls, text: str) -> "Algorithm":
        """The algorithm of a text such as ``A or (B and C)`` or ``weights > 6``; ValueError for anything else.

        >>> Algorithm.read("A or (B and C)").is_fulfilled({"B", "C"}, 0), Algorithm.read("weights > 6").asks_for_weights
        (True, True)
        """
        words = text.replace(" AND ", " and ").replace(" OR ", " or ")
        try:
            tree = ast.parse(words.strip(), mode="eval").body
        except SyntaxError as error:
            raise ValueError(text) from error
        if not _is_understood(tree):
            raise ValueError(text)
        return cls(tree)

    @property
    def categories(self) -> set[str]:
        """The categories that it names."""
        return set(_names(self.tree)) - {WEIGHTS}

    @property
    def asks_for_weights(self) -> bool:
        """Whether it looks at the sum of weights."""
        return WEIGHTS in set(_names(self.tree))

    def is_fulfilled(self, present: Set[str], weight: float) -> bool:
        """Whether a patient with terms of these categories, whose weights sum to so much, is a case."""
        return _holds(self.tree, present, weight)


def _names(tree: ast.expr) -> Iterator[str]:
    return (node.id for node in ast.walk(tree) if isinstance(node, ast.Name))


def _is_understood(tree: ast.expr) -> bool:
    match tree:
        case ast.BoolOp(values=parts):
            return all(_is_understood(part) for part in parts)
        case ast.Name(id=name):
            return name != WEIGHTS
        case ast.Compare(
            left=ast.Name(id="weights"), ops=[ast.Gt() | ast.GtE()], comparators=[ast.Constant(value=limit)]
        ):
            return isinstance(limit, int | float)
    return False


def _holds(tree: ast.expr, present: Set[str], weight: float) -> bool:
    match tree:
        case ast.BoolOp(op=ast.And(), values=parts):
            return all(_holds(part, present, weight) for part in parts)
        case ast.BoolOp(values=parts):
            return any(_holds(part, present, weight) for part in parts)
        case ast.Compare(ops=[ast.Gt()], comparators=[ast.Constant(value=float() | int() as limit)]):
            return weight > limit
        case ast.Compare(comparators=[ast.Constant(value=float() | int() as limit)]):
            return weight >= limit
    assert isinstance(tree, ast.Name), "nothing else is read"
    return tree.id in present
