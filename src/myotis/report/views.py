"""What the page is made of: tables and figures as the template gets them, every number already a text."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadCell:
    """A cell of a table's heading."""

    text: str
    span: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class TableRow:
    """A row of a table: a heading over the rows below, a row, or one that is indented under another."""

    header: str
    cells: tuple[str, ...] = ()
    kind: Literal["heading", "plain", "under"] = "plain"


@dataclass(frozen=True, slots=True, kw_only=True)
class TableView:
    """A table with its caption, one or two rows of headings and footnotes."""

    caption: str
    stub: str
    """What the rows are."""
    heads: tuple[str, ...]
    rows: tuple[TableRow, ...]
    spans: tuple[HeadCell, ...] = ()
    """The upper row of headings, where there are two."""
    notes: tuple[str, ...] = ()
    words: bool = False
    """Whether the cells are sentences rather than numbers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureView:
    """A figure: SVG, what it shows in words for those who don't see it, and its caption."""

    svg: str
    label: str
    caption: str

    @property
    def labeled_svg(self) -> str:
        """The SVG as one image that screen readers call by its label."""
        return self.svg.replace("<svg", f'<svg role="img" aria-label="{escape(self.label)}"', 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowAside:
    """What branches off below a box: for each arm how many, and the lines that say why."""

    name: str
    counts: tuple[int, ...]
    lines: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowStep:
    """A box of the flow of subjects for each arm, and who switched or left below it."""

    name: str
    counts: tuple[str, ...]
    """One text for each arm."""
    asides: tuple[FlowAside, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A section of the page."""

    id: str
    title: str
    lead: Sequence[str] = ()
    figures: Sequence[FigureView] = ()
    tables: Sequence[TableView] = ()
    folded: Sequence[TableView] = ()
    """Tables behind a summary that opens them."""
    flow: Sequence[FlowStep] = ()
    flow_total: str = ""
    arms: Sequence[str] = ()
    items: Sequence[tuple[str, str]] = field(default=())
    """Terms and what they mean."""
