"""Who may do what, and when, written from the issue's words, ICH E6(R3) and the roles of the trial, not from the code.

``act_matrix.csv``: each act with the roles that may, the states of the subject in which it can be thought of, and
whether it can be while dosing is held (``as_resumed``: where it could be in the state in which dosing resumes). Acts
without states concern no subject. Reasons, where they are not plain:

- what happened is entered whenever it becomes known: events, results, visits (by their date), deviations, corrections,
  queries and signatures have no state that forbids them; consent to further use may be withdrawn at any time;
- whoever records something corrects it and answers queries on it; whoever reviews raises and closes queries; only the
  data manager freezes and locks; only the investigator decides on a subject's treatment and study (ICH E6, 2.5, 2.7);
- a code is broken only by the investigator, of anybody who may have been given something, even after the end;
- nothing is ordered while dosing is held; what was infused before a hold, a discontinuation, a loss or a death is
  entered all the same, since exposure and safety hang on it;
- off treatment is not off study: who stopped treatment can be followed to the last visit and complete the study.
"""

import csv
from pathlib import Path
from typing import NamedTuple

IN_SCREENING = ["screening", "rescreened", "adjudicated_active"]
BEFORE = [*IN_SCREENING, "enrolled", "randomized_not_treated"]
FIRST = ["on_treatment", "switch_indicated", "switch_confirmed", "switch_effective", "switch_declined_for_safety"]
TREATED = [*FIRST, "first_period_completed", "in_extension"]
OFF = ["treatment_discontinued", "safety_follow_up"]
OVER = ["screen_failure", "completed", "study_discontinued", "lost", "withdrawn_from_contact", "died"]
GROUPS = {
    "in_screening": IN_SCREENING, "before_treatment": BEFORE, "in_first_period": FIRST, "treated": TREATED,
    "off_treatment": OFF, "on_study": [*BEFORE, *TREATED, *OFF],
    "after_randomization": ["randomized_not_treated", *TREATED, *OFF], "any": [*BEFORE, *TREATED, *OFF, *OVER],
}  # fmt: skip
HELD = "dosing_held"
HOLDABLE = ["randomized_not_treated", *TREATED]
"""Whose dosing may be held: before the first dose, and on treatment."""


class Row(NamedTuple):
    """An act: its roles, and where a subject may stand; ``standings`` is None where it concerns no subject."""

    act: str
    roles: frozenset[str]
    standings: frozenset[str] | None


def read_rows() -> dict[str, Row]:
    """Every row by its act."""
    with (Path(__file__).parent / "act_matrix.csv").open(encoding="utf-8") as file:
        return {row["act"]: _read(row) for row in csv.DictReader(file)}


def _read(row: dict[str, str]) -> Row:
    roles = frozenset(row["roles"].split())
    if not row["while_held"]:
        return Row(row["act"], roles, None)
    states = [state for word in row["states"].split() for state in GROUPS.get(word, [word])]
    held = {"no": [], "yes": HOLDABLE, "as_resumed": [state for state in HOLDABLE if state in states]}
    return Row(row["act"], roles, frozenset([*states, *(f"{HELD}/{state}" for state in held[row["while_held"]])]))
