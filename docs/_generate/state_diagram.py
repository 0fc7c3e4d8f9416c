"""A picture of the states of a subject, drawn from the table of moves: an SVG that needs nothing else."""

from collections import defaultdict
from html import escape
from textwrap import wrap
from typing import NamedTuple

from myotis.terms.states import MOVES, SubjectState

S = SubjectState
WIDTH, HEIGHT = 140, 40
ACROSS, DOWN, MARGIN = 230, 96, 32
ACT, STATE = 11, 13
"""Sizes of letters."""
LONGEST_LINE = 19
MANY = 5
"""An act that leads to one state from so many states is drawn as one arrow from outside; the table names them."""
NEW = "new"

PLACES: dict[str, tuple[float, float]] = {
    NEW: (0, 0), S.SCREENING: (1, 0), S.RESCREENED: (0, 1.1), S.SCREEN_FAILURE: (1.6, 2.3),
    S.ADJUDICATED_ACTIVE: (1.9, 0.9), S.ENROLLED: (3, 0), S.RANDOMIZED: (3, 1.2), S.ON_TREATMENT: (3, 2.4),
    S.SWITCH_INDICATED: (2, 3.4), S.SWITCH_CONFIRMED: (1, 4), S.SWITCH_DECLINED: (3, 4), S.SWITCH_EFFECTIVE: (0, 4),
    S.FIRST_PERIOD_COMPLETED: (0, 5.3), S.IN_EXTENSION: (1.4, 5.3), S.COMPLETED: (3, 6.15),
    S.TREATMENT_DISCONTINUED: (0, 7.2), S.SAFETY_FOLLOW_UP: (1.4, 7.2), S.LOST: (3, 7.6), S.DOSING_HELD: (0, 8.8),
    S.STUDY_DISCONTINUED: (1, 8.8), S.WITHDRAWN: (2, 8.8), S.DIED: (3, 8.8),
}  # fmt: skip
"""Where each state stands, in columns and rows."""

ALONG: dict[tuple[str, str], float] = {
    (S.RESCREENED, S.ENROLLED): 0.72, (S.RESCREENED, S.SCREEN_FAILURE): 0.62, (S.SCREEN_FAILURE, S.RESCREENED): 0.76,
    (S.SCREENING, S.SCREEN_FAILURE): 0.58, (S.FIRST_PERIOD_COMPLETED, S.TREATMENT_DISCONTINUED): 0.35,
}  # fmt: skip
"""How far along its arrow a label stands, where halfway it would lie over another one."""


class Box(NamedTuple):
    """The box of a state."""

    x: float
    y: float

    @property
    def middle(self) -> tuple[float, float]:
        """Its middle."""
        return self.x + WIDTH / 2, self.y + HEIGHT / 2

    def edge_towards(self, x: float, y: float) -> tuple[float, float]:
        """The point of its border in the direction of another point."""
        cx, cy = self.middle
        dx, dy = x - cx, y - cy
        share = min(WIDTH / 2 / abs(dx) if dx else 9, HEIGHT / 2 / abs(dy) if dy else 9)
        return cx + dx * share, cy + dy * share


def draw_states() -> str:
    """The picture as the text of an SVG file. Raises KeyError where a state has no place."""
    boxes = {
        state: Box(MARGIN + x * ACROSS, MARGIN + 30 + y * DOWN)
        for state, (x, y) in ((state, PLACES[state]) for state in (NEW, *SubjectState))
    }
    single, many = _group_moves()
    width = max(box.x for box in boxes.values()) + WIDTH + MARGIN
    height = max(box.y for box in boxes.values()) + HEIGHT + 2 * MARGIN
    parts = [*(_draw_arrow(boxes, *ends, acts) for ends, acts in single.items())]
    parts += [_draw_stub(boxes[target], acts) for target, acts in many.items()]
    parts += [_draw_box(box, state) for state, box in boxes.items()]
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" font-family="sans-serif" '
        'role="img" aria-label="States of a subject">'
    )
    arrow = (
        '<defs><marker id="head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
        '<path d="M0 0 8 4 0 8z" fill="#555"/></marker></defs>'
    )
    ground = f'<rect width="{width:g}" height="{height:g}" fill="#fff"/>'
    return "\n".join([head, arrow, ground, *parts, "</svg>"]) + "\n"


