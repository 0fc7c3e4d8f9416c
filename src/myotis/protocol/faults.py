"""How a contradiction in a protocol is told: by its place in the file, what was expected and what to do."""

from collections.abc import Iterable, Iterator

from myotis.errors import Fault


def contradiction(place: str, what: str, expected: str, remedy: str) -> Fault:
    """One contradiction; ``place`` is a path of names, where an entry of a list is called by its id."""
    return Fault(what=what, expected=expected, remedy=remedy, key=place)


def undeclared(place: str, kind: str, name: str, known: Iterable[str]) -> Fault:
    """A name that refers to something which is not declared.

    >>> print(undeclared("arms.a.treatment", "treatment", "salin", ["saline"]))
    arms.a.treatment: the treatment salin is not declared; expected one of: saline. Correct the name, or declare it.
    """
    choices = ", ".join(known)
    expected = f"one of: {choices}" if choices else "one that the file declares, and it declares none"
    return contradiction(place, f"the {kind} {name} is not declared", expected, "Correct the name, or declare it.")


def find_repeated(place: str, ids: list[str]) -> Iterator[Fault]:
    """Each id that several entries of a list have."""
    for name in sorted({name for name in ids if ids.count(name) > 1}):
        yield contradiction(place, f"the id {name} is used more than once", "ids that differ", "Rename one of them.")
