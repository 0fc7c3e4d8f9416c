"""A picture of the states of a subject, drawn from the table of moves: an SVG that needs nothing else."""

from collections import defaultdict
from html import escape
from textwrap import wrap
from typing import NamedTuple

from myotis.terms.states import MOVES, SubjectState

S = SubjectState
WIDTH, HEIGHT = 132, 40
ACROSS, DOWN, MARGIN = 224, 112, 20
LONGEST_LINE = 19
MANY = 5
"""An act that leads to one state from so many states is drawn as one arrow from outside; the table names them."""
NEW = "new"

PLACES: dict[str, tuple[float, float]] = {
    NEW: (0, 0), S.SCREENING: (1, 0), S.RESCREENED: (1, 1), S.SCREEN_FAILURE: (2.5, 1.9), S.ADJUDICATED_ACTIVE: (2, 0),
    S.ENROLLED: (3, 0), S.RANDOMIZED: (4, 0), S.ON_TREATMENT: (5, 0), S.SWITCH_INDICATED: (5, 1),
    S.SWITCH_CONFIRMED: (4.4, 2), S.SWITCH_DECLINED: (5.6, 2), S.SWITCH_EFFECTIVE: (4.4, 3),
    S.FIRST_PERIOD_COMPLETED: (6.4, 0), S.IN_EXTENSION: (7.6, 0), S.COMPLETED: (7.6, 1.1), S.DOSING_HELD: (0.6, 3),
    S.TREATMENT_DISCONTINUED: (6.4, 3), S.SAFETY_FOLLOW_UP: (7.6, 3), S.STUDY_DISCONTINUED: (1.6, 4.1),
    S.LOST: (6.8, 4.1), S.WITHDRAWN: (3.6, 4.1), S.DIED: (5.2, 4.1),
}  # fmt: skip
"""Where each state stands, in columns and rows."""


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
    x, y = (start[0] + end[0]) / 2, (start[1] + end[1]) / 2
    if abs(start[1] - end[1]) < 1:
        y -= 24
    return line + _write(x, y, [part for act in acts for part in act.split(": ")], 9, "#06c", halo=True)


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
    below = _write(x, box.y + HEIGHT + 28, out, 9, "#06c", halo=True) if out else ""
    return line + _write(x, box.y - 22 - 11 * (len(into) - 1), into, 9, "#06c", halo=True) + below


def _draw_box(box: Box, state: str) -> str:
    ends = state != NEW and not any(move.source == state for move in MOVES)
    fill = {True: "#eee", False: "#eef4fd"}[ends or state == NEW]
    x, y = box.middle
    lines = wrap(state.replace("_", " "), LONGEST_LINE)
    rect = f'<rect x="{box.x:g}" y="{box.y:g}" width="{WIDTH}" height="{HEIGHT}" rx="6" fill="{fill}" stroke="#335"/>'
    return rect + _write(x, y + 4 - 7 * (len(lines) - 1), lines, 12, "#000")


def _write(x: float, y: float, lines: list[str], size: int, color: str, *, halo: bool = False) -> str:
    """Lines of text about a middle, the first one's foot at ``y``."""
    around = ' stroke="#fff" stroke-width="3" paint-order="stroke"' if halo else ""
    return "".join(
        f'<text x="{x:.0f}" y="{y + place * (size + 2):.0f}" font-size="{size}" text-anchor="middle" fill="{color}"'
        f"{around}>{escape(line)}</text>"
        for place, line in enumerate(lines)
    )