def _group_moves() -> tuple[dict[tuple[str, str], list[str]], dict[str, list[str]]]:
    """The acts of each pair of states, and those that lead to a state from many, or out of it to many."""
    sources, targets = defaultdict(set), defaultdict(set)
    for move in MOVES:
        sources[move.act, move.target].add(move.source)
        targets[move.act, move.source].add(move.target)
    single: dict[tuple[str, str], list[str]] = defaultdict(list)
    many: dict[str, list[str]] = defaultdict(list)
    for move in MOVES:
        count = len(sources[move.act, move.target])
        if count >= MANY:
            label = f"{move.act}: from {count} states"
            place = many[move.target]
        elif len(targets[move.act, move.source]) >= MANY:
            label = f"{move.act}: to {len(targets[move.act, move.source])} states"
            place = many[str(move.source)]
        else:
            # The outcome, where one act leads to several states; the system's words are known by it alone.
            label = move.outcome if move.act == "tell" else move.act
            if move.act in {"receive_notice", "adjudicate_entry", "withdraw_consent"}:
                label = f"{move.act}: {move.outcome}"
            place = single[str(move.source or NEW), move.target]
        if label not in place:
            place.append(label)
    return dict(single), dict(many)


def _draw_arrow(boxes: dict[str, Box], source: str, target: str, acts: list[str]) -> str:
    start = boxes[source].edge_towards(*boxes[target].middle)
    end = boxes[target].edge_towards(*boxes[source].middle)
    line = (
        f'<line x1="{start[0]:.0f}" y1="{start[1]:.0f}" x2="{end[0]:.0f}" y2="{end[1]:.0f}" stroke="#555" '
        'marker-end="url(#head)"/>'
    )
    share = ALONG.get((source, target), 0.5)
    x, y = start[0] + share * (end[0] - start[0]), start[1] + share * (end[1] - start[1])
    parts = [part for act in acts for part in act.split(": ")]
    # Above a level arrow; otherwise on it.
    y -= 6 + (ACT + 2) * (len(parts) - 1) if abs(start[1] - end[1]) < 1 else (ACT + 2) * (len(parts) / 2 - 1)
    return line + _write(x, y, parts, ACT, "#06c", halo=True)


def _draw_stub(box: Box, acts: list[str]) -> str:
    x = box.x + WIDTH / 2
    line = (
        f'<line x1="{x:.0f}" y1="{box.y - 18:.0f}" x2="{x:.0f}" y2="{box.y:.0f}" stroke="#555" stroke-width="3" '
        'marker-end="url(#head)"/>'
    )
    if any(": to " in act for act in acts):
        line += line.replace(f'y1="{box.y - 18:.0f}"', f'y1="{box.y + HEIGHT:.0f}"').replace(
            f'y2="{box.y:.0f}"', f'y2="{box.y + HEIGHT + 18:.0f}"'
        )
    into = [act for act in acts if ": to " not in act]
    out = [act for act in acts if ": to " in act]
    below = _write(x, box.y + HEIGHT + 30, out, ACT, "#06c", halo=True) if out else ""
    return line + _write(x, box.y - 22 - (ACT + 2) * (len(into) - 1), into, ACT, "#06c", halo=True) + below


def _draw_box(box: Box, state: str) -> str:
    ends = state != NEW and not any(move.source == state for move in MOVES)
    fill = {True: "#eee", False: "#eef4fd"}[ends or state == NEW]
    x, y = box.middle
    lines = wrap(state.replace("_", " "), LONGEST_LINE)
    rect = f'<rect x="{box.x:g}" y="{box.y:g}" width="{WIDTH}" height="{HEIGHT}" rx="6" fill="{fill}" stroke="#335"/>'
    return rect + _write(x, y + 4 - 7 * (len(lines) - 1), lines, STATE, "#000")


def _write(x: float, y: float, lines: list[str], size: int, color: str, *, halo: bool = False) -> str:
    """Lines of text about a middle, the first one's foot at ``y``."""
    around = ' stroke="#fff" stroke-width="3" paint-order="stroke"' if halo else ""
    return "".join(
        f'<text x="{x:.0f}" y="{y + place * (size + 2):.0f}" font-size="{size}" text-anchor="middle" fill="{color}"'
        f"{around}>{escape(line)}</text>"
        for place, line in enumerate(lines)
    )
