"""Code-break cards: a sealed, printable page for each slot, for when every system is down.

A card holds the slot's ciphertext for the code-break key. Opening one reveals that slot and no other. Which card is a
subject's, an index says, which is printed anew whenever somebody was allocated; it tells no treatment either.
"""

import html
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final, NamedTuple

from myotis.errors import SealError
from myotis.pharmacy.dispensary import Dispensary

STYLE: Final = (
    "body{font:1rem/1.5 sans-serif;max-width:42rem;margin:2rem auto}pre{white-space:pre-wrap;word-break:break-all}"
)
_CARD: Final = re.compile(r'<code id="slot">([^<]*)</code>.*<pre id="sealed">([^<]*)</pre>', re.DOTALL)


class Card(NamedTuple):
    """A card: the slot, and its ciphertext for the code-break key as text."""

    slot: str
    sealed: str


def render_card(study: str, card: Card) -> str:
    """A card as a page that prints on one sheet and needs nothing else.

    >>> read_card(render_card("ProDERM", Card("3f9a", "q83v")))
    Card(slot='3f9a', sealed='q83v')
    """
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Code-break card {html.escape(card.slot)}</title>
<style>{STYLE}</style></head><body>
<h1>Code-break card</h1>
<p>Study {html.escape(study)}, slot <code id="slot">{html.escape(card.slot)}</code></p>
<p>Open it only to treat the participant, with the code-break key. Write down who asks, who is told, when and why, and
report it to the pharmacy once its system is back. It tells the arm as randomized: not a switch, nor what was given.</p>
<pre id="sealed">{html.escape(card.sealed)}</pre>
</body></html>
"""


def read_card(page: str) -> Card:
    """The card on a page. Raises SealError where there is none."""
    found = _CARD.search(page)
    if found is None:
        raise SealError("the page is no code-break card, or a part of it is missing")
    return Card(*(html.unescape(part) for part in found.groups()))


def open_card(page: str, open_sealed: Callable[[Card], str]) -> str:
    """The arm on a card, by the code-break key. Raises SealError where the card is none or does not open."""
    return open_sealed(read_card(page))


def write_cards(folder: Path, study: str, sealed: Mapping[str, str]) -> list[Path]:
    """Write a card for each slot, given its ciphertext; the answer are the files. Cards of slots that no file name can
    hold are refused with SealError before any is written."""
    if wrong := [slot for slot in sealed if not re.fullmatch(r"[A-Za-z0-9_-]{1,100}", slot)]:
        raise SealError(f"{len(wrong)} slots have names that are no file names")
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for slot, text in sealed.items():
        paths.append(folder / f"card-{slot}.html")
        paths[-1].write_text(render_card(study, Card(slot, text)), encoding="utf-8")
    return paths


def render_card_index(study: str, dispensary: Dispensary) -> str:
    """Which card is a subject's. Subjects whom the pharmacy allocated without a list have none, and it says so."""
    rows = "\n".join(
        f"<tr><td>{html.escape(card.id)}</td><td>{html.escape(card.slot or 'no card: ask the pharmacy')}</td></tr>"
        for card in sorted(dispensary.subjects.values(), key=lambda card: card.id)
    )
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Index of code-break cards</title><style>{STYLE}</style></head><body>
<h1>Index of code-break cards</h1>
<p>Study {html.escape(study)}</p>
<table><tr><th>Participant</th><th>Slot</th></tr>
{rows}
</table></body></html>
"""
