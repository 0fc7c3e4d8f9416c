"""Every cell of who may do what and when: acts by roles by where a subject stands. Printed in the documents, and asked
cell by cell in the tests."""

from collections.abc import Iterator
from enum import StrEnum
from typing import Final, NamedTuple

from myotis.conduct.permissions import MAY
from myotis.conduct.policies import WHEN, is_possible_in
from myotis.conduct.roles import Role
from myotis.terms.states import MOVES, SubjectState


class Standing(NamedTuple):
    """Where a subject stands: a state (None: there is no such subject yet), and the one that dosing resumes in while
    it is held."""

    state: SubjectState | None
    resumes_in: SubjectState | None = None

    def __str__(self) -> str:
        if self.state is None:
            return "new"
        return f"{self.state}/{self.resumes_in}" if self.resumes_in else str(self.state)


class Answer(StrEnum):
    """What the desk says before it asks what an act needs."""

    POSSIBLE = "possible"
    ROLE = "role"
    """Nobody in this role may."""
    STATE = "state"
    """Not where the subject stands."""


class Cell(NamedTuple):
    """One cell; ``standing`` is None for an act that concerns no subject."""

    act: str
    role: Role
    standing: Standing | None
    answer: Answer


STANDINGS: Final = (
    Standing(None),
    *(Standing(state) for state in SubjectState if state != SubjectState.DOSING_HELD),
    *(Standing(SubjectState.DOSING_HELD, move.target) for move in MOVES if move.act == "resume_dosing"),
)
"""Everywhere that a subject can stand."""


def concerns_subject(act: str) -> bool:
    """Is an act about a subject? Those that are have a row in one of the tables of states."""
    return act in WHEN or any(move.act == act for move in MOVES)


def list_cells() -> Iterator[Cell]:
    """Every cell, act by act. An act that records forms of several kinds has a row for each (``act:kind``)."""
    for row in MAY:
        act = row.partition(":")[0]
        for standing in STANDINGS if concerns_subject(act) else (None,):
            for role in Role:
                yield Cell(row, role, standing, _answer(row, act, role, standing))


def _answer(row: str, act: str, role: Role, standing: Standing | None) -> Answer:
    if role not in MAY[row]:
        return Answer.ROLE
    if standing is None or is_possible_in(act, standing.state, standing.resumes_in):
        return Answer.POSSIBLE
    return Answer.STATE
