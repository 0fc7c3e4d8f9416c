"""Code-break cards: a sealed, printable page for each slot, for when every system is down.

A card holds the arm sealed to the code-break key. Opening one reveals that slot and no other. Which card is a
subject's, an index says, which is printed anew whenever somebody was allocated; it tells no treatment. Cards name the
place of a slot in its stratum, so they lie where code break is done, never at a site.
"""

import html
import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final, NamedTuple

from myotis.errors import SealError
from myotis.keys.envelope import open_envelope
from myotis.keys.pairs import PrivateKey
from myotis.pharmacy.dispensary import Dispensary
from myotis.randomize.sealed import SealedList, decode, slot_context

RECIPIENT: Final = "code_break"
STYLE: Final = (
    "body{font:1rem/1.5 sans-serif;max-width:42rem;margin:2rem auto}pre{white-space:pre-wrap;word-break:break-all}"
)
_CARD: Final = re.compile(
    r'<code id="card">([^<]*)</code>.*<pre id="context">([^<]*)</pre>.*<pre id="sealed">([^<]*)</pre>', re.DOTALL
)


class Card(NamedTuple):
    """A card: the id of its slot (of its subject, where the pharmacy allocated), where the seal belongs, the seal."""

    id: str
    context: str
    sealed: str


def make_cards(sealed: SealedList) -> Iterator[Card]:
    """A card for each slot of a sealed list."""
    fields = sealed.model_dump(include={"trial", "protocol_digest", "list_id", "usable_live"})
    for place in sealed.places.values():
        context = slot_context(fields, place.stratum, place.position, place.slot.slot_id, RECIPIENT)
        yield Card(place.slot.slot_id, context, place.slot.envelopes[RECIPIENT])


def make_cards_of_allocated(dispensary: Dispensary) -> Iterator[Card]:
    """A card for each subject that the pharmacy allocated without a list."""
    study = dispensary.trial.trial.id
    for card in dispensary.subjects.values():
        if card.sealed_arm:
            yield Card(card.id, allocation_context(study, card.id), card.sealed_arm)


def allocation_context(study: str, subject: str) -> str:
    """What the sealed arm of a subject without a slot is bound to."""
    return f"myotis allocation {study} {subject}"


def open_card(page: str, key: PrivateKey) -> str:
    """The arm on a card, by the code-break key. Raises SealError where the page is no card, or does not open."""
    card = read_card(page)
    content = open_envelope(key, decode(card.sealed), card.context)
    try:
        return str(json.loads(content)["arm"])
    except (ValueError, KeyError, TypeError):
        raise SealError("the card opens, but holds no arm: whoever sealed it made it wrong") from None


def read_card(page: str) -> Card:
    """The card on a page. Raises SealError where there is none."""
    found = _CARD.search(page)
    if found is None:
        raise SealError("the page is no code-break card, or a part of it is missing")
    return Card(*(html.unescape(part) for part in found.groups()))


def render_card(study: str, card: Card) -> str:
    """A card as a page that prints on one sheet and needs nothing else.

    >>> read_card(render_card("ProDERM", Card("3f9a", "<here>", "q83v")))
    Card(id='3f9a', context='<here>', sealed='q83v')
    """
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Code-break card {html.escape(card.id)}</title>
<style>{STYLE}</style></head><body>
<h1>Code-break card</h1>
<p>Study {html.escape(study)}, card <code id="card">{html.escape(card.id)}</code></p>
<p>Open it only to treat the participant, with the code-break key. Write down who asks, who is told, when and why, and
report it to the pharmacy once its system is back. It tells the arm as randomized: not a switch, nor what was given.</p>
<pre id="context">{html.escape(card.context)}</pre>
<pre id="sealed">{html.escape(card.sealed)}</pre>
</body></html>
"""


def write_cards(folder: Path, study: str, cards: Iterable[Card]) -> list[Path]:
    """Write a page for each card; the answer are the files.

    Raises SealError, before any is written, where the id of a card can't be the name of a file.
    """
    listed = list(cards)
    if wrong := [card for card in listed if not re.fullmatch(r"[A-Za-z0-9_-]{1,100}", card.id)]:
        raise SealError(f"{len(wrong)} cards have ids that can't be names of files")
    folder.mkdir(parents=True, exist_ok=True)
    for card in listed:
        (folder / f"card-{card.id}.html").write_text(render_card(study, card), encoding="utf-8")
    return [folder / f"card-{card.id}.html" for card in listed]


def render_card_index(dispensary: Dispensary) -> str:
    """Which card is a subject's, as a page that prints."""
    rows = "\n".join(
        f"<tr><td>{html.escape(name)}</td><td>{html.escape(card)}</td></tr>" for name, card in _list_cards(dispensary)
    )
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Index of code-break cards</title><style>{STYLE}</style></head><body>
<h1>Index of code-break cards</h1>
<p>Study {html.escape(dispensary.trial.trial.id)}</p>
<table><tr><th>Participant</th><th>Card</th></tr>
{rows}
</table></body></html>
"""


def _list_cards(dispensary: Dispensary) -> Iterator[tuple[str, str]]:
    for subject in sorted(dispensary.subjects.values(), key=lambda one: one.id):
        own = subject.id if subject.sealed_arm else "none: ask the pharmacy"
        yield subject.id, subject.slot or own
